import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { priceTable } from "../../../src/core/price-table.ts";
import { costAt, costOf, type PriceTable, pricesOf, priceTableSchema } from "../../../src/core/prices.ts";

const table: PriceTable = {
  date: "2026-01-02",
  source: "test",
  models: {
    m: { inputUsdPerMillion: 2, outputUsdPerMillion: 10, cachedInputUsdPerMillion: 0.5 },
    "m-2024-05-13": { inputUsdPerMillion: 5, outputUsdPerMillion: 15 },
  },
};
const usage = { inputTokens: 100, outputTokens: 20, cachedInputTokens: 40 };

describe("cost by a price table", () => {
  it("is input without the cache, cache and output, each at its price", () => {
    // (60 × 2 + 40 × 0.5 + 20 × 10) / 1e6
    expect(costOf(table, "m", usage)).toBe(0.00034);
    // Without a price of its own the cache costs as much as input: (100 × 5 + 20 × 15) / 1e6
    expect(costOf(table, "m-2024-05-13", usage)).toBe(0.0008);
    expect(costOf(table, "m", { inputTokens: 100, outputTokens: 20 })).toBe(0.0004);
    expect(costOf(table, "m", { ...usage, cachedInputTokens: null })).toBe(0.0004);
  });

  it.each([
    ["m", 2],
    ["m-2026-08-06", 2],
    ["m-20260806", 2],
    ["m@20260806", 2],
    ["m-latest", 2],
    ["openai/m", 2],
    ["m-2024-05-13", 5],
    ["vendor/m-2024-05-13", 5],
    ["m-mini", null],
    ["ft:m", null],
    ["M", null],
    ["__proto__", null],
    ["constructor", null],
    ["", null],
  ])("finds the entry of %s: %s", (model, input) => {
    expect(pricesOf(table, model)?.inputUsdPerMillion ?? null).toBe(input);
  });

  it("is unknown without counts or without an entry", () => {
    expect(costOf(table, "m", { inputTokens: null, outputTokens: 1 })).toBeNull();
    expect(costOf(table, "m", { inputTokens: 1, outputTokens: null })).toBeNull();
    expect(costOf(table, "other", usage)).toBeNull();
  });

  it("is never negative, whatever a provider says of its cache", () => {
    const count = fc.nat();
    fc.assert(
      fc.property(count, count, count, (inputTokens, outputTokens, cachedInputTokens) => {
        const cost = costAt(table.models.m!, { inputTokens, outputTokens, cachedInputTokens })!;
        const dearest = (inputTokens * 2 + outputTokens * 10) / 1e6;
        expect(cost).toBeGreaterThanOrEqual(0);
        expect(cost).toBeLessThanOrEqual(dearest * (1 + 1e-12));
      }),
    );
  });
});

describe("the price table of the package", () => {
  it("names day and page of every entry, none later than the table", () => {
    expect(priceTableSchema.parse(priceTable)).toEqual(priceTable);
    for (const [model, { date, source }] of Object.entries(priceTable.models)) {
      expect(date, model).toMatch(/^\d{4}-\d{2}-\d{2}$/);
      expect(date! <= priceTable.date, model).toBe(true);
      expect(source, model).toMatch(/^https:\/\//);
    }
  });

  it.each([
    // Prices per million tokens as pydantic/genai-prices has them (prices/providers/openai.yml, checked 2025-07-04 and 2025-11-13).
    ["gpt-4o-mini-2024-07-18", 0.15, 0.075, 0.6],
    ["gpt-4.1", 2, 0.5, 8],
    ["gpt-5-mini", 0.25, 0.025, 2],
    // As hex.pm/packages/openai_responses 0.4.1 has it, checked 2025-06-03.
    ["gpt-4o-2024-05-13", 5, 5, 15],
    // As the pricing page of platform.claude.com has it.
    ["claude-sonnet-4-5-20250929", 3, 0.3, 15],
  ])("%s costs %d, %d from the cache, %d for output", (model, input, cached, output) => {
    const million = 1_000_000;
    const of = (inputTokens: number, cachedInputTokens: number, outputTokens: number) =>
      costOf(priceTable, model, { inputTokens, cachedInputTokens, outputTokens });
    expect([of(million, 0, 0), of(million, million, 0), of(0, 0, million)]).toEqual([input, cached, output]);
  });
});
