import { inspect } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { priceTable } from "../../../src/core/price-table.ts";
import { type OpenAITargetOptions, openaiTarget } from "../../../src/targets/index.ts";
import {
  completion,
  failing,
  json,
  type OpenAIServer,
  type Scene,
  scenes,
  startOpenAIServer,
} from "../../fixtures/openai-server.ts";
import { chunk, events, messageItem, responseBody } from "../../support/openai-scenes.ts";
import { context, evalsErrorOf, request, targetErrorOf } from "./support.ts";

const keyEnv = "GATEWRIGHT_TEST_CREDENTIAL_OF_A_HOST";
const key = "local-4f9a+/secret";
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
const answerTo = (scene: Scene, options: Partial<OpenAITargetOptions> = {}) => {
  server.play(scene);
  return target(options).call(request(), context());
};
const prices = { inputUsdPerMillion: 2, outputUsdPerMillion: 10 };
const table = { date: "2026-01-02", source: "ours", models: { "stub-1": prices } };

describe("the way of an answer", () => {
  it("comes from the headers of a gateway, with its cost", async () => {
    const headers = {
      "x-litellm-model-id": "d1",
      "x-litellm-attempted-fallbacks": "1",
      "x-litellm-applied-guardrails": "pii",
      "x-litellm-response-cost": "0.25",
    };
    const whole = completion({ content: "x" });
    const part = events([chunk({ content: "x" }), chunk({}, "stop")], "done", {
      "content-type": "text/event-stream",
      ...headers,
    });
    for (const [scene, stream] of [
      [json(whole, 200, headers), false],
      [part, true],
    ] as const) {
      const { served, usage } = await answerTo(scene, { stream });
      expect(served).toEqual({
        model: "stub-1-2026-01-01",
        route: "d1",
        fallback: true,
        guardrails: ["pii"],
      });
      expect(usage?.costUsd).toBe(0.25);
    }
  });

  it("comes from members of the body", async () => {
    const usage = { prompt_tokens: 1, completion_tokens: 1, cost: 0.5 };
    const answer = await answerTo(json(completion({ content: "x" }, "stop", { provider: "Groq", usage })));
    expect(answer).toMatchObject({ served: { route: "Groq" }, usage: { costUsd: 0.5 } });
  });

  it("is gathered over the rounds of a tool loop", async () => {
    const tools = [{ name: "add", run: () => 1 }];
    const call = { id: "c", function: { name: "add", arguments: "{}" } };
    const first = { "x-litellm-attempted-fallbacks": "1", "x-litellm-applied-guardrails": "pii" };
    const second = { "x-litellm-attempted-fallbacks": "0", "x-litellm-applied-guardrails": "pii,tone" };
    server.play(
      json(completion({ content: null, tool_calls: [call] }, "tool_calls"), 200, first),
      json(completion({ content: "1" }), 200, second),
    );
    const { served } = await target({ tools }).call(request(), context());
    expect(served).toMatchObject({ fallback: true, guardrails: ["pii", "tone"] });
  });

  it("hands on what rate limit is left, with an answer and with a failure", async () => {
    const left = { "x-ratelimit-remaining-requests": "9", "x-ratelimit-reset-requests": "1s" };
    const expected = { remainingRequests: 9, resetMs: 1000 };
    const answer = await answerTo(json(completion({ content: "x" }), 200, left));
    expect(answer.rateLimit).toEqual(expected);
    expect((await targetErrorOf(() => answerTo(scenes.rateLimited(left)))).rateLimit).toEqual(expected);
    expect(await answerTo(scenes.ok())).not.toHaveProperty("rateLimit");
  });

  it.each([
    ["status 446 of a gateway", 446, null],
    ["the filter of Azure", 400, "content_filter"],
  ])("a guardrail that declines is an answer of the system: %s", async (_what, status, code) => {
    const headers = { "x-agentcc-provider": "p", "x-agentcc-guardrail-name": "pii-detection" };
    const answer = await answerTo(failing(status, `Blocked for ${key}.`, code, headers));
    expect(answer).toMatchObject({
      text: "Blocked for [redacted].",
      refused: true,
      finishReason: "content_filter",
      served: { guardrails: ["pii-detection"] },
    });
  });

  it("sends the trace context of the call along, and nothing that is none", async () => {
    const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    server.play(scenes.ok());
    await target().call(request(), { ...context(), traceparent });
    expect(server.requests.at(-1)?.headers.traceparent).toBe(traceparent);
    await target().call(request(), { ...context(), traceparent: "x\r\ny: 1" });
    expect(server.requests.at(-1)?.headers.traceparent).toBeUndefined();
    await target().call(request(), context());
    expect(server.requests.at(-1)?.headers.traceparent).toBeUndefined();
  });
});

