import { plural } from "../core/quantities.ts";
import type { Comparability } from "../core/report.ts";
import type { Judging, Score } from "../core/score.ts";

/** What the judges of a run used, by evaluator; `null` where none was asked. */
export function summariseJudging(scores: readonly Score[]): Record<string, Judging> | null {
  const found = new Map<string, Judging>();
  for (const { evaluator, judging } of scores) {
    if (judging === undefined) continue;
    const known = found.get(evaluator);
    found.set(evaluator, known === undefined ? judging : sum(known, judging));
  }
  return found.size === 0 ? null : Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The same in words, one finding an evaluator. */
export function tellJudging(judging: Readonly<Record<string, Judging>>): Comparability[] {
  return Object.entries(judging).map(([evaluator, { calls, reused, inputTokens, outputTokens, costUsd }]) => {
    const tokens = inputTokens === null ? "" : `, ${inputTokens + (outputTokens ?? 0)} tokens`;
    const cost = costUsd === null ? "" : `, ${costUsd.toFixed(4)} USD`;
    const votes = reused === 0 ? "" : `; ${plural(reused, "vote")} reused`;
    return {
      level: "note",
      subject: "judging",
      message: `${evaluator} asked its judge in ${plural(calls, "call")}${tokens}${cost}${votes}`,
    };
  });
}

function sum(a: Judging, b: Judging): Judging {
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
