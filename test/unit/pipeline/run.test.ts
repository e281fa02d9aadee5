import { describe, expect, it } from "vitest";
import { TargetError } from "../../../src/core/errors.ts";
import type { Target, TargetResponse } from "../../../src/core/extensions.ts";
import { redactor } from "../../../src/core/redact.ts";
import { type Sample, sampleSchema, usageUnknown } from "../../../src/core/sample.ts";
import { budget } from "../../../src/pipeline/budget.ts";
import { plan } from "../../../src/pipeline/plan.ts";
import { type RunInput, run } from "../../../src/pipeline/run.ts";
import { casesOf, datasetOf, manifests } from "./support.ts";

const cases = casesOf(5);
const trials = plan({ dataset: datasetOf(cases), ...manifests, repetitions: 2, seed: 1 });
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function targetOf(call: Target["call"]): Target {
  return { name: "t", components: {}, call };
}

/** Runs the trials against one target and collects the samples. */
async function samplesOf(target: Target, more: Partial<RunInput> = {}): Promise<Sample[]> {
  const samples: Sample[] = [];
  await run({
    trials,
    cases: new Map(cases.map((item) => [item.id, item])),
    targets: { baseline: target, candidate: target },
    concurrency: 4,
    spending: budget(undefined, 0),
    call: { timeoutMs: 5000, retries: 1, clock: () => performance.now(), wait: async () => {} },
    stop: new AbortController().signal,
    abort: new AbortController().signal,
    now: () => "2026-01-01T00:00:00.000Z",
    redact: (text) => text,
    onSample: async (sample) => {
      samples.push(sample);
    },
    ...more,
  });
  return samples;
}

/** The sample of a run whose target answers so. */
async function sampleFrom(answer: unknown, more: Partial<RunInput> = {}): Promise<Sample> {
  const target = targetOf(async () => answer as TargetResponse);
  return (await samplesOf(target, { trials: trials.slice(0, 1), ...more }))[0]!;
}

describe("a run", () => {
  it("makes one sample for each trial, with its key, seed and place", async () => {
    const samples = await samplesOf(targetOf(async ({ caseId }) => ({ text: `answer ${caseId}` })));
    const places = (list: readonly { caseId: string; side: string; repetition: number; seed: number }[]) =>
      list.map(({ caseId, side, repetition, seed }) => `${caseId} ${side} ${repetition} ${seed}`).sort();
    expect(places(samples)).toEqual(places(trials));
    expect(samples.map(({ trialKey }) => trialKey).sort()).toEqual(trials.map(({ key }) => key).sort());
    for (const sample of samples) {
      expect(sampleSchema.parse(sample)).toEqual(sample);
      expect(sample.output?.text).toBe(`answer ${sample.caseId}`);
    }
  });

  it("keeps a failure that a target itself calls aborted: a run that nobody interrupted has a sample for every trial", async () => {
    const failure = { kind: "aborted" as const, message: "gave up", retryable: false };
    const samples = await samplesOf(
      targetOf(async () => {
        throw new TargetError(failure);
      }),
    );
    expect(samples).toHaveLength(trials.length);
    expect(samples[0]!.failure).toEqual(failure);
  });

  it("calls the target of the trial's own side, without showing it what is expected", async () => {
    const seen: Record<string, unknown>[] = [];
    const side = (name: string) =>
      targetOf(async (request) => {
        seen.push({ ...request });
        return { text: name };
      });
    const expecting = cases.map((item) => ({ ...item, expected: { answer: "the expected answer" } }));
    const samples = await samplesOf(side("x"), {
      targets: { baseline: side("baseline"), candidate: side("candidate") },
      cases: new Map(expecting.map((item) => [item.id, item])),
    });
    expect(samples.every(({ side: own, output }) => output!.text === own)).toBe(true);
    expect(JSON.stringify(seen)).not.toContain("the expected answer");
  });

  it.each([1, 3, 8])("never has more than %d trials in flight, and uses what it may", async (concurrency) => {
    let [flying, most] = [0, 0];
    const target = targetOf(async () => {
      flying++;
      most = Math.max(most, flying);
      await pause(2);
      flying--;
      return { text: "" };
    });
    await samplesOf(target, { concurrency });
    expect(most).toBe(concurrency);
  });

  it("waits until a sample is taken before it starts another in its place", async () => {
    let [unsaved, most] = [0, 0];
    const target = targetOf(async () => {
      unsaved++;
      most = Math.max(most, unsaved);
      return { text: "" };
    });
    await samplesOf(target, {
      concurrency: 2,
      onSample: async () => {
        await pause(3);
        unsaved--;
      },
    });
    expect(most).toBe(2);
  });

  it("ends when a sample cannot be stored", async () => {
    const target = targetOf(async () => ({ text: "" }));
    const failing = samplesOf(target, { onSample: async () => Promise.reject(new Error("disk full")) });
    await expect(failing).rejects.toThrow("disk full");
  });

  it("keeps failures as samples with every attempt", async () => {
    const target = targetOf(async () => {
      throw new TargetError({ kind: "provider", message: "down", retryable: true, statusCode: 503 });
    });
    const [sample] = await samplesOf(target, { trials: trials.slice(0, 1) });
    expect(sample).toMatchObject({ output: null, failure: { kind: "provider", statusCode: 503 } });
    expect(sample!.attempts).toHaveLength(2);
  });
});

