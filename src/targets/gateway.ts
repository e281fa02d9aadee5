import { isJsonObject } from "../core/json.ts";
import type { Served } from "../core/sample.ts";

/** What a gateway says of the way of an answer. */
export interface GatewayFacts {
  /** Which way it came; only what was said. */
  readonly served: Partial<Served>;
  /** What it cost in US dollars, where it was said. */
  readonly costUsd: number | null;
}

/** What a header means: the value that it gives to a fact, or `undefined` where it says nothing. */
type Meaning =
  | { readonly fact: "route"; readonly read: (value: string) => string | undefined }
  | { readonly fact: "fallback" | "cacheHit"; readonly read: (value: string) => boolean | undefined }
  | { readonly fact: "guardrails"; readonly read: (value: string) => string[] | undefined }
  | { readonly fact: "costUsd"; readonly read: (value: string) => number | undefined };

const text = (value: string) => (value === "" ? undefined : value);
const yes = (value: string) => (/^(true|false|1|0)$/i.test(value) ? /^(true|1)$/i.test(value) : undefined);
const dollars = (value: string) => (/^\d+(\.\d+)?(e-?\d+)?$/i.test(value) ? Number(value) : undefined);
const above = (least: number) => (value: string) => (/^\d+$/.test(value) ? Number(value) > least : undefined);
/** `hit`, `hit_exact`, `HIT-L2`, `SEMANTIC HIT`; every other word means that the answer was made anew. */
const hit = (value: string) => (value === "" ? undefined : /^(semantic[ _-])?hit/i.test(value));
const names = (value: string) => {
  const found = value.split(",").flatMap((name) => text(name.trim()) ?? []);
  return found.length === 0 ? undefined : found;
};

/**
 * Headers of gateways and what they mean, each with its source. The first that says something of a fact wins. Envoy has none that says
 * which member of a route answered; what counts retries of the same member alone is left out.
 */
const meanings: readonly (readonly [header: string, meaning: Meaning])[] = [
  // agentcc gateway: setAgentccHeaders of its server, and response headers of its client libraries (futureagi/agentcc-gateway).
  ["x-agentcc-provider", { fact: "route", read: text }],
  ["x-agentcc-fallback-used", { fact: "fallback", read: yes }],
  ["x-agentcc-cache", { fact: "cacheHit", read: hit }],
  ["x-agentcc-guardrail-name", { fact: "guardrails", read: names }],
  [
    "x-agentcc-guardrail-triggered",
    { fact: "guardrails", read: (value) => (yes(value) ? ["unnamed"] : undefined) },
  ],
  ["x-agentcc-cost", { fact: "costUsd", read: dollars }],
  // LiteLLM: https://docs.litellm.ai/docs/proxy/response_headers, guardrails: https://docs.litellm.ai/docs/proxy/guardrails/quick_start
  ["x-litellm-model-id", { fact: "route", read: text }],
  ["x-litellm-attempted-fallbacks", { fact: "fallback", read: above(0) }],
  ["x-litellm-applied-guardrails", { fact: "guardrails", read: names }],
  ["x-litellm-response-cost", { fact: "costUsd", read: dollars }],
  // Portkey: https://portkey.ai/docs/api-reference/inference-api/response-schema. The index alone does not say whether it was a fallback.
  ["x-portkey-last-used-option-index", { fact: "route", read: text }],
  ["x-portkey-cache-status", { fact: "cacheHit", read: hit }],
  // OpenRouter: https://openrouter.ai/docs/guides/features/response-caching
  ["x-openrouter-cache-status", { fact: "cacheHit", read: hit }],
  // Helicone: https://docs.helicone.ai/features/advanced-usage/caching
  ["helicone-cache", { fact: "cacheHit", read: hit }],
  // Cloudflare AI Gateway: https://developers.cloudflare.com/ai-gateway/features/caching/ and, for the step, its page on fallbacks: 0 is the first provider.
  ["cf-aig-step", { fact: "fallback", read: above(0) }],
  ["cf-aig-cache-status", { fact: "cacheHit", read: hit }],
  // Kong: changelog of 3.8 (#13472) for the model, https://developer.konghq.com/plugins/ai-semantic-cache/ for the cache.
  ["x-kong-llm-model", { fact: "route", read: text }],
  ["x-cache-status", { fact: "cacheHit", read: hit }],
  // Apache APISIX: https://apisix.apache.org/docs/apisix/plugins/ai-cache/
  ["x-ai-cache-status", { fact: "cacheHit", read: hit }],
  // ngrok: https://ngrok.com/changelog/ai-gateway-response-headers
  ["ngrok-aig-model", { fact: "route", read: text }],
];

/** The agentcc gateway sends a mark of fallback, cache or guardrail only when there was one. */
function silentFacts(headers: HeaderValues): Partial<Served> {
  return headers.has("x-agentcc-provider") ? { fallback: false, cacheHit: false } : {};
}

/** Headers by name in small letters. To ask `Headers` for each of so many names costs as much as to send a request. */
export interface HeaderValues {
  get(name: string): string | null | undefined;
  has(name: string): boolean;
}

/** What the headers of an answer say of its way and its cost. */
export function gatewayFacts(headers: HeaderValues): GatewayFacts {
  const found: Record<string, unknown> = {};
  for (const [header, { fact, read }] of meanings) {
    const value = headers.get(header)?.trim();
    if (value === undefined || Object.hasOwn(found, fact)) continue;
    const said = read(value);
    if (said !== undefined) found[fact] = said;
  }
  const { costUsd = null, ...served } = found as Partial<Served> & { costUsd?: number };
  return { served: { ...silentFacts(headers), ...served }, costUsd };
}

/**
 * What members of a body say beyond the OpenAI API: `provider` and `usage.cost` in US dollars, as OpenRouter has them
 * (https://openrouter.ai/docs/use-cases/usage-accounting).
 */
export function bodyFacts(body: Readonly<Record<string, unknown>>): GatewayFacts {
  const { provider, usage } = body;
  const cost = isJsonObject(usage) ? usage.cost : undefined;
  return {
    served: typeof provider === "string" && provider !== "" ? { route: provider } : {},
    costUsd: typeof cost === "number" && Number.isFinite(cost) && cost >= 0 ? cost : null,
  };
}
