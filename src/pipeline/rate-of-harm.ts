import type { Interval } from "../core/comparison.ts";

// A rate of harm, such as fallbacks, is compared by its absence, of which more is better as of every other metric, and shown as itself.

/** What is shown of a rate on both sides. */
interface Shown {
  readonly baseline: number | null;
  readonly candidate: number | null;
  readonly difference: number | null;
  readonly interval: Interval | null;
}

/** The rate of harm of which the absence was compared: rates and differences turned around. */
export function asHarm<T extends Shown>(absence: T): T {
  const { baseline, candidate, difference, interval } = absence;
  return {
    ...absence,
    baseline: baseline === null ? null : complement(baseline),
    candidate: candidate === null ? null : complement(candidate),
    difference: difference === null ? null : 0 - difference,
    interval: interval && turned(interval, 0),
  };
}

/** One minus a rate, without the dust of the subtraction: of 0.9 it is 0.1, not 0.09999999999999998. */
export function complement(rate: number): number {
  return Math.round((1 - rate) * 1e15) / 1e15;
}

/** The interval of `centre` minus a value: of a difference for 0, of a rate for 1. */
export function turned(interval: Interval, centre: 0 | 1): Interval {
  return { ...interval, lower: centre - interval.upper, upper: centre - interval.lower };
}
