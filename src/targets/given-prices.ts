import { z } from "zod";
import type { TargetResponse } from "../core/extensions.ts";
import {
  costAt,
  costOf,
  type ModelPrices,
  modelPricesSchema,
  type PricedUsage,
  type PriceTable,
  priceTableSchema,
} from "../core/prices.ts";

/** Prices as users give them with a target: of one model, or a table. */
export type GivenPrices = ModelPrices | PriceTable;

/** Prices as users give them with a target. */
export const givenPricesSchema = z.union([modelPricesSchema, priceTableSchema]);

/** Cost in US dollars by these prices; `null` where there are none, the model is unknown or not in the table, or tokens are not reported. */
export function costByPrices(
  prices: GivenPrices | undefined,
  model: string | null,
  usage: PricedUsage,
): number | null {
  if (prices === undefined) return null;
  if (!("models" in prices)) return costAt(prices, usage);
  return model === null ? null : costOf(prices, model, usage);
}

/** The table and where it is from, with the entry of the model where it has one. */
export function tableText({ date, source, models }: PriceTable, model: string | null): string {
  const entry = model !== null && Object.hasOwn(models, model) ? models[model] : undefined;
  const read = [entry?.date, entry?.source].filter((part) => part !== undefined).join(", ");
  return `${source}, ${date}${read === "" ? "" : ` (${model}: ${read})`}`;
}

/** What a cost by these prices rests on, for a reader of the report. */
export function pricesText(prices: GivenPrices, model: string | null): string {
  if ("models" in prices) return `prices: ${tableText(prices, model)}`;
  const { inputUsdPerMillion: input, outputUsdPerMillion: output } = prices;
  const cached = prices.cachedInputUsdPerMillion ?? input;
  return `prices given with the target: ${input} input, ${cached} cached input, ${output} output, US dollars per million tokens`;
}

/** The answer of an agent with its cost: by the prices given with the target, else as the agent reports it. A table needs the agent to say which model answered (`served.model`). */
export function withCost(response: TargetResponse, prices: GivenPrices | undefined): TargetResponse {
  const { usage, served } = response;
  if (prices === undefined || usage === undefined) return response;
  const { inputTokens = null, outputTokens = null, cachedInputTokens = null } = usage;
  const costUsd = costByPrices(prices, served?.model ?? null, {
    inputTokens,
    outputTokens,
    cachedInputTokens,
  });
  return costUsd === null ? response : { ...response, usage: { ...usage, costUsd } };
}
