import { tokensOf } from "./words.ts";

/** How far passages cover the words of a question. All 0..1. */
export interface QueryCoverage {
  /** Of all passages together. */
  readonly together: number;
  /** Of each passage alone. */
  readonly each: readonly number[];
  /** Words of the question that no passage has. */
  readonly missing: readonly string[];
}

/**
 * Share of a question's content words that passages have, each weighted by its inverse document frequency among the passages:
 * 1 + ln((N + 1) / (df + 1)) for a word that df of N passages have, so that a word which tells passages apart, or which none
 * has, weighs more. Words are compared without their inflection.
 *
 * @returns `null` when the question has no content word.
 */
export function queryCoverage(question: string, passages: readonly string[]): QueryCoverage | null {
  const terms = new Map<string, string>();
  for (const { stop, stem, text } of tokensOf(question)) {
    if (!stop && !terms.has(stem)) terms.set(stem, text);
  }
  if (terms.size === 0) return null;
  const found = passages.map((passage) => {
    return new Set(
      tokensOf(passage)
        .map(({ stem }) => stem)
        .filter((stem) => terms.has(stem)),
    );
  });
  let whole = 0;
  let together = 0;
  const each = passages.map(() => 0);
  const missing: string[] = [];
  for (const [stem, text] of terms) {
    const frequency = found.filter((stems) => stems.has(stem)).length;
    const weight = 1 + Math.log((passages.length + 1) / (frequency + 1));
    whole += weight;
    if (frequency > 0) together += weight;
    else missing.push(text);
    found.forEach((stems, position) => {
      if (stems.has(stem)) each[position]! += weight;
    });
  }
  return { together: together / whole, each: each.map((sum) => sum / whole), missing };
}
