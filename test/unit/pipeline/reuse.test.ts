import { describe, expect, it } from "vitest";
import { evaluationDefinitionSchema } from "../../../src/core/evaluation.ts";
import type { Store, Target } from "../../../src/core/extensions.ts";
import type { Report } from "../../../src/core/report.ts";
import { scored } from "../../../src/core/score.ts";
import { evaluate, type Progress } from "../../../src/pipeline/evaluate.ts";
import { fingerprintOf } from "../../../src/pipeline/fingerprint.ts";
import { plan } from "../../../src/pipeline/plan.ts";
import type { PreparedRun } from "../../../src/pipeline/prepare.ts";
import { manifestOf } from "../../../src/pipeline/release.ts";
import { resolveGate } from "../../../src/pipeline/resolve-gate.ts";
import { memoryStore } from "../../../src/stores/memory.ts";
import { bundle, casesOf, datasetOf, gateOf, releaseOf } from "./support.ts";

const dataset = datasetOf(casesOf(40));

interface World {
  readonly store: Store;
  readonly runId: string;
  /** Hours after the first run. */
  readonly hours?: number;
  /** The prompt of the candidate. */
  readonly prompt?: string;
  readonly maximumAgeHours?: number;
  readonly cacheable?: boolean;
  readonly call?: Target["call"];
  readonly criteria?: readonly object[];
  readonly version?: string;
}

const daytime = (hours: number) => new Date(Date.UTC(2026, 0, 1) + hours * 3_600_000).toISOString();

/** One run; counts the calls that were really made. */
async function run(world: World): Promise<{ calls: number; report: Report; progress: Progress }> {
  let calls = 0;
  const target: Target = {
    name: "t",
    components: {},
    async call(request, context) {
      calls++;
      return world.call?.(request, context) ?? { text: "right", usage: { costUsd: 1 } };
    },
  };
  const cacheable = world.cacheable ?? true;
  const live = { ...releaseOf("live"), target, cacheable };
  const next = { ...releaseOf("next", { prompt: world.prompt ?? "p-2" }, ["prompt"]), target, cacheable };
  const releases = [live, next].map(({ name }) => ({ name, target, components: bundle }));
  const evaluators = [{ name: "task", version: "1", evaluate: () => scored(1, true, "compared") }];
  const value = evaluationDefinitionSchema.parse({
    name: "tiny",
    dataset: "d",
    gate: "g",
    baseline: "live",
    candidate: "next",
    releases,
    evaluators,
    retries: 0,
  });
  const gate = gateOf(world.criteria ?? [{ metric: "task", margin: 0.1 }]);
  const manifests = { baseline: manifestOf(live), candidate: manifestOf(next) };
  const prepared: PreparedRun = {
    evaluation: { value, file: "/tiny.eval.ts", shown: "tiny.eval.ts", source: "" },
    dataset,
    filter: null,
    gate: gate.value,
    gateHash: fingerprintOf(gate.value),
    resolved: resolveGate(gate, dataset, ["task"]),
    releases: { baseline: live, candidate: next },
    manifests,
    evaluators,
    repetitions: 1,
    maximumCostUsd: undefined,
    cacheMaximumAgeHours: world.maximumAgeHours,
    seed: 1,
    trials: plan({ dataset, ...manifests, repetitions: 1, seed: 1 }),
    warnings: [],
  };
  const seen: Progress[] = [];
  const result = await evaluate(prepared, {
    store: world.store,
    runId: world.runId,
    resume: false,
    now: () => daytime(world.hours ?? 0),
    clock: () => performance.now(),
    wait: async () => {},
    redact: (text) => text,
    software: { gatewright: world.version ?? "1", node: "0" },
    git: null,
    stop: new AbortController().signal,
    abort: new AbortController().signal,
    onProgress: (progress) => seen.push(progress),
  });
  if (result.kind !== "finished") throw new Error("the run did not finish");
  return { calls, report: result.report, progress: seen.at(-1)! };
}

describe("answers of earlier runs", () => {
  it("stand for the same trials within the allowed age, and keep the time at which they were made", async () => {
    const store = memoryStore();
    expect((await run({ store, runId: "a" })).calls).toBe(80);
    const again = await run({ store, runId: "b", hours: 5, maximumAgeHours: 6 });
    expect(again.calls).toBe(0);
    expect(again.progress).toMatchObject({ done: 80, reused: 80, costUsd: null });
    expect(again.report.verdict).toBe("pass");
    expect(again.report.operations[0]).toMatchObject({ answered: 40, reused: 40, latencyMs: null });
    expect(again.report.comparability.find(({ subject }) => subject === "reused answers")?.message).toContain(
      `40 answers of the baseline and 40 of the candidate were taken from earlier runs, made from ${daytime(0)} to ${daytime(0)}`,
    );
    const samples = await store.read("b", "sample");
    expect(new Set(samples.map(({ reusedFrom, startedAt }) => `${reusedFrom} ${startedAt}`))).toEqual(
      new Set([`a ${daytime(0)}`]),
    );
    // Taken over twice they still tell of the call that was made.
    await run({ store, runId: "c", hours: 5.5, maximumAgeHours: 6 });
    expect((await store.read("c", "sample"))[0]!.reusedFrom).toBe("a");
  });

  it.each<[string, Partial<World>]>([
    ["no cache is asked for", { hours: 1 }],
    ["they are too old", { hours: 7, maximumAgeHours: 6 }],
    ["the release may not be cached", { hours: 1, maximumAgeHours: 6, cacheable: false }],
    ["another version of gatewright made them", { hours: 1, maximumAgeHours: 6, version: "2" }],
  ])("stand for nothing when %s", async (_, world) => {
    const store = memoryStore();
    await run({ store, runId: "a" });
    expect((await run({ store, runId: "b", ...world })).calls).toBe(80);
  });

  it("stand for the release that did not change alone", async () => {
    const store = memoryStore();
    await run({ store, runId: "a" });
    const again = await run({ store, runId: "b", hours: 1, maximumAgeHours: 6, prompt: "p-3" });
    expect(again.calls).toBe(40);
    expect(again.report.operations.slice(0, 2).map(({ reused }) => reused)).toEqual([40, undefined]);
  });

  it("are never failures", async () => {
    const store = memoryStore();
    const call: Target["call"] = async ({ caseId }) => {
      if (caseId === "c0003") throw new Error("down");
      return { text: "right" };
    };
    await run({ store, runId: "a", call });
    expect((await run({ store, runId: "b", hours: 1, maximumAgeHours: 6 })).calls).toBe(2);
  });

  it("settle nothing of latency: times of different hours are not compared", async () => {
    const store = memoryStore();
    const criteria = [{ metric: "latency_ms.p50", maximumRatio: 5 }];
    await run({ store, runId: "a", criteria });
    const { report } = await run({
      store,
      runId: "b",
      hours: 1,
      maximumAgeHours: 6,
      prompt: "p-3",
      criteria,
    });
    expect(report.decisions[0]!.decision).toBe("inconclusive");
  });
});
