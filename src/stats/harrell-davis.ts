import { requireAllFinite, requireProbability } from "./check.ts";
import { quantileOfSorted, sortedCopy } from "./quantile.ts";
import { logIncompleteBeta } from "./special.ts";

/** What {@link harrellDavis} returns; null where undefined. */
export type HarrellDavis = {
  estimate: number | null;
  /** Jackknife standard error; null for fewer than two values. */
  standardError: number | null;
};

/** Weights below this do not matter. */
const NEGLIGIBLE_WEIGHT = 1e-18;

/**
 * The weights of n order statistics: increments of the Beta((n+1)p, (n+1)(1-p)) distribution function at i/n.
 */
function orderStatisticWeights(n: number, probability: number): Float64Array {
  const weights = new Float64Array(n);
  const [a, b] = [(n + 1) * probability, (n + 1) * (1 - probability)];
  if (a <= 0 || b <= 0 || n === 1) {
    weights[a <= 0 ? 0 : n - 1] = 1;
    return weights;
  }
  const tails = (i: number) => logIncompleteBeta(i / n, (n - i) / n, a, b);
  const center = Math.min(n - 1, Math.max(1, Math.round(n * probability)));
  let above = Math.exp(tails(center).upper);
  for (let i = center; i < n && above > NEGLIGIBLE_WEIGHT; i++) {
    const next = Math.exp(tails(i + 1).upper);
    weights[i] = above - next;
    above = next;
  }
  let below = Math.exp(tails(center).lower);
  for (let i = center - 1; i >= 0 && below > NEGLIGIBLE_WEIGHT; i--) {
    const next = Math.exp(tails(i).lower);
    weights[i] = below - next;
    below = next;
  }
  return weights;
}

/** Σ (value - mean)² over the leave-one-out estimates, by prefix sums of the two possible weightings. */
function jackknifeStandardError(sorted: Float64Array, probability: number): number {
  const n = sorted.length;
  const weights = orderStatisticWeights(n - 1, probability);
  const estimates = new Float64Array(n);
  let after = 0;
  for (let i = n - 1; i >= 1; i--) {
    estimates[i] = after;
    after += weights[i - 1]! * sorted[i]!;
  }
  estimates[0] = after;
  let before = 0;
  for (let i = 0; i < n; i++) {
    estimates[i]! += before;
    before += (weights[i] ?? 0) * sorted[i]!;
  }
  const center = estimates.reduce((sum, value) => sum + value, 0) / n;
  const squares = estimates.reduce((sum, value) => sum + (value - center) ** 2, 0);
  return Math.sqrt(((n - 1) / n) * squares);
}

/**
 * The Harrell–Davis quantile: a weighted mean of all order statistics, smoother than a single one, with its
 * jackknife standard error. For display.
 *
 * `values` finite numbers in any order, `probability` in [0, 1] (0 and 1 give the extremes). No values give
 * null, one value has no standard error. Throws RangeError for non-finite values.
 *
 * Source: Harrell & Davis 1982, Biometrika 69:635.
 */
export function harrellDavis(values: ArrayLike<number>, probability: number): HarrellDavis {
  requireAllFinite("values", values);
  requireProbability("probability", probability);
  const n = values.length;
  if (n === 0) return { estimate: null, standardError: null };
  const origin = quantileOfSorted(sortedCopy(values), probability);
  const sorted = sortedCopy(values).map((value) => value - origin);
  const weights = orderStatisticWeights(n, probability);
  const shift = weights.reduce((sum, weight, i) => sum + weight * sorted[i]!, 0);
  return {
    estimate: origin + shift,
    standardError: n > 1 ? jackknifeStandardError(sorted, probability) : null,
  };
}
