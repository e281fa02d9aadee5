import { priceTable } from "../core/price-table.ts";
import { costAt, costOf, type PriceTable } from "../core/prices.ts";
import type { OpenAISettings } from "./openai-settings.ts";
import type { Turn } from "./openai-turn.ts";

/** The prices that hold before a cost that a gateway reports, and those that hold after it. */
function pricesOf({ prices, isOpenAI }: OpenAISettings) {
  return { given: prices, otherwise: prices === undefined && isOpenAI ? priceTable : undefined };
}

function computed(prices: OpenAISettings["prices"], model: string, usage: Turn["usage"]): number | null {
  if (prices === undefined) return null;
  return "models" in prices ? costOf(prices, model, usage) : costAt(prices, usage);
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
  return computed(given, name, usage) ?? reportedUsd ?? computed(otherwise, name, usage);
}

function tableText({ date, source, models }: PriceTable, model: string): string {
  const entry = Object.hasOwn(models, model) ? models[model] : undefined;
  const read = [entry?.date, entry?.source].filter((part) => part !== undefined).join(", ");
  return `${source}, ${date}${read === "" ? "" : ` (${model}: ${read})`}`;
}

/** What the cost of this target rests on, for a reader of the report. */
export function costBasis(settings: OpenAISettings): string {
  const { given, otherwise } = pricesOf(settings);
  if (given !== undefined && "models" in given) return `prices: ${tableText(given, settings.model)}`;
  if (given !== undefined) {
    const { inputUsdPerMillion: input, outputUsdPerMillion: output } = given;
    const cached = given.cachedInputUsdPerMillion ?? input;
    return `prices given with the target: ${input} input, ${cached} cached input, ${output} output, US dollars per million tokens`;
  }
  const reported = "the cost that a gateway reports";
  return otherwise === undefined ? reported : `${reported}, else ${tableText(otherwise, settings.model)}`;
}
