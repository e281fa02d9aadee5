import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Store } from "../../../src/core/extensions.ts";
import { type Promotion, promotionsScope } from "../../../src/core/promotion.ts";
import type { ReleaseManifest } from "../../../src/core/release.ts";
import type { Report } from "../../../src/core/report.ts";
import { promote } from "../../../src/pipeline/promote.ts";
import { knownPromotions, readPromotions, releasesLive } from "../../../src/pipeline/promotions.ts";
import { manifestOf } from "../../../src/pipeline/release.ts";
import { rollBack } from "../../../src/pipeline/roll-back.ts";
import { memoryStore } from "../../../src/stores/memory.ts";
import { sqliteStore } from "../../../src/stores/sqlite.ts";
import { passingReport } from "../../fixtures/report-example.ts";
import { casesOf, datasetOf, manifestFor, releaseOf } from "./support.ts";

const letters = ["a", "b", "c", "d", "e"] as const;
const releases = new Map<string, ReleaseManifest>(
  letters.map((letter) => [letter, manifestOf(releaseOf(letter, { prompt: letter }))]),
);
const who = {
  by: "Ada",
  byFrom: "--by",
  redact: (text: string) => text,
  now: () => "2026-01-31T14:25:00.000Z",
};

/** Stores a finished run that passed, of one release against another. */
async function finishedRun(store: Store, runId: string, baseline: string, candidate: string) {
  const manifest = {
    ...manifestFor(datasetOf(casesOf(2))),
    runId,
    baseline: releases.get(baseline)!,
    candidate: releases.get(candidate)!,
  };
  const body: Report = { ...passingReport(), provenance: manifest };
  await store.append([
    { kind: "run", runId, key: "manifest", body: manifest },
    { kind: "report", runId, key: "report", body },
  ]);
  return manifest;
}

const standing = async (store: Store) =>
  releasesLive((await readPromotions(store)).promotions)
    .map(({ release }) => release.name)
    .join("");

describe("what is live", () => {
  it("is what was promoted last, upon the baseline that it was judged against", async () => {
    const store = memoryStore();
    await promote(store, await finishedRun(store, "1", "a", "b"), who);
    expect(await standing(store)).toBe("ab");
    await promote(store, await finishedRun(store, "2", "b", "c"), who);
    expect(await standing(store)).toBe("abc");
    // Somebody deployed d without recording it.
    await promote(store, await finishedRun(store, "3", "d", "e"), who);
    expect(await standing(store)).toBe("abcde");
    const { promotion } = await rollBack(store, "tiny", { ...who, note: "x" });
    expect(promotion.caveats).toEqual([
      "d was live without being recorded; the release that was recorded before is c (--to c goes back to it)",
    ]);
    expect(await standing(store)).toBe("abcd");
    await rollBack(store, "tiny", { ...who, note: "x", to: "b" });
    expect(await standing(store)).toBe("ab");
  });

  it("is recorded for a first release that is compared with itself, without anything to go back to", async () => {
    const store = memoryStore();
    await promote(store, await finishedRun(store, "1", "a", "a"), who);
    expect(await standing(store)).toBe("a");
    await expect(rollBack(store, "tiny", { ...who, note: "x" })).rejects.toThrow("first release");
  });

  it("always is the release of the last record, and every rollback finds a release that was live before", async () => {
    const step = fc.oneof(
      fc.record({ baseline: fc.constantFrom(...letters), candidate: fc.constantFrom(...letters) }),
      fc.record({ to: fc.constantFrom(...letters) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const store = memoryStore();
        for (const [index, each] of steps.entries()) {
          if ("to" in each)
            await rollBack(store, "tiny", { ...who, ...each, note: "x" }).catch(() => undefined);
          else await promote(store, await finishedRun(store, `${index}`, each.baseline, each.candidate), who);
          const { promotions } = await readPromotions(store);
          expect(promotions.map(({ number }) => number)).toEqual(promotions.map((_, at) => at + 1));
          const live = releasesLive(promotions);
          expect(live.at(-1)?.release).toEqual(promotions.at(-1)?.release);
          expect(live.at(-1)?.since).toEqual(promotions.at(-1));
          const last = promotions.at(-1);
          if (last?.kind !== "rollback") continue;
          const earlier = promotions.slice(0, -1).flatMap(({ release, replaced }) => [release, replaced]);
          expect(earlier).toContainEqual(last.release);
        }
      }),
      { numRuns: 60 },
    );
  });
});

