import type { Sample } from "../core/sample.ts";
import type { Score } from "../core/score.ts";

/** Where a sample belongs: its side, repetition and case. */
export function placeOf({
  side,
  caseId,
  repetition,
}: Pick<Sample, "side" | "caseId" | "repetition">): string {
  return `${side}/${repetition}/${caseId}`;
}

/** Where a score belongs: the place of its sample, and the evaluator. */
export function scorePlaceOf(score: Pick<Score, "side" | "caseId" | "repetition" | "evaluator">): string {
  return `${placeOf(score)}/${score.evaluator}`;
}
