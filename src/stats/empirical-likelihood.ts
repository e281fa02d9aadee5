import { requireConfidence, requireLength, requireMargin, requirePositive } from "./check.ts";
import { criticalValue } from "./distributions.ts";
import type { Interval } from "./interval.ts";
import { decreasingRoot } from "./solve.ts";
import { type ScoreTestResult, scoreTest } from "./tango.ts";

/** Which cluster's worst possible sum bounds the support when the sizes differ. */
export type SupportEnd = "meanCluster" | "largestCluster";

/** Distinct (sum, size) pairs of the units with their multiplicities, and totals. */
type Units = {
  sums: Float64Array;
  sizes: Float64Array;
  counts: Float64Array;
  units: number;
  totalSum: number;
  totalSize: number;
  /** The size of the cluster whose worst sum ends the support: the mean or the largest one. */
  endSize: number;
};

/** How far a sum may exceed its size through rounding alone. */
const ROUNDING = 1e-9;

function compressUnits(
  differences: ArrayLike<number>,
  sizes: ArrayLike<number> | null,
  supportEnd: SupportEnd,
): Units {
  if (sizes !== null) requireLength("clusterSizes", sizes, differences.length);
  const groups = new Map<number, Map<number, number>>();
  const [values, weights, counts]: number[][] = [[], [], []];
  let [totalSum, totalSize, largest] = [0, 0, 0];
  for (let i = 0; i < differences.length; i++) {
    const size = sizes === null ? 1 : sizes[i]!;
    if (sizes !== null) requirePositive(`clusterSizes[${i}]`, size);
    const given = differences[i]!;
    if (!(Math.abs(given) <= size * (1 + ROUNDING))) {
      throw new RangeError(`differences[${i}] must be between ${-size} and ${size}, got ${given}`);
    }
    const value = Math.max(-size, Math.min(size, given));
    totalSum += value;
    totalSize += size;
    largest = Math.max(largest, size);
    const ofSize = groups.get(size) ?? new Map<number, number>();
    groups.set(size, ofSize);
    const known = ofSize.get(value);
    if (known !== undefined) counts![known]! += 1;
    else {
      ofSize.set(value, values!.push(value) - 1);
      weights!.push(size);
      counts!.push(1);
    }
  }
  return {
    sums: Float64Array.from(values!),
    sizes: Float64Array.from(weights!),
    counts: Float64Array.from(counts!),
    units: differences.length,
    totalSum,
    totalSize,
    endSize: supportEnd === "largestCluster" ? largest : totalSize / differences.length,
  };
}

function mirrored(units: Units): Units {
  return { ...units, sums: units.sums.map((value) => -value), totalSum: -units.totalSum };
}

/** Slack within which a deviation counts as lying at the end of the support. */
const AT_THE_END = 1 + 1e-12;

/**
 * The Lagrange multiplier λ >= 0 of the constrained likelihood: the root of Σ y/(1 + λy), or the cap 1/reach
 * if that sum is still positive there. Newton steps kept inside a shrinking bracket. A deviation at or beyond
 * -reach puts a pole at or before the cap, so that the root comes first.
 */
function multiplier(deviations: Float64Array, counts: Float64Array, reach: number): number {
  const sumAndSlope = (lambda: number): [number, number] => {
    let [sum, slope] = [0, 0];
    for (let i = 0; i < deviations.length; i++) {
      const ratio = deviations[i]! / (1 + lambda * deviations[i]!);
      sum += counts[i]! * ratio;
      slope -= counts[i]! * ratio * ratio;
    }
    return [sum, slope];
  };
  const worst = -deviations.reduce((least, value) => Math.min(least, value), 0);
  const free = worst * AT_THE_END < reach;
  if (free && sumAndSlope(1 / reach)[0] >= 0) return 1 / reach;
  let [low, high, lambda] = [0, free ? 1 / reach : 1 / worst, 0];
  for (let step = 0; step < 200; step++) {
    const [sum, slope] = sumAndSlope(lambda);
    if (sum > 0) low = lambda;
    else high = lambda;
    let next = lambda - sum / slope;
    if (!(next > low && next < high)) next = low + (high - low) / 2;
    if (sum === 0 || Math.abs(next - lambda) <= 1e-15 * next) break;
    lambda = next;
  }
  return lambda;
}

/**
 * The score statistic of the hypothesis that the mean difference is `mu`, positive when the data lie above
 * it: the mean deviation ȳ over its standard error √(v/n) under the fitted distribution. Since the fitted
 * weights obey w·y = (1/n - w)/λ, the variance v, mass at the end of the support included, is ȳ/λ, so the
 * statistic is √(nȳ·λ).
 */
function score(units: Units, mu: number): number {
  const excess = units.totalSum - mu * units.totalSize;
  if (excess < 0) return -score(mirrored(units), -mu);
  if (excess === 0) return 0;
  const reach = units.endSize * (1 + mu);
  if (reach <= 0) return Number.POSITIVE_INFINITY;
  const deviations = units.sums.map((sum, i) =>
    Math.max(sum - mu * units.sizes[i]!, -units.sizes[i]! * (1 + mu)),
  );
  return Math.sqrt(excess * multiplier(deviations, units.counts, reach));
}

/** What {@link elScore} returns: the test at -margin and the interval of the mean difference. */
export type EmpiricalLikelihoodScore = ScoreTestResult & Interval;

/**
 * The bounded-support empirical-likelihood score for the mean of paired differences in [-1, 1]: a test of
 * non-inferiority (H0: mean <= -margin) and an interval. For differences in {-1, 0, 1} it is Tango's score.
 *
 * `differences` are candidate - baseline per case. With `clusterSizes` they are sums over clusters (each
 * within ± its size) and the mean is per case; the clusters are then the independent units. `margin` in [0,
 * 1), `confidence` two-sided. The variance is that of the most likely distribution with the hypothesised
 * mean; when the data alone cannot reach that mean, the rest of the mass sits at the end of the support, so
 * that few units, or units that all agree, give wide limits and not a false certainty. For clusters that end
 * is the worst sum of a cluster of mean size; with sizes so unequal that a few clusters hold most cases, ask
 * for `supportEnd: "largestCluster"`, which is never less cautious. No differences give [-1, 1], z null and
 * p-value 1. Throws RangeError for values outside their range or lengths that differ.
 *
 * Source: Owen 2001, Empirical Likelihood (weights 1/(n(1 + λy)) with Σ y/(1 + λy) = 0); end of the support
 * as the bound on the bets of Waudby-Smith & Ramdas 2024; score form as Tango 1998.
 */
export function elScore(
  differences: ArrayLike<number>,
  options: {
    margin: number;
    confidence: number;
    clusterSizes?: ArrayLike<number> | null;
    supportEnd?: SupportEnd;
  },
): EmpiricalLikelihoodScore {
  requireMargin(options.margin);
  requireConfidence(options.confidence);
  const units = compressUnits(differences, options.clusterSizes ?? null, options.supportEnd ?? "meanCluster");
  if (units.units === 0) return { ...scoreTest(Number.NaN), lower: -1, upper: 1 };
  const critical = criticalValue(options.confidence);
  return {
    ...scoreTest(score(units, -options.margin)),
    lower: lowerLimit(units, critical),
    upper: -lowerLimit(mirrored(units), critical),
  };
}

function lowerLimit(units: Units, critical: number): number {
  const estimate = units.totalSum / units.totalSize;
  if (estimate <= -1) return -1;
  return decreasingRoot((mu) => score(units, mu) - critical, -1, Math.min(1, estimate));
}
