import { requireAllFinite, requireConfidence, requireCount, requireLength } from "./check.ts";
import { type ClusterLabel, clusterSums, mean, sampleVariance } from "./clusters.ts";
import { normalCdf, normalQuantile } from "./distributions.ts";
import { finiteOrNull, quantileOfSorted, sortedCopy } from "./quantile.ts";
import { seededRandom } from "./random.ts";

/** Limits of a bootstrap interval; null when there is nothing to resample. */
export type BootstrapInterval = { lower: number | null; upper: number | null };

/**
 * Indices for a bootstrap: `resamples` rows of `n` uniform draws from 0..n-1.
 *
 * Fixed by the seed. Throws RangeError unless both are integers, `n` at least 1.
 *
 * Source: Efron 1979.
 */
export function bootstrapIndices(n: number, resamples: number, seed: string | number): Uint32Array[] {
  requireCount("n", n, 1);
  requireCount("resamples", resamples);
  const random = seededRandom(seed);
  return Array.from({ length: resamples }, () => Uint32Array.from({ length: n }, () => random.below(n)));
}

/** One resampled copy of `values`, its indices checked. */
function resample(values: ArrayLike<number>, indices: ArrayLike<number>, row: number): Float64Array {
  return Float64Array.from(indices, (index, column) => {
    const value = values[index];
    if (value === undefined) {
      throw new RangeError(
        `indices[${row}][${column}] must be an integer from 0 to ${values.length - 1}, got ${index}`,
      );
    }
    return value;
  });
}

function resampleAll(values: ArrayLike<number>, indices: readonly ArrayLike<number>[]): Float64Array[] {
  requireAllFinite("values", values);
  return indices.map((row, b) => {
    requireLength(`indices[${b}]`, row, values.length);
    return resample(values, row, b);
  });
}

function percentiles(statistics: ArrayLike<number>, low: number, high: number): BootstrapInterval {
  const sorted = sortedCopy(statistics);
  return {
    lower: finiteOrNull(quantileOfSorted(sorted, low)),
    upper: finiteOrNull(quantileOfSorted(sorted, high)),
  };
}

/**
 * The percentile bootstrap interval of a mean.
 *
 * `values` finite numbers, `indices` one row of 0-based indices per resample, as long as the values,
 * two-sided `confidence`. Returns type 7 quantiles of the resampled means; null limits without resamples or
 * values. For reports only: data that all agree give an interval of no width. Throws RangeError for bad
 * values, indices or lengths.
 *
 * Source: Efron 1979.
 */
export function percentileMean(
  values: ArrayLike<number>,
  indices: readonly ArrayLike<number>[],
  confidence: number,
): BootstrapInterval {
  requireConfidence(confidence);
  const means = resampleAll(values, indices).map(mean).filter(Number.isFinite);
  return percentiles(means, (1 - confidence) / 2, (1 + confidence) / 2);
}

/** What {@link bcaMean} returns; null when there is nothing to resample. */
export type BcaMean = BootstrapInterval & {
  estimate: number | null;
  biasCorrection: number | null;
  acceleration: number | null;
  /** The two percentiles that are read off the bootstrap distribution. */
  lowerProbability: number | null;
  upperProbability: number | null;
};

/**
 * Jackknife acceleration of a mean: Σ d³ / (6 (Σ d²)^(3/2)) over the deviations of the leave-one-out means.
 */
function jackknifeAcceleration(values: ArrayLike<number>, center: number): number {
  let [squares, cubes, scale] = [0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const deviation = values[i]! - center;
    squares += deviation ** 2;
    cubes += deviation ** 3;
    scale = Math.max(scale, Math.abs(values[i]!));
  }
  return Math.sqrt(squares) <= 1e-12 * scale ? 0 : cubes / (6 * squares ** 1.5);
}

/**
 * Bias correction: the normal quantile of the share of resampled means below the estimate, ties counted half.
 */
function biasCorrection(means: ArrayLike<number>, estimate: number, tolerance: number): number {
  let below = 0;
  for (let b = 0; b < means.length; b++) {
    const difference = means[b]! - estimate;
    if (Math.abs(difference) <= tolerance) below += 0.5;
    else if (difference < 0) below += 1;
  }
  const edge = 1 / (2 * means.length);
  return normalQuantile(Math.min(1 - edge, Math.max(edge, below / means.length)));
}