describe("cost of an answer", () => {
  // 100 × 2 + 20 × 10 = 400 millionths of a dollar.
  it.each([
    ["prices of the target", { prices }, {}, 0.0004],
    ["a table", { prices: table }, {}, 0.0004],
    ["a table, before what a gateway reports", { prices: table }, { "x-agentcc-cost": "1" }, 0.0004],
    ["a gateway", {}, { "x-agentcc-cost": "1" }, 1],
    [
      "a gateway, where the table lacks the model",
      { prices: { ...table, models: {} } },
      { "x-agentcc-cost": "1" },
      1,
    ],
    ["nothing", { prices: { ...table, models: {} } }, {}, null],
    ["nothing, for a server that is not OpenAI's", { model: "gpt-4o" }, {}, null],
    ["nobody, for a hit in the gateway's cache", { prices }, { "helicone-cache": "HIT" }, null],
    [
      "a hit in the gateway's cache, reported",
      {},
      { "x-agentcc-cache": "hit", "x-agentcc-cost": "0.1" },
      0.1,
    ],
  ])("comes from %s", async (_what, options, headers, expected) => {
    const body = completion({ content: "x" });
    const { usage } = await answerTo(json(body, 200, headers), options as Partial<OpenAITargetOptions>);
    expect(usage?.costUsd).toBe(expected);
  });

  it("says what it rests on, outside of the components", () => {
    const basis = (options: object) => openaiTarget({ model: "gpt-4o-mini", ...options }).costBasis;
    expect(basis({})).toBe(
      `the cost that a gateway reports, else ${priceTable.source}, ${priceTable.date} (gpt-4o-mini: 2025-07-04, https://platform.openai.com/docs/pricing)`,
    );
    expect(basis({ prices: table })).toBe("prices: ours, 2026-01-02");
    expect(basis({ prices })).toContain("2 input, 2 cached input, 10 output");
    expect(basis({ baseURL: "http://127.0.0.1:1/v1" })).toBe("the cost that a gateway reports");
    expect(openaiTarget({ model: "m", prices }).components).toEqual(openaiTarget({ model: "m" }).components);
  });

  it.each([
    [{ prices: { date: "2026-01-02", source: "ours" } }, "`prices"],
    [{ prices: { ...table, date: "today" } }, "`prices.date`: expected a day as YYYY-MM-DD"],
    [
      { prices: { ...table, models: { m: { inputUsdPerMillion: 1 } } } },
      "`prices.models.m.outputUsdPerMillion`",
    ],
  ])("refuses %j", async (options, words) => {
    const error = await evalsErrorOf(() => target(options as never));
    expect(error.code).toBe("TARGET_INVALID");
    expect(error.message).toContain(words);
  });
});

describe("credentials that a provider echoes", () => {
  it.each(["chat", "responses"] as const)("are taken out of an answer of %s", async (api) => {
    const call = { id: "c", function: { name: "search", arguments: JSON.stringify({ q: key }) } };
    const chat = completion({ content: `You sent ${key}.`, tool_calls: [call] }, key, {
      model: `m ${key}`,
      provider: key,
    });
    const responses = responseBody(
      [
        messageItem(`You sent ${key}.`),
        { type: "function_call", call_id: "c", name: "search", arguments: call.function.arguments },
      ],
      { model: `m ${key}`, status: key },
    );
    const headers = { "x-litellm-model-id": key, "x-litellm-applied-guardrails": `a ${key}` };
    server.play(json(api === "chat" ? chat : responses, 200, headers));
    const during = context();
    const answer = await target({ api }).call(request(), during);
    expect(answer.text).toBe("You sent [redacted].");
    expect(answer.toolCalls).toEqual([{ name: "search", arguments: { q: "[redacted]" } }]);
    expect(inspect([answer, during.spans], { depth: 20 })).not.toContain(key);
  });

  it("are taken out of what a tool throws and returns, and of errors in a stream", async () => {
    const tools = [
      {
        name: "leak",
        run() {
          throw new Error(`no access with ${key}`);
        },
      },
    ];
    server.play(scenes.toolCalls(["leak", "{}"]), scenes.ok());
    const during = context();
    const answer = await target({ tools }).call(request(), during);
    expect(answer.toolCalls?.[0]?.result).toEqual({ error: "no access with [redacted]" });
    expect(JSON.stringify(during.spans)).not.toContain(key);
    const scene = events([{ error: { message: `bad key ${key}` } }], "cut");
    const error = await targetErrorOf(() => answerTo(scene, { stream: true }));
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(key);
  });
});
