import type { AnswerMatch, Expectation } from "../core/dataset.ts";
import { type Demand, demand } from "./demand.ts";
import { factForm, isAnswer, isNumber, itemsOf, lastNumber, states } from "./facts.ts";
import { instructionProblem, showInstruction } from "./instructions.ts";
import { clip, count, foldText, show } from "./text.ts";

/** What is demanded of the text of an answer. */
export function textDemands(response: string, expected: Expectation): Demand[] {
  return [
    ...answerDemand(response, expected),
    ...itemsDemand(response, expected.answerItems),
    ...factDemands(response, expected),
    ...instructionDemands(response, expected.instructions),
  ];
}

function answerDemand(response: string, { answer, answerMatch }: Expectation): Demand[] {
  if (answer === undefined) return [];
  const accepted = typeof answer === "string" ? [answer] : answer;
  const given = answerMatch?.of === "last_number" ? lastNumber(response) : response;
  const fulfilled = given !== null && accepted.some((expected) => matches(given, expected, answerMatch));
  const wanted = accepted
    .slice(0, 3)
    .map((text) => show(text))
    .join(" or ");
  const shown = given === null ? "without a number" : show(given, 60);
  const finding = fulfilled ? "is the expected answer" : `is not the expected answer ${wanted}`;
  return [demand(fulfilled, `answer ${shown}`, finding, `the answer is ${shown}, not ${wanted}`)];
}

function matches(given: string, expected: string, match: AnswerMatch | undefined): boolean {
  if (match === undefined) return isAnswer(given, expected);
  if (match.as === "exact") return given === expected;
  if (match.as === "folded") return foldText(given) === foldText(expected);
  return isNumber(given, expected, match.tolerance ?? 0);
}

function itemsDemand(response: string, wanted: Expectation["answerItems"]): Demand[] {
  if (wanted === undefined) return [];
  const left = itemsOf(response);
  const missing = wanted.filter((item) => {
    const position = left.findIndex((one) => isAnswer(one, item));
    if (position >= 0) left.splice(position, 1);
    return position < 0;
  });
  const complaints = [
    ...missing.slice(0, 3).map((item) => `${show(item, 60)} is missing`),
    ...left.slice(0, 3).map((item) => `${show(item, 60)} is not expected`),
  ];
  const fulfilled = missing.length + left.length === 0;
  const finding = fulfilled ? "all and no other" : complaints.join(", ");
  return [demand(fulfilled, count(wanted.length, "item"), finding, `of the items ${complaints.join(", ")}`)];
}

function factDemands(response: string, { facts = [], forbiddenFacts = [] }: Expectation): Demand[] {
  if (facts.length + forbiddenFacts.length === 0) return [];
  const text = factForm(response);
  const wanted = facts.map((fact) => {
    const alternatives = typeof fact === "string" ? [fact] : fact;
    const found = alternatives.find((alternative) => states(text, factForm(alternative)));
    const others = alternatives.length > 1 ? " nor an alternative" : "";
    const finding =
      found === undefined ? `not in the answer${others && `,${others} of it`}` : "in the answer";
    const complaint = `the answer does not state ${show(alternatives[0])}${others}`;
    return demand(found !== undefined, `fact ${show(found ?? alternatives[0])}`, finding, complaint);
  });
  const unwanted = forbiddenFacts.map((fact) => {
    const fulfilled = !states(text, factForm(fact));
    const finding = fulfilled ? "not in the answer" : "in the answer";
    return demand(
      fulfilled,
      `forbidden fact ${show(fact)}`,
      finding,
      `the answer states the forbidden ${show(fact)}`,
    );
  });
  return [...wanted, ...unwanted];
}

function instructionDemands(response: string, instructions: Expectation["instructions"] = []): Demand[] {
  return instructions.map((instruction) => {
    const problem = instructionProblem(response, instruction);
    const shown = showInstruction(instruction);
    const complaint = clip(`told ${shown}: ${problem}`, 240);
    return demand(problem === null, `instruction ${shown}`, problem ?? "followed", complaint);
  });
}
