import { describe, expect, it } from "vitest";
import type { Store } from "../../../src/core/extensions.ts";
import type { Report } from "../../../src/core/report.ts";
import type { RunManifest } from "../../../src/core/run.ts";
import {
  assumedDiscordance,
  callCostIn,
  discordanceOf,
  metricHistories,
  rankedRuns,
} from "../../../src/pipeline/power-history.ts";
import { memoryStore } from "../../../src/testing.ts";
import { casesOf, datasetOf, manifestFor, manifests, type Pairs, pairsOf, recordsOf } from "./support.ts";

const everyCase = { name: "all", tags: {} };
const free = { name: "tier=free", tags: { tier: "free" } };
const task = [{ name: "task", version: "1" }];

interface Stored {
  readonly same?: boolean;
  readonly finished?: boolean;
  readonly costUsd?: number;
  readonly manifest?: Partial<RunManifest>;
  /** Cases of the free tier, which come first. */
  readonly free?: number;
}

async function storeRun(store: Store, runId: string, counts: Record<Pairs, number>, stored: Stored = {}) {
  const letters = pairsOf(counts);
  const cases = casesOf(letters.length, (index) => ({
    cohorts: { tier: index < (stored.free ?? 0) ? "free" : "pro" },
  }));
  const manifest: RunManifest = {
    ...manifestFor(datasetOf(cases), letters[0]!.split(" ").length),
    ...(stored.same && { candidate: manifests.baseline }),
    ...stored.manifest,
    runId,
  };
  const { samples, scores } = recordsOf(new Map(cases.map(({ id }, index) => [id, letters[index]!])));
  await store.append([
    { kind: "run", runId, key: "manifest", body: manifest },
    ...cases.map((body) => ({ kind: "case" as const, runId, key: body.id, body })),
    ...samples.map((sample, index) => {
      const body = { ...sample, usage: { ...sample.usage, costUsd: stored.costUsd ?? null } };
      return { kind: "sample" as const, runId, key: String(index), body };
    }),
    ...scores.map((score, index) => ({ kind: "scores" as const, runId, key: `${index}`, body: [score] })),
  ]);
  if (stored.finished ?? true) {
    await store.append([{ kind: "report", runId, key: "report", body: {} as Report }]);
  }
  return manifest;
}

async function taskHistory(store: Store) {
  const runs = await rankedRuns(store, "tiny");
  return (await metricHistories(store, runs, task, { alsoUnfinished: false })).get("task");
}

async function discordanceIn(store: Store, cohort = everyCase) {
  return discordanceOf(await taskHistory(store), cohort);
}

describe("the runs to measure by", () => {
  it("are repeated ones, newest first, then comparisons, newest first; no run of a cohort, none of another evaluation", async () => {
    const store = memoryStore();
    const counts = { pp: 2 };
    await storeRun(store, "same", counts, { same: true });
    await storeRun(store, "old", counts);
    await storeRun(store, "repeated", { "pp pp": 2 });
    await storeRun(store, "new", counts);
    await storeRun(store, "cohort", counts, { same: true, manifest: { filter: "tier=free" } });
    const evaluation = { name: "other", file: "other.eval.ts" };
    await storeRun(store, "other", counts, { same: true, manifest: { evaluation } });
    const runs = await rankedRuns(store, "tiny");
    expect(runs.map(({ runId }) => runId)).toEqual(["repeated", "same", "new", "old"]);
  });

  it("are finished ones, of this version of the evaluator, that judged something", async () => {
    const store = memoryStore();
    await storeRun(store, "good", { pp: 30 }, { same: true });
    await storeRun(store, "mute", { nn: 30 }, { same: true });
    const evaluators = [{ name: "task", version: "0" }];
    await storeRun(store, "version", { pp: 30 }, { same: true, manifest: { evaluators } });
    await storeRun(store, "unfinished", { pp: 30 }, { same: true, finished: false });
    expect((await taskHistory(store))?.run.runId).toBe("good");
  });
});

describe("the discordance", () => {
  it("is assumed where nothing is stored", async () => {
    expect(await discordanceIn(memoryStore())).toMatchObject({
      share: assumedDiscordance,
      source: "assumed",
    });
  });

  it("is the share of cases that differ between two tries of the same release, unjudged pairs left out", async () => {
    const store = memoryStore();
    await storeRun(store, "r", { pp: 34, pf: 2, fp: 4, "p-": 5, nn: 5 }, { same: true });
    expect(await discordanceIn(store)).toEqual({
      share: 6 / 40,
      source: "same-release",
      runId: "r",
      cohort: "all",
      cases: 40,
      isFloor: false,
    });
  });

  it("is twice the baseline's variance within the cases of a repeated comparison, whatever the candidate did", async () => {
    const store = memoryStore();
    // The baseline's variance is 1/2 in 4 of 40 cases: .05.
    await storeRun(store, "r", { "pp pp": 16, "pf pf": 20, "pf ff": 4 });
    const found = await discordanceIn(store);
    expect(found.share).toBeCloseTo(0.1, 12);
    expect(found).toMatchObject({ source: "repetitions", cases: 40 });
  });

  it("is the sum of both sides' variances where both are the same release", async () => {
    const store = memoryStore();
    // Baseline 4 of 40 cases, candidate 2 of 40 with a variance of 1/2: .05 + .025.
    await storeRun(store, "r", { "pp pp": 34, "pp fp": 4, "pp pf": 2 }, { same: true });
    expect((await discordanceIn(store)).share).toBeCloseTo(0.075, 12);
  });

  it("is at least one case, which is said", async () => {
    const store = memoryStore();
    await storeRun(store, "r", { pp: 50 }, { same: true });
    expect(await discordanceIn(store)).toMatchObject({ share: 0.02, isFloor: true });
  });

  it("is the cohort's own from 30 cases on, else that of all cases", async () => {
    const big = memoryStore();
    // 6 of the 30 free cases differ, none of the other 30.
    await storeRun(big, "r", { pf: 6, pp: 54 }, { free: 30 });
    expect(await discordanceIn(big, free)).toMatchObject({ share: 0.2, cohort: "tier=free", cases: 30 });
    const small = memoryStore();
    await storeRun(small, "r", { pf: 6, pp: 54 }, { free: 29 });
    expect(await discordanceIn(small, free)).toMatchObject({ share: 0.1, cohort: "all", cases: 60 });
    expect(await discordanceIn(small, free)).toMatchObject({ source: "comparison" });
  });
});

describe("the cost of a call", () => {
  it("is the mean of the newest run that reports costs", async () => {
    const store = memoryStore();
    expect(await callCostIn(store, [])).toBeNull();
    await storeRun(store, "cheap", { pp: 2 }, { costUsd: 0.01 });
    await storeRun(store, "dear", { pp: 2 }, { costUsd: 0.03 });
    await storeRun(store, "silent", { pp: 2 });
    const cost = await callCostIn(store, await store.runs());
    expect(cost?.runId).toBe("dear");
    expect(cost?.usd).toBeCloseTo(0.03, 12);
  });
});
