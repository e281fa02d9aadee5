import { createHash } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { EvalsError } from "../../../src/core/errors.ts";
import { evaluationDefinitionSchema } from "../../../src/core/evaluation.ts";
import { redactor } from "../../../src/core/redact.ts";
import { redactRelease } from "../../../src/core/release.ts";
import { manifestOf, promptFile, resolveRelease } from "../../../src/pipeline/release.ts";
import { scriptedTarget } from "../../../src/testing.ts";
import { bundle, releaseOf } from "./support.ts";

/** A release as a user writes it, checked as an evaluation checks it. */
function resolve(components: object, fromTarget: Record<string, unknown> = {}) {
  const release = {
    name: "live",
    target: scriptedTarget({ name: "api", components: fromTarget }),
    components,
  };
  const { releases } = evaluationDefinitionSchema.parse({
    name: "e",
    dataset: "d",
    gate: "g",
    baseline: "live",
    candidate: "live",
    releases: [release, release],
    evaluators: [{ name: "task", version: "1", evaluate: () => ({ status: "unscored", reason: "" }) }],
  });
  return resolveRelease(releases[0]!);
}

function refusalOf(work: () => unknown): EvalsError {
  try {
    work();
  } catch (error) {
    if (error instanceof EvalsError) return error;
    throw error;
  }
  throw new Error("it was accepted");
}

describe("a release", () => {
  it("puts its own components and those of its target together", () => {
    const { model, decoding, ...own } = bundle;
    expect(resolve(own, { model, decoding }).components).toEqual(bundle);
  });

  it("may say the same of a component as its target, in another order of keys", () => {
    const own = { ...bundle, decoding: { temperature: 0, stop: [] } };
    expect(resolve(own, { decoding: { stop: [], temperature: 0 } }).components.decoding).toEqual({
      temperature: 0,
      stop: [],
    });
  });

  it("is refused when it says something else of a component than its target", () => {
    const { code, message, hint } = refusalOf(() => resolve(bundle, { model: "m-2" }));
    expect(code).toBe("RELEASE_INVALID");
    expect(message).toContain('"model"');
    expect(message).toContain("differently");
    expect(hint).toContain("`model`");
    expect(refusalOf(() => resolve({ ...bundle, tools: null }, { tools: ["search"] })).message).toContain(
      '"tools"',
    );
  });

  it("is refused when a component is not named at all, and all that lack are named", () => {
    const { prompt: _, guardrail: __, ...rest } = bundle;
    const { code, message, hint } = refusalOf(() => resolve(rest));
    expect(code).toBe("RELEASE_INVALID");
    expect(message).toContain('"prompt", "guardrail"');
    expect(hint).toContain("prompt: null");
  });

  it("does not count undefined as naming a component", () => {
    expect(refusalOf(() => resolve({ ...bundle, route: undefined })).message).toContain('"route"');
    expect(refusalOf(() => resolve({ ...bundle, route: undefined }, { route: undefined })).message).toContain(
      '"route"',
    );
  });

  it("has a fingerprint that any component moves, and nothing else", () => {
    const live = manifestOf(releaseOf("live"));
    for (const name of Object.keys(bundle)) {
      const changed = manifestOf(releaseOf("live", { [name]: { changed: true } }));
      expect(changed.fingerprint).not.toBe(live.fingerprint);
      const moved = Object.keys(bundle).filter(
        (other) => changed.components[other]!.fingerprint !== live.components[other]!.fingerprint,
      );
      expect(moved).toEqual([name]);
    }
    expect(manifestOf(releaseOf("other name", {}, ["prompt"])).fingerprint).toBe(live.fingerprint);
  });

  // Guarded against: components of a target are not checked to be JSON. What has no own members, such as an address or a map, is written
  // as `{}`: two releases that differ in it alone have the same fingerprint, and the difference is not found.
  it("does not lose a component of a target that is no JSON", () => {
    const withIndex = (index: unknown) => {
      const { retriever: _, ...own } = bundle;
      return () => manifestOf(resolve(own, { retriever: { index } })).fingerprint;
    };
    const one = withIndex(new URL("https://index.example/v1"));
    const other = withIndex(new URL("https://index.example/v2"));
    let fingerprints: string[] = [];
    try {
      fingerprints = [one(), other()];
    } catch (error) {
      expect(error).toBeInstanceOf(EvalsError);
      return;
    }
    expect(fingerprints[0]).not.toBe(fingerprints[1]);
  });

  // Guarded against: a function among the components of a target is a mistake of the user, but ends as a TypeError with a stack.
  it("refuses a function among the components of its target as a mistake of the user", () => {
    const { tools: _, ...own } = bundle;
    const error = refusalOf(() => manifestOf(resolve(own, { tools: [{ name: "search", run: () => 1 }] })));
    expect(error.code).toBe("RELEASE_INVALID");
  });
});

describe("what the costs of a release rest on", () => {
  it("stands in the manifest and changes no fingerprint: a price is no behaviour", () => {
    const release = resolve(bundle);
    const priced = (costBasis: string) =>
      manifestOf({ ...release, target: { ...release.target, costBasis } });
    expect(manifestOf(release)).not.toHaveProperty("costBasis");
    expect(priced("prices of May").costBasis).toBe("prices of May");
    expect(priced("prices of May").fingerprint).toBe(manifestOf(release).fingerprint);
    expect(priced("prices of June").fingerprint).toBe(priced("prices of May").fingerprint);
    const redact = redactor(["the-secret-key"]);
    expect(redactRelease(priced("at the-secret-key"), redact).costBasis).toBe("at [redacted]");
    expect(redactRelease(manifestOf(release), redact)).toEqual(manifestOf(release));
  });
});

describe("a prompt file", () => {
  it("is its name and the SHA-256 of its bytes", () => {
    const folder = mkdtempSync(join(tmpdir(), "gatewright-"));
    const file = join(folder, "prompt.md");
    writeFileSync(file, "You are kind.\n");
    const sha256 = createHash("sha256").update("You are kind.\n").digest("hex");
    expect(promptFile(file)).toEqual({ file: "prompt.md", sha256 });
    expect(promptFile(pathToFileURL(file))).toEqual({ file: "prompt.md", sha256 });
  });

  it("is refused when it is not there", () => {
    expect(refusalOf(() => promptFile("/nowhere/prompt.md"))).toMatchObject({ code: "RELEASE_INVALID" });
  });
});
