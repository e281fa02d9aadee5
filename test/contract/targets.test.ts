import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Message } from "../../src/core/dataset.ts";
import type { Trial } from "../../src/core/run.ts";
import { type Sample, sampleSchema } from "../../src/core/sample.ts";
import { httpTarget, type Target } from "../../src/index.ts";
import { budget } from "../../src/pipeline/budget.ts";
import { run } from "../../src/pipeline/run.ts";
import { targetContract } from "../../src/testing.ts";
import { type OpenAIServer, startOpenAIServer } from "../fixtures/openai-server.ts";
import { type Outcome, outcomes, type ScenarioName, scenarioNames } from "../support/scenarios.ts";
import { type Column, columns, httpScenes, limit, type Stage } from "./stages.ts";

// Every scenario, played to every target through the runner that users' runs go through: each trial ends as one sample, an answer or a
// failure of the right class, after as many attempts as its class deserves, and none hangs.

let server: OpenAIServer;
beforeAll(async () => {
  server = await startOpenAIServer();
});
afterAll(() => server.close());

const retries = 2;

const question: readonly Message[] = [{ role: "user", content: "Hi?" }];

/** Runs cases against a target as a run does, but does not sleep between attempts. */
async function runCases(
  target: Target,
  caseIds: readonly string[],
  limits: { readonly timeoutMs: number; readonly retries: number },
  messages: readonly Message[] = question,
): Promise<{ samples: Sample[]; waits: number[] }> {
  const samples: Sample[] = [];
  const waits: number[] = [];
  await run({
    trials: caseIds.map(
      (caseId): Trial => ({ key: caseId, caseId, side: "candidate", repetition: 1, seed: 7 }),
    ),
    cases: new Map(caseIds.map((id) => [id, { id, input: { messages: [...messages] }, cohorts: {} }])),
    targets: { baseline: target, candidate: target },
    concurrency: 8,
    spending: budget(undefined, 0),
    call: {
      ...limits,
      clock: () => performance.now(),
      wait: async (ms) => {
        waits.push(ms);
      },
    },
    stop: new AbortController().signal,
    abort: new AbortController().signal,
    now: () => "2026-01-01T00:00:00.000Z",
    redact: (text) => text,
    onSample: async (sample) => {
      samples.push(sample);
    },
  });
  return { samples, waits };
}

function expectOutcome(sample: Sample, waits: readonly number[], expected: Outcome): void {
  if (expected.ends === "answer") {
    expect(sample.failure).toBeNull();
    expect(sample.output).toMatchObject({ refused: expected.refused });
    if (expected.text !== undefined) expect(sample.output!.text === expected.text).toBe(true);
    const { tool: name, arguments: given = { q: "a" } } = expected;
    const calls = name === undefined ? [] : [{ name, arguments: given }];
    expect(sample.output!.toolCalls).toEqual(calls);
    expect(sample.attempts).toHaveLength(1);
    return;
  }
  expect(sample.output).toBeNull();
  expect(sample.failure).toMatchObject(expected.failure);
  expect(sample.failure!.message).not.toBe("");
  const { retryable, kind } = expected.failure;
  // What came too early is tried eight times as often (docs of `retries`).
  const further = kind === "rate_limit" ? 8 * retries : retries;
  expect(sample.attempts).toHaveLength(retryable ? 1 + further : 1);
  for (const { failure } of sample.attempts) expect(failure).toMatchObject(expected.failure);
  const asked = expected.retryAfterMs;
  for (const [index, ms] of waits.entries()) {
    // Between half and one and a half of 500 ms, doubled, 30 s at most.
    const between = [Math.min(30_000, 250 * 2 ** index), Math.min(30_000, 750 * 2 ** index)];
    expect(ms).toBeGreaterThanOrEqual(asked ?? between[0]!);
    expect(ms).toBeLessThanOrEqual(asked ?? between[1]!);
  }
}

const cells = columns.flatMap(({ target, stages, messages }) =>
  scenarioNames.flatMap((name) => {
    const stage: Stage = stages[name];
    return "never" in stage ? [] : [{ target, name, stage, messages }];
  }),
);

describe("every scenario with every target", () => {
  it.each(cells)("$target: $name", async ({ name, stage, messages }) => {
    const target = stage.open(server);
    try {
      // Enough for the start of a program on a busy machine, wherever the time is not what is tested.
      const { timeoutMs = name === "timeout" ? 300 : 50_000 } = stage;
      const { samples, waits } = await runCases(target, ["c"], { timeoutMs, retries }, messages);
      expect(samples).toHaveLength(1);
      expect(sampleSchema.parse(samples[0])).toEqual(samples[0]);
      expectOutcome(samples[0]!, waits, stage.differs ?? outcomes[name]);
    } finally {
      await target.close?.();
    }
  });

  it("has these holes and no other, each with its reason beside its scenario", () => {
    const holes = columns.flatMap(({ target, stages }) =>
      scenarioNames.filter((name) => "never" in stages[name]).map((name) => `${target}: ${name}`),
    );
    expect(holes).toEqual([
      "http: stream",
      "route: stream",
      "command, process: stream",
      "command, worker: stream",
      "function: stream",
      "function: invalid UTF-8",
      "replay: stream",
      "llama: stream",
      "llama: refusal",
      "llama: 401",
      "llama: 429",
      "llama: 429 with Retry-After",
      "llama: 500",
      "llama: reset mid-stream",
      "llama: invalid UTF-8",
    ]);
  });
});

describe("a run in which everything goes wrong at once", () => {
  it("has a sample of the right class for every trial", async () => {
    const names = scenarioNames.filter((name) => name !== "stream");
    server.play((request, response) => {
      httpScenes[request.body.caseId as keyof typeof httpScenes](request, response);
    });
    const target = httpTarget({ url: server.baseURL, maximumResponseBytes: limit });
    const { samples } = await runCases(target, names, { timeoutMs: 5000, retries: 0 });
    expect(samples.map(({ caseId }) => caseId).sort()).toEqual([...names].sort());
    for (const { caseId, failure, output } of samples) {
      const expected = outcomes[caseId as ScenarioName];
      if (caseId === "invalid UTF-8") expect(failure?.kind).toBe("target");
      else if (expected.ends === "answer") expect(output?.refused).toBe(expected.refused);
      else expect(failure).toMatchObject(expected.failure);
    }
  });
});

describe("the contract that users run", () => {
  const request = {
    caseId: "c",
    input: { messages: [{ role: "user" as const, content: "Hi?" }] },
    messages: [{ role: "user" as const, content: "Hi?" }],
    context: [],
    repetition: 1,
  };
  const opened = ({ stages }: Column) => (stages.ok as Extract<Stage, { open: unknown }>).open(server);
  for (const column of columns) {
    // The checks are named before the server is there.
    const names = targetContract(
      { name: "x", components: {}, call: async () => ({ text: "" }) },
      request,
    ).map(({ name }) => name);
    it.each(names)(`${column.target} %s`, async (name) => {
      const target = opened(column);
      try {
        await targetContract(target, request)
          .find((check) => check.name === name)!
          .run();
      } finally {
        await target.close?.();
      }
    });
  }
});