/**
 * The bias-corrected and accelerated (BCa) bootstrap interval of a mean.
 *
 * Arguments and errors as in {@link percentileMean}. The share below the estimate counts ties half and is
 * kept within [1/2B, 1 - 1/2B]; the acceleration is 0 when all values are equal. Everything is null without
 * values or resamples. For reports only.
 *
 * Source: Efron 1987, Journal of the American Statistical Association 82:171; percentiles Φ(z0 + (z0 + z)/(1
 * - a(z0 + z))).
 */
export function bcaMean(
  values: ArrayLike<number>,
  indices: readonly ArrayLike<number>[],
  confidence: number,
): BcaMean {
  requireConfidence(confidence);
  const means = resampleAll(values, indices).map(mean);
  const estimate = finiteOrNull(mean(values));
  if (estimate === null || means.length === 0) {
    const nothing = {
      biasCorrection: null,
      acceleration: null,
      lowerProbability: null,
      upperProbability: null,
    };
    return { estimate, ...nothing, lower: null, upper: null };
  }
  const size = Array.from(values).reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  const bias = biasCorrection(means, estimate, 1e-13 * size);
  const acceleration = jackknifeAcceleration(values, estimate);
  const adjust = (probability: number): number => {
    const shifted = bias + normalQuantile(probability);
    return normalCdf(bias + shifted / (1 - acceleration * shifted));
  };
  const lowerProbability = adjust((1 - confidence) / 2);
  const upperProbability = adjust((1 + confidence) / 2);
  const limits = percentiles(means, lowerProbability, upperProbability);
  return { estimate, biasCorrection: bias, acceleration, lowerProbability, upperProbability, ...limits };
}

/** What {@link bootstrapT} returns. */
export type BootstrapTInterval = BootstrapInterval & {
  /** The number of resamples whose standard error was not 0. */
  used: number;
};

/** Standard errors up to this size mean that all resampled values were equal. */
const ZERO_STANDARD_ERROR = 1e-12;

function standardError(values: ArrayLike<number>): number {
  return values.length > 1 ? Math.sqrt(sampleVariance(values) / values.length) : 0;
}

/**
 * The studentized (bootstrap-t) interval of a mean.
 *
 * Arguments and errors as in {@link percentileMean}. Resamples without spread are dropped; values without
 * spread give [mean, mean] with `used` 0; limits are null without values or usable resamples. For reports
 * only.
 *
 * Source: Efron & Tibshirani 1993, An Introduction to the Bootstrap, chapter 12.
 */
export function bootstrapT(
  values: ArrayLike<number>,
  indices: readonly ArrayLike<number>[],
  confidence: number,
): BootstrapTInterval {
  requireConfidence(confidence);
  const resamples = resampleAll(values, indices);
  const center = mean(values);
  const spread = standardError(values);
  if (!(spread > ZERO_STANDARD_ERROR)) {
    return { lower: finiteOrNull(center), upper: finiteOrNull(center), used: 0 };
  }
  const ratios: number[] = [];
  for (const row of resamples) {
    const rowSpread = standardError(row);
    if (rowSpread > ZERO_STANDARD_ERROR) ratios.push((mean(row) - center) / rowSpread);
  }
  const tails = percentiles(ratios, (1 - confidence) / 2, (1 + confidence) / 2);
  return {
    lower: tails.upper === null ? null : center - tails.upper * spread,
    upper: tails.lower === null ? null : center - tails.lower * spread,
    used: ratios.length,
  };
}

/**
 * The percentile bootstrap interval of a mean when whole clusters are resampled.
 *
 * `values` finite numbers with as many `clusters` labels; each row of `indices` lists positions of clusters
 * in order of first appearance, as many as there are clusters. The statistic is the sum over the sum of
 * sizes. Null limits without values or resamples. Throws RangeError for bad values, indices or lengths.
 *
 * Source: Davison & Hinkley 1997, Bootstrap Methods and Their Application, chapter 3.
 */
export function clusterPercentile(
  values: ArrayLike<number>,
  clusters: ArrayLike<ClusterLabel>,
  indices: readonly ArrayLike<number>[],
  confidence: number,
): BootstrapInterval {
  requireConfidence(confidence);
  const { sums, sizes } = clusterSums(values, clusters);
  const totals = resampleAll(sums, indices);
  const counts = resampleAll(sizes, indices);
  const means = totals.map((row, b) => mean(row) / mean(counts[b]!)).filter(Number.isFinite);
  return percentiles(means, (1 - confidence) / 2, (1 + confidence) / 2);
}