function circular(): object {
  const state: Record<string, unknown> = {};
  state.itself = state;
  return state;
}

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = [value];
  return value;
}

describe("an answer", () => {
  it("may be a text alone; the rest counts as not reported", async () => {
    const sample = await sampleFrom({ text: "hello" });
    expect(sample.output).toEqual({
      text: "hello",
      toolCalls: [],
      context: null,
      state: null,
      refused: false,
      finishReason: null,
    });
    expect(sample.usage).toEqual(usageUnknown);
    expect(sample).toMatchObject({ timeToFirstTokenMs: null, failure: null });
  });

  it.each([
    ["without a text", {}],
    ["with a text that is none", { text: 7 }],
    ["with tool calls that are no list", { text: "", toolCalls: "search" }],
    ["with a tool call without a name", { text: "", toolCalls: [{ arguments: {} }] }],
    ["with arguments that are no JSON", { text: "", toolCalls: [{ name: "a", arguments: { at: () => 1 } }] }],
    ["with a state that is no JSON", { text: "", state: { value: Number.NaN } }],
    ["with passages that are no passages", { text: "", context: ["passage"] }],
    ["that is a list", [1, 2]],
    ["that holds itself", { text: "", state: circular() }],
    ["that is nested without end", { text: "", toolCalls: [{ name: "a", arguments: nested(20_000) }] }],
    [
      "that refuses to be read",
      {
        get text() {
          throw new Error("gone");
        },
      },
    ],
    ["that cost more than there is", { text: "", usage: { costUsd: 1e308 } }],
  ])("%s is a failure of the target, never an answer", async (_, answer) => {
    const sample = await sampleFrom(answer);
    expect(sample.output).toBeNull();
    expect(sample.failure).toMatchObject({ kind: "target", retryable: false });
    expect(sample.failure!.message).toContain("malformed answer");
    expect(sample.attempts.at(-1)!.failure).toEqual(sample.failure);
    expect(sampleSchema.safeParse(sample).success).toBe(true);
  });

  // Guarded against: usage, latency and served model of an answer are not checked. They end in the store as they are; a latency that is no number
  // makes the report throw after everything was paid for, and a cost that is no number lifts the spend limit.
  it.each([
    ["a cost that is no number", { text: "", usage: { costUsd: Number.NaN } }],
    ["a negative cost", { text: "", usage: { costUsd: -1 } }],
    ["a cost that is a text", { text: "", usage: { costUsd: "0.1" } }],
    ["half a token", { text: "", usage: { inputTokens: 1.5 } }],
    ["a latency that is no number", { text: "", latencyMs: Number.NaN }],
    ["a negative latency", { text: "", latencyMs: -1 }],
    ["a served model that is no text", { text: "", served: { model: { name: "m" } } }],
  ])("with %s still makes a sample that can be stored and read", async (_, answer) => {
    const sample = await sampleFrom(answer);
    expect(sampleSchema.safeParse(sample).success).toBe(true);
  });
});

