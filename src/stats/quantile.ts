import { requireAllFinite, requireConfidence, requireCount, requireProbability } from "./check.ts";
import { binomialAtLeast, binomialAtMost } from "./distributions.ts";

/** A copy of `values` in ascending order, as doubles. */
export function sortedCopy(values: ArrayLike<number>): Float64Array {
  return Float64Array.from(values).sort();
}

/** The type 7 quantile of values already sorted; NaN for none. */
export function quantileOfSorted(sorted: ArrayLike<number>, probability: number): number {
  const position = (sorted.length - 1) * probability;
  const below = Math.floor(position);
  const low = sorted[below];
  if (low === undefined) return Number.NaN;
  const high = sorted[below + 1] ?? low;
  return low + (position - below) * (high - low);
}

/** `value`, or null when it is not finite. */
export function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/**
 * The sample quantile by linear interpolation between order statistics (type 7, the default of R, NumPy and
 * Excel).
 *
 * `values` finite numbers in any order, `probability` in [0, 1]. Returns null for no values. Throws
 * RangeError for non-finite values.
 *
 * Source: Hyndman & Fan 1996, The American Statistician 50:361, definition 7.
 */
export function quantileType7(values: ArrayLike<number>, probability: number): number | null {
  requireAllFinite("values", values);
  requireProbability("probability", probability);
  return finiteOrNull(quantileOfSorted(sortedCopy(values), probability));
}

/** The 1-based ranks of the order statistics that bound a quantile; null where no order statistic does. */
export type OrderRanks = { lower: number | null; upper: number | null };

/** Slack for comparing a tail probability with α, so that exact ties do not hang on the last bit. */
const TIE_SLACK = 1 + 1e-12;

/**
 * The largest integer in [low, high] for which `holds`, which is true up to some point; low - 1 if there is
 * none.
 */
function largestThat(holds: (k: number) => boolean, low: number, high: number): number {
  let [yes, no] = [low - 1, high + 1];
  while (no - yes > 1) {
    const middle = Math.floor((yes + no) / 2);
    if (holds(middle)) yes = middle;
    else no = middle;
  }
  return yes;
}

/**
 * The ranks of the order statistics that form a distribution-free confidence interval for a quantile.
 *
 * `n` observations, `probability` in [0, 1] of the quantile, two-sided `confidence`. With α = 1 - confidence
 * the lower rank is the largest l with P(Bin(n, p) <= l - 1) <= α/2 and the upper the smallest u with
 * P(Bin(n, p) >= u) <= α/2; null means that n is too small for a finite limit. Throws RangeError for
 * arguments out of range.
 *
 * Source: Hahn & Meeker 1991, Statistical Intervals, chapter 5.
 */
export function quantileOrderRanks(n: number, probability: number, confidence: number): OrderRanks {
  requireCount("n", n);
  requireProbability("probability", probability);
  requireConfidence(confidence);
  const tail = ((1 - confidence) / 2) * TIE_SLACK;
  const lower = largestThat((l) => binomialAtMost(l - 1, n, probability) <= tail, 1, n);
  const upper = 1 + largestThat((u) => binomialAtLeast(u, n, probability) > tail, 1, n);
  return { lower: lower < 1 ? null : lower, upper: upper > n ? null : upper };
}

/** What {@link quantileInterval} returns; null where there is no finite value. */
export type QuantileInterval = {
  estimate: number | null;
  lower: number | null;
  upper: number | null;
  lowerRank: number | null;
  upperRank: number | null;
};

/**
 * A quantile (type 7) with its distribution-free order-statistic interval.
 *
 * Arguments as in {@link quantileType7} and {@link quantileOrderRanks}. A limit that the sample is too small
 * to give is null, as is everything for no values. Throws RangeError for non-finite values or arguments out
 * of range.
 */
export function quantileInterval(
  values: ArrayLike<number>,
  probability: number,
  confidence: number,
): QuantileInterval {
  return quantileIntervals(values, [probability], confidence)[0]!;
}

/**
 * {@link quantileInterval} for several quantiles of the same values, which are sorted once.
 *
 * Returns one interval for each of `probabilities`, in their order. Throws RangeError as {@link quantileInterval} does.
 */
export function quantileIntervals(
  values: ArrayLike<number>,
  probabilities: readonly number[],
  confidence: number,
): QuantileInterval[] {
  requireAllFinite("values", values);
  const sorted = sortedCopy(values);
  return probabilities.map((probability) => intervalOfSorted(sorted, probability, confidence, sorted.length));
}

/** The interval of sorted values that weigh as much as `effective` independent ones. */
function intervalOfSorted(
  sorted: Float64Array,
  probability: number,
  confidence: number,
  effective: number,
): QuantileInterval {
  const n = sorted.length;
  const ranks = quantileOrderRanks(effective, probability, confidence);
  const lowerRank = ranks.lower === null ? null : Math.max(1, Math.floor((ranks.lower * n) / effective));
  const upperRank = ranks.upper === null ? null : Math.min(n, Math.ceil((ranks.upper * n) / effective));
  const at = (rank: number | null): number | null => (rank === null ? null : sorted[rank - 1]!);
  return {
    estimate: finiteOrNull(quantileOfSorted(sorted, probability)),
    lower: at(lowerRank),
    upper: at(upperRank),
    lowerRank,
    upperRank,
  };
}