const stores: [string, () => [Store, Store]][] = [
  [
    "one store in memory",
    () => {
      const store = memoryStore();
      return [store, store];
    },
  ],
  [
    "two processes with one file",
    () => {
      const file = join(mkdtempSync(join(tmpdir(), "gatewright-promotions-")), "store.sqlite");
      return [sqliteStore(file), sqliteStore(file)];
    },
  ],
];

describe.each(stores)("two people at the same time, %s", (_, open) => {
  it("keeps the first record, and tells the other that nothing was written", async () => {
    const [one, two] = open();
    const b = await finishedRun(one, "1", "a", "b");
    const c = await finishedRun(one, "2", "a", "c");
    const ends = await Promise.allSettled([promote(one, b, who), promote(two, c, { ...who, by: "Grace" })]);
    const refused = ends.filter(({ status }) => status === "rejected") as PromiseRejectedResult[];
    const { promotions } = await readPromotions(two);
    expect(promotions).toHaveLength(2 - refused.length);
    expect(promotions.map(({ number }) => number)).toEqual(promotions.map((_, index) => index + 1));
    for (const { reason } of refused) expect(reason).toMatchObject({ code: "PROMOTION_REFUSED" });
    await one.close();
    if (two !== one) await two.close();
  });
});

describe("a bundle", () => {
  it("stays whole in the record, members that look like a prototype too", async () => {
    const store = memoryStore();
    const prompt = JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1, "text": "\\u0000"}');
    const candidate = manifestOf(releaseOf("odd", { prompt }));
    const manifest = { ...(await finishedRun(store, "1", "a", "b")), candidate };
    await promote(store, manifest, who);
    const [record] = (await readPromotions(store)).promotions;
    expect(JSON.stringify(record!.release)).toBe(JSON.stringify(candidate));
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe("what a run remembers", () => {
  const record = (own: Partial<Promotion>): Promotion => ({
    schemaVersion: 1,
    kind: "promotion",
    number: 1,
    evaluation: "tiny",
    at: "2026-01-31T14:25:00.000Z",
    by: "Ada",
    byFrom: "git",
    runId: "1",
    verdict: "pass",
    release: releases.get("b")!,
    replaced: releases.get("a")!,
    ...own,
  });

  it("is nothing where nothing was recorded", () => {
    expect(knownPromotions([], releases.get("a")!)).toBeUndefined();
  });

  it("is the last record, the last of its baseline, and where the two differ", () => {
    const records = [
      record({}),
      record({ number: 2, release: releases.get("c")!, replaced: releases.get("b")! }),
    ];
    const known = knownPromotions(records, releases.get("b")!)!;
    expect(known.live).toMatchObject({ number: 2, release: { name: "c" } });
    expect(known.baseline).toMatchObject({ number: 1, release: { name: "b" } });
    expect(known.differences).toEqual(["prompt"]);
    expect(JSON.stringify(known)).not.toContain("components");
  });

  it("takes the same bundle under another name for the same release", () => {
    const renamed = { ...releases.get("b")!, name: "renamed" };
    expect(knownPromotions([record({})], renamed)).toMatchObject({
      differences: [],
      baseline: { number: 1 },
    });
  });
});

describe("records of another make", () => {
  it.each([null, 7, "text", [], {}, { evaluation: "tiny", schemaVersion: 2 }])(
    "are counted, and never read as a promotion: %j",
    async (body) => {
      const store = memoryStore();
      const record = body as unknown as Promotion;
      await store.append([{ kind: "promotion", runId: promotionsScope, key: "odd", body: record }]);
      expect(await readPromotions(store, "tiny")).toEqual({ promotions: [], unreadable: 1 });
    },
  );

  it("does not stand in the way of another evaluation", async () => {
    const store = memoryStore();
    const body = { evaluation: "other", schemaVersion: 2 } as unknown as Promotion;
    await store.append([{ kind: "promotion", runId: promotionsScope, key: "odd", body }]);
    expect((await promote(store, await finishedRun(store, "1", "a", "b"), who)).isNew).toBe(true);
  });
});
