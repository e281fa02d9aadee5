import type { Comparison, Interval } from "../core/comparison.ts";
import { elScore, mcnemar, signFlip, tangoInterval, tangoNonInferiority } from "../stats/index.ts";

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
  readonly interval: Interval;
  /** One-sided p value for "the candidate is worse". */
  readonly harmP: number;
  /** p value of the hypothesis that the loss is at least `margin`: small when non-inferiority is proven. */
  nonInferiorityP(margin: number): number;
}

/**
 * Statistics of paired differences. One repetition of a binary metric over independent cases: Tango's score interval and the exact
 * McNemar test. Otherwise, with repetitions or clusters: the empirical-likelihood score, which is Tango's statistic in that first case,
 * and the sign-flip test, both over whole clusters.
 *
 * @param seed of the random sign flips, which are used above 16 clusters that differ.
 * @returns `null` when there is no case.
 */
export function pairedStatistics(
  units: readonly Unit[],
  alpha: number,
  seed: string,
): PairedStatistics | null {
  if (units.length === 0) return null;
  const level = 1 - 2 * alpha;
  const sorted = [...units].sort((a, b) =>
    a.cluster < b.cluster ? -1 : a.cluster > b.cluster ? 1 : a.difference - b.difference,
  );
  const clusters = new Set(sorted.map(({ cluster }) => cluster)).size;
  const differences = sorted.map(({ difference }) => difference);
  const regressed = differences.filter((difference) => difference < 0).length;
  const improved = differences.filter((difference) => difference > 0).length;
  const common = { n: units.length, clusters, regressed, improved, difference: mean(differences) };
  const isBinary = differences.every((difference) => Number.isInteger(difference));
  if (isBinary && clusters === units.length) {
    const counts = { regressions: regressed, improvements: improved, n: units.length };
    return {
      ...common,
      method: "tango-mcnemar",
      interval: { ...tangoInterval(counts, level), level },
      harmP: mcnemar(counts).exactHarm,
      nonInferiorityP: (margin) => tangoNonInferiority(counts, margin).pValue,
    };
  }
  return { ...common, ...clusteredStatistics(sorted, level, seed) };
}

function clusteredStatistics(
  sorted: readonly Unit[],
  level: number,
  seed: string,
): Pick<PairedStatistics, "method" | "interval" | "harmP" | "nonInferiorityP"> {
  const sums = new Map<string, { sum: number; size: number }>();
  for (const { cluster, difference } of sorted) {
    const entry = sums.get(cluster) ?? { sum: 0, size: 0 };
    sums.set(cluster, { sum: entry.sum + difference, size: entry.size + 1 });
  }
  const totals = [...sums.values()].map(({ sum }) => sum);
  const clusterSizes = [...sums.values()].map(({ size }) => size);
  const scoreAt = (margin: number) =>
    elScore(totals, { margin, confidence: level, clusterSizes, supportEnd: "largestCluster" });
  const { lower, upper } = scoreAt(0);
  return {
    method: "empirical-likelihood-sign-flip",
    interval: { lower, upper, level },
    harmP: signFlip(totals, { seed }).pHarm,
    nonInferiorityP: (margin) => scoreAt(margin).pValue,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
