import type { Interval } from "../core/comparison.ts";
import { mean } from "../stats/clusters.ts";
import { betaQuantile, clopperPearson, clusteredStandardError, studentTQuantile } from "../stats/index.ts";

/** One case: its rate (0..1, the mean over its trials), how many trials that is, and its cluster. */
export interface RateUnit {
  readonly rate: number;
  readonly trials: number;
  readonly cluster: string;
}

/** A rate with its interval. */
export interface RateStatistics {
  readonly rate: number;
  readonly interval: Interval;
  readonly n: number;
  readonly clusters: number;
  /** How many independent trials of this rate the cases weigh as much as; not rounded. */
  readonly effective: number;
}

/**
 * A rate with an exact interval. One trial for each of independent cases: Clopper & Pearson 1934. With repetitions or clusters the same
 * interval at the effective sample size of Korn & Graubard 1998 (Survey Methodology 24:193): p(1−p) over the clustered variance,
 * with its correction for few clusters. Where all clusters agree, which says nothing of their variance, each cluster counts once.
 *
 * @returns `null` when there is no case.
 */
export function rateStatistics(units: readonly RateUnit[], alpha: number): RateStatistics | null {
  if (units.length === 0) return null;
  const level = 1 - 2 * alpha;
  const clusters = new Set(units.map(({ cluster }) => cluster)).size;
  const size = { n: units.length, clusters };
  if (clusters === units.length && units.every(({ trials }) => trials === 1)) {
    const rate = mean(units.map((unit) => unit.rate));
    const successes = Math.round(rate * units.length);
    const interval = { ...clopperPearson(successes, units.length, level), level };
    return { ...size, rate, interval, effective: units.length };
  }
  // In one order, so that sums do not hang on that of the records.
  const sorted = [...units].sort((a, b) =>
    a.cluster < b.cluster ? -1 : a.cluster > b.cluster ? 1 : a.rate - b.rate,
  );
  const rate = mean(sorted.map((unit) => unit.rate));
  const effective = effectiveSize(sorted, level);
  const lower = rate === 0 ? 0 : betaQuantile(alpha, rate * effective, (1 - rate) * effective + 1);
  const upper = rate === 1 ? 1 : betaQuantile(1 - alpha, rate * effective + 1, (1 - rate) * effective);
  return { ...size, rate, interval: { lower, upper, level }, effective };
}

/** How many independent trials of this rate the units weigh as much as; not rounded, and at most their trials. */
export function effectiveSize(units: readonly RateUnit[], level: number): number {
  const rates = units.map((unit) => unit.rate);
  const rate = mean(rates);
  const labels = units.map(({ cluster }) => cluster);
  const clusters = new Set(labels).size;
  const error = clusteredStandardError(rates, labels, level).clusteredCorrected;
  const trials = units.reduce((sum, unit) => sum + unit.trials, 0);
  if (error === null || error < 1e-12) return clusters;
  const quantile = (degrees: number) => studentTQuantile((1 + level) / 2, degrees);
  const fewClusters = units.length > 1 ? (quantile(units.length - 1) / quantile(clusters - 1)) ** 2 : 1;
  return Math.min(trials, ((rate * (1 - rate)) / error ** 2) * fewClusters);
}
