import type { OperationEstimates, Spread } from "../core/comparison.ts";
import { clopperPearson, clusteredStandardError } from "../stats/index.ts";
import { rateStatistics } from "./rate-statistics.ts";

/** Numbers, each with the cluster that it belongs to at the same place. */
export interface Told {
  readonly values: readonly number[];
  readonly clusters: readonly string[];
}

/** What trials, or traces, say by measure. Rates are values of 1 where it happened and 0 where it did not. */
export type OperationValues = Readonly<Record<Exclude<keyof OperationEstimates, "level">, Told>>;

/** Each measure as a mean or a rate with its interval at level 1 − 2·alpha. Values that share a cluster are not independent. */
export function operationEstimates(values: OperationValues, alpha: number): OperationEstimates {
  return {
    level: 1 - 2 * alpha,
    inputTokens: meanOf(values.inputTokens, alpha),
    outputTokens: meanOf(values.outputTokens, alpha),
    costUsd: meanOf(values.costUsd, alpha),
    failureRate: rateOf(values.failureRate, alpha),
    fallbackRate: rateOf(values.fallbackRate, alpha),
  };
}

/** The values that are known, each with its cluster. */
export function knownOf<Item>(
  items: readonly Item[],
  read: (item: Item) => number | boolean | null,
  clusterOf: (item: Item) => string,
): Told {
  const told = nothingTold();
  for (const item of items) tell(told, read(item), clusterOf(item));
  return told;
}

/** A list that {@link tell} adds to. */
export interface Telling extends Told {
  readonly values: number[];
  readonly clusters: string[];
}

/** An empty list. */
export function nothingTold(): Telling {
  return { values: [], clusters: [] };
}

/** Adds a value where it is known. */
export function tell({ values, clusters }: Telling, value: number | boolean | null, cluster: string): void {
  if (value === null) return;
  values.push(Number(value));
  clusters.push(cluster);
}

/** The t interval over clusters (Liang & Zeger 1986), of what is never negative. */
function meanOf({ values, clusters }: Told, alpha: number): Spread | null {
  const { mean, n, lower, upper } = clusteredStandardError(values, clusters, 1 - 2 * alpha);
  return mean === null ? null : { value: mean, n, lower: lower && Math.max(0, lower), upper };
}

/** Clopper & Pearson 1934; where values share clusters at the effective size of Korn & Graubard 1998. */
function rateOf({ values, clusters }: Told, alpha: number): Spread | null {
  const n = values.length;
  if (n === 0) return null;
  if (new Set(clusters).size === n) {
    const happened = values.reduce((sum, value) => sum + value, 0);
    const { lower, upper } = clopperPearson(happened, n, 1 - 2 * alpha);
    return { value: happened / n, n, lower, upper };
  }
  const units = values.map((rate, index) => ({ rate, trials: 1, cluster: clusters[index]! }));
  const { rate, interval } = rateStatistics(units, alpha)!;
  return { value: rate, n, lower: interval.lower, upper: interval.upper };
}
