import { getEventListeners } from "node:events";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type OpenAITargetOptions, openaiTarget } from "../../../src/targets/index.ts";
import {
  completion,
  json,
  type OpenAIServer,
  raw,
  scenes,
  startOpenAIServer,
} from "../../fixtures/openai-server.ts";
import { context, request, targetErrorOf } from "./support.ts";

const keyEnv = "GATEWRIGHT_TEST_KEY";
const key = "sk-test-4f9a+/secret";
let server: OpenAIServer;
beforeAll(async () => {
  server = await startOpenAIServer();
});
afterAll(() => server.close());
beforeEach(() => {
  vi.stubEnv(keyEnv, key);
});
afterEach(() => vi.unstubAllEnvs());

const target = (options: Partial<OpenAITargetOptions> = {}) =>
  openaiTarget({ model: "stub-1", baseURL: server.baseURL, apiKeyEnv: keyEnv, ...options });
const lastRequest = () => server.requests.at(-1)!;
const search = {
  name: "search",
  description: "Finds.",
  parameters: { type: "object", properties: { q: { type: "string" } } },
  strict: true,
};

describe("what openaiTarget sends", () => {
  it("sends the least by default: model, messages and the seed of the trial", async () => {
    server.play(scenes.ok());
    await target().call(request(), context());
    const { method, path, headers, body } = lastRequest();
    expect([method, path]).toEqual(["POST", "/v1/chat/completions"]);
    expect(headers.authorization).toBe(`Bearer ${key}`);
    expect(body).toEqual({ model: "stub-1", messages: [{ role: "user", content: "Hi?" }], seed: 7 });
  });

  it("sends every option", async () => {
    server.play(scenes.ok());
    const schema = { type: "object" };
    await target({
      system: "Be brief.",
      template: (variables, { context: passages }) => [
        { role: "system", content: passages.map((passage) => passage.text).join(" ") },
        { role: "user", content: `Order ${variables.order}` },
      ],
      tools: [search],
      toolChoice: { name: "search" },
      responseFormat: { name: "answer", schema, strict: true },
      temperature: 0,
      maxOutputTokens: 50,
      topP: 0.5,
      stop: ["END"],
      seed: false,
      headers: { "X-Variant": "b" },
    }).call(request({ variables: { order: 12 }, context: [{ text: "P1" }, { text: "P2" }] }), context());
    expect(lastRequest().headers["x-variant"]).toBe("b");
    expect(lastRequest().body).toEqual({
      model: "stub-1",
      messages: [
        { role: "system", content: "Be brief." },
        { role: "system", content: "P1 P2" },
        { role: "user", content: "Order 12" },
        { role: "user", content: "Hi?" },
      ],
      tools: [{ type: "function", function: search }],
      tool_choice: { type: "function", function: { name: "search" } },
      response_format: { type: "json_schema", json_schema: { name: "answer", schema, strict: true } },
      temperature: 0,
      max_tokens: 50,
      top_p: 0.5,
      stop: ["END"],
    });
  });

  it("sends JSON mode, a tool choice in a word, and the output limit under the name that is asked for", async () => {
    server.play(scenes.ok("{}"));
    const options = {
      responseFormat: "json",
      maxOutputTokens: 9,
      maxOutputTokensName: "max_completion_tokens",
    } as const;
    const answer = await target({ ...options, tools: [{ name: "now" }], toolChoice: "required" }).call(
      request(),
      context(),
    );
    expect(answer.text).toBe("{}");
    expect(lastRequest().body).toMatchObject({
      response_format: { type: "json_object" },
      max_completion_tokens: 9,
      tools: [{ type: "function", function: { name: "now" } }],
      tool_choice: "required",
    });
    expect(lastRequest().body).not.toHaveProperty("max_tokens");
  });

  it("takes nothing but the key from the environment", async () => {
    for (const name of ["OPENAI_BASE_URL", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_ADMIN_KEY"]) {
      vi.stubEnv(name, "http://127.0.0.1:9/other");
    }
    vi.stubEnv("OPENAI_API_KEY", "sk-of-another-service");
    vi.stubEnv("OPENAI_LOG", "debug");
    const log = vi.spyOn(console, "debug").mockImplementation(() => {});
    server.play(scenes.ok());
    await openaiTarget({ model: "stub-1", baseURL: server.baseURL }).call(request(), context());
    expect(JSON.stringify(lastRequest().headers)).not.toMatch(/other|sk-of/);
    expect(lastRequest().headers.authorization).toBeUndefined();
    expect(log).not.toHaveBeenCalled();
    log.mockRestore();
  });

  it("sends a copy of the options as they were given", async () => {
    server.play(scenes.ok());
    const tools = [structuredClone(search)];
    const made = target({ tools });
    tools[0]!.parameters.properties.q.type = "number";
    await made.call(request(), context());
    expect(lastRequest().body.tools).toEqual([{ type: "function", function: search }]);
    expect(made.components.tools).toEqual({ functions: [search], choice: null });
  });

  it("does not follow redirects, which would carry the prompt elsewhere", async () => {
    server.play(json({}, 307, { location: "/v2/chat/completions" }), scenes.ok());
    const before = server.requests.length;
    const { failure } = await targetErrorOf(() => target().call(request(), context()));
    expect(failure).toMatchObject({ kind: "provider", retryable: false, statusCode: 307 });
    expect(failure.message).toContain("redirects are not followed");
    expect(server.requests.length).toBe(before + 1);
  });

  it.each([
    ["context without a template", {}, request({ context: [{ text: "P" }] }), "gives passages of context"],
    [
      "variables alone without a template",
      {},
      request({ messages: [], variables: { a: 1 } }),
      "variables alone",
    ],
    [
      "a template that makes nothing",
      { template: () => [] },
      request({ messages: [] }),
      "no message to send",
    ],
    [
      "a template that makes no messages",
      { template: (() => [{ role: "user", text: "x" }]) as never },
      request(),
      'unknown key "text"',
    ],
  ])("makes a failure of %s, without a call", async (_what, options, asked, words) => {
    const before = server.requests.length;
    const error = await targetErrorOf(() => target(options).call(asked, context()));
    expect(error.failure).toMatchObject({ kind: "target", retryable: false });
    expect(error.message).toContain(words);
    expect(server.requests.length).toBe(before);
  });
});

describe("what openaiTarget makes of an answer", () => {
  const prices = { inputUsdPerMillion: 2, outputUsdPerMillion: 10, cachedInputUsdPerMillion: 0.5 };

  it("reads text, usage, cost, model and finish reason", async () => {
    server.play(scenes.ok("Hello."));
    // 100 × 2 + 20 × 10 = 400 millionths of a dollar.
    expect(await target({ prices }).call(request(), context())).toEqual({
      text: "Hello.",
      toolCalls: [],
      refused: false,
      finishReason: "stop",
      usage: {
        inputTokens: 100,
        outputTokens: 20,
        cachedInputTokens: null,
        reasoningTokens: null,
        costUsd: 0.0004,
      },
      served: { model: "stub-1-2026-01-01" },
    });
  });

  it.each([
    // 40 of 100 from the cache: 60 × 2 + 40 × 0.5 + 20 × 10 = 340.
    [{ prompt_tokens: 100, completion_tokens: 20, prompt_tokens_details: { cached_tokens: 40 } }, 0.00034],
    [{ prompt_tokens: 100, completion_tokens: 20, prompt_tokens_details: null }, 0.0004],
    [{ prompt_tokens: 100 }, null],
    [{ prompt_tokens: -1, completion_tokens: "20" }, null],
    [null, null],
  ])("with the usage %j the cost is %s", async (usage, costUsd) => {
    server.play(scenes.ok("x", { usage }));
    expect((await target({ prices }).call(request(), context())).usage?.costUsd).toBe(costUsd);
    server.play(scenes.ok("x", { usage }));
    expect((await target().call(request(), context())).usage?.costUsd).toBeNull();
  });

  it("reads tool calls, and keeps arguments that are not JSON as text", async () => {
    server.play(
      scenes.toolCalls(["search", '{"q":"a","n":[1]}'], ["now", ""], ["bad", '{"q":'], ["big", "1e999"]),
    );
    expect(await target().call(request(), context())).toMatchObject({
      text: "",
      finishReason: "tool_calls",
      toolCalls: [
        { name: "search", arguments: { q: "a", n: [1] } },
        { name: "now", arguments: "" },
        { name: "bad", arguments: '{"q":' },
        { name: "big", arguments: "1e999" },
      ],
    });
  });

  it("reads refusals and content filters", async () => {
    server.play(scenes.refusal("No."), scenes.contentFilter());
    expect(await target().call(request(), context())).toMatchObject({ refused: true, text: "No." });
    expect(await target().call(request(), context())).toMatchObject({
      refused: true,
      text: "",
      finishReason: "content_filter",
    });
  });

  it("reads a huge answer, invalid UTF-8 as U+FFFD, and JSON that is not labelled as such", async () => {
    server.play(
      scenes.huge(5_000_000),
      scenes.invalidUtf8(),
      raw(JSON.stringify(completion({ content: "x" })), ""),
    );
    expect((await target().call(request(), context())).text).toHaveLength(5_000_000);
    expect((await target().call(request(), context())).text).toBe("a\uFFFDb");
    expect((await target().call(request(), context())).text).toBe("x");
  });

  it.each([
    ["malformed JSON", scenes.malformed(), "the body is not JSON"],
    ["HTML", scenes.html(), "HTML instead of JSON"],
    ["empty choices", scenes.emptyChoices(), "`choices` is empty"],
    ["no choices", json({ ok: true }), "no list `choices`"],
    ["a list", json([]), "not a JSON object"],
    ["null", json(null), "not a JSON object"],
    ["an empty body", raw("", "application/json"), "the body is empty"],
    ["status 204", raw("", "application/json", 204), "the body is empty"],
    ["no message", json({ choices: [{}] }), "`choices[0].message` is not an object"],
    ["content without parts", json(completion({ content: [] })), "neither text nor null"],
    ["content of no known form", json(completion({ content: [1] })), "neither text nor null"],
    ["tool calls that are no list", json(completion({ content: null, tool_calls: {} })), "not a list"],
    [
      "a tool call without a name",
      json(completion({ tool_calls: [{ function: {} }] })),
      "tool_calls[0]` names no",
    ],
  ])("makes a failure of kind target of %s", async (_what, scene, words) => {
    server.play(scene);
    const { failure } = await targetErrorOf(() => target().call(request(), context()));
    expect(failure).toMatchObject({ kind: "target", retryable: false });
    expect(failure.message).toContain(words);
  });

  it("records the call as a span", async () => {
    server.play(scenes.ok(), scenes.unauthorised());
    const during = context();
    const made = target({ temperature: 0.5, maxOutputTokens: 50, topP: 0.9 });
    await made.call(request(), during);
    await targetErrorOf(() => made.call(request(), during));
    const asked = {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "stub-1",
      "gen_ai.request.temperature": 0.5,
      "gen_ai.request.max_tokens": 50,
      "gen_ai.request.top_p": 0.9,
      "gen_ai.request.seed": 7,
      "server.address": "127.0.0.1",
      "server.port": Number(new URL(server.baseURL).port),
    };
    const answered = {
      "gen_ai.response.model": "stub-1-2026-01-01",
      "gen_ai.usage.input_tokens": 100,
      "gen_ai.usage.output_tokens": 20,
    };
    expect(during.spans.map((span) => span.name)).toEqual(["chat stub-1", "chat stub-1"]);
    expect(during.spans[0]?.attributes).toEqual({ ...asked, ...answered });
    expect(during.spans[1]?.attributes).toEqual(asked);
    expect(JSON.stringify(during.spans)).not.toContain(key);
  });

  it("leaves no listener on the signal", async () => {
    server.play(scenes.ok());
    const { signal } = new AbortController();
    await target().call(request(), context(signal));
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
});
