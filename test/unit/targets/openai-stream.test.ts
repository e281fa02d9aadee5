import { getEventListeners } from "node:events";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OpenAITargetOptions, openaiTarget } from "../../../src/targets/index.ts";
import { json, type OpenAIServer, raw, type Scene, startOpenAIServer } from "../../fixtures/openai-server.ts";
import {
  callItem,
  chunk,
  events,
  messageItem,
  responseBody,
  responseEvents,
  streamed,
  usageChunk,
} from "../../support/openai-scenes.ts";
import { context, request, targetErrorOf } from "./support.ts";

let server: OpenAIServer;
beforeAll(async () => {
  server = await startOpenAIServer();
});
afterAll(() => server.close());

const target = (options: Partial<OpenAITargetOptions> = {}) =>
  openaiTarget({ model: "stub-1", baseURL: server.baseURL, stream: true, ...options });
const answerTo = (scene: Scene, options: Partial<OpenAITargetOptions> = {}) => {
  server.play(scene);
  return target(options).call(request(), context());
};
const failureOf = async (scene: Scene, options: Partial<OpenAITargetOptions> = {}) =>
  (await targetErrorOf(() => answerTo(scene, options))).failure;

describe("streamed chat completions", () => {
  it("puts the answer together, with the usage of its last chunk and the time to its first token", async () => {
    const answer = await answerTo(streamed.text("Hel", "lo", "."));
    expect(answer).toMatchObject({
      text: "Hello.",
      toolCalls: [],
      refused: false,
      finishReason: "stop",
      usage: { inputTokens: 100, outputTokens: 20, cachedInputTokens: 40, reasoningTokens: 5, costUsd: null },
      served: { model: "stub-1-2026-01-01" },
    });
    expect(answer.timeToFirstTokenMs).toBeGreaterThan(0);
    expect(server.requests.at(-1)?.body).toMatchObject({
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  it("asks for no stream and reports no time to a first token unless it is told to stream", async () => {
    server.play(json({ choices: [{ message: { content: "x" }, finish_reason: "stop" }] }));
    const answer = await target({ stream: false }).call(request(), context());
    expect(answer).not.toHaveProperty("timeToFirstTokenMs");
    expect(server.requests.at(-1)?.body).not.toHaveProperty("stream");
    expect(server.requests.at(-1)?.body).not.toHaveProperty("stream_options");
  });

  it("puts tool calls together, also those of servers that leave out index, identifier or the last mark", async () => {
    const calls = await answerTo(streamed.toolCalls(["search", '{"q":"a"}'], ["now", "{}"]));
    const expected = [
      { name: "search", arguments: { q: "a" } },
      { name: "now", arguments: {} },
    ];
    expect(calls.toolCalls).toEqual(expected);
    const bare = events(
      [
        chunk({ tool_calls: [{ id: "a", function: { name: "search", arguments: '{"q":' } }] }),
        chunk({ tool_calls: [{ function: { arguments: '"a"}' } }] }),
        chunk({ tool_calls: [{ id: "b", function: { name: "now", arguments: "{}" } }] }, "tool_calls"),
      ],
      "cut",
      {},
    );
    const answer = await answerTo(bare);
    expect(answer.toolCalls).toEqual(expected);
    expect(answer.usage).toMatchObject({ inputTokens: null, outputTokens: null });
  });

  it.each([
    [
      // github.com/NousResearch/hermes-agent/issues/62940: whole calls, all of index 0.
      "as Gemini does",
      [
        { index: 0, id: "a", function: { name: "search", arguments: '{"q":"a"}' } },
        { index: 0, id: "b", function: { name: "search", arguments: '{"q":"b"}' } },
      ],
    ],
    [
      // github.com/InternLM/lmdeploy/issues/3412: calls in pieces, all of index 0; the identifier comes with the first piece.
      "as vLLM did",
      [
        { index: 0, id: "a", function: { name: "search", arguments: "" } },
        { index: 0, id: "", function: { arguments: '{"q":"a"}' } },
        { index: 0, id: "b", function: { name: "search", arguments: "" } },
        { index: 0, id: "", function: { arguments: '{"q":"b"}' } },
      ],
    ],
    [
      // The same issue: the identifier comes with every piece.
      "as SGLang did",
      [
        { index: 0, id: "0", function: { name: "search", arguments: "" } },
        { index: 0, id: "0", function: { name: null, arguments: '{"q":"a"}' } },
        { index: 0, id: "1", function: { name: "search", arguments: "" } },
        { index: 0, id: "1", function: { name: null, arguments: '{"q":"b"}' } },
      ],
    ],
    [
      "with gaps, and arguments that are no text",
      [
        { index: 3, id: "b", function: { name: "search", arguments: { q: "b" } } },
        { index: 1, id: "a", function: { name: "search", arguments: { q: "a" } } },
      ],
    ],
  ])("keeps calls apart that a server numbers %s", async (_how, pieces) => {
    const scene = events([...pieces.map((piece) => chunk({ tool_calls: [piece] })), chunk({}, "tool_calls")]);
    const { toolCalls } = await answerTo(scene);
    expect(toolCalls).toEqual([
      { name: "search", arguments: { q: "a" } },
      { name: "search", arguments: { q: "b" } },
    ]);
  });

  // docs.mistral.ai/capabilities/reasoning: the content of models that think is a list of parts.
  const thinking = { type: "thinking", thinking: [{ type: "text", text: "They greet me." }] };
  it.each([
    [
      "streamed",
      events([
        chunk({ role: "assistant", content: "" }),
        chunk({ content: [thinking] }),
        chunk({ content: [{ type: "text", text: "Hel" }] }),
        chunk({ content: "lo." }),
        chunk({ content: "" }, "stop"),
      ]),
    ],
    [
      "whole",
      json({
        choices: [
          {
            message: { role: "assistant", content: [thinking, { type: "text", text: "Hello." }] },
            finish_reason: "stop",
          },
        ],
      }),
    ],
  ])("takes the text of content in parts, and not what was thought: %s", async (_how, scene) => {
    expect((await answerTo(scene)).text).toBe("Hello.");
  });

  // openrouter.ai/docs/api-reference/overview: a choice may have an `error`, and `error` is one of the finish reasons.
  it.each([
    [
      "an error of the choice",
      { error: { code: 502, message: "The provider broke off." } },
      { kind: "provider", retryable: true, statusCode: 502 },
    ],
    ["the finish reason alone", {}, { kind: "provider", retryable: true }],
  ])("is never the half answer before %s", async (_what, rest, expected) => {
    const stream = events([chunk({ content: "Hal" }), chunk({ content: "" }, "error", rest)]);
    const whole = json({ choices: [{ message: { content: "Hal" }, finish_reason: "error", ...rest }] });
    for (const scene of [stream, whole]) expect(await failureOf(scene)).toMatchObject(expected);
  });

  it("takes a whole body from a server that knows no streams", async () => {
    const body = { choices: [{ message: { content: "x" }, finish_reason: "stop" }] };
    const answer = await answerTo(json(body));
    expect(answer.text).toBe("x");
    expect(answer).not.toHaveProperty("timeToFirstTokenMs");
  });

  it.each([
    ["is closed in the middle", events([chunk({ content: "Hal" })], "cut"), "the stream ended before"],
    ["breaks in the middle", events([chunk({ content: "Hal" })], "reset"), "the connection to"],
    ["is cut inside of an event", events(['data: {"choices":[{"del'], "cut"), "the stream ended before"],
    ["holds nothing", events([], "done"), "the stream ended before"],
  ])("is never half an answer: a stream that %s is a retryable failure", async (_what, scene, words) => {
    const failure = await failureOf(scene);
    expect(failure).toMatchObject({ kind: "provider", retryable: true });
    expect(failure.message).toContain(words);
  });

  it.each([
    [
      { code: 502, message: "Upstream is down." },
      { kind: "provider", retryable: true, statusCode: 502 },
    ],
    [
      { code: 429, message: "Slow down." },
      { kind: "rate_limit", retryable: true, statusCode: 429 },
    ],
    [
      { code: "rate_limit_exceeded", message: "Slow down." },
      { kind: "rate_limit", retryable: true },
    ],
    [
      // docs.anthropic.com/en/api/errors
      { type: "rate_limit_error", message: "Slow down." },
      { kind: "rate_limit", retryable: true },
    ],
    [
      { code: "insufficient_quota", message: "Spent." },
      { kind: "provider", retryable: false },
    ],
    [
      { type: "invalid_request_error", message: "Bad." },
      { kind: "provider", retryable: false },
    ],
    [{ message: "Oops." }, { kind: "provider", retryable: true }],
  ])("an error that is told in the stream or the body is one: %j", async (error, expected) => {
    for (const scene of [events([chunk({ content: "Hal" }), { error }], "cut"), json({ error })]) {
      const failure = await failureOf(scene);
      expect(failure).toMatchObject(expected);
      expect(failure.message).toContain(error.message);
    }
  });

  it("ends with the signal while the stream hangs, and leaves no listener on it", async () => {
    server.play(events([chunk({ content: "Hal" })], "hang"));
    const signal = AbortSignal.timeout(50);
    const { failure } = await targetErrorOf(() => target().call(request(), context(signal)));
    expect(failure).toMatchObject({ kind: "timeout", retryable: true });
    const { signal: open } = new AbortController();
    server.play(streamed.text("x"));
    await target().call(request(), context(open));
    expect(getEventListeners(open, "abort")).toEqual([]);
  });

  it("names what is no stream", async () => {
    expect((await failureOf(raw("<h1>Sign in</h1>", "text/html"))).message).toContain("HTML instead of JSON");
    expect(await failureOf(events(["data: {\n\n"]))).toMatchObject({ kind: "target", retryable: false });
  });

  it("puts letters together that the network cut in pieces", async () => {
    const text = `data: ${JSON.stringify(chunk({ content: "Grüße 😀" }, "stop"))}\n\n`;
    const bytes = [...Buffer.from(text)].map((byte) => Buffer.from([byte]));
    expect((await answerTo(events(bytes))).text).toBe("Grüße 😀");
  });

  it.each([true, false])(
    "counts the bytes of an answer after decompression, streamed: %s",
    async (stream) => {
      const event = chunk({ content: "x".repeat(1_000_000) }, "stop");
      const body = { choices: [{ message: { content: "x".repeat(1_000_000) }, finish_reason: "stop" }] };
      const small = gzipSync(stream ? `data: ${JSON.stringify(event)}\n\n` : JSON.stringify(body));
      expect(small.length).toBeLessThan(10_000);
      const scene: Scene = (_request, response) => {
        const type = stream ? "text/event-stream" : "application/json";
        response.writeHead(200, { "content-type": type, "content-encoding": "gzip" });
        response.end(small);
      };
      const failure = await failureOf(scene, { stream, maximumResponseBytes: 50_000 });
      expect(failure).toMatchObject({ kind: "target", retryable: false });
      expect(failure.message).toMatch(/ of more than \d+ bytes/);
    },
  );

  it("reads hostile chunks as nothing", async () => {
    const odd = ["data: null\n\n", "data: 1\n\n", "data: []\n\n", { choices: {} }, { choices: [null] }];
    const calls = [{ choices: [{ delta: { tool_calls: [null, 1, { index: 1e9 }] } }] }];
    const text = await answerTo(events([...odd, chunk({ content: "x" }), chunk({}, "stop"), usageChunk]));
    expect(text.text).toBe("x");
    const { message } = await failureOf(events([...odd, ...calls, chunk({}, "tool_calls")]));
    expect(message).toContain("tool_calls[0]` names no function");
  });

  it("means the log-probabilities of the tokens into the span of the call", async () => {
    const logprobs = (...values: unknown[]) => ({
      logprobs: { content: values.map((logprob) => ({ logprob })) },
    });
    server.play(
      events([
        chunk({ content: "a" }, null, logprobs(-0.25, -0.5)),
        chunk({ content: "b" }, null, logprobs(-0.75, "x")),
        chunk({}, "stop"),
      ]),
    );
    const during = context();
    const made = target({ logprobs: true });
    await made.call(request(), during);
    expect(server.requests.at(-1)?.body.logprobs).toBe(true);
    expect(made.components.decoding).toMatchObject({ logprobs: true, stream: true });
    // (−0.25 − 0.5 − 0.75) / 3
    expect(during.spans[0]?.attributes).toMatchObject({
      "gatewright.logprob.mean": -0.5,
      "gatewright.logprob.tokens": 3,
    });
  });
});

describe("the responses API", () => {
  it("sends what was set, under its own names, and no seed", async () => {
    const schema = { type: "object" };
    const search = { name: "search", parameters: schema };
    const made = target({
      api: "responses",
      stream: false,
      system: "Be brief.",
      tools: [search],
      toolChoice: { name: "search" },
      responseFormat: { name: "answer", schema, strict: true },
      temperature: 0,
      maxOutputTokens: 50,
      topP: 0.5,
      logprobs: true,
    });
    server.play(json(responseBody([messageItem("Hello.")])));
    await made.call(request(), context());
    expect(server.requests.at(-1)).toMatchObject({ path: "/v1/responses", method: "POST" });
    expect(server.requests.at(-1)?.body).toEqual({
      model: "stub-1",
      input: [
        { role: "system", content: "Be brief." },
        { role: "user", content: "Hi?" },
      ],
      tools: [{ type: "function", name: "search", parameters: schema }],
      tool_choice: { type: "function", name: "search" },
      text: { format: { type: "json_schema", name: "answer", schema, strict: true } },
      temperature: 0,
      max_output_tokens: 50,
      top_p: 0.5,
      include: ["message.output_text.logprobs"],
    });
    expect(made.components).toMatchObject({
      model: { api: "responses" },
      decoding: { seed: false, maxOutputTokensName: "max_output_tokens" },
    });
    await target({ api: "responses" }).call(request(), context());
    expect(server.requests.at(-1)?.body).toEqual({
      model: "stub-1",
      input: [{ role: "user", content: "Hi?" }],
      stream: true,
    });
  });

  it.each([
    [
      "as a whole",
      false,
      json(responseBody([messageItem("Hel"), messageItem("lo."), callItem("now", "{}")])),
    ],
    [
      "as a stream",
      true,
      responseEvents([messageItem("Hel"), messageItem("lo."), callItem("now", "{}")], ["Hello."]),
    ],
  ])("reads text, calls and usage %s", async (_how, stream, scene) => {
    const answer = await answerTo(scene, { api: "responses", stream });
    expect(answer).toMatchObject({
      text: "Hello.",
      toolCalls: [{ name: "now", arguments: {} }],
      finishReason: "completed",
      usage: { inputTokens: 100, outputTokens: 20, cachedInputTokens: 40, reasoningTokens: 5 },
      served: { model: "stub-1-2026-01-01" },
    });
    expect(typeof answer.timeToFirstTokenMs).toBe(stream ? "number" : "undefined");
  });

  it("takes the items of a stream whose last event leaves them out", async () => {
    const item = messageItem("Hello.");
    const last = { type: "response.completed", response: responseBody([]) };
    const scene = events([{ type: "response.output_item.done", output_index: 0, item }, last], "cut");
    expect((await answerTo(scene, { api: "responses" })).text).toBe("Hello.");
  });

  it.each([
    ["max_output_tokens", false],
    ["content_filter", true],
  ])("says why an answer is incomplete: %s", async (reason, refused) => {
    const body = responseBody([messageItem("Hel")], {
      status: "incomplete",
      incomplete_details: { reason },
    });
    const scene = events([{ type: "response.incomplete", response: body }], "cut");
    const answer = await answerTo(scene, { api: "responses" });
    expect(answer).toMatchObject({ text: "Hel", finishReason: reason, refused });
  });

  it.each([
    ["an event", { type: "error", code: "server_error", message: "Oops." }],
    [
      "a failed response",
      {
        type: "response.failed",
        response: responseBody([], { status: "failed", error: { code: "server_error", message: "Oops." } }),
      },
    ],
  ])("an error that is told as %s is one", async (_how, event) => {
    const failure = await failureOf(events([event], "cut"), { api: "responses" });
    expect(failure).toMatchObject({ kind: "provider", retryable: true });
    expect(failure.message).toContain("Oops.");
  });

  it("is never half an answer", async () => {
    const delta = { type: "response.output_text.delta", delta: "Hal" };
    const failure = await failureOf(events([delta], "cut"), { api: "responses" });
    expect(failure).toMatchObject({ kind: "provider", retryable: true });
  });

  // platform.openai.com/docs/api-reference/responses/object: statuses other than `completed` and `incomplete` are no end of an answer.
  it.each(["failed", "cancelled", "in_progress", "queued"])(
    "is never what a response of status %s has of it",
    async (status) => {
      const scene = json(responseBody([messageItem("Hal")], { status }));
      const failure = await failureOf(scene, { api: "responses", stream: false });
      expect(failure).toMatchObject({ kind: "provider", retryable: true });
      expect(failure.message).toContain(status);
    },
  );

  it("reads a message whose content is a text", async () => {
    const message = { type: "message", role: "assistant", content: "Hello." };
    const answer = await answerTo(json(responseBody([message])), { api: "responses", stream: false });
    expect(answer.text).toBe("Hello.");
  });

  it("refuses what it cannot send", async () => {
    const messages = [{ role: "tool" as const, content: "42" }];
    const error = await targetErrorOf(() =>
      target({ api: "responses" }).call(request({ messages }), context()),
    );
    expect(error.message).toContain("no message of the role `tool`");
    for (const options of [{ stop: "END" }, { seed: "trial" }, { maxOutputTokensName: "max_tokens" }]) {
      const make = () => target({ api: "responses", ...options } as never);
      expect(make).toThrow(`\`${Object.keys(options)[0]}\`: the responses API does not offer it`);
    }
  });

  it("means log-probabilities", async () => {
    const item = messageItem("ab", { logprobs: [{ logprob: -1 }, { logprob: -3 }] });
    server.play(json(responseBody([item])));
    const during = context();
    await target({ api: "responses", stream: false }).call(request(), during);
    expect(during.spans[0]?.attributes["gatewright.logprob.mean"]).toBe(-2);
  });
});
