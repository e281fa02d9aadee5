import { requireAllWithin, requireInside } from "./check.ts";
import type { Interval } from "./interval.ts";
import { decreasingRoot } from "./solve.ts";

/**
 * Running predictions of the mean and variance, shrunk towards 1/2 and 1/4, as used before each observation.
 */
function predictions(values: ArrayLike<number>): { means: Float64Array; variances: Float64Array } {
  const means = new Float64Array(values.length);
  const variances = new Float64Array(values.length);
  let [sum, squares] = [0.5, 0.25];
  for (let i = 0; i < values.length; i++) {
    means[i] = sum / (i + 1);
    variances[i] = squares / (i + 1);
    sum += values[i]!;
    squares += (values[i]! - sum / (i + 2)) ** 2;
  }
  return { means, variances };
}

/**
 * The predictable plug-in empirical-Bernstein confidence sequence for the mean of scores in [0, 1].
 *
 * `values` in [0, 1] in order of arrival, two-sided `alpha` in (0, 1), `cap` on the bets in (0, 1), usually
 * 1/2. Returns the limits after each observation, kept within [0, 1]; they hold at all times together, so a
 * reader may intersect them. Throws RangeError for values out of range.
 *
 * Source: Waudby-Smith & Ramdas 2024, JRSS B 86:1, Theorem 2 with its predictable plug-in bets √(2
 * log(2/α)/(σ̂²·t·log(1 + t))) and their cap.
 */
export function predictablePlugInSequence(
  values: ArrayLike<number>,
  options: { alpha: number; cap: number },
): { lower: number[]; upper: number[] } {
  const { alpha, cap } = options;
  requireAllWithin("values", values, 0, 1);
  requireInside("alpha", alpha, 0, 1);
  requireInside("cap", cap, 0, 1);
  const { means, variances } = predictions(values);
  const evidence = Math.log(2 / alpha);
  const limits: { lower: number[]; upper: number[] } = { lower: [], upper: [] };
  let [bets, weighted, penalty] = [0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const t = i + 1;
    const bet = Math.min(cap, Math.sqrt((2 * evidence) / (variances[i]! * t * Math.log1p(t))));
    bets += bet;
    weighted += bet * values[i]!;
    penalty += (values[i]! - means[i]!) ** 2 * (-Math.log1p(-bet) - bet);
    limits.lower.push(Math.max(0, (weighted - evidence - penalty) / bets));
    limits.upper.push(Math.min(1, (weighted + evidence + penalty) / bets));
  }
  return limits;
}

/** What {@link bettingInterval} needs. */
export type BettingOptions = {
  /** Two-sided, in (0, 1). */
  alpha: number;
  /**
   * Whether the data may be looked at after each observation; otherwise bets are tuned to the given sample
   * size.
   */
  sequential: boolean;
  /** The largest share of the capital that is staked, in (0, 1), usually 1/2. */
  cap: number;
  /** The share of the capital that bets on a larger mean, in (0, 1), usually 1/2. */
  theta: number;
};

function plugInBets(values: ArrayLike<number>, { alpha, sequential }: BettingOptions): Float64Array {
  const { variances } = predictions(values);
  return variances.map((variance, i) => {
    const horizon = sequential ? (i + 1) * Math.log1p(i + 1) : values.length;
    return Math.sqrt((2 * Math.log(2 / alpha)) / (variance * horizon));
  });
}

/**
 * The mean below which betting on a larger one has multiplied the capital by at least exp(logTarget); 0 if
 * none.
 */
function bettingLower(values: ArrayLike<number>, bets: Float64Array, cap: number, logTarget: number): number {
  const logCapital = (mean: number): number => {
    let sum = 0;
    for (let i = 0; i < bets.length; i++) {
      const bet = mean > 0 ? Math.min(bets[i]!, cap / mean) : bets[i]!;
      sum += Math.log1p(bet * (values[i]! - mean));
    }
    return sum;
  };
  if (logCapital(0) < logTarget) return 0;
  return decreasingRoot((mean) => logCapital(mean) - logTarget, 0, 1);
}

/**
 * The hedged-capital betting interval for the mean of scores in [0, 1], at the last observation.
 *
 * `values` in [0, 1]; see {@link BettingOptions}. Returns limits in [0, 1]; no values give [0, 1].
 * Finite-sample valid, wide. Throws RangeError for values out of range.
 *
 * Source: Waudby-Smith & Ramdas 2024, JRSS B 86:1, Theorem 3: the means at which max(θ·K⁺, (1 - θ)·K⁻) stays
 * below 1/α, bets capped at cap/m and cap/(1 - m).
 */
export function bettingInterval(values: ArrayLike<number>, options: BettingOptions): Interval {
  const { alpha, cap, theta } = options;
  requireAllWithin("values", values, 0, 1);
  requireInside("alpha", alpha, 0, 1);
  requireInside("cap", cap, 0, 1);
  requireInside("theta", theta, 0, 1);
  if (values.length === 0) return { lower: 0, upper: 1 };
  const bets = plugInBets(values, options);
  const mirrored = Float64Array.from(values, (value) => 1 - value);
  return {
    lower: bettingLower(values, bets, cap, -Math.log(alpha * theta)),
    upper: 1 - bettingLower(mirrored, bets, cap, -Math.log(alpha * (1 - theta))),
  };
}
