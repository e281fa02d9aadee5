import type { Served } from "../core/sample.ts";

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
