import type { Interval } from "../core/comparison.ts";
import type { Groups, Valued } from "./group-statistics.ts";
import type { GateCheck } from "./resolve-gate.ts";

/** What a metric of two groups is. Of a rate the values are 1 where harm happened and 0 where it did not. */
export type GroupMeasure =
  | {
      readonly kind: "rate" /** True for a pass rate: what is shown is 1 minus the rate of harm. */;
      readonly isPassRate: boolean;
    }
  | { readonly kind: "percentile"; readonly probability: number }
  | { readonly kind: "mean" };

/** What a criterion is decided on. */
export interface GroupCheck {
  readonly check: GateCheck;
  readonly measure: GroupMeasure;
  readonly groups: Groups;
  /** Traces that should have a value and have none. */
  readonly missing: Readonly<Record<keyof Groups, number>>;
  /** Why nothing may be decided, such as instrumentation that differs; `null` when all is well. */
  readonly obstacle: string | null;
}

/** What is shown of a comparison. */
export interface ShownGroups {
  readonly baseline: number | null;
  readonly candidate: number | null;
  readonly estimate: number | null;
  readonly interval: Interval | null;
  readonly worstCaseInterval: Interval | null;
}

/** Independent units of the smaller group. */
export function clustersOf({ baseline, candidate }: Groups): number {
  const distinct = (values: readonly Valued[]) => new Set(values.map(({ cluster }) => cluster)).size;
  return Math.min(distinct(baseline), distinct(candidate));
}
