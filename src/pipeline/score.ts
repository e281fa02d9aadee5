import type { Case } from "../core/dataset.ts";
import { messageOf } from "../core/errors.ts";
import type { Evaluator, EvaluatorInput } from "../core/extensions.ts";
import type { EvaluateContext } from "../core/judge.ts";
import type { Redact } from "../core/redact.ts";
import type { Sample } from "../core/sample.ts";
import { type Evaluation, evaluationSchema, type Score } from "../core/score.ts";
import type { OpenJudging } from "./judge-calls.ts";
import { GivenUp, type Watch, watched } from "./watch.ts";

/** How samples are scored. */
export interface ScoreOptions {
  /** Gives evaluators what they ask judges with; without it they ask by themselves. */
  readonly openJudging?: OpenJudging;
  /** Of judging; the first is 1. */
  readonly round?: number;
  /** What was given up is an error of kind `aborted`. */
  readonly abort?: AbortSignal;
  /** Is told when an evaluator has worked on this sample for a minute. */
  readonly onSlow?: (evaluator: string, sample: Sample) => void;
}

/**
 * Scores one sample by each evaluator. A sample without an answer has no scores: it counts as missing, never as a number.
 */
export async function score(
  item: Case,
  sample: Sample,
  evaluators: readonly Evaluator[],
  redact: Redact,
  { openJudging, round = 1, abort, onSlow }: ScoreOptions = {},
): Promise<Score[]> {
  const { output } = sample;
  if (output === null) return [];
  const scores: Score[] = [];
  for (const evaluator of evaluators) {
    const judging = openJudging?.(round);
    if (evaluator.changesNothing !== true) freeze([item, sample]);
    const input = { case: item, sample: { ...sample, output }, spans: sample.spans };
    const watch = { abort, onSlow: onSlow && (() => onSlow(evaluator.name, sample)) };
    const evaluation = await judge(evaluator, input, judging?.context, watch);
    // What calls in flight had used is known once they have ended, which an interruption makes them do.
    if (evaluation.status === "error" && evaluation.kind === "aborted") await judging?.settled();
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
  watch: Watch,
): Promise<Evaluation> {
  try {
    const given = evaluator.evaluate(input, context);
    const result = evaluationSchema.safeParse(isPromise(given) ? await watched(given, watch) : given);
    if (result.success) return result.data;
    const issue = result.error.issues[0]!;
    const place = issue.path.length === 0 ? "" : `${issue.path.join(".")}: `;
    return { status: "error", reason: `the evaluator returned no evaluation (${place}${issue.message})` };
  } catch (error) {
    const kind = error instanceof GivenUp ? ({ kind: "aborted" } as const) : {};
    return { status: "error", ...kind, reason: messageOf(error) };
  }
}

function isPromise(value: Evaluation | Promise<Evaluation>): value is Promise<Evaluation> {
  return typeof (value as PromiseLike<Evaluation> | undefined)?.then === "function";
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
