import pLimit from "p-limit";
import type { Sample } from "../core/sample.ts";
import type { Evaluation, Score } from "../core/score.ts";
import { firstScores } from "./last-scores.ts";
import { placeOf } from "./place.ts";
import { sumJudging } from "./summarise-judging.ts";

type Scored = Extract<Evaluation, { status: "scored" }>;

/** What judging again needs. */
export interface JudgeAgainInput {
  /** Scores of all rounds so far. */
  readonly scores: readonly Score[];
  /** The answers, one for each trial. */
  readonly samples: readonly Sample[];
  /** Names of the evaluators that judge. */
  readonly judges: readonly string[];
  /** Judges a sample in a further round; `null` when it was given up. */
  readonly judge: (sample: Sample, evaluator: string, round: number) => Promise<Score | null>;
  /** Stores both sides of a pair at once. */
  readonly keep: (pair: readonly [Score, Score]) => Promise<void>;
  readonly concurrency: number;
  /** No further pair is begun once it is aborted. */
  readonly stop: AbortSignal;
}

/** A pair of trials on which a judge gave the sides different verdicts. */
interface Discordant {
  readonly evaluator: string;
  readonly baseline: Score;
  readonly candidate: Score;
}

/** Rounds that a judge without votes of its own is asked in, the first among them: its evaluations are the votes. */
const roundsWithoutVotes = 3;

/**
 * Judges every pair again whose sides got different verdicts: both sides of it, whether it regressed or improved, since looking at regressions
 * alone would favour the candidate. The further verdict is the majority over the votes of all rounds. A pair that cannot be judged again on
 * both sides keeps its first verdicts.
 *
 * @returns the scores of the further round; both sides of each pair, in the order of the pairs.
 */
export async function judgeAgain(input: JudgeAgainInput): Promise<Score[]> {
  const samples = new Map(input.samples.map((sample) => [placeOf(sample), sample]));
  const pairs = discordantPairs(input.scores, input.judges);
  const judged = await pLimit(input.concurrency).map(pairs, async ({ evaluator, baseline, candidate }) => {
    if (input.stop.aborted) return [];
    const again = (first: Score) => judgeOnce(first, samples.get(placeOf(first))!, evaluator, input.judge);
    const [live, next] = await Promise.all([again(baseline), again(candidate)]);
    if (live === null || next === null) return [];
    await input.keep([live, next]);
    return [live, next];
  });
  return judged.flat();
}

/** Pairs with different verdicts that no further round has judged. */
export function discordantPairs(scores: readonly Score[], judges: readonly string[]): Discordant[] {
  if (judges.length === 0) return [];
  const wanted = new Set(judges);
  const done = new Set(scores.filter(({ round }) => round !== undefined).map(pairOf));
  const baselines = new Map<string, Score>();
  const candidates: Score[] = [];
  for (const score of firstScores(scores)) {
    if (!wanted.has(score.evaluator) || done.has(pairOf(score))) continue;
    if (score.side === "baseline") baselines.set(pairOf(score), score);
    else candidates.push(score);
  }
  return candidates.flatMap((candidate) => {
    const baseline = baselines.get(pairOf(candidate));
    if (baseline === undefined) return [];
    const [before, after] = [baseline.evaluation, candidate.evaluation];
    if (before.status !== "scored" || after.status !== "scored" || before.pass === after.pass) return [];
    return [{ evaluator: candidate.evaluator, baseline, candidate }];
  });
}

function pairOf({ caseId, repetition, evaluator }: Score): string {
  return `${evaluator}/${repetition}/${caseId}`;
}

async function judgeOnce(
  first: Score,
  sample: Sample,
  evaluator: string,
  judge: JudgeAgainInput["judge"],
): Promise<Score | null> {
  const second = await judge(sample, evaluator, 2);
  if (second === null || second.evaluation.status !== "scored") return null;
  if (second.evaluation.votes !== undefined) return second;
  const evaluations = [first.evaluation as Scored, second.evaluation];
  let { judging } = second;
  for (let round = 3; round <= roundsWithoutVotes; round++) {
    const further = await judge(sample, evaluator, round);
    if (further === null || further.evaluation.status !== "scored") return null;
    evaluations.push(further.evaluation);
    if (further.judging)
      judging = judging === undefined ? further.judging : sumJudging(judging, further.judging);
  }
  return { ...second, evaluation: majority(evaluations), ...(judging && { judging }) };
}

/** The verdict that most evaluations gave, with the middle value of those that gave it. */
function majority(evaluations: readonly Scored[]): Scored {
  const passing = evaluations.filter(({ pass }) => pass);
  const side = passing.length * 2 > evaluations.length ? passing : evaluations.filter(({ pass }) => !pass);
  const sorted = [...side].sort((a, b) => a.value - b.value);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)]!;
  const votes = evaluations.map(({ value, pass }) => ({ value, pass, problem: null, reused: false }));
  return { ...middle, votes, agreement: side.length / evaluations.length };
}
