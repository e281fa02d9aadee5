import { count, plural } from "../core/quantities.ts";
import type { Comparability } from "../core/report.ts";
import type { Judging, Score } from "../core/score.ts";
import { firstScores } from "./last-scores.ts";
import { scorePlaceOf } from "./place.ts";

/** What the judges of a run used, by evaluator; `null` where none was asked. */
export function summariseJudging(scores: readonly Score[]): Record<string, Judging> | null {
  const found = new Map<string, Judging>();
  for (const { evaluator, judging } of scores) {
    if (judging === undefined) continue;
    const known = found.get(evaluator);
    found.set(evaluator, known === undefined ? judging : sumJudging(known, judging));
  }
  return found.size === 0 ? null : Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The same in words, one finding an evaluator. */
export function tellJudging(judging: Readonly<Record<string, Judging>>): Comparability[] {
  return Object.entries(judging).map(([evaluator, { calls, reused, inputTokens, outputTokens, costUsd }]) => {
    const tokens = inputTokens === null ? "" : `, ${plural(inputTokens + (outputTokens ?? 0), "token")}`;
    const cost = costUsd === null ? "" : `, ${costUsd.toFixed(4)} USD`;
    const votes = reused === 0 ? "" : `; ${plural(reused, "vote")} reused`;
    return {
      level: "note",
      subject: "judging",
      message: `${evaluator} asked its judge in ${plural(calls, "call")}${tokens}${cost}${votes}`,
    };
  });
}

/** How many pairs with different verdicts of judges that block a release could not be judged again. */
export function tellUnjudged(pairs: readonly { readonly evaluator: string }[]): Comparability[] {
  const names = [...new Set(pairs.map(({ evaluator }) => evaluator))].sort();
  return names.map((name) => {
    const left = pairs.filter(({ evaluator }) => evaluator === name).length;
    const message = `${name} could not judge ${plural(left, "pair")} with different verdicts again; there the first verdicts count`;
    return { level: "note", subject: "judged again", message };
  });
}

/** What became of the pairs that were judged again, one finding an evaluator. */
export function tellJudgedAgain(scores: readonly Score[]): Comparability[] {
  if (scores.every(({ round }) => round === undefined)) return [];
  const first = new Map(firstScores(scores).map((score) => [scorePlaceOf(score), score]));
  const counts = new Map<string, { regressed: number; stayed: number; improved: number; kept: number }>();
  const again = new Map(
    scores.filter(({ round }) => round !== undefined).map((score) => [scorePlaceOf(score), score]),
  );
  for (const candidate of again.values()) {
    if (candidate.side !== "candidate") continue;
    const baseline = again.get(scorePlaceOf({ ...candidate, side: "baseline" }));
    const before = first.get(scorePlaceOf(candidate));
    if (baseline === undefined || before === undefined) continue;
    const own = counts.get(candidate.evaluator) ?? { regressed: 0, stayed: 0, improved: 0, kept: 0 };
    counts.set(candidate.evaluator, own);
    const [live, next] = [passes(baseline), passes(candidate)];
    if (passes(before)) {
      own.improved++;
      if (next && !live) own.kept++;
    } else {
      own.regressed++;
      if (live && !next) own.stayed++;
    }
  }
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([evaluator, { regressed, stayed, improved, kept }]) => ({
      level: "note",
      subject: "judged again",
      message: `${evaluator} judged ${plural(regressed + improved, "pair")} with different verdicts again, both sides: ${count(stayed)} of ${plural(regressed, "regression")} and ${count(kept)} of ${plural(improved, "improvement")} stood`,
    }));
}

function passes({ evaluation }: Score): boolean {
  return evaluation.status === "scored" && evaluation.pass;
}

/** Two uses together. */
export function sumJudging(a: Judging, b: Judging): Judging {
  const known = (x: number | null, y: number | null) =>
    x === null && y === null ? null : (x ?? 0) + (y ?? 0);
  return {
    calls: a.calls + b.calls,
    reused: a.reused + b.reused,
    inputTokens: known(a.inputTokens, b.inputTokens),
    outputTokens: known(a.outputTokens, b.outputTokens),
    costUsd: known(a.costUsd, b.costUsd),
  };
}
