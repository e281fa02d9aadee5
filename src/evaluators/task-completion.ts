import type { Expectation } from "../core/dataset.ts";
import type { Evaluator } from "../core/extensions.ts";
import type { Json } from "../core/json.ts";
import type { ToolCall } from "../core/sample.ts";
import { type Evaluation, scored, unscored } from "../core/score.ts";
import { stateDemand, writesDemand } from "./outcome-demands.ts";
import { count } from "./text.ts";
import { textDemands } from "./text-demands.ts";

/** What task completion is judged from. */
export interface TaskCompletionInput {
  /** The answer's text. */
  readonly response: string;
  /** State after the answer; `null` or left out when it is not reported. */
  readonly state?: Json;
  /** Calls that were made, in any order; for `writes`. */
  readonly calls?: readonly ToolCall[];
  /** What is expected: any of answer, items, facts, forbidden facts, instructions, state and writes. */
  readonly expected: Expectation;
}

const maximumEvidence = 50;

/**
 * Judges whether a task was done, by what is expected of it. The demands are: the answer is one of the expected ones; it lists the expected
 * items; each fact, or one of its alternatives, occurs in the text as whole words; each forbidden fact does not; each instruction
 * was followed; the state holds the expected values, members not named being free; the calls that changed something are
 * the expected ones. Facts are compared with plain quotes and dashes and without marks of emphasis. Negation is not
 * understood: "not 30 days" states "30 days". `criteria` are for a judge, see `docs/evaluators.md`.
 *
 * @returns the share of fulfilled demands, passing when all are; unscored when nothing of this is expected.
 */
export function taskCompletion({
  response,
  state = null,
  calls = [],
  expected,
}: TaskCompletionInput): Evaluation {
  const demands = [
    ...textDemands(response, expected),
    ...stateDemand(state, expected.state),
    ...writesDemand(calls, expected.writes),
  ];
  if (demands.length === 0) return unscored(nothingToJudge(expected));
  const fulfilled = demands.filter((demand) => demand.fulfilled).length;
  const complaints = demands.filter((demand) => !demand.fulfilled).map(({ complaint }) => complaint);
  const pass = complaints.length === 0;
  const told =
    complaints.slice(0, 3).join("; ") + (complaints.length > 3 ? `; ${complaints.length - 3} more` : "");
  const reason = pass
    ? `${demands.length === 1 ? "the demand is" : `all ${demands.length} demands are`} fulfilled`
    : `${fulfilled} of ${count(demands.length, "demand")} fulfilled: ${told}`;
  const evidence = demands.flatMap((demand) => demand.evidence).slice(0, maximumEvidence);
  return scored(fulfilled / demands.length, pass, reason, evidence);
}

function nothingToJudge({ criteria }: Expectation): string {
  const nothing = "the case expects no answer, fact, instruction, state or change";
  return criteria === undefined ? nothing : `${nothing}; its criteria are for a judge`;
}

/** `taskCompletion` for an evaluation file. */
export function taskCompletionEvaluator(): Evaluator {
  return {
    name: "task_completion",
    version: "demands-2",
    changesNothing: true,
    evaluate({ case: { expected }, sample: { output } }) {
      if (expected === undefined) return unscored("the case expects nothing");
      const { text: response, state, toolCalls: calls } = output;
      return taskCompletion({ response, state, calls, expected });
    },
  };
}
