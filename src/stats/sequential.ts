import { requireCount, requireInside, requireNonNegative, requirePositive } from "./check.ts";
import { type DiscordantPairs, requireDiscordantPairs } from "./paired.ts";
import { logBetaKernel, logIncompleteBeta } from "./special.ts";

/** Natural logs of e-values: evidence of at least log(1/α) may stop a test of level α at any time. */
export type LogEValues = {
  /** Against the null in either direction. */
  twoSided: number;
  /** Against "the candidate is not worse". */
  harm: number;
};

/**
 * The beta-mixture e-value of a success probability against `rate`, and its version truncated to
 * probabilities above `rate`. Ratios of kernels at `rate` cancel the binomial likelihood of the null without
 * forming it.
 */
function betaMixture(successes: number, failures: number, rate: number, a: number, b: number): LogEValues {
  const [posteriorA, posteriorB] = [a + successes, b + failures];
  const other = 1 - rate;
  const twoSided = logBetaKernel(rate, other, a, b) - logBetaKernel(rate, other, posteriorA, posteriorB);
  const above = logIncompleteBeta(rate, other, posteriorA, posteriorB).upper;
  return { twoSided, harm: twoSided + above - logIncompleteBeta(rate, other, a, b).upper };
}

/**
 * E-values for paired pass/fail cases, valid at any stopping time.
 *
 * Takes the discordant counts so far and the parameter `a` > 0 of the Beta(a, a) mixture over the probability
 * that a discordant pair is a regression; the null is 1/2, harm is the mixture truncated to (1/2, 1). Returns
 * natural logs; no discordant pairs give 0. Throws RangeError for arguments out of range.
 *
 * Source: Ville 1939; Robbins 1970 (method of mixtures); conditional test as McNemar 1947.
 */
export function mcnemarEValue(pairs: DiscordantPairs, a: number): LogEValues {
  requireDiscordantPairs(pairs);
  requirePositive("a", a);
  return betaMixture(pairs.regressions, pairs.improvements, 0.5, a, a);
}

/**
 * E-values for the share of bad events that fall on the candidate of a canary, valid at any stopping time and
 * under a rate that changes over time, since only the arm of each event counts.
 *
 * `candidateEvents` and `baselineEvents` counts, `trafficShare` of the candidate in (0, 1), and the strength
 * `r` > 0 of the Beta(r·share, r·(1 - share)) mixture; harm is the mixture truncated to (share, 1). Returns
 * natural logs. Throws RangeError for arguments out of range.
 *
 * Source: Robbins 1970; Lindon & Malek 2022, "Anytime-valid inference for multinomial count data".
 */
export function eventShareEValue(options: {
  candidateEvents: number;
  baselineEvents: number;
  trafficShare: number;
  r: number;
}): LogEValues {
  const { candidateEvents, baselineEvents, trafficShare, r } = options;
  requireCount("candidateEvents", candidateEvents);
  requireCount("baselineEvents", baselineEvents);
  requireInside("trafficShare", trafficShare, 0, 1);
  requirePositive("r", r);
  return betaMixture(candidateEvents, baselineEvents, trafficShare, r * trafficShare, r * (1 - trafficShare));
}

/** What {@link asymptoticConfidenceSequence} returns. */
export type AsymptoticConfidenceSequence = {
  /** The mixture parameter that makes the sequence tightest near the planned size. */
  rho: number;
  /** Half the width around the running mean; null for n = 0. */
  halfWidth: number | null;
};

/**
 * The half-width of the asymptotic (Gaussian-mixture) confidence sequence of a mean after `n` observations.
 *
 * `standardDeviation` of one observation (at least 0), `n` so far, two-sided `alpha` in (0, 1) and the sample
 * size `plannedN` > 0 at which the sequence should be tightest. Throws RangeError for arguments out of range.
 *
 * Source: Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas 2021 (arXiv 2103.06476), Theorem 2.2: s·√(2(nρ² +
 * 1)/(n²ρ²)·log(√(nρ² + 1)/α)), with ρ² = (-2 log α + log(1 - 2 log α))/plannedN.
 */
export function asymptoticConfidenceSequence(options: {
  standardDeviation: number;
  n: number;
  alpha: number;
  plannedN: number;
}): AsymptoticConfidenceSequence {
  const { standardDeviation, n, alpha, plannedN } = options;
  requireNonNegative("standardDeviation", standardDeviation);
  requireCount("n", n);
  requireInside("alpha", alpha, 0, 1);
  requirePositive("plannedN", plannedN);
  const evidence = -2 * Math.log(alpha);
  const rho = Math.sqrt((evidence + Math.log1p(evidence)) / plannedN);
  if (n === 0) return { rho, halfWidth: null };
  const scaled = n * rho * rho;
  const boundary = 2 * (1 + 1 / scaled) * (0.5 * Math.log1p(scaled) - Math.log(alpha));
  return { rho, halfWidth: standardDeviation * Math.sqrt(boundary / n) };
}
