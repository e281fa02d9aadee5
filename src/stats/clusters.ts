import { requireAllFinite, requireConfidence, requireLength } from "./check.ts";
import { studentTQuantile } from "./distributions.ts";

/** The label of the cluster (conversation, source document, session) that an observation belongs to. */
export type ClusterLabel = string | number;

/** The sum and the size of each cluster, in order of first appearance. */
export type ClusterSums = { sums: Float64Array; sizes: Float64Array };

/**
 * Adds up observations within clusters.
 *
 * `values` finite numbers and as many `clusters` labels (1 and "1" are different labels). Returns sums and
 * sizes in order of first appearance. Throws RangeError for non-finite values or lengths that differ.
 */
export function clusterSums(values: ArrayLike<number>, clusters: ArrayLike<ClusterLabel>): ClusterSums {
  requireAllFinite("values", values);
  requireLength("clusters", clusters, values.length);
  const positions = new Map<ClusterLabel, number>();
  const sums: number[] = [];
  const sizes: number[] = [];
  for (let i = 0; i < values.length; i++) {
    let position = positions.get(clusters[i]!);
    if (position === undefined) {
      position = sums.push(0) - 1;
      sizes.push(0);
      positions.set(clusters[i]!, position);
    }
    sums[position]! += values[i]!;
    sizes[position]! += 1;
  }
  return { sums: Float64Array.from(sums), sizes: Float64Array.from(sizes) };
}

/** The arithmetic mean; NaN for no values. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/** The unbiased sample variance in two passes; NaN for fewer than two values. */
export function sampleVariance(values: ArrayLike<number>): number {
  const center = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i]! - center) ** 2;
  return sum / (values.length - 1 || Number.NaN);
}

/** What {@link clusteredStandardError} returns; null where there are too few observations or clusters. */
export type ClusteredStandardError = {
  mean: number | null;
  n: number;
  clusters: number;
  /** Ignoring the clusters: s/√n. */
  independent: number | null;
  /** With clusters, without small-sample factor (Miller 2024). */
  clustered: number | null;
  /** With clusters, times √(C/(C-1)) (CR1). */
  clusteredCorrected: number | null;
  degreesOfFreedom: number;
  lower: number | null;
  upper: number | null;
};

/**
 * The mean of clustered observations with its standard error and a t interval on clusters - 1 degrees of
 * freedom.
 *
 * `values` finite numbers, as many `clusters` labels, two-sided `confidence`. The corrected error and the
 * limits are null with fewer than two clusters, the independent error with fewer than two values, everything
 * but the counts with none. Throws RangeError for non-finite values or lengths that differ.
 *
 * Source: √(Σ_c (Σ_{i in c} (x_i - x̄))²)/n as in Miller 2024 (arXiv 2411.00640); Liang & Zeger 1986; CR1
 * factor √(C/(C - 1)) as in Cameron & Miller 2015.
 */
export function clusteredStandardError(
  values: ArrayLike<number>,
  clusters: ArrayLike<ClusterLabel>,
  confidence: number,
): ClusteredStandardError {
  requireConfidence(confidence);
  requireLength("clusters", clusters, values.length);
  requireAllFinite("values", values);
  const n = values.length;
  const center = mean(values);
  const deviations = new Float64Array(n);
  for (let i = 0; i < n; i++) deviations[i] = values[i]! - center || 0;
  const { sums } = clusterSums(deviations, clusters);
  const count = sums.length;
  const clustered = Math.sqrt(sums.reduce((total, sum) => total + sum * sum, 0)) / n;
  const corrected = clustered * Math.sqrt(count / (count - 1 || Number.NaN));
  const known = count > 1;
  const half = known ? studentTQuantile((1 + confidence) / 2, count - 1) * corrected : 0;
  return {
    mean: n > 0 ? center : null,
    n,
    clusters: count,
    independent: n > 1 ? Math.sqrt(sampleVariance(values) / n) : null,
    clustered: n > 0 ? clustered : null,
    clusteredCorrected: known ? corrected : null,
    degreesOfFreedom: Math.max(0, count - 1),
    lower: known ? center - half : null,
    upper: known ? center + half : null,
  };
}

/** What {@link varianceComponents} returns; null where undefined. */
export type VarianceComponents = {
  /** Mean variance of the repetitions within a case. */
  within: number | null;
  /** Variance between the true case means, at least 0. */
  between: number | null;
  varianceOfMeans: number | null;
  /** between/(between + within). */
  intraclassCorrelation: number | null;
  standardErrorOfMean: number | null;
};

/**
 * Splits the variance of repeated scores into a part within cases and a part between cases.
 *
 * `rows` holds the scores of each case, equally many finite ones per case. With one repetition the within
 * part, and with it the split, is null; with one case everything between cases is; the correlation is null if
 * both parts are 0. Throws RangeError for unequal or empty rows.
 *
 * Source: one-way random-effects analysis of variance, Searle, Casella & McCulloch 1992: between = max(0,
 * var(means) - within/k).
 */
export function varianceComponents(rows: readonly ArrayLike<number>[]): VarianceComponents {
  const repetitions = rows[0]?.length ?? 0;
  rows.forEach((row, i) => {
    requireLength(`rows[${i}]`, row, repetitions);
    requireAllFinite(`rows[${i}]`, row);
    if (row.length === 0) throw new RangeError(`rows[${i}].length must be at least 1, got 0`);
  });
  const within = rows.length > 0 && repetitions > 1 ? mean(rows.map(sampleVariance)) : null;
  const varianceOfMeans = rows.length > 1 ? sampleVariance(rows.map(mean)) : null;
  const between =
    within === null || varianceOfMeans === null ? null : Math.max(0, varianceOfMeans - within / repetitions);
  const total = (within ?? 0) + (between ?? 0);
  return {
    within,
    between,
    varianceOfMeans,
    intraclassCorrelation: between === null || total === 0 ? null : between / total,
    standardErrorOfMean: varianceOfMeans === null ? null : Math.sqrt(varianceOfMeans / rows.length),
  };
}
