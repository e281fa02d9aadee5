import type { Score } from "../core/score.ts";
import { putAt, type Slots, valueAt } from "./slots.ts";

/** The scores that decisions rest on: of the first round of judging, and for each trial and evaluator not an error that a later attempt mended. */
export function firstScores(scores: readonly Score[]): Score[] {
  return lastScores(scores.filter(({ round }) => round === undefined));
}

/**
 * The last word on each answer: for each trial and evaluator the scores of the last round of judging, and among them not an error that a later
 * attempt mended. Two that both stand are both given, for `pair` to refuse.
 */
export function lastScores(scores: readonly Score[]): Score[] {
  const standing: (Score | readonly Score[])[] = [];
  const positions = new Map<string, Slots<number>>();
  for (const score of scores) {
    const own = positions.get(score.evaluator) ?? new Map<string, number[]>();
    positions.set(score.evaluator, own);
    const position = valueAt(own, score);
    if (position === undefined) {
      putAt(own, score, standing.length);
      standing.push(score);
    } else standing[position] = standingOf(standing[position]!, score);
  }
  return standing.flat();
}

/** What stands of the scores of one trial and evaluator once another one came. */
function standingOf(known: Score | readonly Score[], score: Score): Score | readonly Score[] {
  const all = [known].flat();
  const first = all[0]!;
  if (roundOf(score) > roundOf(first)) return score;
  if (roundOf(score) < roundOf(first)) return known;
  if (isError(first)) return score;
  return isError(score) ? known : [...all, score];
}

function roundOf({ round = 1 }: Score): number {
  return round;
}

function isError({ evaluation }: Score): boolean {
  return evaluation.status === "error";
}
