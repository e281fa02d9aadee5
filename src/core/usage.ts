import { type Usage, usageSchema, usageUnknown } from "./sample.ts";

/** What several calls together used; a member that one of them does not report is `null`. */
export function usageOver(usages: readonly (Partial<Usage> | undefined)[]): Usage {
  const sum = (member: keyof Usage) =>
    usages.reduce<number | null>((total, usage) => {
      const value = usage?.[member];
      return total === null || typeof value !== "number" ? null : total + value;
    }, 0);
  return {
    inputTokens: sum("inputTokens"),
    outputTokens: sum("outputTokens"),
    cachedInputTokens: sum("cachedInputTokens"),
    reasoningTokens: sum("reasoningTokens"),
    costUsd: sum("costUsd"),
  };
}

/** Usage as users' code reports it: `null` for all of it where a part is no such number. */
export function soundUsage(usage: unknown): Usage {
  const parsed = usageSchema.safeParse({ ...usageUnknown, ...(usage as object) });
  return parsed.success ? parsed.data : usageUnknown;
}
