import type { Case } from "../core/dataset.ts";
import { messageOf } from "../core/errors.ts";
import type { Evaluator } from "../core/extensions.ts";
import type { Redact } from "../core/redact.ts";
import type { Sample } from "../core/sample.ts";
import { type Evaluation, evaluationSchema, type Score } from "../core/score.ts";

/** Scores one sample by each evaluator. A sample without an answer has no scores: it counts as missing, never as a number. */
export async function score(
  item: Case,
  sample: Sample,
  evaluators: readonly Evaluator[],
  redact: Redact,
): Promise<Score[]> {
  const { output } = sample;
  if (output === null) return [];
  freeze(output);
  const scores: Score[] = [];
  for (const evaluator of evaluators) {
    const evaluation = await judge(evaluator, item, { ...sample, output });
    scores.push({
      trialKey: sample.trialKey,
      caseId: sample.caseId,
      side: sample.side,
      repetition: sample.repetition,
      evaluator: evaluator.name,
      version: evaluator.version,
      evaluation: redactEvaluation(evaluation, redact),
    });
  }
  return scores;
}

/** Evaluators may be users' code: whatever they throw or return that is no evaluation is an error with its reason. */
async function judge(
  evaluator: Evaluator,
  item: Case,
  sample: Parameters<Evaluator["evaluate"]>[0]["sample"],
): Promise<Evaluation> {
  try {
    const result = evaluationSchema.safeParse(
      await evaluator.evaluate({ case: item, sample, spans: sample.spans }),
    );
    if (result.success) return result.data;
    const issue = result.error.issues[0]!;
    const place = issue.path.length === 0 ? "" : `${issue.path.join(".")}: `;
    return { status: "error", reason: `the evaluator returned no evaluation (${place}${issue.message})` };
  } catch (error) {
    return { status: "error", reason: messageOf(error) };
  }
}

/** Evaluators share the answer: none may change what the next one sees. */
function freeze(value: unknown): void {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const member of Object.values(value)) freeze(member);
}

function redactEvaluation(evaluation: Evaluation, redact: Redact): Evaluation {
  const reason = redact(evaluation.reason);
  if (evaluation.status !== "scored") return { ...evaluation, reason };
  const evidence = evaluation.evidence.map((piece) => ({
    ...piece,
    subject: redact(piece.subject),
    finding: redact(piece.finding),
  }));
  return { ...evaluation, reason, evidence };
}
