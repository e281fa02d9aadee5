import type { Expectation } from "../core/dataset.ts";
import type { Evaluator } from "../core/extensions.ts";
import { isJsonObject, type Json } from "../core/json.ts";
import { type Evaluation, type Evidence, scored, unscored } from "../core/score.ts";
import { factForm, isAnswer, states } from "./facts.ts";
import { partialMatch } from "./json-equality.ts";
import { clip, count, show } from "./text.ts";

/** What task completion is judged from. */
export interface TaskCompletionInput {
  /** The answer's text. */
  readonly response: string;
  /** State after the answer; `null` or left out when it is not reported. */
  readonly state?: Json;
  /** What is expected: any of answer, facts, forbidden facts and state. */
  readonly expected: Pick<Expectation, "answer" | "facts" | "forbiddenFacts" | "state">;
}

/** One demand with what was found; a state has evidence for each of its paths. */
interface Demand {
  readonly fulfilled: boolean;
  /** What is wrong, in a few words; empty when fulfilled. */
  readonly complaint: string;
  readonly evidence: readonly Evidence[];
}

const maximumEvidence = 50;

/**
 * Judges whether a task was done, by what is expected of it. The demands are: the answer is one of the expected ones (equal after Unicode
 * NFC, white space and case folding, or as numbers); each fact, or one of its alternatives, occurs in the text as whole words;
 * each forbidden fact does not; the state holds the expected values, members not named being free. Facts are compared with plain
 * quotes and dashes and without marks of emphasis. Negation is not understood: "not 30 days" states "30 days".
 *
 * @returns the share of fulfilled demands, passing when all are; unscored when nothing of this is expected.
 */
export function taskCompletion({ response, state = null, expected }: TaskCompletionInput): Evaluation {
  const demands = [
    ...answerDemand(response, expected.answer),
    ...factDemands(response, expected),
    ...stateDemand(state, expected.state),
  ];
  if (demands.length === 0) return unscored("the case expects no answer, fact or state");
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

/** `taskCompletion` for an evaluation file. */
export function taskCompletionEvaluator(): Evaluator {
  return {
    name: "task_completion",
    version: "demands-1",
    evaluate({ case: { expected }, sample: { output } }) {
      if (expected === undefined) return unscored("the case expects nothing");
      return taskCompletion({ response: output.text, state: output.state, expected });
    },
  };
}

function answerDemand(response: string, answer: Expectation["answer"]): Demand[] {
  if (answer === undefined) return [];
  const accepted = typeof answer === "string" ? [answer] : answer;
  const fulfilled = accepted.some((expected) => isAnswer(response, expected));
  const wanted = accepted
    .slice(0, 3)
    .map((text) => show(text))
    .join(" or ");
  const finding = fulfilled ? "is the expected answer" : `is not the expected answer ${wanted}`;
  const complaint = `the answer is ${show(response, 60)}, not ${wanted}`;
  return [
    {
      fulfilled,
      complaint,
      evidence: [{ subject: `answer ${show(response)}`, finding, supports: fulfilled }],
    },
  ];
}

function factDemands(
  response: string,
  { facts = [], forbiddenFacts = [] }: TaskCompletionInput["expected"],
): Demand[] {
  if (facts.length + forbiddenFacts.length === 0) return [];
  const text = factForm(response);
  const wanted = facts.map((fact) => {
    const alternatives = typeof fact === "string" ? [fact] : fact;
    const found = alternatives.find((alternative) => states(text, factForm(alternative)));
    const subject = `fact ${show(found ?? alternatives[0])}`;
    const others = alternatives.length > 1 ? " nor an alternative" : "";
    const finding =
      found === undefined ? `not in the answer${others && `,${others} of it`}` : "in the answer";
    const fulfilled = found !== undefined;
    const complaint = `the answer does not state ${show(alternatives[0])}${others}`;
    return { fulfilled, complaint, evidence: [{ subject, finding, supports: fulfilled }] };
  });
  const unwanted = forbiddenFacts.map((fact) => {
    const fulfilled = !states(text, factForm(fact));
    const evidence = {
      subject: `forbidden fact ${show(fact)}`,
      finding: fulfilled ? "not in the answer" : "in the answer",
      supports: fulfilled,
    };
    return { fulfilled, complaint: `the answer states the forbidden ${show(fact)}`, evidence: [evidence] };
  });
  return [...wanted, ...unwanted];
}

function stateDemand(state: Json, expected: Expectation["state"]): Demand[] {
  if (expected === undefined) return [];
  if (state === null) {
    const finding = "a state is expected and none was reported";
    return [
      { fulfilled: false, complaint: finding, evidence: [{ subject: "state", finding, supports: false }] },
    ];
  }
  if (!isJsonObject(state)) {
    const finding = `is ${show(state)}, not an object`;
    return [
      {
        fulfilled: false,
        complaint: `the state ${finding}`,
        evidence: [{ subject: "state", finding, supports: false }],
      },
    ];
  }
  const { differences, fulfilled } = partialMatch(expected, state);
  const told = differences.map(({ path, want, got }) => ({
    subject: `state ${clip(path, 120)}`,
    finding: `want ${show(want)}, got ${got === undefined ? "nothing" : show(got)}`,
    supports: false,
  }));
  const right = fulfilled.map((path) => ({
    subject: `state ${clip(path, 120)}`.trim(),
    finding: "as expected",
    supports: true,
  }));
  const [first] = told;
  const more = told.length > 1 ? ` and ${told.length - 1} more` : "";
  const complaint = first === undefined ? "" : `${first.subject}: ${first.finding}${more}`;
  return [{ fulfilled: told.length === 0, complaint, evidence: [...told, ...right] }];
}
