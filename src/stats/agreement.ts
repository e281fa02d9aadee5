import { requireAllFinite, requireConfidence, requireLength } from "./check.ts";
import { studentTQuantile } from "./distributions.ts";
import { clopperPearson } from "./interval.ts";
import { mannWhitney } from "./ranks.ts";

/** An estimate with its interval; everything `null` where there is nothing to estimate from. */
export type Estimate = { estimate: number | null; lower: number | null; upper: number | null };

const unknown: Estimate = { estimate: null, lower: null, upper: null };

/** Standard error by leaving out one cluster at a time: √((C − 1)/C · Σ(θ_(−c) − mean)²) (Tukey 1958). `null` where a part cannot be estimated. */
function jackknife(
  clusters: readonly string[],
  statistic: (kept: (index: number) => boolean) => number | null,
): { error: number; degrees: number } | null {
  const names = [...new Set(clusters)];
  const parts: number[] = [];
  for (const name of names) {
    const part = statistic((index) => clusters[index] !== name);
    if (part !== null) parts.push(part);
  }
  if (parts.length < 2) return null;
  const mean = parts.reduce((sum, part) => sum + part, 0) / parts.length;
  const squares = parts.reduce((sum, part) => sum + (part - mean) ** 2, 0);
  return { error: Math.sqrt((squares * (parts.length - 1)) / parts.length), degrees: parts.length - 1 };
}

/**
 * The area under the receiver operating curve: how often a positive has a larger value than a negative, ties counted half.
 *
 * `values` finite numbers, `positive` and `clusters` of the same length, two-sided `confidence`. The standard error leaves out one cluster
 * at a time, which for independent units is close to that of DeLong and others 1988; the interval is taken on the logit scale with
 * Student's t over clusters. Where every positive is above every negative (or below), or where leaving out tells nothing, the interval is that of Clopper
 * and Pearson for the smaller class. Everything is null without a positive or a negative. Throws RangeError for values that are not finite and lists of other lengths.
 *
 * Source: Hanley & McNeil 1982 for the estimate as u/(m·n).
 */
export function auroc(
  values: readonly number[],
  positive: readonly boolean[],
  clusters: readonly string[],
  confidence: number,
): Estimate {
  requireAllFinite("values", values);
  requireLength("positive", positive, values.length);
  requireLength("clusters", clusters, values.length);
  requireConfidence(confidence);
  const area = (kept: (index: number) => boolean) => {
    const of = (wanted: boolean) => values.filter((_, index) => kept(index) && positive[index] === wanted);
    return mannWhitney(of(true), of(false)).effectSize;
  };
  const estimate = area(() => true);
  if (estimate === null) return unknown;
  const spread = jackknife(clusters, area);
  if (spread === null || spread.error < 1e-12 || estimate === 0 || estimate === 1) {
    const positives = clustersOf(clusters, (index) => positive[index] === true);
    const smaller = Math.min(
      positives,
      clustersOf(clusters, (index) => positive[index] === false),
    );
    const { lower, upper } = clopperPearson(Math.round(estimate * smaller), smaller, confidence);
    return { estimate, lower: Math.min(lower, estimate), upper: Math.max(upper, estimate) };
  }
  const reach = studentTQuantile((1 + confidence) / 2, spread.degrees) * spread.error;
  const centre = Math.log(estimate / (1 - estimate));
  const halfWidth = reach / (estimate * (1 - estimate));
  return { estimate, lower: logistic(centre - halfWidth), upper: logistic(centre + halfWidth) };
}

function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

function clustersOf(clusters: readonly string[], isOf: (index: number) => boolean): number {
  return new Set(clusters.filter((_, index) => isOf(index))).size;
}

/**
 * Cohen's κ: agreement of two raters beyond what their own shares would give by chance, (p_o − p_e)/(1 − p_e).
 *
 * `first` and `second` say the category that each rater gave, `clusters` of the same length, two-sided `confidence`. The standard error leaves out
 * one cluster at a time, with Student's t over clusters; for independent units it is close to that of Fleiss, Cohen & Everitt 1969. Where
 * leaving out changes nothing, as when they always agree, the interval follows from the Clopper–Pearson limits of p_o. Everything is null without units, or when both raters
 * gave one and the same category throughout, where chance explains all. Throws RangeError for lists of other lengths.
 *
 * Source: Cohen 1960.
 */
export function cohenKappa(
  first: readonly string[],
  second: readonly string[],
  clusters: readonly string[],
  confidence: number,
): Estimate {
  requireLength("second", second, first.length);
  requireLength("clusters", clusters, first.length);
  requireConfidence(confidence);
  const whole = kappaOf(first, second, () => true);
  if (whole === null) return unknown;
  const estimate = whole.kappa;
  const spread = jackknife(clusters, (kept) => kappaOf(first, second, kept)?.kappa ?? null);
  if (spread === null || spread.error < 1e-12) {
    const n = new Set(clusters).size;
    const limits = clopperPearson(Math.round(whole.observed * n), n, confidence);
    const at = (observed: number) => (observed - whole.chance) / (1 - whole.chance);
    return {
      estimate,
      lower: Math.max(-1, Math.min(estimate, at(limits.lower))),
      upper: Math.min(1, Math.max(estimate, at(limits.upper))),
    };
  }
  const reach = studentTQuantile((1 + confidence) / 2, spread.degrees) * spread.error;
  return { estimate, lower: Math.max(-1, estimate - reach), upper: Math.min(1, estimate + reach) };
}

function kappaOf(
  first: readonly string[],
  second: readonly string[],
  kept: (index: number) => boolean,
): { kappa: number; observed: number; chance: number } | null {
  const shares = new Map<string, [number, number]>();
  let [n, agreed] = [0, 0];
  for (const [index, given] of first.entries()) {
    if (!kept(index)) continue;
    const other = second[index]!;
    n++;
    if (given === other) agreed++;
    const count = (category: string, rater: 0 | 1) => {
      const pair = shares.get(category) ?? [0, 0];
      pair[rater]++;
      shares.set(category, pair);
    };
    count(given, 0);
    count(other, 1);
  }
  if (n === 0) return null;
  const observed = agreed / n;
  const chance = [...shares.values()].reduce((sum, [a, b]) => sum + (a / n) * (b / n), 0);
  return chance >= 1 ? null : { kappa: (observed - chance) / (1 - chance), observed, chance };
}
