import { describe, expect, it } from "vitest";
import type { Case } from "../../../src/core/dataset.ts";
import { type EvalsError, TargetError } from "../../../src/core/errors.ts";
import { evaluationDefinitionSchema } from "../../../src/core/evaluation.ts";
import type { Evaluator, Store, Target } from "../../../src/core/extensions.ts";
import { redactor } from "../../../src/core/redact.ts";
import { scored } from "../../../src/core/score.ts";
import { evaluate, lastSamples, type Progress, type RunEnvironment } from "../../../src/pipeline/evaluate.ts";
import { fingerprintOf } from "../../../src/pipeline/fingerprint.ts";
import { plan } from "../../../src/pipeline/plan.ts";
import type { PreparedRun } from "../../../src/pipeline/prepare.ts";
import { manifestOf } from "../../../src/pipeline/release.ts";
import { resolveGate } from "../../../src/pipeline/resolve-gate.ts";
import { storedReport } from "../../../src/pipeline/stored-report.ts";
import { memoryStore } from "../../../src/testing.ts";
import { bundle, casesOf, datasetOf, gateOf, releaseOf, sampleFor } from "./support.ts";

const isRight: Evaluator = {
  name: "task",
  version: "1",
  evaluate: ({ sample }) => scored(1, sample.output.text === "right", "compared"),
};

interface World {
  readonly cases?: readonly Case[];
  readonly call?: Target["call"];
  readonly evaluators?: readonly Evaluator[];
  readonly prompt?: string;
  readonly gate?: object;
  readonly maximumCostUsd?: number;
  readonly components?: Record<string, unknown>;
}

function prepared({ cases = casesOf(30), evaluators = [isRight], ...world }: World = {}): PreparedRun {
  const call = world.call ?? (async () => ({ text: "right" }));
  const target = { name: "t", components: {}, call };
  const live = { ...releaseOf("live", world.components), target };
  const next = {
    ...releaseOf("next", { ...world.components, prompt: world.prompt ?? "p-2" }, ["prompt"]),
    target,
  };
  const dataset = datasetOf(cases);
  const gate = gateOf([world.gate ?? { metric: "task", margin: 0.1 }]);
  const manifests = { baseline: manifestOf(live), candidate: manifestOf(next) };
  const value = evaluationDefinitionSchema.parse({
    name: "tiny",
    dataset: "d",
    gate: "g",
    baseline: "live",
    candidate: "next",
    releases: [live, next].map(({ name }) => ({ name, target, components: bundle })),
    evaluators: [...evaluators],
    retries: 0,
    concurrency: 3,
  });
  return {
    evaluation: { value, file: "/tiny.eval.ts", shown: "tiny.eval.ts", source: "" },
    dataset,
    filter: null,
    gate: gate.value,
    gateHash: fingerprintOf(gate.value),
    resolved: resolveGate(
      gate,
      dataset,
      evaluators.map(({ name }) => name),
    ),
    releases: { baseline: live, candidate: next },
    manifests,
    evaluators,
    repetitions: 1,
    maximumCostUsd: world.maximumCostUsd,
    seed: 1,
    trials: plan({ dataset, ...manifests, repetitions: 1, seed: 1 }),
    warnings: [],
  };
}

function environment(store: Store, more: Partial<RunEnvironment> = {}): RunEnvironment {
  return {
    store,
    runId: "run-1",
    resume: false,
    now: () => "2026-01-01T00:00:00.000Z",
    // Time stands still, so that two runs of the same answers measure the same.
    clock: () => 0,
    wait: async () => {},
    redact: (text) => text,
    software: { gatewright: "0", node: "0" },
    git: null,
    stop: new AbortController().signal,
    abort: new AbortController().signal,
    onProgress: () => {},
    ...more,
  };
}

/** A run that is stopped after so many calls. */
async function interrupted(store: Store, after: number, world: World = {}) {
  const controller = new AbortController();
  let calls = 0;
  const call: Target["call"] = async (request, context) => {
    if (++calls >= after) controller.abort();
    return world.call?.(request, context) ?? { text: "right" };
  };
  const result = await evaluate(
    prepared({ ...world, call }),
    environment(store, { stop: controller.signal }),
  );
  return { result, calls };
}

