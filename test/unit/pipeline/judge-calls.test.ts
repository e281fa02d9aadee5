import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Store, Target } from "../../../src/core/extensions.ts";
import type { JudgeQuestion } from "../../../src/core/judge.ts";
import { groundednessJudge } from "../../../src/evaluators/index.ts";
import { budget } from "../../../src/pipeline/budget.ts";
import { type JudgeCallsInput, judgeCalls } from "../../../src/pipeline/judge-calls.ts";
import { score } from "../../../src/pipeline/score.ts";
import { openaiTarget } from "../../../src/targets/index.ts";
import { memoryStore, sampleOf } from "../../../src/testing.ts";
import {
  completion,
  json,
  type OpenAIServer,
  scenes,
  startOpenAIServer,
} from "../../fixtures/openai-server.ts";
import { judging } from "../../support/judge.ts";
import { caseOf } from "./support.ts";

let server: OpenAIServer;
beforeAll(async () => {
  server = await startOpenAIServer();
});
afterAll(() => server.close());
let asked = 0;
beforeEach(() => {
  asked = server.requests.length;
});
const callsMade = () => server.requests.length - asked;

const good = judging(() => ({ verdict: "supported", quote: "refunds take 14 days" }));
const item = caseOf("c1", { context: [{ text: "Refunds take 14 days." }] });
const prices = { inputUsdPerMillion: 1000, outputUsdPerMillion: 0 };

function judgeOf(more: { votes?: number; model?: string } = {}) {
  const { votes = 1, model = "judge-1" } = more;
  return groundednessJudge({ judge: openaiTarget({ model, baseURL: server.baseURL, prices }), votes });
}

function callsWith(store: Store, more: Partial<JudgeCallsInput> = {}) {
  return judgeCalls({
    store,
    call: { timeoutMs: 2000, retries: 1, clock: () => performance.now(), wait: async () => {} },
    concurrency: 2,
    spending: budget(undefined, 0),
    abort: new AbortController().signal,
    now: () => "2026-01-01T00:00:00.000Z",
    redact: (text) => text.replaceAll("s3cret-value", "[redacted]"),
    ...more,
  });
}

const scoreOf = async (
  open: ReturnType<typeof callsWith>,
  evaluator = judgeOf(),
  text = "Refunds take 14 days.",
  round = 1,
) =>
  (
    await score(item, sampleOf("c1", { text }), [evaluator], (said) => said, { openJudging: open, round })
  )[0]!;

