import type { Score } from "../core/score.ts";

/**
 * The scores that count: for each trial and evaluator those of the last round of judging, and among them not an error that a later attempt
 * mended. Two that both stand are both given, for `pair` to refuse.
 */
export function lastScores(scores: readonly Score[]): Score[] {
  const last = new Map<string, Score[]>();
  for (const score of scores) {
    const place = `${score.side}/${score.repetition}/${score.evaluator}/${score.caseId}`;
    const known = last.get(place) ?? [];
    const first = known[0];
    if (first === undefined || roundOf(score) > roundOf(first)) last.set(place, [score]);
    else if (roundOf(score) < roundOf(first)) continue;
    else if (isError(first)) last.set(place, [score]);
    else if (!isError(score)) known.push(score);
  }
  return [...last.values()].flat();
}

function roundOf({ round = 1 }: Score): number {
  return round;
}

function isError({ evaluation }: Score): boolean {
  return evaluation.status === "error";
}
