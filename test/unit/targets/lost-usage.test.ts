import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Target } from "../../../src/core/extensions.ts";
import type { Usage } from "../../../src/core/sample.ts";
import { commandTarget, httpTarget, openaiTarget } from "../../../src/index.ts";
import { failing, json, type OpenAIServer, startOpenAIServer } from "../../fixtures/openai-server.ts";
import { chunk, events } from "../../support/openai-scenes.ts";
import { context, request, targetErrorOf } from "./support.ts";

// An answer that cannot be used was paid for like every other: what it says of its usage is counted (docs of `reportUsage`).

let server: OpenAIServer;
beforeAll(async () => {
  server = await startOpenAIServer();
});
afterAll(() => server.close());

async function lossesOf(target: Target): Promise<Partial<Usage>[]> {
  const told: Partial<Usage>[] = [];
  await targetErrorOf(() =>
    target.call(request(), { ...context(), reportUsage: (usage) => void told.push(usage) }),
  );
  return told;
}

const sse = { "content-type": "text/event-stream" };
const prices = { inputUsdPerMillion: 1000, outputUsdPerMillion: 2000 };

describe("an openai target", () => {
  const losses = (body: object, api: "chat" | "responses" = "chat", headers: object = {}) => {
    server.play(json(body, 200, headers));
    return lossesOf(openaiTarget({ model: "m", baseURL: server.baseURL, api, prices }));
  };
  const usage = { prompt_tokens: 100, completion_tokens: 20, prompt_tokens_details: { cached_tokens: 0 } };
  const counted = {
    inputTokens: 100,
    outputTokens: 20,
    cachedInputTokens: 0,
    reasoningTokens: null,
    // 100 of 1,000 and 20 of 2,000 dollars per million.
    costUsd: expect.closeTo(0.14, 12),
  };

  it.each([
    ["no choices", { choices: [], usage }],
    ["a content that is no text", { choices: [{ message: { content: 5 } }], usage }],
    ["a call without a name", { choices: [{ message: { content: null, tool_calls: [{}] } }], usage }],
    ["an error beside its usage", { error: { message: "the model broke off" }, usage }],
  ])("counts what a body with %s used", async (_, body) => {
    expect(await losses(body)).toEqual([counted]);
  });

  it("counts it for the responses API", async () => {
    const used = { input_tokens: 100, output_tokens: 20, input_tokens_details: { cached_tokens: 0 } };
    expect(await losses({ output: [], usage: used }, "responses")).toEqual([counted]);
  });

  it("counts the cost that a gateway reports in a header", async () => {
    server.play(json({ choices: [] }, 200, { "x-litellm-response-cost": "0.5" }));
    const losses = await lossesOf(openaiTarget({ model: "m", baseURL: server.baseURL }));
    expect(losses).toMatchObject([{ inputTokens: null, costUsd: 0.5 }]);
  });

  const cost = { "x-agentcc-cost": "0.5" };
  it.each([
    ["an error", false, failing(500, "Oops.", null, cost)],
    ["a refused request", false, failing(400, "Bad.", null, cost)],
    ["HTML", false, events(["<h1>Sign in</h1>"], "cut", { ...cost, "content-type": "text/html" })],
    ["a stream that is cut off", true, events([chunk({ content: "Hal" })], "cut", { ...cost, ...sse })],
    ["a stream that breaks", true, events([chunk({ content: "Hal" })], "reset", { ...cost, ...sse })],
  ])("counts the cost that a gateway reports in a header of %s", async (_what, stream, scene) => {
    server.play(scene);
    const losses = await lossesOf(openaiTarget({ model: "m", baseURL: server.baseURL, stream }));
    expect(losses).toMatchObject([{ inputTokens: null, costUsd: 0.5 }]);
  });

  it("counts what a stream said that it used before it broke off", async () => {
    // With every piece, as vLLM does where it is told to: docs.vllm.ai, `continuous_usage_stats`.
    server.play(events([{ ...chunk({ content: "Hal" }), usage }], "cut"));
    const target = openaiTarget({ model: "m", baseURL: server.baseURL, stream: true, prices });
    expect(await lossesOf(target)).toEqual([counted]);
  });

  it("reports nothing where the body says nothing", async () => {
    expect(await losses({ choices: [], usage: { prompt_tokens: "many" } })).toEqual([]);
  });
});

describe("an http target", () => {
  const losses = (body: unknown, options: object = {}) => {
    server.play(json(body));
    return lossesOf(httpTarget({ url: server.baseURL, ...options }));
  };

  it("counts what an answer with an unknown member used", async () => {
    const body = { text: "a", toolcalls: [], usage: { inputTokens: 7, costUsd: 0.25 } };
    expect(await losses(body)).toEqual([{ inputTokens: 7, costUsd: 0.25 }]);
  });

  it("counts what can be read by its mapping, at the prices of the model that answered", async () => {
    const body = { by: "m-1", used: { in: 100, out: 20, cached: "none" } };
    const response = {
      text: "answer",
      usage: { inputTokens: "used.in", outputTokens: "used.out", cachedInputTokens: "used.cached" },
      served: { model: "by" },
    };
    const table = { date: "2026-01-01", source: "test", models: { "m-1": prices } };
    const [lost] = await losses(body, { response, prices: table });
    expect(lost).toMatchObject({ inputTokens: 100, outputTokens: 20, costUsd: expect.closeTo(0.14, 12) });
    expect(lost).not.toHaveProperty("cachedInputTokens");
  });

  it.each([
    ["nothing of it", { answer: "a" }],
    ["a usage that is none", { answer: "a", usage: { inputTokens: -1, costUsd: "dear" } }],
    ["a list", []],
  ])("reports nothing where the body says %s", async (_, body) => {
    expect(await losses(body)).toEqual([]);
  });
});

describe("a command target", () => {
  it("counts what an answer that cannot be used says", async () => {
    const program = `console.log('{"texts":"a","usage":{"costUsd":0.25}}')`;
    const target = commandTarget({ command: process.execPath, args: ["-e", program] });
    expect(await lossesOf(target)).toEqual([{ costUsd: 0.25 }]);
  });
});