describe("an evaluation", () => {
  it("stores the run, its cases, samples, scores and the report that it gives", async () => {
    const store = memoryStore();
    const result = await evaluate(prepared(), environment(store));
    expect(result).toMatchObject({ kind: "finished", report: { verdict: "pass", exitCode: 0 } });
    const counts = await Promise.all(
      (["run", "case", "sample", "scores", "report"] as const).map(
        async (kind) => (await store.read("run-1", kind)).length,
      ),
    );
    expect(counts).toEqual([1, 30, 60, 60, 1]);
    const [manifest] = await store.runs();
    expect(result).toEqual({ kind: "finished", report: await storedReport(store, manifest!) });
  });

  it("closes its targets once, when it is over", async () => {
    const run = prepared();
    const store = memoryStore();
    const closed: number[] = [];
    run.releases.baseline.target.close = async () => {
      closed.push((await store.read("run-1", "report")).length);
    };
    await evaluate(run, environment(store));
    expect(closed).toEqual([1]);
  });

  it("says how far it is, up to every planned trial", async () => {
    const seen: Progress[] = [];
    const call: Target["call"] = async ({ caseId }) => {
      if (caseId === "c0003") throw new Error("broken");
      return { text: "right", usage: { costUsd: 0.5 } };
    };
    await evaluate(
      prepared({ call }),
      environment(memoryStore(), { onProgress: (progress) => seen.push(progress) }),
    );
    expect(seen[0]).toEqual({
      planned: 60,
      done: 0,
      failed: 0,
      costUsd: null,
      concurrency: 3,
      rateLimited: 0,
      reused: 0,
    });
    expect(seen.at(-1)).toEqual({
      planned: 60,
      done: 60,
      failed: 2,
      costUsd: 29,
      concurrency: 3,
      rateLimited: 0,
      reused: 0,
    });
  });

  it("stores each sample before it is scored", async () => {
    const store = memoryStore();
    const storedBefore: boolean[] = [];
    const evaluator: Evaluator = {
      ...isRight,
      async evaluate({ sample }) {
        const samples = await store.read("run-1", "sample");
        storedBefore.push(samples.some(({ trialKey }) => trialKey === sample.trialKey));
        return scored(1, true, "");
      },
    };
    await evaluate(prepared({ evaluators: [evaluator], cases: casesOf(4) }), environment(store));
    expect(storedBefore).toEqual(Array(8).fill(true));
  });
});

