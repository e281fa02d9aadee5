import { requireConfidence, requireSuccesses, requireWithin } from "./check.ts";
import { criticalValue, logBinomialPmf, normalCdf } from "./distributions.ts";
import type { Interval } from "./interval.ts";
import { squareAndAdd } from "./paired.ts";
import { decreasingRoot } from "./solve.ts";

/** Successes among n independent observations of one arm. */
export type Proportion = { successes: number; n: number };

function requireArms(candidate: Proportion, baseline: Proportion): void {
  requireSuccesses(candidate.successes, candidate.n, " of the candidate");
  requireSuccesses(baseline.successes, baseline.n, " of the baseline");
}

/** What {@link miettinenNurminen} returns. */
export type MiettinenNurminenResult = Interval & {
  /**
   * The score statistic at the tested difference; null if an arm is empty or the variance is 0 off the null.
   */
  z: number | null;
  /** One-sided p-value, small when candidate - baseline exceeds the tested difference. */
  pGreater: number;
  /** One-sided p-value, small when candidate - baseline falls short of it. */
  pLess: number;
};

/** count/probability as it enters a score, where 0/0 is 0. */
function scoreTerm(count: number, probability: number): number {
  return count === 0 ? 0 : count / probability;
}

/**
 * The constrained maximum-likelihood rates under p1 - p2 = difference, found on the monotone score equation
 * in the smaller of the two rates (the closed form cancels for rare events in large samples).
 */
function constrainedRates(one: Proportion, two: Proportion, difference: number): [number, number] {
  const [shift1, shift2] = [Math.max(0, difference), Math.max(0, -difference)];
  const score = (t: number): number =>
    scoreTerm(one.successes, t + shift1) +
    scoreTerm(two.successes, t + shift2) -
    scoreTerm(one.n - one.successes, 1 - (t + shift1)) -
    scoreTerm(two.n - two.successes, 1 - (t + shift2));
  const largest = 1 - Math.abs(difference);
  let t: number;
  if (largest <= 0 || score(0) <= 0) t = 0;
  else if (score(largest) >= 0) t = largest;
  else t = decreasingRoot(score, 0, largest);
  return [t + shift1, t + shift2];
}

/** The arm with successes and failures exchanged. */
function failuresOf({ successes, n }: Proportion): Proportion {
  return { successes: n - successes, n };
}

/** The score statistic; counts failures where those are rarer, so that rates near 1 keep their precision. */
function miettinenNurminenScore(one: Proportion, two: Proportion, difference: number): number {
  if (2 * (one.successes + two.successes) > one.n + two.n) {
    return -miettinenNurminenScore(failuresOf(one), failuresOf(two), -difference);
  }
  const numerator = one.successes / one.n - two.successes / two.n - difference;
  if (numerator === 0) return 0;
  const [p1, p2] = constrainedRates(one, two, difference);
  const total = one.n + two.n;
  const variance = ((p1 * (1 - p1)) / one.n + (p2 * (1 - p2)) / two.n) * (total / (total - 1));
  return numerator / Math.sqrt(Math.max(0, variance));
}

/**
 * The Miettinen–Nurminen score test and interval for a difference of two independent rates, candidate minus
 * baseline.
 *
 * Takes both arms, a two-sided confidence and the difference in [-1, 1] to test against. The variance carries
 * the factor N/(N-1). An empty arm gives [-1, 1], z null and p-values 1; equal rates of 0 or 1 tested against
 * 0 give z = 0. Throws RangeError for impossible counts.
 *
 * Source: Miettinen & Nurminen 1985, Statistics in Medicine 4:213: (p̂1 - p̂2 - δ)/√((p̃1q̃1/n1 +
 * p̃2q̃2/n2)·N/(N - 1)) with the constrained rates p̃.
 */
export function miettinenNurminen(
  candidate: Proportion,
  baseline: Proportion,
  options: { confidence: number; difference: number },
): MiettinenNurminenResult {
  requireArms(candidate, baseline);
  requireConfidence(options.confidence);
  requireWithin("difference", options.difference, -1, 1);
  if (candidate.n === 0 || baseline.n === 0) return { lower: -1, upper: 1, z: null, pGreater: 1, pLess: 1 };
  const critical = criticalValue(options.confidence);
  const z = miettinenNurminenScore(candidate, baseline, options.difference);
  return {
    lower: scoreLower(candidate, baseline, critical),
    upper: -scoreLower(baseline, candidate, critical),
    z: Number.isFinite(z) ? z : null,
    pGreater: normalCdf(-z),
    pLess: normalCdf(z),
  };
}

function scoreLower(one: Proportion, two: Proportion, critical: number): number {
  const estimate = one.successes / one.n - two.successes / two.n;
  if (estimate === -1) return -1;
  return decreasingRoot(
    (difference) => miettinenNurminenScore(one, two, difference) - critical,
    -1,
    estimate,
  );
}

/**
 * Newcombe's square-and-add interval for a difference of two independent rates, candidate minus baseline.
 *
 * Takes both arms and a two-sided confidence; no continuity correction. Returns limits in [-1, 1]; an empty
 * arm gives [-1, 1]. Throws RangeError for impossible counts.
 *
 * Source: Newcombe 1998, Statistics in Medicine 17:873, method 10.
 */
export function newcombeUnpaired(candidate: Proportion, baseline: Proportion, confidence: number): Interval {
  requireArms(candidate, baseline);
  requireConfidence(confidence);
  if (candidate.n === 0 || baseline.n === 0) return { lower: -1, upper: 1 };
  const z = criticalValue(confidence);
  return squareAndAdd(candidate.successes, candidate.n, baseline.successes, baseline.n, z, 0);
}

/**
 * Fisher's conditional test with the mid-p, one-sided: P(X > x) + P(X = x)/2 for the hypergeometric count X
 * of candidate successes, small when the candidate's rate is higher.
 *
 * Takes both arms; an empty arm or no successes at all give 1/2. Throws RangeError for impossible counts.
 *
 * Source: Lancaster 1961; hypergeometric probabilities in the saddle-point form of Loader 2000.
 */
export function fisherMidP(candidate: Proportion, baseline: Proportion): number {
  requireArms(candidate, baseline);
  const x = candidate.successes;
  const [n1, n2] = [candidate.n, baseline.n];
  const total = x + baseline.successes;
  const mode = Math.floor(((n1 + 1) * (total + 1)) / (n1 + n2 + 2));
  const atX = hypergeometricPmf(x, n1, n2, total);
  if (x >= mode) return atX * (hypergeometricTailRatio(x, n1, n2, total) - 0.5);
  return 1 - atX * (hypergeometricTailRatio(total - x, n2, n1, total) - 0.5);
}

/** P(X = x) when `total` successes fall on n1 + n2 places of which n1 are counted. */
function hypergeometricPmf(x: number, n1: number, n2: number, total: number): number {
  if (n1 + n2 === 0) return 1;
  const p = total / (n1 + n2);
  return Math.exp(
    logBinomialPmf(x, n1, p) + logBinomialPmf(total - x, n2, p) - logBinomialPmf(total, n1 + n2, p),
  );
}

/** P(X >= x)/P(X = x), summed away from the mode. */
function hypergeometricTailRatio(x: number, n1: number, n2: number, total: number): number {
  let term = 1;
  let sum = 1;
  for (let k = x; k < Math.min(n1, total) && term > sum * 1e-18; k++) {
    term *= ((n1 - k) * (total - k)) / ((k + 1) * (n2 - total + k + 1));
    sum += term;
  }
  return sum;
}
