import type { RateLimit } from "../core/extensions.ts";
import type { HeaderValues } from "./gateway.ts";

/** A count, or `undefined` for anything that is not one. Some providers send -1 for "no limit". */
function count(value: string | null | undefined): number | undefined {
  return value !== null && value !== undefined && /^\d+$/.test(value.trim()) ? Number(value) : undefined;
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A duration such as `6m0s`, `1.5s` or `20ms`, seconds, a date, or a moment in milliseconds since 1970; in milliseconds from now. */
export function resetMsOf(value: string | null | undefined, nowMs: number): number | undefined {
  const said = value?.trim() ?? "";
  if (/^\d+(\.\d+)?$/.test(said)) {
    // More seconds than thirty years are a moment, in seconds or in milliseconds.
    const amount = Number(said);
    if (amount < 1e9) return Math.ceil(amount * 1000);
    return Math.max(0, (amount < 1e11 ? amount * 1000 : amount) - nowMs);
  }
  if (/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(said)) {
    const parts = said.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g);
    return Math.ceil([...parts].reduce((sum, [, amount, unit]) => sum + Number(amount) * unitMs[unit!]!, 0));
  }
  const at = /^\d{4}-\d{2}-\d{2}T/.test(said) ? Date.parse(said) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}

/** Names of the headers, the provider's own before the general ones. */
const headerNames = {
  // OpenAI, Azure, Groq, LiteLLM and most others (https://platform.openai.com/docs/guides/rate-limits); Anthropic; OpenRouter; the IETF draft.
  requests: [
    "x-ratelimit-remaining-requests",
    "anthropic-ratelimit-requests-remaining",
    "x-ratelimit-remaining",
    "ratelimit-remaining",
  ],
  tokens: ["x-ratelimit-remaining-tokens", "anthropic-ratelimit-tokens-remaining"],
  requestResets: [
    "x-ratelimit-reset-requests",
    "anthropic-ratelimit-requests-reset",
    "x-ratelimit-reset",
    "ratelimit-reset",
  ],
  tokenResets: ["x-ratelimit-reset-tokens", "anthropic-ratelimit-tokens-reset"],
} as const;

/**
 * What the headers of an answer or a refusal say is left; `undefined` where they say nothing. Where one kind is used up, the reset is of that
 * kind: Groq counts requests by the day and tokens by the minute.
 */
export function rateLimitOf(
  headers: Pick<HeaderValues, "get"> | undefined,
  nowMs: number,
): RateLimit | undefined {
  if (headers === undefined) return undefined;
  const first = (names: readonly string[]) =>
    names.map((name) => count(headers.get(name))).find((value) => value !== undefined);
  const remainingRequests = first(headerNames.requests);
  const remainingTokens = first(headerNames.tokens);
  const resetsIn = (names: readonly string[]) =>
    names.flatMap((name) => resetMsOf(headers.get(name), nowMs) ?? []);
  const ofRequests = resetsIn(headerNames.requestResets);
  const ofTokens = resetsIn(headerNames.tokenResets);
  const ofUsedUp = [
    ...(remainingRequests === 0 ? ofRequests : []),
    ...(remainingTokens === 0 ? ofTokens : []),
  ];
  const resets = ofUsedUp.length > 0 ? ofUsedUp : [...ofRequests, ...ofTokens];
  const limit: RateLimit = {
    ...(remainingRequests === undefined ? {} : { remainingRequests }),
    ...(remainingTokens === undefined ? {} : { remainingTokens }),
    ...(resets.length === 0 ? {} : { resetMs: Math.max(...resets) }),
  };
  return Object.keys(limit).length === 0 ? undefined : limit;
}
