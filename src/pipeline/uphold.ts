import type { Decision } from "../core/comparison.ts";
import { readMetric } from "../core/gate.ts";
import type { Score } from "../core/score.ts";
import { worstFirst } from "./gate.ts";
import { scorePlaceOf } from "./place.ts";

/** Names of the judges by which a release is about to be blocked. */
export function blockingJudges(decisions: readonly Decision[], judges: readonly string[]): string[] {
  const failed = new Set(
    decisions.filter(({ decision }) => decision === "fail").map(({ metric }) => readMetric(metric).evaluator),
  );
  return judges.filter((name) => failed.has(name));
}

/**
 * Decisions on first verdicts, of which a fail by a judge that judged again stands only where it is a fail by all votes too; otherwise nothing is
 * settled. A pass always rests on first verdicts: only pairs with different verdicts are judged again, so that all votes together show a loss
 * smaller than it is, by up to an eighth for a judge that is good at one kind of answer only.
 *
 * @param again the decisions by all votes, on the same checks.
 * @param judges names of the evaluators that judged again.
 */
export function uphold(
  decisions: readonly Decision[],
  again: readonly Decision[],
  judges: ReadonlySet<string>,
): Decision[] {
  const byCheck = new Map(again.map((decision) => [checkOf(decision), decision]));
  const upheld = decisions.map((decision): Decision => {
    if (decision.decision !== "fail" || !judges.has(readMetric(decision.metric).evaluator)) return decision;
    if (byCheck.get(checkOf(decision))?.decision === "fail") {
      return { ...decision, reason: `${decision.reason}; judged again, that stands` };
    }
    const reason = `by the first verdicts ${decision.reason}; judged again, that is no longer proven`;
    return { ...decision, decision: "inconclusive", reason };
  });
  return worstFirst(upheld);
}

function checkOf({ metric, cohort, severity, rule }: Decision): string {
  return JSON.stringify([metric, cohort, severity, rule]);
}

/** Names of the evaluators that judged again. */
export function judgedAgain(scores: readonly Score[]): ReadonlySet<string> {
  return new Set(scores.filter(({ round }) => round !== undefined).map(({ evaluator }) => evaluator));
}

/** First scores as a reader sees them: with what all votes together say, where there are further ones. */
export function withLaterVotes(first: readonly Score[], all: readonly Score[]): readonly Score[] {
  const later = new Map(
    all.flatMap((score) => (score.round === undefined ? [] : [[scorePlaceOf(score), score] as const])),
  );
  if (later.size === 0) return first;
  return first.map((score) => {
    const again = later.get(scorePlaceOf(score))?.evaluation;
    if (again?.status !== "scored" || score.evaluation.status !== "scored") return score;
    const { votes, agreement } = again;
    const verdict = again.pass ? "passes" : "does not pass";
    const of = votes === undefined ? "" : ` by ${votes.length} votes`;
    const reason = `${score.evaluation.reason}; judged again it ${verdict}${of}: ${again.reason}`;
    const told = { ...(votes && { votes }), ...(agreement !== undefined && { agreement }) };
    return { ...score, evaluation: { ...score.evaluation, reason, ...told } };
  });
}