describe("a resumed run", () => {
  it("pays for no answer twice, and ends with the report of a run that was never interrupted", async () => {
    const store = memoryStore();
    const first = await interrupted(store, 20);
    expect(first.result).toMatchObject({ kind: "interrupted", planned: 60 });
    expect(first.calls).toBeLessThan(60);
    let calls = 0;
    const call: Target["call"] = async () => {
      calls++;
      return { text: "right" };
    };
    const result = await evaluate(prepared({ call }), environment(store, { resume: true }));
    expect(first.calls + calls).toBe(60);
    const whole = await evaluate(prepared(), environment(memoryStore()));
    if (result.kind !== "finished" || whole.kind !== "finished") throw new Error("not finished");
    expect(result.report).toEqual(whole.report);
  });

  it("tries failed trials again, and takes the answer", async () => {
    const store = memoryStore();
    const failing: Target["call"] = async () => {
      throw new TargetError({ kind: "provider", message: "down", retryable: true });
    };
    const broken = await evaluate(prepared({ call: failing }), environment(store));
    expect(broken).toMatchObject({ kind: "finished", report: { verdict: "error" } });
    const mended = await evaluate(prepared(), environment(store, { resume: true }));
    expect(mended).toMatchObject({ kind: "finished", report: { verdict: "pass" } });
    expect(await store.read("run-1", "sample")).toHaveLength(120);
  });

  it("scores what was answered and not scored before it ended", async () => {
    const whole = memoryStore();
    await evaluate(prepared(), environment(whole));
    const store = memoryStore();
    const run = (await whole.read("run-1", "run")).map((body) => ({
      kind: "run" as const,
      runId: "run-1",
      key: "m",
      body,
    }));
    const samples = (await whole.read("run-1", "sample")).map((body, at) => ({
      kind: "sample" as const,
      runId: "run-1",
      key: `${at}`,
      body,
    }));
    await store.append([...run, ...samples]);
    const call: Target["call"] = () => Promise.reject(new Error("must not be called"));
    const result = await evaluate(prepared({ call }), environment(store, { resume: true }));
    expect(result).toMatchObject({ kind: "finished", report: { verdict: "pass" } });
    expect(await store.read("run-1", "scores")).toHaveLength(60);
  });

  it("that is not there is refused", async () => {
    const resumed = evaluate(prepared(), environment(memoryStore(), { resume: true }));
    await expect(resumed).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
  });

  const changes: [string, World, string][] = [
    ["a case", { cases: [...casesOf(29), { ...casesOf(30)[29]!, traceId: "t" }] }, "the dataset"],
    ["the candidate's prompt", { prompt: "p-3" }, "the candidate"],
    ["the gate's margin", { gate: { metric: "task", margin: 0.2 } }, "the gate"],
    ["an evaluator's version", { evaluators: [{ ...isRight, version: "2" }] }, "an evaluator"],
  ];
  it.each(changes)("is refused when %s changed, and says what", async (_, world, what) => {
    const store = memoryStore();
    await interrupted(store, 10);
    const error = await evaluate(prepared(world), environment(store, { resume: true })).catch(
      (e: EvalsError) => e,
    );
    expect(error).toMatchObject({ code: "RUN_MISMATCH", message: expect.stringContaining(what) });
  });

  it("counts what was spent before against the limit", async () => {
    const call: Target["call"] = async () => ({ text: "right", usage: { costUsd: 1 } });
    const store = memoryStore();
    const world = { call, maximumCostUsd: 12.5 };
    const result = await evaluate(prepared(world), environment(store));
    expect(result).toMatchObject({ kind: "finished", report: { verdict: "error", exitCode: 4 } });
    const answered = (await store.read("run-1", "sample")).filter(({ output }) => output !== null);
    expect(answered).toHaveLength(12);
    // With 12 of 20 dollars spent, eight more calls fit.
    await evaluate(prepared({ ...world, maximumCostUsd: 20 }), environment(store, { resume: true }));
    const all = (await store.read("run-1", "sample")).filter(({ output }) => output !== null);
    expect(all).toHaveLength(20);
  });

  // What is given up leaves neither sample nor score, and is done again: what it had used by then was paid for all the same.
  it("counts what calls that were given up had reported against the limit", async () => {
    const store = memoryStore();
    const abort = new AbortController();
    const hanging: Target["call"] = async (_, { reportUsage }) => {
      reportUsage?.({ costUsd: 1 });
      setImmediate(() => abort.abort());
      return new Promise(() => {});
    };
    const given = { stop: abort.signal, abort: abort.signal };
    const world = { maximumCostUsd: 10.5 };
    const first = await evaluate(prepared({ ...world, call: hanging }), environment(store, given));
    expect(first).toMatchObject({ kind: "interrupted", done: 0 });
    // Until the cost of one is known, one call of each release is under way.
    expect((await store.read("run-1", "spent")).map(({ side, costUsd }) => [side, costUsd]).sort()).toEqual([
      ["baseline", 1],
      ["candidate", 1],
    ]);
    const call: Target["call"] = async () => ({ text: "right", usage: { costUsd: 1 } });
    await evaluate(prepared({ ...world, call }), environment(store, { resume: true }));
    // Of ten dollars and a half two are gone.
    expect((await store.read("run-1", "sample")).filter(({ output }) => output !== null)).toHaveLength(8);
  });

  it("counts what judging that was given up had cost, over all of its parts", async () => {
    const store = memoryStore();
    let abort = new AbortController();
    let asked = 0;
    const judge: Target = {
      name: "judge",
      components: {},
      async call(_, { reportUsage }) {
        asked++;
        reportUsage?.({ costUsd: 1 });
        setImmediate(() => abort.abort());
        return new Promise(() => {});
      },
    };
    const asking: Evaluator = {
      ...isRight,
      async evaluate({ sample: { caseId } }, context) {
        const request = { caseId, input: {}, messages: [], context: [], repetition: 1 };
        const judgedBy = { name: "judge", fingerprint: "0".repeat(64) };
        const read = () => ({ value: true });
        const reply = await context!.ask({ target: judge, judgedBy, request, version: caseId, read });
        if ("value" in reply) return scored(1, true, "judged");
        return { status: "error", reason: reply.problem.message, kind: reply.problem.kind };
      },
    };
    const call: Target["call"] = async () => ({ text: "right", usage: { costUsd: 1 } });
    const world = { cases: casesOf(4), evaluators: [asking], maximumCostUsd: 10.5, call };
    for (let part = 0; part < 8; part++) {
      abort = new AbortController();
      const given = { stop: abort.signal, abort: abort.signal, resume: part > 0 };
      await evaluate(prepared(world), environment(store, given));
    }
    const spent = await store.read("run-1", "spent");
    expect(spent.map(({ costUsd }) => costUsd)).toEqual(Array(asked).fill(1));
    // Eight answers, and a judge that is asked again in every part: eight parts would cost sixteen dollars.
    const answered = (await store.read("run-1", "sample")).filter(({ output }) => output !== null);
    expect(answered.length + asked).toBe(10);
  });
});

