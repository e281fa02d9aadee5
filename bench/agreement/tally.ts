import type { Evaluation, Json } from "gatewright";
import type { Outcome } from "./kind.ts";

/** One comparison of a verdict with a label. */
export interface Comparison {
  /** What was judged, such as a row and a model. */
  readonly id: string;
  /** What the evaluator says. */
  readonly passes: boolean;
  /** What the label says. */
  readonly label: boolean;
  /** Why the evaluator says so. */
  readonly reason: string;
  /** Group that is also counted by itself. */
  readonly group?: string;
}

/** Whether an evaluation passes; one without a score does not. */
export function passes(evaluation: Evaluation): boolean {
  return evaluation.status === "scored" && evaluation.pass;
}

/**
 * Counts how often verdicts and labels agree. False positives are passes that the label does not allow. Groups, where comparisons name
 * them, are counted beside.
 */
export function tally(
  comparisons: readonly Comparison[],
  more: Readonly<Record<string, Json>> = {},
): Outcome {
  const wrong = comparisons.filter((one) => one.passes !== one.label);
  const groups: Record<string, { n: number; agree: number; rate: number }> = {};
  for (const { group, passes: verdict, label } of comparisons) {
    if (group === undefined) continue;
    const counted = groups[group] ?? { n: 0, agree: 0, rate: 0 };
    groups[group] = counted;
    counted.n++;
    if (verdict === label) counted.agree++;
    counted.rate = counted.agree / counted.n;
  }
  const falsePositives = wrong.filter((one) => one.passes).length;
  return {
    n: comparisons.length,
    agree: comparisons.length - wrong.length,
    figures: {
      falsePositives,
      falseNegatives: wrong.length - falsePositives,
      ...(Object.keys(groups).length > 0 ? { groups } : {}),
      ...more,
    },
    disagreements: wrong.map(
      ({ id, passes: verdict, reason }) =>
        `${id}: ${verdict ? "passes" : "does not pass"}, the label differs: ${reason}`,
    ),
  };
}
