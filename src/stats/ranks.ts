import { requireAllFinite, requireConfidence } from "./check.ts";
import { criticalValue, normalCdf } from "./distributions.ts";
import { sortedCopy } from "./quantile.ts";

/** What {@link mannWhitney} returns; null where undefined. */
export type MannWhitneyResult = {
  /** The number of pairs in which the candidate's value is larger, ties counted half. */
  u: number;
  /** The share u/(n1·n2), the common-language effect size. */
  effectSize: number | null;
  /** The standardized u without continuity correction; 0 when all values are tied. */
  z: number | null;
  pTwoSided: number;
  pGreater: number;
  pLess: number;
  /** From the permutation distribution of u; only without ties and for at most 900 pairs. */
  pExactTwoSided: number | null;
};

/** At most this many pairs are given an exact p-value. */
const EXACT_PAIRS = 900;

/** u of `x` over `y`, and Σ(t³ - t) over groups of tied values in both together. */
function countPairs(x: Float64Array, y: Float64Array): { u: number; tieTerm: number } {
  let [u, tieTerm, i, j] = [0, 0, 0, 0];
  while (i < x.length || j < y.length) {
    const value = Math.min(x[i] ?? Number.POSITIVE_INFINITY, y[j] ?? Number.POSITIVE_INFINITY);
    const [firstX, firstY] = [i, j];
    while (x[i] === value) i++;
    while (y[j] === value) j++;
    const [inX, inY] = [i - firstX, j - firstY];
    u += inX * (firstY + inY / 2);
    tieTerm += (inX + inY) ** 3 - (inX + inY);
  }
  return { u, tieTerm };
}

/**
 * P(U >= u) for two samples without ties: counts of partitions that fit an n1 × n2 box, built up one row at a
 * time.
 */
function exactUpperTail(u: number, n1: number, n2: number): number {
  const counts = new Float64Array(n1 * n2 + 1);
  counts[0] = 1;
  for (let k = 1; k <= n1; k++) {
    // Multiplies the generating function by (1 - q^(n2+k)) / (1 - q^k).
    for (let i = counts.length - 1; i >= n2 + k; i--) counts[i]! -= counts[i - n2 - k]!;
    for (let i = k; i < counts.length; i++) counts[i]! += counts[i - k]!;
  }
  let [tail, total] = [0, 0];
  counts.forEach((count, i) => {
    total += count;
    if (i >= u) tail += count;
  });
  return tail / total;
}

/**
 * The Mann–Whitney (Wilcoxon rank-sum) test of whether candidate values tend to be larger than baseline ones.
 *
 * `candidate` and `baseline` finite numbers. P-values are normal with tie-corrected variance and a continuity
 * correction of 1/2. All values tied give z 0 and p-values 1; an empty sample gives effect size and z null
 * and p-values 1. Descriptive: nearly blind to a change in the tail alone. Throws RangeError for non-finite
 * values.
 *
 * Source: Mann & Whitney 1947; variance mn/12·(N + 1 - Σ(t³ - t)/(N(N - 1))) under ties as in Lehmann 1975,
 * Nonparametrics, chapter 1.
 */
export function mannWhitney(candidate: ArrayLike<number>, baseline: ArrayLike<number>): MannWhitneyResult {
  requireAllFinite("candidate", candidate);
  requireAllFinite("baseline", baseline);
  const [n1, n2] = [candidate.length, baseline.length];
  const pairs = n1 * n2;
  const unknown = { pTwoSided: 1, pGreater: 1, pLess: 1, pExactTwoSided: null };
  if (pairs === 0) return { u: 0, effectSize: null, z: null, ...unknown };
  const { u, tieTerm } = countPairs(sortedCopy(candidate), sortedCopy(baseline));
  const total = n1 + n2;
  const excess = u - pairs / 2;
  const result = { u, effectSize: u / pairs };
  const allTied = tieTerm === total ** 3 - total;
  if (allTied) return { ...result, z: 0, ...unknown };
  const deviation = Math.sqrt((pairs / 12) * (total + 1 - tieTerm / (total * (total - 1))));
  const exact = tieTerm === 0 && pairs <= EXACT_PAIRS;
  return {
    ...result,
    z: excess / deviation,
    pTwoSided: Math.min(1, 2 * normalCdf((0.5 - Math.abs(excess)) / deviation)),
    pGreater: normalCdf((0.5 - excess) / deviation),
    pLess: normalCdf((0.5 + excess) / deviation),
    pExactTwoSided: exact ? Math.min(1, 2 * exactUpperTail(pairs / 2 + Math.abs(excess), n1, n2)) : null,
  };
}