describe("the last sample of a trial", () => {
  it("is the answered one if there is any, else the last failure", () => {
    const failed = (message: string) => ({
      ...sampleFor("c", "candidate", "-"),
      failure: { kind: "provider", message, retryable: true } as const,
    });
    const answered = sampleFor("c", "candidate", "p");
    expect(lastSamples([failed("one"), answered, failed("two")])).toEqual([answered]);
    expect(lastSamples([failed("one"), failed("two")])).toEqual([failed("two")]);
    expect(
      lastSamples([answered, sampleFor("c", "baseline", "p"), sampleFor("c", "candidate", "p", 2)]),
    ).toHaveLength(3);
  });
});

describe("secrets", () => {
  const redact = redactor(["the-secret-key"]);

  it("leaves the record's own words alone, also when a secret is one of them", async () => {
    const store = memoryStore();
    const own = redactor(["candidate", "components", "fingerprint"]);
    await evaluate(prepared(), environment(store, { redact: own }));
    const [manifest] = await store.runs();
    expect(manifest!.candidate.components.prompt!.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(manifest!.baseline.name).toBe("live");
  });

  it("are in nothing that a run stores of its releases and answers", async () => {
    const store = memoryStore();
    const world = {
      call: async () => ({ text: "the-secret-key" }),
      components: { retriever: { url: "https://host/?key=the-secret-key" } },
    };
    await evaluate(prepared(world), environment(store, { redact }));
    for (const kind of ["run", "sample", "scores", "report"] as const) {
      expect(JSON.stringify(await store.read("run-1", kind))).not.toContain("the-secret-key");
    }
  });

  // Guarded against: cases are stored, and shown in the report with input and expectation, as the dataset has them.
  it.each(["case", "report"] as const)("of a case are not in what is stored: %s", async (kind) => {
    const store = memoryStore();
    const cases = casesOf(3, () => ({
      input: { messages: [{ role: "user", content: "my key is the-secret-key" }] },
      expected: { answer: "the-secret-key" },
    }));
    await evaluate(
      prepared({ cases, call: () => Promise.reject(new Error("x")) }),
      environment(store, { redact }),
    );
    expect(JSON.stringify(await store.read("run-1", kind))).not.toContain("the-secret-key");
  });
});
