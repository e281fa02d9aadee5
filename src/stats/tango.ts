import { requireConfidence, requireMargin } from "./check.ts";
import { criticalValue, normalCdf } from "./distributions.ts";
import type { Interval } from "./interval.ts";
import { type PairedCounts, requirePairedCounts } from "./paired.ts";
import { decreasingRoot } from "./solve.ts";

/**
 * Tango's score statistic for the difference `difference` of paired proportions, arguments already checked.
 * Negative differences go through the mirror image, in which the constrained estimate has no cancellation.
 * 0/0 counts as 0.
 */
export function tangoScore(b: number, c: number, n: number, difference: number): number {
  if (difference < 0) return -tangoScore(c, b, n, -difference);
  const numerator = c - b - n * difference;
  if (numerator === 0) return 0;
  const spread = difference * (1 - difference);
  const linear = b * (1 - difference) + c * (1 + difference) - 2 * n * difference;
  const root = Math.sqrt(linear * linear + 8 * n * b * spread);
  const nuisance = linear >= 0 ? (linear + root) / (4 * n) : (2 * b * spread) / (root - linear);
  return numerator / Math.sqrt(n * (2 * nuisance + spread));
}

/** What {@link tangoNonInferiority} returns. */
export type ScoreTestResult = {
  /** The score statistic; null where it does not exist (no observations, or no variance under the null). */
  z: number | null;
  /** The one-sided p-value, small when non-inferior. */
  pValue: number;
};

/** The finite `z` with its upper-tail p-value, or the answer of a test that has seen nothing. */
export function scoreTest(z: number): ScoreTestResult {
  if (Number.isNaN(z)) return { z: null, pValue: 1 };
  return { z: Number.isFinite(z) ? z : null, pValue: normalCdf(-z) };
}

/**
 * Tango's score test of non-inferiority on paired pass/fail cases: H0 candidate - baseline <= -margin.
 *
 * Takes the paired counts and the margin in [0, 1). With n = 0, z is null and the p-value 1; with margin 0
 * and no discordant pair z is 0. Throws RangeError for impossible counts or margin.
 *
 * Source: Tango 1998, Statistics in Medicine 17:891: z(δ) = (c - b - nδ)/√(n(2q̃ + δ(1 - δ))), q̃ the
 * constrained estimate of the rate of regressions.
 */
export function tangoNonInferiority(counts: PairedCounts, margin: number): ScoreTestResult {
  requirePairedCounts(counts);
  requireMargin(margin);
  const { regressions, improvements, n } = counts;
  return scoreTest(n === 0 ? Number.NaN : tangoScore(regressions, improvements, n, -margin));
}

/**
 * Tango's score interval for the difference of paired pass rates, candidate minus baseline.
 *
 * Takes the paired counts and a two-sided confidence. Returns limits in [-1, 1]: all regressions give lower
 * -1, all improvements give upper 1, n = 0 gives [-1, 1]; zero discordance still gives an interval of honest
 * width. Throws RangeError for impossible counts.
 *
 * Source: Tango 1998, Statistics in Medicine 17:891: the δ with |z(δ)| below the critical value.
 */
export function tangoInterval(counts: PairedCounts, confidence: number): Interval {
  requirePairedCounts(counts);
  requireConfidence(confidence);
  const { regressions, improvements, n } = counts;
  const z = criticalValue(confidence);
  return {
    lower: tangoLower(regressions, improvements, n, z),
    upper: -tangoLower(improvements, regressions, n, z),
  };
}

function tangoLower(b: number, c: number, n: number, z: number): number {
  if (b === n) return -1;
  return decreasingRoot((difference) => tangoScore(b, c, n, difference) - z, -1, (c - b) / n);
}
