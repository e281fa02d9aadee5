import { describe, expect, it } from "vitest";
import { fileOf, read, readSpans, request, type TestSpan } from "./builder.ts";

const model = (
  id: number,
  parent: number | undefined,
  input: number,
  more: Partial<TestSpan> = {},
): TestSpan => ({
  id,
  parent,
  ...more,
  attributes: {
    "gen_ai.operation.name": "chat",
    "gen_ai.request.model": "gpt-4o",
    "gen_ai.usage.input_tokens": input,
    "gen_ai.usage.output_tokens": 10,
    ...more.attributes,
  },
});
const agent = (id: number, parent?: number, more: Partial<TestSpan> = {}): TestSpan => ({
  id,
  parent,
  ...more,
  attributes: { "gen_ai.operation.name": "invoke_agent", ...more.attributes },
});
const tool = (
  id: number,
  parent: number | undefined,
  name: string,
  more: Partial<TestSpan> = {},
): TestSpan => ({
  id,
  parent,
  ...more,
  attributes: { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": name, ...more.attributes },
});

describe("tokens of a trace", () => {
  it("count a wrapper's repetition once, up to the root", async () => {
    const { trace } = await readSpans([
      agent(1, undefined, {
        attributes: { "gen_ai.usage.input_tokens": 300, "gen_ai.usage.output_tokens": 20 },
      }),
      model(2, 1, 100),
      model(3, 2, 100),
      model(4, 1, 200),
    ]);
    expect(trace).toMatchObject({
      inputTokens: 300,
      outputTokens: 20,
      modelCalls: 2,
      modelCallsWithUsage: 2,
    });
  });

  it("are those of the wrapper where only it knows", async () => {
    const { trace } = await readSpans([
      agent(1, undefined, { attributes: { "gen_ai.usage.input_tokens": 300 } }),
      { id: 2, parent: 1, attributes: { "gen_ai.operation.name": "chat" } },
    ]);
    expect(trace).toMatchObject({
      inputTokens: 300,
      outputTokens: null,
      modelCalls: 1,
      modelCallsWithUsage: 0,
    });
  });

  it("add what an agent behind a tool used to the model call that encloses the tool, as the AI SDK 7 nests them", async () => {
    const { trace } = await readSpans([
      agent(1),
      model(2, 1, 400),
      tool(3, 2, "ask"),
      agent(4, 3),
      model(5, 4, 300),
    ]);
    expect(trace).toMatchObject({ inputTokens: 700, modelCalls: 2, toolCalls: 1 });
  });

  it("are null where nothing was recorded, never zero", async () => {
    const { trace, summary } = await readSpans([agent(1), tool(2, 1, "a")]);
    expect(trace).toMatchObject({
      inputTokens: null,
      outputTokens: null,
      costUsd: null,
      timeToFirstTokenMs: null,
    });
    expect(summary).toMatchObject({ inputTokens: null, outputTokens: null });
  });
});

describe("tool calls of a trace", () => {
  it("count once where a client of the tool tells of the same call, twice where an agent called it again", async () => {
    const told = await readSpans([agent(1), tool(2, 1, "find"), { id: 3, parent: 2 }, tool(4, 3, "find")]);
    expect(told.trace).toMatchObject({ toolCalls: 1, trajectory: ["execute_tool find"] });
    const again = await readSpans([
      agent(1),
      tool(2, 1, "find"),
      agent(3, 2),
      tool(4, 3, "find"),
      tool(5, 4, "open"),
    ]);
    expect(again.trace.toolCalls).toBe(3);
  });
});

describe("the cost of a trace", () => {
  // gpt-4o: 2.50 USD for a million tokens read, 1.25 of them cached, 10 USD for a million written.
  it("follows from the price table, cached tokens apart", async () => {
    const { trace } = await readSpans([
      agent(1),
      model(2, 1, 1000, { attributes: { "gen_ai.usage.cache_read.input_tokens": 400 } }),
    ]);
    expect(trace.costUsd).toBeCloseTo((600 * 2.5 + 400 * 1.25 + 10 * 10) / 1e6, 12);
  });

  it("is what the library says, where it says it", async () => {
    const { trace } = await readSpans([model(1, undefined, 1000, { attributes: { "llm.cost.total": 0.5 } })]);
    expect(trace.costUsd).toBe(0.5);
  });

  it("is null where the price of one of its calls is not known", async () => {
    const { trace } = await readSpans([
      agent(1),
      model(2, 1, 1000),
      model(3, 1, 1000, { attributes: { "gen_ai.request.model": "house-model" } }),
    ]);
    expect(trace).toMatchObject({ inputTokens: 2000, costUsd: null });
  });
});

describe("errors of a trace", () => {
  it("are those of the root; a model call that failed and was made again is counted beside", async () => {
    const { trace, summary } = await readSpans([agent(1), model(2, 1, 5, { error: true }), model(3, 1, 7)]);
    expect(trace).toMatchObject({ hasError: false, modelErrors: 1, modelCalls: 2 });
    expect(summary.errors).toBe(1);
  });

  it("count the same failure once where root and model call both tell of it", async () => {
    const { trace, summary } = await readSpans([
      agent(1, undefined, { error: true }),
      model(2, 1, 5, { error: true }),
    ]);
    expect(trace).toMatchObject({ hasError: true, modelErrors: 1 });
    expect(summary.errors).toBe(1);
  });

  it("are recognised by error.type alone, and by a status that the mapping names", async () => {
    const named = await readSpans([agent(1, undefined, { attributes: { "error.type": "503" } })]);
    expect(named.trace.hasError).toBe(true);
    const mapped = await readSpans([agent(1, undefined, { attributes: { outcome: "FAILED" } })], {
      status: ["outcome"],
    });
    expect(mapped.trace.hasError).toBe(true);
  });

  it.each([
    ["error.type", { "error.type": "timeout" }],
    ["a class of Python", { "error.type": "TimeoutError" }],
    ["an HTTP status", { "error.type": "_OTHER", "http.response.status_code": 504 }],
    ["gRPC", { "error.type": "DEADLINE_EXCEEDED" }],
  ])("are timeouts of tools by %s", async (_, attributes) => {
    const { trace } = await readSpans([agent(1), tool(2, 1, "a", { error: true, attributes })]);
    expect(trace.toolTimeouts).toBe(1);
  });

  it("are no timeouts when they say something else", async () => {
    const { trace } = await readSpans([
      agent(1),
      tool(2, 1, "a", { error: true, attributes: { "error.type": "404" } }),
    ]);
    expect(trace).toMatchObject({ toolCalls: 1, toolTimeouts: 0 });
  });
});

describe("the words of each library", () => {
  const usage = (input: string, output: string) => ({ [input]: 30, [output]: 4 });
  it.each([
    [
      "gen_ai of old",
      {
        "gen_ai.operation.name": "text_completion",
        "gen_ai.system": "x",
        ...usage("gen_ai.usage.prompt_tokens", "gen_ai.usage.completion_tokens"),
      },
      "gen_ai",
    ],
    [
      "OpenInference",
      { "openinference.span.kind": "LLM", ...usage("llm.token_count.prompt", "llm.token_count.completion") },
      "openinference",
    ],
    [
      "traceAI as published",
      { "fi.span.kind": "LLM", ...usage("llm.token_count.prompt", "llm.token_count.completion") },
      "traceai",
    ],
    [
      "traceAI of 2026",
      { "gen_ai.span.kind": "LLM", ...usage("gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens") },
      "traceai",
    ],
    [
      "OpenLLMetry of old",
      {
        "llm.request.type": "chat",
        ...usage("gen_ai.usage.prompt_tokens", "gen_ai.usage.completion_tokens"),
      },
      "openllmetry",
    ],
    [
      "the AI SDK",
      {
        "ai.operationId": "ai.generateText.doGenerate",
        ...usage("ai.usage.promptTokens", "ai.usage.completionTokens"),
      },
      "ai_sdk",
    ],
    [
      "the AI SDK 6",
      {
        "ai.operationId": "ai.streamText.doStream",
        ...usage("ai.usage.inputTokens", "ai.usage.outputTokens"),
      },
      "ai_sdk",
    ],
  ])("are understood: %s", async (_, attributes, dialect) => {
    const { trace } = await readSpans([{ id: 1, attributes }]);
    expect(trace).toMatchObject({ modelCalls: 1, inputTokens: 30, outputTokens: 4 });
    expect(trace.dialects).toContain(dialect);
  });

  it("prefer the new name to the old one on the same span", async () => {
    const { trace } = await readSpans([
      model(1, undefined, 70, {
        attributes: { "gen_ai.usage.prompt_tokens": 999, "ai.usage.inputTokens": 5 },
      }),
    ]);
    expect(trace.inputTokens).toBe(70);
  });

  it.each([
    [{ "openinference.span.kind": "TOOL", "tool.name": "find" }],
    [{ "fi.span.kind": "TOOL", "tool.name": "find" }],
    [{ "traceloop.span.kind": "tool", "traceloop.entity.name": "find" }],
    [{ "ai.operationId": "ai.toolCall", "ai.toolCall.name": "find" }],
  ])("name tools: %j", async (attributes) => {
    const { trace } = await readSpans([{ id: 1, attributes }]);
    expect(trace).toMatchObject({ toolCalls: 1, modelCalls: 0, trajectory: ["execute_tool find"] });
  });

  it("which are not known make no facts, and no dialect", async () => {
    const { trace, summary } = await readSpans([{ id: 1, attributes: { "acme.llm.tokens": 5 } }]);
    expect(trace).toMatchObject({ modelCalls: 0, inputTokens: null, dialects: [] });
    expect(summary).toMatchObject({ traces: 1, dialects: [] });
  });
});

describe("the mapping", () => {
  it("takes the first name that the trace has, and of several spans the root's", async () => {
    const { trace } = await readSpans(
      [
        agent(1, undefined, { attributes: { region: "eu" } }),
        tool(2, 1, "a", { attributes: { region: "us", "my.route": "billing" } }),
      ],
      { route: ["my.route"], cohorts: { region: ["region"] } },
    );
    expect(trace).toMatchObject({ route: "billing", cohorts: { region: "eu" } });
  });

  it("names steps of the application", async () => {
    const { trace } = await readSpans([
      agent(1),
      { id: 2, parent: 1, attributes: { "agent.trajectory.step": "triage" } },
      tool(3, 1, "a"),
    ]);
    expect(trace.trajectory).toEqual(["triage", "execute_tool a"]);
  });

  it.each([
    ["none", false],
    ["false", false],
    ["model_fallback", true],
    [true, true],
  ])("reads a fallback of %j as %j", async (value, fallback) => {
    const { trace } = await readSpans([
      agent(1, undefined, { attributes: { "app.fallback.outcome": value } }),
    ]);
    expect(trace.fallback).toBe(fallback);
  });

  it("finds feedback in attributes and in events of evaluations", async () => {
    const attribute = await readSpans([
      agent(1, undefined, { attributes: { "app.feedback": "down", "app.refund": true } }),
    ]);
    expect(attribute.trace.feedback).toEqual(["refund", "thumbs_down"]);
    const attributes = { "gen_ai.evaluation.name": "user_feedback", "gen_ai.evaluation.score.value": -1 };
    const event = await readSpans([
      agent(1, undefined, { events: [{ name: "gen_ai.evaluation.result", attributes }] }),
    ]);
    expect(event.trace.feedback).toEqual(["thumbs_down"]);
    expect(event.trace.evaluations).toEqual([{ name: "user_feedback", value: -1, label: null }]);
    const up = await readSpans([agent(1, undefined, { attributes: { "app.feedback": "up" } })]);
    expect(up.trace.feedback).toEqual([]);
  });

  it("takes dimensions of any name, and none from the prototype", async () => {
    const cohorts = { constructor: ["a"], toString: ["missing"] };
    const { trace } = await readSpans([agent(1, undefined, { attributes: { a: "x" } })], { cohorts });
    expect(JSON.stringify(trace.cohorts)).toBe('{"constructor":"x"}');
  });
});

describe("latency", () => {
  it("is the root's, whatever lasts longer than it", async () => {
    const { trace } = await readSpans([
      agent(1, undefined, { from: 0, to: 50 }),
      tool(2, 1, "a", { from: 10, to: 900 }),
    ]);
    expect(trace.latencyMs).toBe(50);
  });

  it("without a root is that of the one span that covers all others, else not known", async () => {
    const covered = await readSpans([
      agent(2, 99, { from: 5, to: 50 }),
      tool(3, 2, "a", { from: 10, to: 20 }),
    ]);
    expect(covered.trace).toMatchObject({ latencyMs: 45, hasRoot: false, orphans: 1 });
    const scattered = await readSpans([
      agent(2, 99, { from: 5, to: 50 }),
      tool(3, 98, "a", { from: 60, to: 70 }),
    ]);
    expect(scattered.trace).toMatchObject({ latencyMs: null, hasRoot: false, orphans: 2 });
  });
});

describe("coverage", () => {
  it("says what share of traces had what, which names were read, and which libraries wrote", async () => {
    const spans = [
      agent(1, undefined, { trace: 1 }),
      model(2, 1, 9, { trace: 1 }),
      { ...model(3, 77, 9), trace: 2, attributes: { "gen_ai.operation.name": "chat" } },
    ];
    const { summary } = await read([fileOf(JSON.stringify(request(spans)))]);
    expect(summary.coverage).toMatchObject({
      usage: 0.5,
      modelCallUsage: 0.5,
      timeToFirstToken: 0,
      root: 0.5,
      orphans: 1,
      names: { "gen_ai.operation.name": 3, "gen_ai.usage.input_tokens": 1 },
      scopes: { "lib@1.0": 2 },
    });
  });

  it("does not count it against a library that a failed call has no tokens", async () => {
    const failed = { id: 2, parent: 1, error: true, attributes: { "gen_ai.operation.name": "chat" } };
    const { summary } = await readSpans([agent(1), failed, model(3, 1, 9)]);
    expect(summary.coverage).toMatchObject({ usage: 1, modelCallUsage: 1 });
  });
});
