import {
  requireCount,
  requireFinite,
  requireInside,
  requireMargin,
  requireNonNegative,
  requirePositive,
  requireProbability,
  requireWithin,
} from "./check.ts";
import { binomialAtLeast, logBinomialPmf, upperNormalQuantile } from "./distributions.ts";
import { requireRates } from "./exact.ts";
import { fairCoinAtLeast } from "./paired.ts";
import { finiteOrNull } from "./quantile.ts";

/** The error rates of a planned test: one-sided `alpha` and `power`, both in (0, 1). */
export type ErrorRates = { alpha: number; power: number };

/** The two normal quantiles of a plan, for a test whose significance level in one tail is `alpha`. */
function planQuantiles({ alpha, power }: ErrorRates): { zAlpha: number; zBeta: number } {
  requireInside("alpha", alpha, 0, 1);
  requireInside("power", power, 0, 1);
  return { zAlpha: upperNormalQuantile(alpha), zBeta: upperNormalQuantile(1 - power) };
}

/**
 * The smallest number of regressions among `discordant` pairs, at least `from`, that the exact test calls
 * harm.
 */
function criticalRegressions(discordant: number, alpha: number, from: number): number {
  let critical = from;
  while (critical <= discordant && fairCoinAtLeast(critical, discordant) > alpha * (1 + 1e-12)) critical++;
  return critical;
}

/**
 * The exact unconditional power of the one-sided exact McNemar test (p <= alpha) to call a candidate worse.
 *
 * `n` pairs, the true `regressionRate` and `improvementRate` (their sum at most 1) and the one-sided `alpha`
 * in (0, 1). Sums over the number of discordant pairs. Returns a probability; 0 for n = 0. Throws RangeError
 * for arguments out of range.
 *
 * Source: Duffy 1984, Biometrics 40:1005.
 */
export function mcnemarPowerExact(options: {
  n: number;
  regressionRate: number;
  improvementRate: number;
  alpha: number;
}): number {
  const { n, regressionRate, improvementRate, alpha } = options;
  requireCount("n", n);
  requireRates(regressionRate, improvementRate);
  requireInside("alpha", alpha, 0, 1);
  const discordance = Math.min(1, regressionRate + improvementRate);
  if (discordance === 0) return 0;
  const share = Math.min(1, regressionRate / discordance);
  const reach = 40 + 12 * Math.sqrt(n * discordance * (1 - discordance));
  const first = Math.max(0, Math.floor(n * discordance - reach));
  const last = Math.min(n, Math.ceil(n * discordance + reach));
  let critical = Math.ceil(first / 2);
  let power = 0;
  for (let discordant = first; discordant <= last; discordant++) {
    critical = criticalRegressions(discordant, alpha, critical);
    if (critical > discordant) continue;
    power +=
      Math.exp(logBinomialPmf(discordant, n, discordance)) * binomialAtLeast(critical, discordant, share);
  }
  return Math.min(1, power);
}

/**
 * The number of pairs at which a drop in the pass rate is detected with the wanted power.
 *
 * `drop` in [0, 1], the share `discordance` of pairs that differ, in [0, 1], one-sided `alpha` and `power` in
 * (0, 1). Returns a whole number, or null when the drop is 0 (no number suffices) or exceeds the discordance
 * (it cannot occur). Throws RangeError for arguments out of range.
 *
 * Source: Connor 1987, Biometrics 43:207: n = (z_α√ψ + z_β√(ψ - D²))²/D² for drop D and discordance ψ.
 */
export function pairedBinaryN(options: { drop: number; discordance: number } & ErrorRates): number | null {
  const { drop, discordance } = options;
  requireProbability("drop", drop);
  requireProbability("discordance", discordance);
  const { zAlpha, zBeta } = planQuantiles(options);
  if (drop === 0 || drop > discordance) return null;
  const root = zAlpha * Math.sqrt(discordance) + zBeta * Math.sqrt(discordance - drop * drop);
  return Math.ceil((root / drop) ** 2);
}

/**
 * The number of pairs at which non-inferiority is shown with the wanted power.
 *
 * `margin` in [0, 1), the share `discordance` of pairs that differ, in [0, 1], the true `difference`
 * candidate - baseline in [-1, 1], one-sided `alpha` and `power` in (0, 1). Returns a whole number, or null
 * when the true difference is not above -margin or exceeds the discordance. The normal approximation knows
 * nothing of {@link minimumNForMargin}: plan for the larger of the two. Throws RangeError for arguments out
 * of range.
 *
 * Source: Nam 1997, Biometrics 53:1422, with the variance at the alternative: n = (z_α + z_β)²(ψ - Δ²)/(Δ +
 * m)².
 */
export function nonInferiorityN(
  options: { margin: number; discordance: number; difference: number } & ErrorRates,
): number | null {
  const { margin, discordance, difference } = options;
  requireMargin(margin);
  requireProbability("discordance", discordance);
  requireWithin("difference", difference, -1, 1);
  const { zAlpha, zBeta } = planQuantiles(options);
  const distance = difference + margin;
  if (distance <= 0 || Math.abs(difference) > discordance) return null;
  return Math.ceil(((zAlpha + zBeta) / distance) ** 2 * (discordance - difference * difference));
}

