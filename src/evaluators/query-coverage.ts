import { tokensOf } from "./words.ts";

/** How far passages cover the words of a question. All 0..1. */
export interface QueryCoverage {
  /** Of all passages together. */
  readonly together: number;
  /** Of each passage alone. */
  readonly each: readonly number[];
  /** Of each passage alone, by how closely and how often it has the words. At most its coverage. */
  readonly relevance: readonly number[];
  /** Words of the question that no passage has. */
  readonly missing: readonly string[];
}

/** So many neighbouring words may answer a question together. */
const windowWords = 30;
/** A passage about a word has it at least once in so many. */
const wordsAMention = 100;

/**
 * Share of a question's content words that passages have, each weighted by its inverse document frequency among the passages:
 * 1 + ln((N + 1) / (df + 1)) for a word that df of N passages have, so that a word which tells passages apart, or which none
 * has, weighs more. Words are compared without their inflection. The relevance of a passage is the mean of two such shares: of the
 * words that its best 30 neighbouring words have, and of those that it has at least once in a hundred words.
 *
 * @returns `null` when the question has no content word.
 */
export function queryCoverage(question: string, passages: readonly string[]): QueryCoverage | null {
  const terms = new Map<string, string>();
  for (const { stop, stem, text } of tokensOf(question)) {
    if (!stop && !terms.has(stem)) terms.set(stem, text);
  }
  if (terms.size === 0) return null;
  const found = passages.map((passage) => findTerms(passage, terms));
  const weights = new Map<string, number>();
  for (const stem of terms.keys()) {
    const frequency = found.filter(({ mentions }) => mentions.has(stem)).length;
    weights.set(stem, 1 + Math.log((passages.length + 1) / (frequency + 1)));
  }
  const whole = sumOf(weights.keys(), weights);
  const missing = [...terms].filter(([stem]) => found.every(({ mentions }) => !mentions.has(stem)));
  return {
    together:
      1 -
      sumOf(
        missing.map(([stem]) => stem),
        weights,
      ) /
        whole,
    each: found.map(({ mentions }) => sumOf(mentions.keys(), weights) / whole),
    relevance: found.map((passage) => (closest(passage, weights) + dense(passage, weights)) / (2 * whole)),
    missing: missing.map(([, text]) => text),
  };
}

/** Where a passage has the terms of a question. */
interface Found {
  /** Number of its words. */
  readonly words: number;
  /** How often it has each term; terms that it does not have are left out. */
  readonly mentions: ReadonlyMap<string, number>;
  /** The terms in their order, each with the number of its word. */
  readonly hits: readonly { readonly stem: string; readonly at: number }[];
}

function findTerms(passage: string, terms: ReadonlyMap<string, string>): Found {
  const mentions = new Map<string, number>();
  const hits: { stem: string; at: number }[] = [];
  const tokens = tokensOf(passage);
  for (const [at, { stem }] of tokens.entries()) {
    if (!terms.has(stem)) continue;
    mentions.set(stem, (mentions.get(stem) ?? 0) + 1);
    hits.push({ stem, at });
  }
  return { words: tokens.length, mentions, hits };
}

function sumOf(stems: Iterable<string>, weights: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const stem of stems) sum += weights.get(stem)!;
  return sum;
}

/** The largest weight of the terms in a window. */
function closest({ hits }: Found, weights: ReadonlyMap<string, number>): number {
  const inside = new Map<string, number>();
  let best = 0;
  let first = 0;
  for (const { stem, at } of hits) {
    inside.set(stem, (inside.get(stem) ?? 0) + 1);
    for (; at - hits[first]!.at >= windowWords; first++) {
      const left = hits[first]!.stem;
      const count = inside.get(left)! - 1;
      if (count === 0) inside.delete(left);
      else inside.set(left, count);
    }
    best = Math.max(best, sumOf(inside.keys(), weights));
  }
  return best;
}

/** The weight of the terms, those that are mentioned too seldom for the length only in part. */
function dense({ words, mentions }: Found, weights: ReadonlyMap<string, number>): number {
  const expected = Math.max(1, words / wordsAMention);
  let sum = 0;
  for (const [stem, count] of mentions) sum += weights.get(stem)! * Math.min(1, count / expected);
  return sum;
}
