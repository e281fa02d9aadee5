import type { Case } from "../core/dataset.ts";
import { messageOf } from "../core/errors.ts";
import type { Evaluator, EvaluatorInput } from "../core/extensions.ts";
import type { EvaluateContext } from "../core/judge.ts";
import type { Redact } from "../core/redact.ts";
import type { Sample } from "../core/sample.ts";
import { type Evaluation, evaluationSchema, type Score } from "../core/score.ts";
import type { OpenJudging } from "./judge-calls.ts";

/**
 * Scores one sample by each evaluator. A sample without an answer has no scores: it counts as missing, never as a number.
 *
 * @param openJudging gives evaluators what they ask judges with; without it they ask by themselves.
 * @param round of judging; the first is 1.
 */
export async function score(
  item: Case,
  sample: Sample,
  evaluators: readonly Evaluator[],
  redact: Redact,
  openJudging?: OpenJudging,
  round = 1,
): Promise<Score[]> {
  const { output } = sample;
  if (output === null) return [];
  const scores: Score[] = [];
  for (const evaluator of evaluators) {
    const judging = openJudging?.(round);
    if (evaluator.changesNothing !== true) freeze([item, sample]);
    const input = { case: item, sample: { ...sample, output }, spans: sample.spans };
    const evaluation = await judge(evaluator, input, judging?.context);
    const used = judging?.used() ?? null;
    scores.push({
      trialKey: sample.trialKey,
      caseId: sample.caseId,
      side: sample.side,
      repetition: sample.repetition,
      evaluator: evaluator.name,
      version: evaluator.version,
      evaluation: redactEvaluation(evaluation, redact),
      ...(round > 1 && { round }),
      ...(used && { judging: used }),
    });
  }
  return scores;
}

/** Evaluators may be users' code: whatever they throw or return that is no evaluation is an error with its reason. */
async function judge(
  evaluator: Evaluator,
  input: EvaluatorInput,
  context: EvaluateContext | undefined,
): Promise<Evaluation> {
  try {
    const result = evaluationSchema.safeParse(await evaluator.evaluate(input, context));
    if (result.success) return result.data;
    const issue = result.error.issues[0]!;
    const place = issue.path.length === 0 ? "" : `${issue.path.join(".")}: `;
    return { status: "error", reason: `the evaluator returned no evaluation (${place}${issue.message})` };
  } catch (error) {
    return { status: "error", reason: messageOf(error) };
  }
}

/** Evaluators share the case and the sample, and the case is that of the other side too: none may change what the next one sees. */
function freeze(value: unknown): void {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const member of Object.values(value)) freeze(member);
}

function redactEvaluation(evaluation: Evaluation, redact: Redact): Evaluation {
  const reason = redact(evaluation.reason);
  if (evaluation.status === "unscored") return { ...evaluation, reason };
  const votes = evaluation.votes?.map((vote) => ({
    ...vote,
    problem: vote.problem && { ...vote.problem, message: redact(vote.problem.message) },
  }));
  if (evaluation.status === "error") return { ...evaluation, reason, ...(votes && { votes }) };
  const evidence = evaluation.evidence.map((piece) => ({
    ...piece,
    subject: redact(piece.subject),
    finding: redact(piece.finding),
  }));
  return { ...evaluation, reason, evidence, ...(votes && { votes }) };
}
