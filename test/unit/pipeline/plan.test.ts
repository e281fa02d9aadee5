import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../../src/core/json.ts";
import { fingerprintOf, seedFrom, sha256 } from "../../../src/pipeline/fingerprint.ts";
import { plan } from "../../../src/pipeline/plan.ts";
import { casesOf, datasetOf, manifests } from "./support.ts";

const dataset = datasetOf(casesOf(7));
const planOf = (more: object = {}) => plan({ dataset, ...manifests, repetitions: 3, seed: 42, ...more });
const placeOf = (trial: { caseId: string; side: string; repetition: number }) =>
  `${trial.caseId} ${trial.side} ${trial.repetition}`;

describe("a plan", () => {
  it("has each case on each side in each repetition exactly once", () => {
    const places = planOf().map(placeOf);
    const expected = dataset.cases.flatMap(({ id }) =>
      ["baseline", "candidate"].flatMap((side) => [1, 2, 3].map((n) => `${id} ${side} ${n}`)),
    );
    expect([...places].sort()).toEqual([...expected].sort());
  });

  it("gives both sides of a pair the same seed, and other pairs other seeds", () => {
    const seeds = new Map<string, Set<number>>();
    for (const { caseId, repetition, seed } of planOf()) {
      const pair = `${caseId} ${repetition}`;
      seeds.set(pair, (seeds.get(pair) ?? new Set()).add(seed));
    }
    expect([...seeds.values()].every((both) => both.size === 1)).toBe(true);
    expect(new Set([...seeds.values()].flatMap((both) => [...both])).size).toBe(7 * 3);
  });

  it("has a key of its own for each trial, and the same keys each time", () => {
    const keys = planOf().map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    expect(planOf().map(({ key }) => key)).toEqual(keys);
    expect(keys.every((key) => /^[0-9a-f]{64}$/.test(key))).toBe(true);
  });

  it("has keys that anyone can recompute: the SHA-256 of release, case, repetition and seed as JSON", () => {
    for (const { key, caseId, side, repetition, seed } of planOf()) {
      const parts = [manifests[side].fingerprint, dataset.caseFingerprints.get(caseId), repetition, seed];
      expect(key).toBe(createHash("sha256").update(JSON.stringify(parts)).digest("hex"));
    }
  });

  it("has keys that do not depend on the order of the cases or on the other side", () => {
    const keysBy = (trials: ReturnType<typeof plan>) =>
      new Map(trials.map((trial) => [placeOf(trial), trial.key]));
    const keys = keysBy(planOf());
    expect(keysBy(planOf({ dataset: datasetOf([...dataset.cases].reverse()) }))).toEqual(keys);
    const alone = keysBy(planOf({ candidate: manifests.baseline }));
    for (const [place, key] of keys) if (place.includes("baseline")) expect(alone.get(place)).toBe(key);
  });

  it("has other keys for another release, another root seed and changed cases", () => {
    const first = planOf()[0]!;
    const keyOf = (more: object) => planOf(more).find((trial) => placeOf(trial) === placeOf(first))!.key;
    const changed = datasetOf(dataset.cases.map((item) => ({ ...item, traceId: "changed" })));
    const keys = [
      first.key,
      keyOf({ seed: 43 }),
      keyOf({ dataset: changed }),
      keyOf({ baseline: manifests.candidate }),
    ];
    expect(new Set(keys).size).toBe(4);
  });

  it("is longer, not other, with more repetitions", () => {
    const more = new Set(planOf({ repetitions: 4 }).map(({ key }) => key));
    expect(planOf().every(({ key }) => more.has(key))).toBe(true);
  });

  it("lets neither side always go first", () => {
    const trials = planOf({ repetitions: 2 });
    const first = trials.filter((_, index) => index % 2 === 0).map(({ side }) => side);
    expect(first.filter((side) => side === "baseline")).toHaveLength(7);
    expect(first.filter((side) => side === "candidate")).toHaveLength(7);
    for (let at = 0; at < trials.length; at += 2) expect(trials[at]!.caseId).toBe(trials[at + 1]!.caseId);
  });
});

describe("a fingerprint", () => {
  it("is the SHA-256 of the canonical form", () => {
    // FIPS 180-4, the example "abc".
    expect(sha256("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    const value = { b: [1, "ü"], a: null };
    expect(canonicalJson(value)).toBe('{"a":null,"b":[1,"ü"]}');
    expect(fingerprintOf(value)).toBe(
      createHash("sha256").update('{"a":null,"b":[1,"ü"]}', "utf8").digest("hex"),
    );
  });

  it("gives seeds that a 32-bit signed integer holds", () => {
    const seeds = Array.from({ length: 500 }, (_, index) => seedFrom(`text ${index}`));
    expect(seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed <= 2 ** 31 - 1)).toBe(true);
    expect(new Set(seeds).size).toBe(500);
    // First 32 bits of SHA-256("abc"), the sign bit cleared: 0xba7816bf − 0x80000000.
    expect(seedFrom("abc")).toBe(0x3a7816bf);
  });
});