/** What {@link quantileCompare} returns; null where there is no finite value. */
export type QuantileComparison = {
  difference: number | null;
  differenceLower: number | null;
  differenceUpper: number | null;
  ratio: number | null;
  ratioLower: number | null;
  ratioUpper: number | null;
};

/** The distance between two known numbers, or null. */
function gap(high: number | null, low: number | null): number | null {
  return high === null || low === null ? null : high - low;
}

/** center ± √(first² + second²), or null if any part is unknown. */
function offset(
  center: number | null,
  sign: 1 | -1,
  first: number | null,
  second: number | null,
): number | null {
  if (center === null || first === null || second === null) return null;
  return finiteOrNull(center + sign * Math.sqrt(first * first + second * second));
}

/** The MOVER limits of (x - y) from the two estimates with their own limits. */
function moverDifference(x: QuantileInterval, y: QuantileInterval) {
  const estimate = gap(x.estimate, y.estimate);
  return {
    estimate,
    lower: offset(estimate, -1, gap(x.estimate, x.lower), gap(y.upper, y.estimate)),
    upper: offset(estimate, 1, gap(x.upper, x.estimate), gap(y.estimate, y.lower)),
  };
}

function logInterval(interval: QuantileInterval): QuantileInterval {
  const log = (value: number | null): number | null => (value !== null && value > 0 ? Math.log(value) : null);
  return {
    ...interval,
    estimate: log(interval.estimate),
    lower: log(interval.lower),
    upper: log(interval.upper),
  };
}

/**
 * The difference and the ratio of a quantile between two independent samples, candidate against baseline,
 * with MOVER limits built from the two order-statistic intervals; the ratio on the log scale.
 *
 * `candidate` and `baseline` finite numbers, `probability` in [0, 1], two-sided `confidence`. A limit is null
 * when a sample is too small to bound it; the ratio is null unless both quantiles are above 0, and a ratio
 * limit unless the limits it is made of are. Throws RangeError for non-finite values.
 *
 * Source: Zou & Donner 2008, Statistics in Medicine 27:1693 (MOVER): x - y - √((x - l_x)² + (u_y - y)²) and
 * its mirror image.
 */
export function quantileCompare(
  candidate: ArrayLike<number>,
  baseline: ArrayLike<number>,
  probability: number,
  confidence: number,
): QuantileComparison {
  return quantileComparer(candidate, baseline, probability)(confidence);
}

/** How many independent values those of each sample weigh as much as: whole numbers between 1 and their count. */
export type EffectiveSizes = { candidate: number; baseline: number };

/**
 * {@link quantileCompare} for several confidences, sorting once. Where the values of a sample hang together in clusters, `effective` says how many
 * independent ones they weigh as much as: the ranks are those of that size, stretched to the sample (Woodruff 1952, Journal of the American Statistical
 * Association 47:635, with the design effect in place of the variance).
 *
 * Throws RangeError for non-finite values, for a probability outside [0, 1] and for an effective size that is no whole number from 1 to the sample's.
 */
export function quantileComparer(
  candidate: ArrayLike<number>,
  baseline: ArrayLike<number>,
  probability: number,
  effective: EffectiveSizes = { candidate: candidate.length, baseline: baseline.length },
): (confidence: number) => QuantileComparison {
  requireAllFinite("candidate", candidate);
  requireAllFinite("baseline", baseline);
  requireProbability("probability", probability);
  requireEffective("candidate", effective.candidate, candidate.length);
  requireEffective("baseline", effective.baseline, baseline.length);
  const sorted = { candidate: sortedCopy(candidate), baseline: sortedCopy(baseline) };
  return (confidence) => {
    const x = intervalOfSorted(sorted.candidate, probability, confidence, effective.candidate);
    const y = intervalOfSorted(sorted.baseline, probability, confidence, effective.baseline);
    return comparisonOf(x, y);
  };
}

function requireEffective(name: string, effective: number, n: number): void {
  requireCount(`effective size of the ${name}`, effective, Math.min(1, n));
  if (effective > n)
    throw new RangeError(`the ${name} has ${n} values, which cannot weigh as much as ${effective}`);
}

function comparisonOf(x: QuantileInterval, y: QuantileInterval): QuantileComparison {
  const difference = moverDifference(x, y);
  const ratio = moverDifference(logInterval(x), logInterval(y));
  const exp = (value: number | null): number | null =>
    value === null ? null : finiteOrNull(Math.exp(value));
  return {
    difference: difference.estimate,
    differenceLower: difference.lower,
    differenceUpper: difference.upper,
    ratio: exp(ratio.estimate),
    ratioLower: exp(ratio.lower),
    ratioUpper: exp(ratio.upper),
  };
}
