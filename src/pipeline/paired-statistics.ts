import type { Comparison, Interval } from "../core/comparison.ts";
import { mean } from "../stats/clusters.ts";
import { elScore, tangoInterval, tangoNonInferiority } from "../stats/index.ts";

/** One case: candidate minus baseline (−1..1) and the cluster that it belongs to. */
export interface Unit {
  readonly difference: number;
  readonly cluster: string;
}

/** What the gate needs to know of the differences in one cohort. */
export interface PairedStatistics {
  readonly method: Comparison["method"];
  /** Cases. */
  readonly n: number;
  /** Independent units. */
  readonly clusters: number;
  readonly regressed: number;
  readonly improved: number;
  readonly difference: number;
  /**
   * Mean square of the differences of independent units, a cluster's being its sum over the mean size of a cluster. For one repetition of a
   * binary metric over independent cases it is their discordance, the share of cases that differ.
   */
  readonly meanSquare: number;
  readonly interval: Interval;
  /** p value of the hypothesis that the loss is at least `margin`: small when non-inferiority is proven. */
  nonInferiorityP(margin: number): number;
}

/**
 * Interval and non-inferiority of paired differences. One repetition of a binary metric over independent cases: Tango's score. Otherwise,
 * with repetitions or clusters: the empirical-likelihood score over whole clusters, of which Tango's is the special case.
 *
 * @returns `null` when there is no case.
 */
export function pairedStatistics(units: readonly Unit[], alpha: number): PairedStatistics | null {
  if (units.length === 0) return null;
  const level = 1 - 2 * alpha;
  const n = units.length;
  const clusters = new Set(units.map(({ cluster }) => cluster)).size;
  const regressed = units.filter(({ difference }) => difference < 0).length;
  const improved = units.filter(({ difference }) => difference > 0).length;
  const size = { n, clusters, regressed, improved };
  const isBinary = units.every(({ difference }) => Number.isInteger(difference));
  if (isBinary && clusters === n) {
    const counts = { regressions: regressed, improvements: improved, n };
    return {
      ...size,
      method: "tango",
      difference: (improved - regressed) / n,
      meanSquare: (improved + regressed) / n,
      interval: { ...tangoInterval(counts, level), level },
      nonInferiorityP: (margin) => tangoNonInferiority(counts, margin).pValue,
    };
  }
  // In one order, so that sums do not hang on that of the records.
  const sorted = [...units].sort((a, b) =>
    a.cluster < b.cluster ? -1 : a.cluster > b.cluster ? 1 : a.difference - b.difference,
  );
  return {
    ...size,
    difference: mean(sorted.map(({ difference }) => difference)),
    meanSquare: meanSquareOf(sorted, clusters),
    ...clusteredStatistics(sorted, level),
  };
}

function sumsByCluster(units: readonly Unit[]): { sum: number; size: number }[] {
  const sums = new Map<string, { sum: number; size: number }>();
  for (const { cluster, difference } of units) {
    const entry = sums.get(cluster);
    if (entry === undefined) sums.set(cluster, { sum: difference, size: 1 });
    else {
      entry.sum += difference;
      entry.size++;
    }
  }
  return [...sums.values()];
}

function meanSquareOf(units: readonly Unit[], clusters: number): number {
  const size = units.length / clusters;
  return mean(sumsByCluster(units).map(({ sum }) => (sum / size) ** 2));
}

function clusteredStatistics(
  sorted: readonly Unit[],
  level: number,
): Pick<PairedStatistics, "method" | "interval" | "nonInferiorityP"> {
  const sums = sumsByCluster(sorted);
  const totals = sums.map(({ sum }) => sum);
  const clusterSizes = sums.map(({ size }) => size);
  const scoreAt = (margin: number) =>
    elScore(totals, { margin, confidence: level, clusterSizes, supportEnd: "largestCluster" });
  const { lower, upper } = scoreAt(0);
  return {
    method: "empirical-likelihood",
    interval: { lower, upper, level },
    nonInferiorityP: (margin) => scoreAt(margin).pValue,
  };
}
