import { priceTable } from "../core/price-table.ts";
import { costByPrices, pricesText, tableText } from "./given-prices.ts";
import type { OpenAISettings } from "./openai-settings.ts";
import type { Turn } from "./openai-turn.ts";

/** The prices that hold before a cost that a gateway reports, and those that hold after it. */
function pricesOf({ prices, isOpenAI }: OpenAISettings) {
  return { given: prices, otherwise: prices === undefined && isOpenAI ? priceTable : undefined };
}

/**
 * Cost of one call in US dollars: by the prices that were given with the target, else as the gateway reports it, else by the price table
 * for OpenAI's own API; `null` where none of these says it. Of an answer from a gateway's cache only the gateway knows the cost: taken as
 * nothing it would make the release cheap that was asked second.
 */
export function costOfTurn(
  settings: OpenAISettings,
  { usage, model }: Pick<Turn, "usage" | "model">,
  reportedUsd: number | null,
  isCacheHit: boolean,
): number | null {
  const { given, otherwise } = pricesOf(settings);
  if (isCacheHit) return reportedUsd;
  const name = model ?? settings.model;
  return costByPrices(given, name, usage) ?? reportedUsd ?? costByPrices(otherwise, name, usage);
}

/** What the cost of this target rests on, for a reader of the report. */
export function costBasis(settings: OpenAISettings): string {
  const { given, otherwise } = pricesOf(settings);
  if (given !== undefined) return pricesText(given, settings.model);
  const reported = "the cost that a gateway reports";
  return otherwise === undefined ? reported : `${reported}, else ${tableText(otherwise, settings.model)}`;
}
