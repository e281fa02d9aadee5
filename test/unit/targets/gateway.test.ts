import { describe, expect, it } from "vitest";
import { bodyFacts, gatewayFacts } from "../../../src/targets/gateway.ts";
import { rateLimitOf, resetMsOf } from "../../../src/targets/rate-limit.ts";

// Values as the pages that src/targets/gateway.ts names give them.
const cases: readonly (readonly [name: string, headers: Record<string, string>, facts: object])[] = [
  ["no gateway", { "content-type": "application/json" }, { served: {}, costUsd: null }],
  [
    "agentcc",
    {
      "x-agentcc-provider": "openai",
      "x-agentcc-cost": "0.0035",
      "x-agentcc-cache": "hit_exact",
      "x-agentcc-fallback-used": "true",
      "x-agentcc-guardrail-triggered": "true",
      "x-agentcc-guardrail-name": "pii-detection",
    },
    {
      served: { route: "openai", fallback: true, cacheHit: true, guardrails: ["pii-detection"] },
      costUsd: 0.0035,
    },
  ],
  [
    "agentcc, which says nothing of what did not happen",
    { "x-agentcc-provider": "openai", "x-agentcc-cache": "miss", "x-agentcc-cost": "0.000000" },
    { served: { route: "openai", fallback: false, cacheHit: false }, costUsd: 0 },
  ],
  [
    "agentcc with a guardrail that has no name",
    { "x-agentcc-provider": "p", "x-agentcc-guardrail-triggered": "true" },
    { served: { route: "p", fallback: false, cacheHit: false, guardrails: ["unnamed"] }, costUsd: null },
  ],
  [
    "LiteLLM",
    {
      "x-litellm-model-id": "d1",
      "x-litellm-attempted-fallbacks": "1",
      "x-litellm-applied-guardrails": "pii, prompt-injection",
      "x-litellm-response-cost": "2.85e-05",
    },
    {
      served: { route: "d1", fallback: true, guardrails: ["pii", "prompt-injection"] },
      costUsd: 0.0000285,
    },
  ],
  ["LiteLLM without a fallback", { "x-litellm-attempted-fallbacks": "0" }, { served: { fallback: false } }],
  [
    "Portkey",
    { "x-portkey-last-used-option-index": "config.targets[1]", "x-portkey-cache-status": "SEMANTIC HIT" },
    { served: { route: "config.targets[1]", cacheHit: true } },
  ],
  ["Portkey, missed", { "x-portkey-cache-status": "SEMANTIC MISS" }, { served: { cacheHit: false } }],
  ["Portkey, refreshed", { "x-portkey-cache-status": "REFRESH" }, { served: { cacheHit: false } }],
  // openrouter.ai/docs/guides/features/response-caching
  ["OpenRouter", { "x-openrouter-cache-status": "HIT" }, { served: { cacheHit: true } }],
  ["OpenRouter, missed", { "x-openrouter-cache-status": "MISS" }, { served: { cacheHit: false } }],
  ["Helicone", { "helicone-cache": "HIT" }, { served: { cacheHit: true } }],
  [
    "Cloudflare",
    { "cf-aig-step": "1", "cf-aig-cache-status": "MISS" },
    { served: { fallback: true, cacheHit: false } },
  ],
  ["Cloudflare's first provider", { "cf-aig-step": "0" }, { served: { fallback: false } }],
  [
    "Kong",
    { "x-kong-llm-model": "openai/gpt-5", "x-cache-status": "Hit" },
    { served: { route: "openai/gpt-5", cacheHit: true } },
  ],
  ["APISIX", { "x-ai-cache-status": "HIT-L2" }, { served: { cacheHit: true } }],
  ["ngrok", { "ngrok-aig-model": "gpt-5" }, { served: { route: "gpt-5" } }],
  [
    "values that say nothing",
    {
      "x-litellm-response-cost": "None",
      "x-litellm-attempted-fallbacks": "many",
      "x-litellm-model-id": " ",
      "x-litellm-applied-guardrails": " , ",
      "x-agentcc-cost": "-1",
    },
    { served: {}, costUsd: null },
  ],
];

describe("headers of gateways", () => {
  it.each(cases)("%s", (_name, headers, facts) => {
    expect(gatewayFacts(new Headers(headers))).toEqual({ costUsd: null, ...facts });
  });

  it("members of a body, as OpenRouter has them", () => {
    expect(bodyFacts({ provider: "Groq", usage: { cost: 0.00014 } })).toEqual({
      served: { route: "Groq" },
      costUsd: 0.00014,
    });
    const nothing = { served: {}, costUsd: null };
    expect(bodyFacts({})).toEqual(nothing);
    expect(bodyFacts({ provider: 1, usage: { cost: "1" } })).toEqual(nothing);
    expect(bodyFacts({ provider: "", usage: { cost: -1 } })).toEqual(nothing);
    expect(bodyFacts({ usage: [] })).toEqual(nothing);
  });
});

describe("headers of rate limits", () => {
  const now = Date.parse("2026-11-21T00:00:00Z");

  it.each([
    [
      // https://platform.openai.com/docs/guides/rate-limits
      {
        "x-ratelimit-remaining-requests": "59",
        "x-ratelimit-remaining-tokens": "149984",
        "x-ratelimit-reset-requests": "1s",
        "x-ratelimit-reset-tokens": "6m0s",
      },
      { remainingRequests: 59, remainingTokens: 149_984, resetMs: 360_000 },
    ],
    [
      {
        "anthropic-ratelimit-requests-remaining": "49",
        "anthropic-ratelimit-tokens-remaining": "1000",
        "anthropic-ratelimit-tokens-reset": "2026-11-21T00:00:30Z",
      },
      { remainingRequests: 49, remainingTokens: 1000, resetMs: 30_000 },
    ],
    [
      // https://console.groq.com/docs/rate-limits: requests are counted by the day, tokens by the minute.
      {
        "x-ratelimit-remaining-requests": "14370",
        "x-ratelimit-remaining-tokens": "0",
        "x-ratelimit-reset-requests": "2m59.56s",
        "x-ratelimit-reset-tokens": "7.66s",
      },
      { remainingRequests: 14_370, remainingTokens: 0, resetMs: 7660 },
    ],
    [
      { "x-ratelimit-remaining": "0", "x-ratelimit-reset": `${now + 5000}` },
      { remainingRequests: 0, resetMs: 5000 },
    ],
    [
      { "ratelimit-remaining": "3", "ratelimit-reset": "2" },
      { remainingRequests: 3, resetMs: 2000 },
    ],
    [{ "x-ratelimit-remaining-tokens": "-1", "x-ratelimit-reset-tokens": "soon" }, undefined],
    [{}, undefined],
  ])("reads %j", (headers, limit) => {
    expect(rateLimitOf(new Headers(headers as Record<string, string>), now)).toEqual(limit);
  });

  it.each([
    ["20ms", 20],
    ["1.5s", 1500],
    ["1h2m3s", 3_723_000],
    ["60", 60_000],
    ["0", 0],
    [`${now / 1000 + 7}`, 7000],
    ["2026-11-20T00:00:00Z", 0],
    ["-1", undefined],
    ["1x", undefined],
    ["", undefined],
    [null, undefined],
  ])("takes %s as %s ms", (value, expected) => {
    expect(resetMsOf(value, now)).toBe(expected);
  });
});
