import type { Interval } from "../core/comparison.ts";
import {
  clusteredStandardError,
  miettinenNurminen,
  type Proportion,
  quantileComparer,
  quantileType7,
  studentTQuantile,
} from "../stats/index.ts";
import { effectiveSize } from "./rate-statistics.ts";

// Statistics of two groups that share no cases, such as the production traces of two releases.

/** What one trace, or one answered trial, says for a metric: a number, and the cluster that it belongs to (its conversation, its case). */
export interface Valued {
  readonly value: number;
  readonly cluster: string;
}

/** The values of both groups. */
export interface Groups {
  readonly baseline: readonly Valued[];
  readonly candidate: readonly Valued[];
}

/** A rate of harm in two groups: values of 1 where it happened and 0 where it did not. */
export interface RateDifference {
  readonly baseline: number;
  readonly candidate: number;
  /** Candidate minus baseline, −1..1; above 0 when the candidate is worse. */
  readonly difference: number;
  /** Score interval at level 1 − 2·alpha. */
  readonly intervalAt: (alpha: number) => Interval;
  /** One-sided p value for "the rise is below the margin", small when it is. */
  readonly nonInferiorityP: (margin: number) => number;
  /** One-sided p value for "the candidate is worse". */
  readonly harmP: number;
}

/** A percentile or a mean of two groups. */
export interface GroupRatio {
  readonly baseline: number;
  readonly candidate: number;
  /** Candidate over baseline; `null` when a side is 0. */
  readonly ratio: number | null;
  /** The interval at level 1 − 2·alpha; `null` when there are too few values to bound the ratio on both sides. */
  readonly intervalAt: (alpha: number) => Interval | null;
}

/**
 * The difference of a rate between two groups by the score of Miettinen and Nurminen (1985, Statistics in Medicine 4:213). Where traces share
 * clusters, each group counts as many independent traces as it weighs (Korn & Graubard 1998), rounded against a pass and against a fail.
 *
 * @returns `null` when a group is empty.
 */
export function rateDifference({ baseline, candidate }: Groups): RateDifference | null {
  if (baseline.length === 0 || candidate.length === 0) return null;
  const from = armOf(baseline);
  const to = armOf(candidate);
  const score = (confidence: number, difference: number) =>
    miettinenNurminen(to.safe, from.safe, { confidence, difference });
  return {
    baseline: from.rate,
    candidate: to.rate,
    difference: to.rate - from.rate,
    intervalAt(alpha) {
      const level = 1 - 2 * alpha;
      const { lower, upper } = score(level, 0);
      return { lower, upper, level };
    },
    nonInferiorityP: (margin) => score(0.9, margin).pLess,
    harmP: score(0.9, 0).pGreater,
  };
}

/** One group as a count among independent traces. */
function armOf(values: readonly Valued[]): { rate: number; safe: Proportion } {
  const events = values.reduce((sum, { value }) => sum + value, 0);
  const rate = events / values.length;
  const independent = independentOf(values, (value) => value);
  if (independent === values.length) return { rate, safe: { successes: events, n: values.length } };
  return { rate, safe: { successes: Math.round(rate * independent), n: independent } };
}

/** How many independent values these weigh as much as, for an indicator that is made of each. A whole number, at least 1. */
function independentOf(values: readonly Valued[], indicator: (value: number) => number): number {
  const clusters = new Set(values.map(({ cluster }) => cluster)).size;
  if (clusters === values.length) return values.length;
  const units = values
    .map(({ value, cluster }) => ({ rate: indicator(value), trials: 1, cluster }))
    .sort((a, b) => (a.cluster < b.cluster ? -1 : a.cluster > b.cluster ? 1 : a.rate - b.rate));
  return Math.max(1, Math.floor(effectiveSize(units, 0.9)));
}

