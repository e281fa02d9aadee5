import { costAt, type PriceTable, pricesOf } from "../../core/prices.ts";
import { kind } from "./concepts.ts";
import type { SpanRecord } from "./span-record.ts";

/** The cost of a span in US dollars; −1 where it is not known. */
export type CostOfSpan = (span: SpanRecord) => number;

const mostModels = 10_000;

/** What a span says it cost, or else, for a model call, what its tokens cost by a table. */
export function costOfSpan(table: PriceTable): CostOfSpan {
  const known = new Map<string, ReturnType<typeof pricesOf>>();
  const pricesFor = (model: string) => {
    let prices = known.get(model);
    if (prices === undefined) {
      prices = pricesOf(table, model);
      if (known.size < mostModels) known.set(model, prices);
    }
    return prices;
  };
  return (span) => {
    if (span.costUsd >= 0) return span.costUsd;
    if (span.kind !== kind.model || span.model === "") return -1;
    if (span.inputTokens < 0 || span.outputTokens < 0) return -1;
    const prices = pricesFor(span.model);
    if (prices === null) return -1;
    const { inputTokens, outputTokens } = span;
    const cachedInputTokens = span.cachedInputTokens < 0 ? null : span.cachedInputTokens;
    return costAt(prices, { inputTokens, outputTokens, cachedInputTokens }) ?? -1;
  };
}
