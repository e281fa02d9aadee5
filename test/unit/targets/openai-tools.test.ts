import { getEventListeners } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/core/json.ts";
import { callTarget } from "../../../src/pipeline/call-target.ts";
import { type OpenAITargetOptions, type OpenAITool, openaiTarget } from "../../../src/targets/index.ts";
import {
  completion,
  json,
  type OpenAIServer,
  scenes,
  startOpenAIServer,
} from "../../fixtures/openai-server.ts";
import { callItem, messageItem, responseBody, streamed } from "../../support/openai-scenes.ts";
import { context, evalsErrorOf, request, targetErrorOf } from "./support.ts";

let server: OpenAIServer;
beforeAll(async () => {
  server = await startOpenAIServer();
});
afterAll(() => server.close());

const target = (options: Partial<OpenAITargetOptions>) =>
  openaiTarget({ model: "stub-1", baseURL: server.baseURL, ...options });
const add: OpenAITool = { name: "add", run: ({ a, b }) => (a as number) + (b as number) };
const order: OpenAITool = {
  name: "order",
  results: [{ arguments: { id: 7, region: "eu" }, result: { status: "sent" } }],
};
/** The bodies of the last calls, oldest first. */
const lastBodies = (count: number) => server.requests.slice(-count).map(({ body }) => body);
/** What the model was told of its calls in the last request. */
const told = () =>
  (lastBodies(1)[0]!.messages as JsonObject[])
    .filter(({ role }) => role === "tool")
    .map(({ content }) => content);

