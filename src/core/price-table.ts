import type { PriceTable } from "./prices.ts";

/** Day and page of an entry. */
interface Read {
  readonly date: string;
  readonly source: string;
}

const openaiPage = "https://platform.openai.com/docs/pricing";
const claudePage = "https://platform.claude.com/docs/en/about-claude/pricing";

function entry(read: Read, input: number, cachedInput: number | null, output: number) {
  return {
    inputUsdPerMillion: input,
    outputUsdPerMillion: output,
    ...(cachedInput === null ? {} : { cachedInputUsdPerMillion: cachedInput }),
    ...read,
  };
}

const openaiJune: Read = { date: "2025-06-03", source: openaiPage };
const openaiJuly: Read = { date: "2025-07-04", source: openaiPage };
const openaiNovember: Read = { date: "2025-11-13", source: openaiPage };
const claude: Read = { date: "2026-03-21", source: claudePage };

/**
 * List prices of common hosted models for text, standard tier, each with the day on which the provider's page said so. Prices change:
 * check the page, or give your own prices or table to the target.
 */
export const priceTable: PriceTable = {
  date: "2026-03-21",
  source: "gatewright's table of list prices",
  models: {
    "gpt-4.1": entry(openaiJuly, 2, 0.5, 8),
    "gpt-4.1-mini": entry(openaiJuly, 0.4, 0.1, 1.6),
    "gpt-4.1-nano": entry(openaiJuly, 0.1, 0.025, 0.4),
    "gpt-4o": entry(openaiJuly, 2.5, 1.25, 10),
    // The first version of gpt-4o kept its price when the later ones became cheaper.
    "gpt-4o-2024-05-13": entry(openaiJune, 5, null, 15),
    "gpt-4o-mini": entry(openaiJuly, 0.15, 0.075, 0.6),
    "gpt-5": entry(openaiNovember, 1.25, 0.125, 10),
    "gpt-5-mini": entry(openaiNovember, 0.25, 0.025, 2),
    "gpt-5-nano": entry(openaiNovember, 0.05, 0.005, 0.4),
    "gpt-5.1": entry(openaiNovember, 1.25, 0.125, 10),
    "claude-haiku-4-5": entry(claude, 1, 0.1, 5),
    "claude-sonnet-4-5": entry(claude, 3, 0.3, 15),
    "claude-sonnet-4-6": entry(claude, 3, 0.3, 15),
    "claude-opus-4-5": entry(claude, 5, 0.5, 25),
    "claude-opus-4-6": entry(claude, 5, 0.5, 25),
  },
};
