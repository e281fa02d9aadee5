import { requireAllWithin, requireLength, requireNonNegative } from "./check.ts";
import { type DiscordantPairs, exactHarm, fairCoinAtLeast, requireDiscordantPairs } from "./paired.ts";

/** The indices of `keys` in ascending order of key; equal keys, infinite ones included, keep their order. */
export function ascendingOrder(keys: ArrayLike<number>): number[] {
  return Array.from(keys, (_, i) => i).sort((i, j) => keys[i]! - keys[j]! || i - j);
}

/**
 * Step-down adjustment: walks the hypotheses in `order`, asks `bound` for each one's bound given those not
 * yet walked, and returns the running maximum, capped at 1, in input order.
 */
function stepDown(order: readonly number[], bound: (position: number, index: number) => number): number[] {
  const adjusted = new Array<number>(order.length).fill(1);
  let running = 0;
  order.forEach((index, position) => {
    running = Math.min(1, Math.max(running, bound(position, index)));
    adjusted[index] = running;
  });
  return adjusted;
}

/**
 * Holm's adjusted p-values: control of the family-wise error rate under any dependence.
 *
 * `pValues` in [0, 1]; returns the adjusted ones in the same order, [] for none. Throws RangeError for values
 * out of range.
 *
 * Source: Holm 1979.
 */
export function holm(pValues: ArrayLike<number>): number[] {
  requireAllWithin("pValues", pValues, 0, 1);
  const order = ascendingOrder(pValues);
  return stepDown(order, (position, index) => (order.length - position) * pValues[index]!);
}

/**
 * Benjamini and Hochberg's adjusted p-values: control of the false discovery rate, for exploratory slices
 * only.
 *
 * `pValues` in [0, 1]; returns the adjusted ones in the same order. Throws RangeError for values out of
 * range.
 *
 * Source: Benjamini & Hochberg 1995, Journal of the Royal Statistical Society B 57:289.
 */
export function benjaminiHochberg(pValues: ArrayLike<number>): number[] {
  requireAllWithin("pValues", pValues, 0, 1);
  const order = ascendingOrder(pValues);
  const adjusted = new Array<number>(order.length).fill(1);
  let running = 1;
  for (let position = order.length - 1; position >= 0; position--) {
    const index = order[position]!;
    running = Math.min(running, (order.length / (position + 1)) * pValues[index]!);
    adjusted[index] = running;
  }
  return adjusted;
}

/**
 * Holm's adjusted p-values with weights: a hypothesis of double weight is tested at double the level.
 *
 * `pValues` in [0, 1] and as many `weights` of at least 0 (weight 0 is never rejected). Returns the adjusted
 * p-values in the same order. Throws RangeError for values out of range or lengths that differ.
 *
 * Source: Holm 1979, Scandinavian Journal of Statistics 6:65, weighted version: p/w times the weight not yet
 * rejected.
 */
export function weightedHolm(pValues: ArrayLike<number>, weights: ArrayLike<number>): number[] {
  requireAllWithin("pValues", pValues, 0, 1);
  requireLength("weights", weights, pValues.length);
  for (let i = 0; i < weights.length; i++) requireNonNegative(`weights[${i}]`, weights[i]!);
  const ratios = Array.from(pValues, (p, i) =>
    weights[i] === 0 ? Number.POSITIVE_INFINITY : p / weights[i]!,
  );
  const order = ascendingOrder(ratios);
  const remaining = new Array<number>(order.length).fill(0);
  let sum = 0;
  for (let position = order.length - 1; position >= 0; position--) {
    sum += weights[order[position]!]!;
    remaining[position] = sum;
  }
  return stepDown(order, (position, index) =>
    weights[index] === 0 ? 1 : remaining[position]! * ratios[index]!,
  );
}

/**
 * The largest p-value at most `threshold` that the exact test can reach with this many discordant pairs; 0 if
 * none.
 */
function largestAttainable(discordant: number, threshold: number): number {
  const slack = threshold * (1 + 1e-12);
  let [tooLarge, reached] = [-1, discordant + 1];
  while (reached - tooLarge > 1) {
    const middle = Math.floor((tooLarge + reached) / 2);
    if (fairCoinAtLeast(middle, discordant) <= slack) reached = middle;
    else tooLarge = middle;
  }
  return reached > discordant ? 0 : fairCoinAtLeast(reached, discordant);
}

/** What {@link discreteHolmMcnemar} returns, in input order. */
export type DiscreteHolmResult = { pValues: number[]; adjusted: number[] };

/**
 * One-sided exact McNemar p-values for harm, with a step-down adjustment that uses their discreteness: a
 * hypothesis that cannot reach a p-value as small as the one at hand costs nothing.
 *
 * Takes one pair of discordant counts per hypothesis. The adjusted value at step i is the running maximum of
 * min(1, sum over the hypotheses l not yet walked of F_l(p_(i))), F_l(t) being the largest p-value at most t
 * that l can reach with its own number of discordant pairs. Valid under any dependence, never above Holm's.
 * Throws RangeError for counts that are not non-negative integers.
 *
 * Source: Tarone 1990, Biometrics 46:515; Westfall & Wolfinger 1997, The American Statistician 51:3.
 */
export function discreteHolmMcnemar(tables: readonly DiscordantPairs[]): DiscreteHolmResult {
  for (const table of tables) requireDiscordantPairs(table);
  const pValues = tables.map(exactHarm);
  const order = ascendingOrder(pValues);
  const discordant = tables.map((table) => table.regressions + table.improvements);
  const adjusted = stepDown(order, (position, index) => {
    let bound = 0;
    for (const other of order.slice(position))
      bound += largestAttainable(discordant[other]!, pValues[index]!);
    return bound;
  });
  return { pValues, adjusted };
}