/**
 * The smallest number of pairs at which a cohort without a single discordant pair can be shown non-inferior:
 * ⌈z²(1-m)/m⌉.
 *
 * `margin` in [0, 1) and one-sided `alpha` in (0, 1). Returns a whole number of at least 1, or null for
 * margin 0, at which no number suffices. Throws RangeError for arguments out of range.
 *
 * Source: the score of Tango 1998 without discordant pairs, √(n·m/(1 - m)).
 */
export function minimumNForMargin(margin: number, alpha: number): number | null {
  requireMargin(margin);
  requireInside("alpha", alpha, 0, 1);
  if (margin === 0) return null;
  const z = Math.max(0, upperNormalQuantile(alpha));
  return Math.max(1, Math.ceil((z * z * (1 - margin)) / margin));
}

/**
 * The smallest drop in a paired pass rate that a number of pairs detects with the wanted power: {@link
 * pairedBinaryN} solved for the drop.
 *
 * `n` pairs, the share `discordance` of pairs that differ, in [0, 1], one-sided `alpha` and `power` in (0,
 * 1). Returns a proportion, or null when not even a drop as large as the discordance is detected. Throws
 * RangeError for arguments out of range.
 *
 * Source: Connor 1987, Biometrics 43:207.
 */
export function minimumDetectableEffectPairedBinary(
  options: { n: number; discordance: number } & ErrorRates,
): number | null {
  const { n, discordance } = options;
  requireCount("n", n);
  requireProbability("discordance", discordance);
  const { zAlpha, zBeta } = planQuantiles(options);
  const radicand = n - zAlpha * zAlpha + zBeta * zBeta;
  if (n === 0 || discordance === 0 || radicand < 0) return null;
  const drop =
    (Math.sqrt(discordance) * (zAlpha * Math.sqrt(n) + zBeta * Math.sqrt(radicand))) / (n + zBeta * zBeta);
  return drop > discordance || drop < 0 ? null : drop;
}

/**
 * The smallest difference of a mean that a number of units detects with the wanted power.
 *
 * `standardDeviation` of one unit's difference (at least 0), `n` units, `sides` 1 or 2, `alpha` in all tails
 * together, `power`, and the design effect (1 + (cluster size - 1)·intraclass correlation, above 0, 1 by
 * default). Returns null for n = 0. Throws RangeError for arguments out of range.
 *
 * Source: (z_α + z_β)·s·√(deff/n), the normal sample-size formula with the design effect of Kish 1965.
 */
export function minimumDetectableEffectMean(
  options: { standardDeviation: number; n: number; sides?: 1 | 2; designEffect?: number } & ErrorRates,
): number | null {
  const { standardDeviation, n, alpha, power, sides = 1, designEffect = 1 } = options;
  requireNonNegative("standardDeviation", standardDeviation);
  requireCount("n", n);
  requirePositive("designEffect", designEffect);
  if (sides !== 1 && sides !== 2) throw new RangeError(`sides must be 1 or 2, got ${sides}`);
  requireInside("alpha", alpha, 0, 1);
  const { zAlpha, zBeta } = planQuantiles({ alpha: alpha / sides, power });
  return finiteOrNull((zAlpha + zBeta) * standardDeviation * Math.sqrt(designEffect / n));
}

/**
 * The number of cases at which a difference of two repeated means is detected, by Miller's variance
 * components.
 *
 * `difference` in means, `varianceOfDifference` between cases (ω²), the within-case variances of baseline and
 * candidate with their numbers of repetitions (at least 1), two-sided `alpha` and `power` in (0, 1). Returns
 * the unrounded number, null for difference 0. Throws RangeError for arguments out of range.
 *
 * Source: Miller 2024, "Adding error bars to evals" (arXiv 2411.00640), sample-size formula (z_{α/2} +
 * z_β)²(ω² + σ_A²/k_A + σ_B²/k_B)/δ².
 */
export function millerN(
  options: {
    difference: number;
    varianceOfDifference: number;
    baselineVariance: number;
    candidateVariance: number;
    baselineRepetitions: number;
    candidateRepetitions: number;
  } & ErrorRates,
): number | null {
  const { difference, alpha, power } = options;
  requireFinite("difference", difference);
  for (const name of ["varianceOfDifference", "baselineVariance", "candidateVariance"] as const) {
    requireNonNegative(name, options[name]);
  }
  requireCount("baselineRepetitions", options.baselineRepetitions, 1);
  requireCount("candidateRepetitions", options.candidateRepetitions, 1);
  requireInside("alpha", alpha, 0, 1);
  const { zAlpha, zBeta } = planQuantiles({ alpha: alpha / 2, power });
  const variance =
    options.varianceOfDifference +
    options.baselineVariance / options.baselineRepetitions +
    options.candidateVariance / options.candidateRepetitions;
  return difference === 0 ? null : ((zAlpha + zBeta) / difference) ** 2 * variance;
}