/** What {@link hodgesLehmann} returns; null for an empty sample. */
export type HodgesLehmann = {
  /** The median of all differences candidate - baseline. */
  estimate: number | null;
  lower: number | null;
  upper: number | null;
  /** The limits are the rank-th smallest and the rank-th largest difference. */
  rank: number | null;
};

/**
 * How many differences x_i - y_j are at most `value`, the largest of those, and the smallest of the others.
 */
function differencesAround(x: Float64Array, y: Float64Array, value: number) {
  let [count, j, below, above] = [0, 0, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let i = 0; i < x.length; i++) {
    while (j < y.length && x[i]! - y[j]! > value) j++;
    // y[j..] give differences of at most `value`, y[..j-1] larger ones.
    count += y.length - j;
    if (j < y.length) below = Math.max(below, x[i]! - y[j]!);
    if (j > 0) above = Math.min(above, x[i]! - y[j - 1]!);
  }
  return { count, below, above };
}

/**
 * The rank-th smallest of all differences x_i - y_j of two sorted samples, by halving the range of values.
 */
function rankedDifference(x: Float64Array, y: Float64Array, rank: number): number {
  let low = x[0]! - y[y.length - 1]!;
  let high = x[x.length - 1]! - y[0]!;
  while (low < high) {
    const middle = low + (high - low) / 2;
    const { count, below, above } = differencesAround(x, y, middle < high ? middle : low);
    if (count >= rank) high = below;
    else low = above;
  }
  return low;
}

/**
 * The Hodges–Lehmann estimate of a typical shift, candidate minus baseline, with a distribution-free
 * interval.
 *
 * `candidate` and `baseline` finite numbers, two-sided `confidence`. The limits are the differences of rank k
 * = max(1, ⌊mn/2 - z·√(mn(m+n+1)/12)⌋) from either end. Everything is null for an empty sample. Needs no
 * table of all differences, so large samples are no problem. Throws RangeError for non-finite values.
 *
 * Source: Hodges & Lehmann 1963; Moses' interval as in Hollander & Wolfe 1999, chapter 4.
 */
export function hodgesLehmann(
  candidate: ArrayLike<number>,
  baseline: ArrayLike<number>,
  confidence: number,
): HodgesLehmann {
  requireAllFinite("candidate", candidate);
  requireAllFinite("baseline", baseline);
  requireConfidence(confidence);
  const [m, n] = [candidate.length, baseline.length];
  const pairs = m * n;
  if (pairs === 0) return { estimate: null, lower: null, upper: null, rank: null };
  const [x, y] = [sortedCopy(candidate), sortedCopy(baseline)];
  const spread = criticalValue(confidence) * Math.sqrt((pairs * (m + n + 1)) / 12);
  const rank = Math.max(1, Math.floor(pairs / 2 - spread));
  const lowMiddle = rankedDifference(x, y, Math.floor((pairs + 1) / 2));
  const highMiddle = pairs % 2 === 1 ? lowMiddle : rankedDifference(x, y, pairs / 2 + 1);
  return {
    estimate: (lowMiddle + highMiddle) / 2,
    lower: rankedDifference(x, y, rank),
    upper: rankedDifference(x, y, pairs + 1 - rank),
    rank,
  };
}
