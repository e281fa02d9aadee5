import { requireConfidence, requireSuccesses } from "./check.ts";
import { betaQuantile, betaUpperQuantile, criticalValue } from "./distributions.ts";

/** A closed interval. */
export type Interval = { lower: number; upper: number };

/** The whole range of a proportion: what is known of a rate when nothing was observed. */
const EVERY_PROPORTION: Readonly<Interval> = { lower: 0, upper: 1 };

/**
 * The exact (Clopper–Pearson) interval of a proportion.
 *
 * `successes` and `n` are counts, `confidence` is two-sided in (0, 1); for a one-sided bound at level α ask
 * for 1 - 2α. Returns limits in [0, 1]: 0 successes give lower 0, n successes give upper 1, n = 0 gives [0,
 * 1]. Throws RangeError for anything else.
 *
 * Source: Clopper & Pearson 1934, as quantiles of Beta(x, n - x + 1) and Beta(x + 1, n - x) (Brown, Cai &
 * DasGupta 2001, Statistical Science 16:101).
 */
export function clopperPearson(successes: number, n: number, confidence: number): Interval {
  requireSuccesses(successes, n);
  requireConfidence(confidence);
  if (n === 0) return { ...EVERY_PROPORTION };
  const tail = (1 - confidence) / 2;
  return {
    lower: successes === 0 ? 0 : betaQuantile(tail, successes, n - successes + 1),
    upper: successes === n ? 1 : betaUpperQuantile(tail, successes + 1, n - successes),
  };
}

/**
 * Wilson's score interval of a proportion.
 *
 * Same arguments, range, degenerate answers and errors as {@link clopperPearson}.
 *
 * Source: Wilson 1927, Journal of the American Statistical Association 22:209; written with the product of
 * the two roots so that limits near 0 and 1 do not cancel.
 */
export function wilson(successes: number, n: number, confidence: number): Interval {
  requireSuccesses(successes, n);
  requireConfidence(confidence);
  return wilsonAt(successes, n, criticalValue(confidence));
}

/** Wilson's interval for a critical value `z`; arguments already checked. */
export function wilsonAt(successes: number, n: number, z: number): Interval {
  if (n === 0) return { ...EVERY_PROPORTION };
  const failures = n - successes;
  const weight = n + z * z;
  const spread = z * Math.sqrt((successes * failures) / n + (z * z) / 4);
  const upper = (successes + (z * z) / 2 + spread) / weight;
  const oneMinusLower = (failures + (z * z) / 2 + spread) / weight;
  return {
    lower: (successes / weight) * (successes / n / upper),
    upper: 1 - (failures / weight) * (failures / n / oneMinusLower),
  };
}
