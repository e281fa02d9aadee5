import type { EvaluationInput, ReleaseInput } from "./core/evaluation.ts";
import type { Evaluator } from "./core/extensions.ts";
import type { GateInput } from "./core/gate.ts";

/** An evaluation, for the default export of a `*.eval.ts` file. It is checked, with file and line, when it is run. */
export function defineEvaluation(evaluation: EvaluationInput): EvaluationInput {
  return evaluation;
}

/** A release: the bundle of a target and its components. */
export function defineRelease(release: ReleaseInput): ReleaseInput {
  return release;
}

/** A gate, for the default export of a `*.gate.ts` file. It is checked, with file and line, when it is used. */
export function defineGate(gate: GateInput): GateInput {
  return gate;
}

/** An evaluator of your own. */
export function defineEvaluator(evaluator: Evaluator): Evaluator {
  return evaluator;
}