describe("a stopped run", () => {
  it("starts nothing more, and lets what is in flight end", async () => {
    const controller = new AbortController();
    let called = 0;
    const target = targetOf(async () => {
      called++;
      if (called === 3) controller.abort();
      await pause(3);
      return { text: "" };
    });
    const samples = await samplesOf(target, { concurrency: 3, stop: controller.signal });
    expect([called, samples.length]).toEqual([3, 3]);
    expect(samples.every(({ failure }) => failure === null)).toBe(true);
  });

  it("starts nothing at all when it was stopped before", async () => {
    expect(
      await samplesOf(
        targetOf(async () => ({ text: "" })),
        { stop: AbortSignal.abort() },
      ),
    ).toEqual([]);
  });

  it("leaves no sample of a trial that was given up", async () => {
    const [stop, abort] = [new AbortController(), new AbortController()];
    const target = targetOf(() => {
      setTimeout(() => {
        stop.abort();
        abort.abort();
      }, 5);
      return new Promise(() => {});
    });
    expect(await samplesOf(target, { stop: stop.signal, abort: abort.signal })).toEqual([]);
  });

  // Guarded against: trials that wait for the spend limit to learn the first cost do not look at the stop again: they all start after it.
  it("starts nothing more under a spend limit either", async () => {
    const controller = new AbortController();
    let called = 0;
    const target = targetOf(async () => {
      called++;
      controller.abort();
      await pause(2);
      return { text: "", usage: { costUsd: 0.01 } };
    });
    await samplesOf(target, { concurrency: 8, spending: budget(10, 0), stop: controller.signal });
    expect(called).toBe(1);
  });
});

describe("a spend limit", () => {
  it("makes a sample of kind budget for each trial that it does not allow", async () => {
    const target = targetOf(async () => ({ text: "", usage: { costUsd: 0.25 } }));
    const samples = await samplesOf(target, { spending: budget(1, 0.5) });
    const kinds = samples.map(({ failure }) => failure?.kind ?? "answered");
    expect(kinds.filter((kind) => kind === "answered")).toHaveLength(2);
    expect(kinds.filter((kind) => kind === "budget")).toHaveLength(trials.length - 2);
  });
});

describe("redaction", () => {
  const redact = redactor(["the-secret-key"]);

  it("reaches everything of a sample before it is taken: answer, calls, state, model, spans, failures", async () => {
    const answer = {
      text: "use the-secret-key",
      toolCalls: [
        { name: "login", arguments: { "the-secret-key": ["the-secret-key"] }, result: "the-secret-key" },
      ],
      context: [{ text: "the-secret-key" }],
      state: { token: "the-secret-key" },
      finishReason: "the-secret-key",
      served: { model: "the-secret-key", route: "the-secret-key", guardrails: ["the-secret-key"] },
    };
    const target = targetOf(async (_, { span }) => {
      await span("call the-secret-key", { header: "the-secret-key" }, () => {
        throw new Error("the-secret-key was refused");
      }).catch(() => {});
      return answer;
    });
    const samples = await samplesOf(target, { redact, trials: trials.slice(0, 1) });
    expect(JSON.stringify(samples)).not.toContain("the-secret-key");
    expect(samples[0]!.output!.text).toBe("use [redacted]");
    const failing = targetOf(async () => Promise.reject(new Error("401 for the-secret-key")));
    const failed = await samplesOf(failing, { redact, trials: trials.slice(0, 1) });
    expect(JSON.stringify(failed)).not.toContain("the-secret-key");
    expect(failed[0]!.failure!.message).toBe("401 for [redacted]");
  });

  // Guarded against: redaction also replaces what gatewright itself wrote. A variable such as SORT_KEY=candidate or PARTITION_KEY=latencyMs makes
  // samples without side or latency, and the whole run is lost after it was paid for.
  it.each(["candidate", "latencyMs"])("leaves the sample's own words alone: %s", async (value) => {
    const samples = await samplesOf(
      targetOf(async () => ({ text: "" })),
      { redact: redactor([value]) },
    );
    const places = samples.map(({ caseId, side }) => `${caseId} ${side}`).sort();
    expect(places).toEqual(trials.map(({ caseId, side }) => `${caseId} ${side}`).sort());
    expect(samples.every((sample) => sampleSchema.safeParse(sample).success)).toBe(true);
  });
});
