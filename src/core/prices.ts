import { z } from "zod";
import type { Usage } from "./sample.ts";

const price = z.number().min(0);

/** Prices of a model in US dollars. */
export const modelPricesSchema = z.strictObject({
  /** For a million tokens read; 0 or more. */
  inputUsdPerMillion: price,
  /** For a million tokens written; 0 or more. */
  outputUsdPerMillion: price,
  /** For a million tokens that the provider read from its cache; 0 or more. Default: the price of input. */
  cachedInputUsdPerMillion: price.optional(),
});
/** Prices of a model in US dollars. */
export type ModelPrices = z.infer<typeof modelPricesSchema>;

const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, { error: "expected a day as YYYY-MM-DD" });

/** Prices of many models, with the day of the whole and, where they are known, day and page of each entry. */
export const priceTableSchema = z.strictObject({
  /** Day on which the table was put together, `YYYY-MM-DD`. */
  date: day,
  /** Where the prices come from, for people. */
  source: z.string().min(1),
  /** Prices by model, in the provider's word without a date: an entry `gpt-4o-mini` holds for `gpt-4o-mini-2024-07-18` too. */
  models: z.record(
    z.string().min(1),
    z.strictObject({
      ...modelPricesSchema.shape,
      /** Day on which the page said so, `YYYY-MM-DD`. */
      date: day.optional(),
      /** The page. */
      source: z.string().min(1).optional(),
    }),
  ),
});
/** Prices of many models. */
export type PriceTable = z.infer<typeof priceTableSchema>;

/** The counts of tokens that a cost follows from. */
export type PricedUsage = Pick<Usage, "inputTokens" | "outputTokens"> & {
  readonly cachedInputTokens?: number | null;
};

/**
 * Cost of a call in US dollars at these prices; `null` where tokens are not reported. Tokens of the cache are among those of the input,
 * tokens of reasoning among those of the output. What a provider takes for writing its cache, for tools of its own, for a long context
 * or for another service tier is not in it.
 */
export function costAt(prices: ModelPrices, usage: PricedUsage): number | null {
  const { inputTokens, outputTokens } = usage;
  if (inputTokens === null || outputTokens === null) return null;
  const cached = Math.min(usage.cachedInputTokens ?? 0, inputTokens);
  const microUsd =
    (inputTokens - cached) * prices.inputUsdPerMillion +
    cached * (prices.cachedInputUsdPerMillion ?? prices.inputUsdPerMillion) +
    outputTokens * prices.outputUsdPerMillion;
  return microUsd / 1e6;
}

/** Entry of a model in a table: under its own name, without a vendor before it (`openai/`), or without a date or `latest` after it; `null` where there is none. */
export function pricesOf(table: PriceTable, model: string): PriceTable["models"][string] | null {
  const bare = model.slice(model.lastIndexOf("/") + 1);
  const undated = bare.replace(/[-@](\d{4}-\d{2}-\d{2}|\d{8}|latest)$/, "");
  const name = [model, bare, undated].find((candidate) => Object.hasOwn(table.models, candidate));
  return name === undefined ? null : table.models[name]!;
}

/** Cost of a call in US dollars by a table; `null` where the model is not in it or tokens are not reported. Pure: the same arguments give the same cost. */
export function costOf(table: PriceTable, model: string, usage: PricedUsage): number | null {
  const prices = pricesOf(table, model);
  return prices === null ? null : costAt(prices, usage);
}
