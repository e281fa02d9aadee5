import { requireCount, requireInside, requireMargin, requireProbability } from "./check.ts";
import { upperNormalQuantile } from "./distributions.ts";
import { type PairedCounts, requirePairedCounts } from "./paired.ts";
import { logGamma } from "./special.ts";
import { tangoScore } from "./tango.ts";

/** For each number of regressions the numbers of improvements for which the table is in the region. */
type Region = number[][];

/** The tables of `n` pairs whose non-inferiority score at `margin` is at least `threshold`. */
function scoreRegion(n: number, margin: number, threshold: number): Region {
  return Array.from({ length: n + 1 }, (_, b) => {
    const members: number[] = [];
    for (let c = 0; c <= n - b; c++) if (tangoScore(b, c, n, -margin) >= threshold) members.push(c);
    return members;
  });
}

/** log(rate^k / k!) for k = 0..n, with 0^0 = 1. */
function logTerms(n: number, rate: number, logFactorials: Float64Array): Float64Array {
  return Float64Array.from(logFactorials.subarray(0, n + 1), (logFactorial, k) =>
    k === 0 ? 0 : k * Math.log(rate) - logFactorial,
  );
}

function logFactorialsUpTo(n: number): Float64Array {
  return Float64Array.from({ length: n + 1 }, (_, k) => logGamma(k + 1));
}

/** The trinomial probability of a region when regressions have rate `qb` and improvements rate `qc`. */
function regionProbability(region: Region, qb: number, qc: number, logFactorials: Float64Array): number {
  const n = region.length - 1;
  const regressions = logTerms(n, qb, logFactorials);
  const improvements = logTerms(n, qc, logFactorials);
  const ties = logTerms(n, Math.max(0, 1 - qb - qc), logFactorials);
  let probability = 0;
  for (let b = 0; b <= n; b++) {
    const fixed = logFactorials[n]! + regressions[b]!;
    if (fixed === Number.NEGATIVE_INFINITY) continue;
    for (const c of region[b]!) probability += Math.exp(fixed + improvements[c]! + ties[n - b - c]!);
  }
  return Math.min(1, probability);
}

/**
 * The exact unconditional p-value of non-inferiority on paired pass/fail cases: the largest probability, over
 * the nuisance rate of improvements, of a Tango score at least as large as the one seen (within 1e-9).
 *
 * Takes the paired counts, the margin in [0, 1) and `grid`, the number of steps into which the nuisance range
 * [0, (1 - margin)/2] is cut (400 by default). The work grows as n²·grid: meant for n up to about 150, where
 * the score test alone is slightly liberal. n = 0 gives 1. Throws RangeError for impossible arguments.
 *
 * Source: Barnard 1945; Hsueh, Liu & Chen 2001, Biometrics 57:478.
 */
export function nonInferiorityExactUnconditional(counts: PairedCounts, margin: number, grid = 400): number {
  requirePairedCounts(counts);
  requireMargin(margin);
  requireCount("grid", grid, 1);
  const { regressions, improvements, n } = counts;
  if (n === 0) return 1;
  const region = scoreRegion(n, margin, tangoScore(regressions, improvements, n, -margin) - 1e-9);
  const logFactorials = logFactorialsUpTo(n);
  let largest = 0;
  for (let step = 0; step <= grid; step++) {
    const qc = ((1 - margin) / 2) * (step / grid);
    largest = Math.max(largest, regionProbability(region, qc + margin, qc, logFactorials));
  }
  return largest;
}

/**
 * Throws RangeError unless the rates of regressions and improvements are probabilities that sum to at most 1.
 */
export function requireRates(regressionRate: number, improvementRate: number): void {
  requireProbability("regressionRate", regressionRate);
  requireProbability("improvementRate", improvementRate);
  if (regressionRate + improvementRate > 1 + 1e-12) {
    throw new RangeError(
      `regressionRate + improvementRate must be at most 1, got ${regressionRate + improvementRate}`,
    );
  }
}

/**
 * The exact probability that the Tango non-inferiority test passes (p <= alpha).
 *
 * `n` pairs, the true `regressionRate` and `improvementRate` (their sum at most 1), the margin in [0, 1) and
 * the one-sided `alpha` in (0, 1). Sums over all tables, so the work grows as n². n = 0 gives 0. Throws
 * RangeError for arguments out of range.
 *
 * Source: trinomial enumeration of the test of Tango 1998.
 */
export function tangoNonInferiorityPower(options: {
  n: number;
  regressionRate: number;
  improvementRate: number;
  margin: number;
  alpha: number;
}): number {
  const { n, regressionRate, improvementRate, margin, alpha } = options;
  requireCount("n", n);
  requireRates(regressionRate, improvementRate);
  requireMargin(margin);
  requireInside("alpha", alpha, 0, 1);
  if (n === 0) return 0;
  const region = scoreRegion(n, margin, upperNormalQuantile(alpha) - 1e-12);
  return regionProbability(region, regressionRate, improvementRate, logFactorialsUpTo(n));
}