describe("tool loop of openaiTarget", () => {
  it("runs functions, gives recorded results, and asks again until there is an answer", async () => {
    const prices = { inputUsdPerMillion: 1, outputUsdPerMillion: 10 };
    server.play(
      scenes.toolCalls(["add", '{"a":1,"b":2}'], ["order", '{"region":"eu","id":7}']),
      scenes.toolCalls(["add", '{"a":3,"b":4}']),
      scenes.ok("Seven."),
    );
    const during = context();
    const answer = await target({ tools: [add, order], prices }).call(request(), during);
    expect(answer).toMatchObject({
      text: "Seven.",
      toolCalls: [
        { name: "add", arguments: { a: 1, b: 2 }, result: 3 },
        { name: "order", arguments: { region: "eu", id: 7 }, result: { status: "sent" } },
        { name: "add", arguments: { a: 3, b: 4 }, result: 7 },
      ],
      // Three calls of 100 and 20 tokens: 300 × 1 + 60 × 10 millionths of a dollar.
      usage: { inputTokens: 300, outputTokens: 60, cachedInputTokens: null, costUsd: 0.0009 },
    });
    expect(during.spans.map(({ name }) => name)).toEqual([
      "chat stub-1",
      "execute_tool add",
      "execute_tool order",
      "chat stub-1",
      "execute_tool add",
      "chat stub-1",
    ]);
    expect(during.spans[1]?.attributes).toEqual({
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": "add",
      "gen_ai.tool.type": "function",
      "gen_ai.tool.call.id": "call_0",
    });
  });

  it.each([
    ["breaks", [scenes.resetMidBody()], 1000],
    ["hangs", [scenes.hang()], 300],
    ["calls tools for ever", [scenes.toolCalls(["add", '{"a":3,"b":4}'])], 10_000],
  ] as const)("reports what answered rounds cost when a later one %s", async (_how, later, timeoutMs) => {
    server.play(scenes.toolCalls(["add", '{"a":1,"b":2}']), ...later);
    const prices = { inputUsdPerMillion: 1, outputUsdPerMillion: 10 };
    const { failure, spent } = await callTarget(
      target({ tools: [add], prices, maximumToolRounds: 1 }),
      request(),
      {
        timeoutMs,
        retries: 0,
        signal: new AbortController().signal,
        seed: 7,
        clock: () => performance.now(),
        wait: async () => {},
      },
    );
    expect(failure).not.toBeNull();
    // A round is 100 tokens read and 20 written: 100 × 1 + 20 × 10 millionths of a dollar.
    const rounds = failure!.message.includes("tool round limit") ? 2 : 1;
    expect(spent).toMatchObject({ inputTokens: 100 * rounds, outputTokens: 20 * rounds });
    expect(spent.costUsd).toBeCloseTo(0.0003 * rounds, 9);
  });

  it("keeps the text of arguments that JSON would change, answered or not", async () => {
    server.play(scenes.toolCalls(["add", '{"a":5.0,"b":2}'], ["add", '{"a":1,"b":2}']), scenes.ok());
    const answered = await target({ tools: [add] }).call(request(), context());
    expect(answered.toolCalls).toEqual([
      { name: "add", arguments: { a: 5, b: 2 }, argumentsText: '{"a":5.0,"b":2}', result: 7 },
      { name: "add", arguments: { a: 1, b: 2 }, result: 3 },
    ]);
    server.play(scenes.toolCalls(["add", '{"a":5.0}']));
    const reported = await target({ tools: [{ name: "add" }] }).call(request(), context());
    expect(reported.toolCalls).toEqual([{ name: "add", arguments: { a: 5 }, argumentsText: '{"a":5.0}' }]);
  });

  it("tells the model its own calls and their results, and sends no implementation", async () => {
    server.play(scenes.toolCalls(["order", '{"id":7,"region":"eu"}']), scenes.ok("Sent."));
    await target({ tools: [add, order] }).call(request(), context());
    const [first, second] = lastBodies(2);
    expect(first?.tools).toEqual([
      { type: "function", function: { name: "add" } },
      { type: "function", function: { name: "order" } },
    ]);
    expect(second?.messages).toEqual([
      { role: "user", content: "Hi?" },
      {
        role: "assistant",
        content: null,
        tool_calls: [
          {
            id: "call_0",
            type: "function",
            function: { name: "order", arguments: '{"id":7,"region":"eu"}' },
          },
        ],
      },
      { role: "tool", tool_call_id: "call_0", content: '{"status":"sent"}' },
    ]);
  });

  it.each([
    ["a tool that throws", "fail", "{}", { error: "no such order" }],
    ["a tool that throws later", "failLater", "{}", { error: "too late" }],
    ["arguments that are no JSON", "add", '{"a":', { error: "the arguments are no JSON object" }],
    ["arguments that are no object", "add", "[1]", { error: "the arguments are no JSON object" }],
    ["a tool that does not exist", "ad", "{}", { error: "there is no such tool" }],
    ["no recorded result", "order", '{"id":8}', { error: "no result is recorded for these arguments" }],
    ["a result that is no JSON", "odd", "{}", { error: "the tool returned a value that is no JSON" }],
  ])("gives %s to the model as an error, and records it", async (_what, name, text, result) => {
    const tools: OpenAITool[] = [
      add,
      order,
      {
        name: "fail",
        run() {
          throw new Error("no such order");
        },
      },
      { name: "failLater", run: () => Promise.reject(new Error("too late")) },
      { name: "odd", run: () => 10n },
    ];
    server.play(scenes.toolCalls([name, text]), scenes.ok("Sorry."));
    const during = context();
    const answer = await target({ tools }).call(request(), during);
    expect(answer.text).toBe("Sorry.");
    expect(answer.toolCalls).toMatchObject([{ name, result }]);
    expect(told()).toEqual([JSON.stringify(result)]);
    expect(during.spans[1]).toMatchObject({ name: `execute_tool ${name}`, error: result.error });
  });

  it("gives a text as it is, and nothing as null", async () => {
    const tools: OpenAITool[] = [
      { name: "text", run: async () => "42 °C" },
      { name: "nothing", run: () => undefined },
    ];
    server.play(scenes.toolCalls(["text", "{}"], ["nothing", "{}"]), scenes.ok("Done."));
    const answer = await target({ tools }).call(request(), context());
    expect(told()).toEqual(["42 °C", "null"]);
    expect(answer.toolCalls?.map(({ result }) => result)).toEqual(["42 °C", null]);
  });

  it("ends after so many rounds with a failure that says so", async () => {
    const before = server.requests.length;
    server.play(scenes.toolCalls(["add", '{"a":1,"b":1}']));
    const error = await targetErrorOf(() =>
      target({ tools: [add], maximumToolRounds: 2 }).call(request(), context()),
    );
    expect(error.failure).toMatchObject({ kind: "target", retryable: false });
    expect(error.message).toBe(
      "tool round limit: the model still called add after 2 rounds of tool results (`maximumToolRounds`)",
    );
    expect(server.requests.length).toBe(before + 3);
  });

  it("reports calls as they are when a tool has neither function nor results", async () => {
    server.play(scenes.toolCalls(["add", '{"a":1,"b":2}'], ["hand_over", "{}"]));
    const before = server.requests.length;
    const answer = await target({ tools: [add, { name: "hand_over" }] }).call(request(), context());
    expect(answer.toolCalls).toEqual([
      { name: "add", arguments: { a: 1, b: 2 } },
      { name: "hand_over", arguments: {} },
    ]);
    expect(server.requests.length).toBe(before + 1);
  });

  it("asks for a call that must be made in the first round alone", async () => {
    server.play(scenes.toolCalls(["add", '{"a":1,"b":2}']), scenes.ok("3"));
    await target({ tools: [add], toolChoice: "required" }).call(request(), context());
    expect(lastBodies(2).map((body) => body.tool_choice)).toEqual(["required", undefined]);
    server.play(scenes.toolCalls(["add", '{"a":1,"b":2}']), scenes.ok("3"));
    await target({ tools: [add], toolChoice: "auto" }).call(request(), context());
    expect(lastBodies(2).map((body) => body.tool_choice)).toEqual(["auto", "auto"]);
  });

  it("makes up the identifiers that a server leaves out", async () => {
    const call = { function: { name: "add", arguments: '{"a":1,"b":2}' } };
    server.play(json(completion({ content: null, tool_calls: [call] }, "tool_calls")), scenes.ok("3"));
    await target({ tools: [add] }).call(request(), context());
    const [, assistant, result] = lastBodies(1)[0]!.messages as JsonObject[];
    const [made] = assistant!.tool_calls as JsonObject[];
    expect(typeof made?.id).toBe("string");
    expect(result?.tool_call_id).toBe(made?.id);
  });

  it("gives a tool the case and a copy of its arguments", async () => {
    const seen: unknown[] = [];
    const run: OpenAITool["run"] = (given, { caseId, repetition, signal }) => {
      seen.push([structuredClone(given), caseId, repetition, signal.aborted]);
      given.a = "changed";
    };
    server.play(scenes.toolCalls(["see", '{"a":1,"__proto__":{"b":2}}']), scenes.ok("x"));
    const answer = await target({ tools: [{ name: "see", run }] }).call(
      request({ repetition: 3 }),
      context(),
    );
    expect(seen).toEqual([[JSON.parse('{"a":1,"__proto__":{"b":2}}'), "c1", 3, false]]);
    expect(answer.toolCalls?.[0]?.arguments).toEqual(JSON.parse('{"a":1,"__proto__":{"b":2}}'));
    expect(({} as { b?: number }).b).toBeUndefined();
  });

  it("ends with the signal while a tool hangs that does not listen to it", async () => {
    server.play(scenes.toolCalls(["hang", "{}"]));
    const tools = [{ name: "hang", run: () => new Promise(() => {}) }];
    const signal = AbortSignal.timeout(50);
    const { failure } = await targetErrorOf(() => target({ tools }).call(request(), context(signal)));
    expect(failure).toMatchObject({ kind: "timeout", retryable: true });
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  it("works over a stream, with the time to the first token of the answer", async () => {
    server.play(streamed.toolCalls(["add", '{"a":1,"b":2}']), streamed.text("3"));
    const answer = await target({ tools: [add], stream: true }).call(request(), context());
    expect(answer).toMatchObject({
      text: "3",
      toolCalls: [{ name: "add", arguments: { a: 1, b: 2 }, result: 3 }],
      usage: { inputTokens: 200, outputTokens: 40, cachedInputTokens: 80, reasoningTokens: 10 },
    });
    expect(answer.timeToFirstTokenMs).toBeGreaterThan(0);
  });

  it("works over the responses API, which is given back its own items", async () => {
    const reasoning = { type: "reasoning", id: "rs_1", summary: [] };
    const call = callItem("add", '{"a":1,"b":2}');
    server.play(json(responseBody([reasoning, call])), json(responseBody([messageItem("3")])));
    const answer = await target({ tools: [add], api: "responses" }).call(request(), context());
    expect(answer).toMatchObject({ text: "3", toolCalls: [{ name: "add", result: 3 }] });
    expect(lastBodies(1)[0]?.input).toEqual([
      { role: "user", content: "Hi?" },
      reasoning,
      call,
      { type: "function_call_output", call_id: "call_0", output: "3" },
    ]);
  });

  it("names functions and results in the components, so that a change of them is seen", () => {
    const toolsOf = (tools: OpenAITool[], maximumToolRounds?: number) =>
      target({ tools, ...(maximumToolRounds === undefined ? {} : { maximumToolRounds }) }).components.tools;
    expect(toolsOf([add, order])).toEqual({
      functions: [
        { name: "add", run: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) },
        { name: "order", results: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) },
      ],
      choice: null,
      maximumRounds: 8,
    });
    expect(toolsOf([add])).not.toEqual(toolsOf([{ ...add, run: () => 0 }]));
    expect(toolsOf([order])).not.toEqual(
      toolsOf([{ name: "order", results: [{ arguments: { id: 7 }, result: 1 }] }]),
    );
    expect(toolsOf([add], 3)).toMatchObject({ maximumRounds: 3 });
  });

  it.each([
    [{ ...add, results: [{ arguments: {}, result: 1 }] }, "`tools[0]`: has both `run` and `results`"],
    [{ name: "a", run: "x" }, "`tools[0].run`: expected a function"],
    [{ name: "a", results: [{ arguments: {}, reslt: 1 }] }, 'did you mean "result"?'],
    [
      {
        name: "a",
        results: [
          { arguments: { a: 1, b: 2 }, result: 1 },
          { arguments: { b: 2, a: 1 }, result: 2 },
        ],
      },
      "`tools[0].results[1]`: records the same arguments twice",
    ],
  ])("refuses the tool %j", async (tool, words) => {
    const error = await evalsErrorOf(() => target({ tools: [tool as never] }));
    expect(error.code).toBe("TARGET_INVALID");
    expect(error.message).toContain(words);
  });
});
