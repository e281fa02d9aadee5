import type { Served, Usage } from "../core/sample.ts";

function sum(values: readonly (number | null)[]): number | null {
  return values.reduce((total, value) => (total === null || value === null ? null : total + value), 0);
}

/** What all turns together used; a member that one of them did not report is `null`. */
export function usageOver(turns: readonly Usage[]): Usage {
  const of = (member: keyof Usage) => sum(turns.map((usage) => usage[member]));
  return {
    inputTokens: of("inputTokens"),
    outputTokens: of("outputTokens"),
    cachedInputTokens: of("cachedInputTokens"),
    reasoningTokens: of("reasoningTokens"),
    costUsd: of("costUsd"),
  };
}

/** The way of the last turn, with a fallback of any turn and the guardrails of all. */
export function servedOver(turns: readonly Partial<Served>[]): Partial<Served> {
  const last = turns.at(-1) ?? {};
  const guardrails = [...new Set(turns.flatMap((served) => served.guardrails ?? []))];
  return {
    ...last,
    ...(turns.some(({ fallback }) => fallback === true) ? { fallback: true } : {}),
    ...(turns.some((served) => Array.isArray(served.guardrails)) ? { guardrails } : {}),
  };
}