/**
 * A percentile of two groups: type 7 with order-statistic intervals, put together by MOVER on the log scale (Zou & Donner 2008, Statistics in
 * Medicine 27:1693). Values that share a cluster count for fewer, by the design effect of being below the percentile.
 *
 * @returns `null` when a group is empty.
 */
export function percentileRatio({ baseline, candidate }: Groups, probability: number): GroupRatio | null {
  if (baseline.length === 0 || candidate.length === 0) return null;
  const valuesOf = (group: readonly Valued[]) => group.map(({ value }) => value);
  const from = quantileType7(valuesOf(baseline), probability)!;
  const to = quantileType7(valuesOf(candidate), probability)!;
  const weight = (group: readonly Valued[], percentile: number) =>
    independentOf(group, (value) => (value <= percentile ? 1 : 0));
  const compared = quantileComparer(valuesOf(candidate), valuesOf(baseline), probability, {
    candidate: weight(candidate, to),
    baseline: weight(baseline, from),
  });
  return {
    baseline: from,
    candidate: to,
    ratio: from > 0 && to > 0 ? to / from : null,
    intervalAt: (alpha) => {
      const { ratioLower, ratioUpper } = compared(1 - 2 * alpha);
      return boundedInterval(ratioLower, ratioUpper, alpha);
    },
  };
}

/**
 * The ratio of two independent means on the log scale (delta method), each with the standard error over its clusters, and t on the degrees of
 * freedom of Welch (1947, Biometrika 34:28).
 *
 * @returns `null` when a group is empty or its mean is 0.
 */
export function meanRatio({ baseline, candidate }: Groups): GroupRatio | null {
  const from = relativeError(baseline);
  const to = relativeError(candidate);
  if (from === null || to === null) return null;
  const ratio = to.mean / from.mean;
  return {
    baseline: from.mean,
    candidate: to.mean,
    ratio,
    intervalAt: (alpha) => {
      if (from.error === null || to.error === null) return null;
      const variance = from.error ** 2 + to.error ** 2;
      const degrees =
        variance === 0 ? 1 : variance ** 2 / (from.error ** 4 / from.degrees + to.error ** 4 / to.degrees);
      const half = studentTQuantile(1 - alpha, degrees) * Math.sqrt(variance);
      return boundedInterval(ratio * Math.exp(-half), ratio * Math.exp(half), alpha);
    },
  };
}

function relativeError(
  values: readonly Valued[],
): { mean: number; error: number | null; degrees: number } | null {
  if (values.length === 0) return null;
  const { mean, clusters, clusteredCorrected } = clusteredStandardError(
    values.map(({ value }) => value),
    values.map(({ cluster }) => cluster),
    0.9,
  );
  if (mean === null || mean <= 0) return null;
  const error = clusteredCorrected === null ? null : clusteredCorrected / mean;
  return { mean, error, degrees: clusters - 1 };
}

/** An interval of which both ends are known and finite; else `null`. */
export function boundedInterval(lower: number | null, upper: number | null, alpha: number): Interval | null {
  if (lower === null || upper === null || !Number.isFinite(upper)) return null;
  return { lower, upper, level: 1 - 2 * alpha };
}

/** Below this a p value of a ratio is not looked for: of a level that is nearer to 1 no quantile is exact. */
const smallestP = 1e-13;

/**
 * The one-sided p value for "the ratio is above 1": the smallest alpha at which the interval's lower end is, found by halving on the log
 * scale. 1 when none below one half is.
 */
export function riseP({ intervalAt }: Pick<GroupRatio, "intervalAt">): number {
  const isRisen = (alpha: number) => (intervalAt(alpha)?.lower ?? 0) > 1;
  if (!isRisen(0.499)) return 1;
  if (isRisen(smallestP)) return smallestP;
  let [no, yes] = [Math.log(smallestP), Math.log(0.499)];
  while (yes - no > 1e-4) {
    const middle = (no + yes) / 2;
    if (isRisen(Math.exp(middle))) yes = middle;
    else no = middle;
  }
  return Math.exp(yes);
}
