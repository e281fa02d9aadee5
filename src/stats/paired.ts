import { requireConfidence, requireCount } from "./check.ts";
import { binomialAtLeast, criticalValue, logBinomialPmf } from "./distributions.ts";
import { type Interval, wilsonAt } from "./interval.ts";

/** The discordant pairs of a baseline and a candidate on the same cases. */
export type DiscordantPairs = {
  /** Pairs in which the baseline passes and the candidate fails. */
  regressions: number;
  /** Pairs in which the baseline fails and the candidate passes. */
  improvements: number;
};

/** Paired pass/fail counts: the discordant pairs and the number of all pairs. */
export type PairedCounts = DiscordantPairs & { n: number };

/** A paired 2×2 table in full. */
export type PairedTable = DiscordantPairs & { bothPass: number; bothFail: number };

/** Throws RangeError unless both discordant counts are non-negative integers. */
export function requireDiscordantPairs(pairs: DiscordantPairs): void {
  requireCount("regressions", pairs.regressions);
  requireCount("improvements", pairs.improvements);
}

/** Throws RangeError unless the counts are integers and the discordant pairs fit into `n`. */
export function requirePairedCounts(counts: PairedCounts): void {
  requireDiscordantPairs(counts);
  requireCount("n", counts.n);
  const discordant = counts.regressions + counts.improvements;
  if (discordant > counts.n) {
    throw new RangeError(`regressions + improvements must be at most n = ${counts.n}, got ${discordant}`);
  }
}

/** Up to this many trials every binomial sum below is an exact integer in double precision. */
const EXACT_TRIALS = 50;

/**
 * P(X >= k) for X ~ Binomial(trials, 1/2): exact for few trials, by the incomplete beta function otherwise.
 */
export function fairCoinAtLeast(k: number, trials: number): number {
  if (trials > EXACT_TRIALS) return binomialAtLeast(k, trials, 0.5);
  let ways = 1;
  let sum = 0;
  for (let i = trials; i >= k && i >= 0; i--) {
    sum += ways;
    ways = (ways * i) / (trials - i + 1);
  }
  return sum / 2 ** trials;
}

/** P(X > k) + P(X = k)/2 for X ~ Binomial(trials, 1/2). */
function fairCoinMidP(k: number, trials: number): number {
  if (trials <= EXACT_TRIALS) return (fairCoinAtLeast(k, trials) + fairCoinAtLeast(k + 1, trials)) / 2;
  return fairCoinAtLeast(k + 1, trials) + 0.5 * Math.exp(logBinomialPmf(k, trials, 0.5));
}

/** What {@link mcnemar} returns: four p-values. "Harm" is one-sided, small when the candidate is worse. */
export type McNemarResult = {
  exactTwoSided: number;
  exactHarm: number;
  midPTwoSided: number;
  midPHarm: number;
};

/**
 * The exact and the mid-p McNemar test of equal pass rates on paired cases.
 *
 * Takes the two discordant counts. Under the null the regressions are Binomial(regressions + improvements,
 * 1/2). Without discordant pairs every p-value is 1, except that the one-sided mid-p is 1/2. Throws
 * RangeError for counts that are not non-negative integers.
 *
 * Source: McNemar 1947, Psychometrika 12:153; mid-p P(X > b) + P(X = b)/2 as in Fagerland, Lydersen & Laake
 * 2013, BMC Medical Research Methodology 13:91.
 */
export function mcnemar(pairs: DiscordantPairs): McNemarResult {
  requireDiscordantPairs(pairs);
  const { regressions, improvements } = pairs;
  const discordant = regressions + improvements;
  const midPHarm = fairCoinMidP(regressions, discordant);
  const midPBenefit = fairCoinMidP(improvements, discordant);
  return {
    exactTwoSided: Math.min(1, 2 * fairCoinAtLeast(Math.max(regressions, improvements), discordant)),
    exactHarm: fairCoinAtLeast(regressions, discordant),
    midPTwoSided: Math.min(1, 2 * Math.min(midPHarm, midPBenefit)),
    midPHarm,
  };
}

/** The exact one-sided McNemar p-value for "the candidate is worse", for counts already checked. */
export function exactHarm(pairs: DiscordantPairs): number {
  return fairCoinAtLeast(pairs.regressions, pairs.regressions + pairs.improvements);
}

/** What {@link newcombePaired} returns. */
export type NewcombePairedResult = Interval & {
  /** The same interval with the uncorrected correlation (method 8). */
  method8: Interval;
};

/**
 * The correlation of the two answers of a pair, with or without the continuity correction of Newcombe's
 * method 10.
 */
function pairCorrelation(table: PairedTable, corrected: boolean): number {
  const { bothPass: a, regressions: b, improvements: c, bothFail: d } = table;
  const scale = Math.sqrt((a + b) * (c + d)) * Math.sqrt((a + c) * (b + d));
  if (scale === 0) return 0;
  const covariance = a * d - b * c;
  if (!corrected || covariance < 0) return covariance / scale;
  return Math.max(0, covariance - (a + b + c + d) / 2) / scale;
}

/**
 * Newcombe's square-and-add score interval for the difference of paired pass rates, candidate minus baseline.
 *
 * Takes the four cells of the paired table and a two-sided confidence. Returns limits in [-1, 1] (method 10)
 * and, for comparison, those of method 8; an empty table gives [-1, 1]. Descriptive: for decisions use the
 * Tango score. Throws RangeError for cells that are not counts.
 *
 * Source: Newcombe 1998, Statistics in Medicine 17:2635, methods 8 and 10.
 */
export function newcombePaired(table: PairedTable, confidence: number): NewcombePairedResult {
  requireDiscordantPairs(table);
  requireCount("bothPass", table.bothPass);
  requireCount("bothFail", table.bothFail);
  requireConfidence(confidence);
  const n = table.bothPass + table.regressions + table.improvements + table.bothFail;
  if (n === 0) return { lower: -1, upper: 1, method8: { lower: -1, upper: 1 } };
  const z = criticalValue(confidence);
  const limits = (correlation: number): Interval =>
    squareAndAdd(
      table.bothPass + table.improvements,
      n,
      table.bothPass + table.regressions,
      n,
      z,
      correlation,
    );
  return { ...limits(pairCorrelation(table, true)), method8: limits(pairCorrelation(table, false)) };
}

/**
 * Newcombe's square-and-add interval for x1/n1 - x2/n2 from two Wilson intervals whose estimates are
 * correlated.
 */
export function squareAndAdd(
  x1: number,
  n1: number,
  x2: number,
  n2: number,
  z: number,
  correlation: number,
): Interval {
  const [first, second] = [wilsonAt(x1, n1, z), wilsonAt(x2, n2, z)];
  const [p1, p2] = [x1 / n1, x2 / n2];
  const combine = (u: number, v: number): number =>
    Math.sqrt(Math.max(0, u * u - 2 * correlation * u * v + v * v));
  return {
    lower: p1 - p2 - combine(p1 - first.lower, second.upper - p2),
    upper: p1 - p2 + combine(first.upper - p1, p2 - second.lower),
  };
}