describe("calls of a judge in a run", () => {
  it("are counted with tokens and cost, beside the score", async () => {
    server.play(good);
    const found = await scoreOf(callsWith(memoryStore()), judgeOf({ votes: 3 }));
    // The server says 100 tokens read and 20 written for each call.
    expect(found.judging).toEqual({
      calls: 3,
      reused: 0,
      inputTokens: 300,
      outputTokens: 60,
      costUsd: expect.closeTo(0.3),
    });
    expect(found.evaluation).toMatchObject({ status: "scored", value: 1 });
  });

  it("are not made again for the same question in a later run, and cost nothing then", async () => {
    server.play(good);
    const store = memoryStore();
    const first = await scoreOf(callsWith(store), judgeOf({ votes: 3 }));
    const second = await scoreOf(callsWith(store), judgeOf({ votes: 3 }));
    expect(callsMade()).toBe(3);
    expect(second.judging).toMatchObject({ calls: 0, reused: 3, costUsd: null });
    expect(second.evaluation.status === "scored" && second.evaluation.value).toBe(
      first.evaluation.status === "scored" && first.evaluation.value,
    );
  });

  it("are made again for another answer, another judge and another vote", async () => {
    server.play(good);
    const store = memoryStore();
    await scoreOf(callsWith(store));
    await scoreOf(callsWith(store), judgeOf(), "Refunds take 14 days!");
    await scoreOf(callsWith(store), judgeOf({ model: "judge-2" }));
    expect(callsMade()).toBe(3);
    await scoreOf(callsWith(store), judgeOf({ votes: 3 }));
    // Its first vote is the one that was cast before.
    expect(callsMade()).toBe(5);
  });

  it("are made once for the same question at the same time", async () => {
    server.play(good);
    const open = callsWith(memoryStore());
    await Promise.all([scoreOf(open), scoreOf(open), scoreOf(open)]);
    expect(callsMade()).toBe(1);
  });

  it("weigh one more than twice as many votes in a second round, those of the first among them", async () => {
    server.play(good);
    const store = memoryStore();
    await scoreOf(callsWith(store), judgeOf({ votes: 3 }));
    const again = await scoreOf(callsWith(store), judgeOf({ votes: 3 }), undefined, 2);
    expect(callsMade()).toBe(7);
    expect(again).toMatchObject({ round: 2, judging: { calls: 4, reused: 3 } });
    expect(again.evaluation.status === "scored" && again.evaluation.votes).toHaveLength(7);
  });

  it("are never reused where they failed or gave no verdict", async () => {
    const store = memoryStore();
    for (const [scene, kind] of [
      [scenes.ok("no idea"), "not_json"],
      [json(completion({ content: "{" }, "length")), "truncated"],
      [scenes.rateLimited({ "retry-after": "0" }), "rate_limit"],
      [json({ error: { message: "down" } }, 503), "provider"],
    ] as const) {
      server.play(scene);
      expect((await scoreOf(callsWith(store))).evaluation).toMatchObject({ status: "error", kind });
    }
    server.play(good);
    expect((await scoreOf(callsWith(store))).evaluation).toMatchObject({ status: "scored" });
  });

  it("are tried again after a transient failure", async () => {
    server.play(scenes.rateLimited({ "retry-after": "0" }), good);
    expect((await scoreOf(callsWith(memoryStore()))).evaluation).toMatchObject({ status: "scored" });
    expect(callsMade()).toBe(2);
  });

  it("end with their time limit, as an error of that class", async () => {
    server.play(scenes.hang());
    const call = { timeoutMs: 50, retries: 0, clock: () => performance.now(), wait: async () => {} };
    const found = await scoreOf(callsWith(memoryStore(), { call }));
    expect(found.evaluation).toMatchObject({ status: "error", kind: "timeout" });
  });

  it("share the spend limit: what does not fit is not called", async () => {
    server.play(good);
    const spending = budget(0.25, 0);
    const open = callsWith(memoryStore(), { spending });
    const first = await scoreOf(open, judgeOf(), "Refunds take 14 days. One.");
    const second = await scoreOf(open, judgeOf(), "Refunds take 14 days. Two.");
    const third = await scoreOf(open, judgeOf(), "Refunds take 14 days. Three.");
    expect([first, second].map(({ evaluation }) => evaluation.status)).toEqual(["scored", "scored"]);
    expect(third.evaluation).toMatchObject({ status: "error", kind: "budget" });
    expect(callsMade()).toBe(2);
  });

  it("leave no secret in the store", async () => {
    const store = memoryStore();
    const secret = judging(() => ({
      verdict: "supported",
      quote: "refunds take 14 days",
      reason: "s3cret-value",
    }));
    server.play(secret);
    await scoreOf(callsWith(store));
    const { judgedBy } = judgeOf();
    const votes = await store.read(`votes-${judgedBy!.fingerprint.slice(0, 32)}`, "vote");
    expect(votes).toHaveLength(1);
    expect(JSON.stringify(votes)).not.toContain("s3cret-value");
  });

  it("give the context of any evaluator, with a target of its own", async () => {
    const target: Target = { name: "own", components: {}, call: async () => ({ text: "yes" }) };
    const question: JudgeQuestion<string> = {
      target,
      judgedBy: { name: "own", fingerprint: "f".repeat(64) },
      version: "1",
      request: { caseId: "x", input: {}, messages: [], context: [], repetition: 1 },
      read: ({ text }) => ({ value: text }),
    };
    const { context, used } = callsWith(memoryStore())(1);
    expect(await context.ask(question)).toEqual({ value: "yes", reused: false });
    expect(await context.ask(question)).toEqual({ value: "yes", reused: true });
    expect(used()).toMatchObject({ calls: 1, reused: 1, costUsd: null });
  });
});
