import { describe, expect, it } from "vitest";
import { EvalsError } from "../../../src/core/errors.ts";
import type { Release, Target } from "../../../src/core/extensions.ts";
import { closeTargets, prepareTargets } from "../../../src/pipeline/targets.ts";
import { casesOf, datasetOf, releaseOf } from "./support.ts";

/** A target that writes down what it is asked to do. */
function noting(name: string, notes: string[], own: Partial<Target> = {}): Target {
  return {
    name,
    components: {},
    check: () => void notes.push(`${name} check`),
    prepare: (requests) => void notes.push(`${name} prepare ${requests.map(({ caseId }) => caseId).join()}`),
    close: () => void notes.push(`${name} close`),
    call: async () => ({ text: "" }),
    ...own,
  };
}

function releasesOf(baseline: Target, candidate: Target): Record<"baseline" | "candidate", Release> {
  return {
    baseline: { ...releaseOf("live"), target: baseline },
    candidate: { ...releaseOf("next"), target: candidate },
  };
}

describe("targets before and after a run", () => {
  const dataset = datasetOf(casesOf(2));
  const [first, second] = dataset.cases.map(({ id }) => id);

  it("are checked, and then shown one request for each case", async () => {
    const notes: string[] = [];
    await prepareTargets(releasesOf(noting("a", notes), noting("b", notes)), dataset);
    const ids = `${first},${second}`;
    expect(notes).toEqual(["a check", "b check", `a prepare ${ids}`, `b prepare ${ids}`]);
  });

  it("are asked only once when both releases have the same one", async () => {
    const notes: string[] = [];
    const one = noting("a", notes);
    await prepareTargets(releasesOf(one, one), dataset);
    await closeTargets(releasesOf(one, one));
    expect(notes).toEqual(["a check", `a prepare ${first},${second}`, "a close"]);
  });

  it("are closed when one refuses", async () => {
    const notes: string[] = [];
    const refusing = noting("b", notes, {
      prepare: () => {
        throw new EvalsError("TARGET_INVALID", "too long", "shorten it");
      },
    });
    const preparing = prepareTargets(releasesOf(noting("a", notes), refusing), dataset);
    await expect(preparing).rejects.toThrow("too long");
    expect(notes.slice(-2)).toEqual(["a close", "b close"]);
  });

  it("are all closed even when one of them cannot", async () => {
    const notes: string[] = [];
    const broken = noting("a", notes, {
      close: () => {
        throw new Error("broken");
      },
    });
    await closeTargets(releasesOf(broken, noting("b", notes)));
    expect(notes).toEqual(["b close"]);
  });
});
