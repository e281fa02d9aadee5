import { describe, expect, it } from "vitest";
import { type Expectation, expectationSchema } from "../../../src/core/dataset.ts";
import type { Json } from "../../../src/core/json.ts";
import { taskCompletion, taskCompletionEvaluator } from "../../../src/evaluators/index.ts";
import { caseWith, inputWith } from "./input.ts";

function judged(response: string, expected: Expectation, state: Json = null) {
  const evaluation = taskCompletion({ response, state, expected });
  if (evaluation.status !== "scored") throw new Error(evaluation.reason);
  return evaluation;
}

describe("the answer", () => {
  // Case folding by Unicode (ß folds to ss), NFC, numbers by value.
  const equal: [string, string][] = [
    ["Paris", "  paris\n"],
    ["STRASSE", "Straße"],
    ["caf\u00e9", "cafe\u0301"],
    ["a  b", "a\u00a0b"],
    ["ΟΔΟΣ", "οδος"],
    ["18", "18.0"],
    ["1e3", "1000"],
    ["-0", "0.00"],
    [".5", "0.5"],
    ["12345678901234567890", "12345678901234567890.000"],
  ];
  it.each(equal)("%j is %j", (answer, response) => {
    expect(judged(response, { answer })).toMatchObject({ value: 1, pass: true });
  });

  const different: [string, string][] = [
    ["Paris", "Paris."],
    ["Paris", "It is Paris"],
    ["18", "18 eggs"],
    ["18", "-18"],
    ["12345678901234567890", "12345678901234567891"],
    ["1.2.3", "1.2.30"],
    ["", "x"],
    ["+", "0"],
  ];
  it.each(different)("%j is not %j", (answer, response) => {
    expect(judged(response, { answer })).toMatchObject({ value: 0, pass: false });
  });

  it("may be any of a list", () => {
    expect(judged("yes", { answer: ["y", "YES"] }).pass).toBe(true);
    expect(judged("no", { answer: ["y", "yes"] }).reason).toContain('"y" or "yes"');
  });
});

describe("the answer as it is told to be compared", () => {
  const as = (match: NonNullable<Expectation["answerMatch"]>, answer: string | string[], response: string) =>
    judged(response, { answer, answerMatch: match }).pass;

  it("may be the same characters", () => {
    expect(as({ as: "exact" }, "Paris", "Paris")).toBe(true);
    expect(as({ as: "exact" }, "Paris", "paris")).toBe(false);
    expect(as({ as: "exact" }, "18", "18.0")).toBe(false);
    expect(as({ as: "folded" }, "Paris", " paris ")).toBe(true);
    expect(as({ as: "folded" }, "18", "18.0")).toBe(false);
  });

  it("may be a number within a tolerance, its bound included", () => {
    expect(as({ as: "number" }, "1000", "1,000.0")).toBe(true);
    expect(as({ as: "number" }, "1000", "1,00")).toBe(false);
    expect(as({ as: "number", tolerance: 0.1 }, "0.2", "0.3")).toBe(true);
    expect(as({ as: "number", tolerance: 0.1 }, "0.2", "0.31")).toBe(false);
    expect(as({ as: "number", tolerance: 5 }, "10", "ten")).toBe(false);
    expect(as({ as: "number" }, "12345678901234567890", "12345678901234567891")).toBe(false);
  });

  it.each([
    ["It is 3 * 6 = 18", "18", true],
    ["A: $1,234.50.", "1234.5", true],
    ["The 2 of them have -7", "-7", true],
    ["from 5 to 18 eggs (3 boxes)", "18", false],
    ["no number at all", "18", false],
    ["chapter 1.2, page 40", "40", true],
  ])("may be the last number: %j for %j is %s", (response, answer, expected) => {
    expect(as({ as: "number", of: "last_number" }, answer, response)).toBe(expected);
  });
});

describe("a comparison that cannot be made", () => {
  it.each([
    [{ answerMatch: { as: "exact" } }, "`answerMatch` needs `answer`"],
    [{ answer: "a", answerMatch: { as: "folded", tolerance: 1 } }, "`tolerance` is for numbers"],
    [{ answer: ["1", "one"], answerMatch: { as: "number" } }, "must be one"],
  ])("is refused when the case is read: %j", (expected, message) => {
    const { success, error } = expectationSchema.safeParse(expected);
    expect(success).toBe(false);
    expect(error?.message).toContain(message);
  });

  it("is not refused for a number with commas", () => {
    const expected = { answer: "1,000", answerMatch: { as: "number", of: "last_number" } };
    expect(expectationSchema.safeParse(expected).success).toBe(true);
  });
});

describe("the items of an answer", () => {
  const items = (response: string) => judged(response, { answerItems: ["red", "green", "1,200"] });

  it.each([
    "green, red, 1,200",
    "- Red\n- Green\n- 1,200",
    "red; 1,200; and green.",
    '["green", "1,200", "RED"]',
  ])("may stand in any order: %j", (response) => {
    expect(items(response)).toMatchObject({ value: 1, pass: true });
  });

  it("must be all and no other, each once", () => {
    expect(items("red; green").reason).toContain('"1,200" is missing');
    expect(items("red; green; 1,200; blue").reason).toContain('"blue" is not expected');
    expect(items("red; red; green; 1,200").pass).toBe(false);
  });
});

describe("the calls that changed something", () => {
  const call = (name: string, id: string, failed?: boolean) => ({
    name,
    arguments: { id },
    ...(failed === undefined ? {} : { failed }),
  });
  const judge = (calls: ReturnType<typeof call>[], wanted: ReturnType<typeof call>[]) =>
    taskCompletion({
      response: "",
      calls,
      expected: { writes: { tools: ["pay", "cancel"], calls: wanted } },
    });

  it("are the expected ones in any order, whatever was read or failed before", () => {
    const made = [call("find", "1"), call("pay", "9", true), call("cancel", "2"), call("pay", "1")];
    expect(judge(made, [call("pay", "1"), call("cancel", "2")])).toMatchObject({ value: 1, pass: true });
  });

  it("may be none", () => {
    expect(judge([call("find", "1"), call("pay", "1", true)], [])).toMatchObject({ value: 1, pass: true });
    expect(judge([call("pay", "1")], [])).toMatchObject({ value: 0, pass: false });
  });

  it("are not twice what is expected once, nor another", () => {
    expect(judge([call("pay", "1"), call("pay", "1")], [call("pay", "1")])).toMatchObject({ pass: false });
    const wrong = judge([call("pay", "2")], [call("pay", "1")]);
    expect(wrong).toMatchObject({ pass: false });
    expect(wrong.reason).toContain('id is "2", not "1"');
  });
});

describe("facts", () => {
  const stated: [string, string][] = [
    ["within 30 days", "You get it back **within 30\u00a0days** of delivery."],
    ["3 months' notice", "It takes 3 months’ notice."],
    ["den Status „In Bearbeitung“", 'solange sie DEN STATUS "in Bearbeitung" hat'],
    ["€15", "It costs €15."],
    ["4.6.2", "The version is 4.6.2."],
    ["-67 dBm", "better than −67 dBm"],
    ["30 days", "30\ndays"],
    ["東京", "私は東京に住む"],
    ["`evals run`", "Type evals run."],
  ];
  it.each(stated)("%j is stated by %j", (fact, text) => {
    expect(judged(text, { facts: [fact] })).toMatchObject({ value: 1, pass: true });
  });

  const absent: [string, string][] = [
    ["5 days", "within 15 days"],
    ["€15", "It costs €150."],
    ["€15", "It costs €15.50."],
    ["6.2", "version 4.6.2"],
    ["able", "We are unable to help."],
    ["30 days", "30 business days"],
    ["2*3", "23"],
  ];
  it.each(absent)("%j is not stated by %j", (fact, text) => {
    expect(judged(text, { facts: [fact] })).toMatchObject({ value: 0, pass: false });
  });

  it("need one of their alternatives", () => {
    const facts = [["two weeks", "14 days"], "free"];
    expect(judged("14 days, free of charge", { facts }).value).toBe(1);
    expect(judged("14 days", { facts }).value).toBe(0.5);
  });

  it("must not be stated when forbidden", () => {
    expect(judged("Refunded within 60 days.", { forbiddenFacts: ["60 days"] })).toMatchObject({
      value: 0,
      pass: false,
    });
    expect(judged("Refunded within 160 days.", { forbiddenFacts: ["60 days"] })).toMatchObject({
      value: 1,
      pass: true,
    });
  });
});

describe("the state", () => {
  const state = {
    orders: { "A-1": { status: "refunded", total: 5, lines: [{ sku: "x", n: 1 }] } },
    tickets: {},
  };

  it("holds the expected members, others are free", () => {
    expect(judged("", { state: { orders: { "A-1": { status: "refunded" } } } }, state).pass).toBe(true);
    expect(judged("", { state: { orders: { "A-1": { lines: [{ sku: "x" }] } } } }, state).pass).toBe(true);
    expect(judged("", { state: { tickets: {} } }, state).pass).toBe(true);
  });

  it("tells path, wanted and found value", () => {
    const expected = {
      orders: { "A-1": { status: "delivered", lines: [{ sku: "y" }] } },
      accounts: { "C 1": 1 },
    };
    const evaluation = judged("", { state: expected }, state);
    expect(evaluation).toMatchObject({ value: 0, pass: false });
    const texts = evaluation.evidence.map(({ subject, finding }) => `${subject}: ${finding}`);
    expect(texts).toEqual([
      'state orders.A-1.status: want "delivered", got "refunded"',
      'state orders.A-1.lines[0].sku: want "y", got "x"',
      "state accounts: want {C 1: 1}, got nothing",
    ]);
  });

  it("fails when it is not reported or no object", () => {
    expect(judged("", { state: { a: 1 } }, null)).toMatchObject({ value: 0, pass: false });
    expect(judged("", { state: {} }, null).reason).toContain("none was reported");
    expect(judged("", { state: { a: 1 } }, [1]).pass).toBe(false);
    expect(judged("", { state: { toString: 1 } }, {}).pass).toBe(false);
    expect(judged("", { state: { list: [1] } }, { list: [1, 2] }).pass).toBe(false);
  });
});

describe("all demands together", () => {
  it("give the share of those fulfilled", () => {
    const expected: Expectation = { answer: "no", facts: ["a", "b"], forbiddenFacts: ["c"], state: { x: 1 } };
    const evaluation = judged("a and c", expected, { x: 1 });
    expect(evaluation.value).toBeCloseTo(2 / 5, 12);
    expect(evaluation.reason).toMatch(/^2 of 5 demands fulfilled: /);
  });

  it("are unscored when there are none", () => {
    expect(taskCompletion({ response: "x", expected: {} }).status).toBe("unscored");
    const evaluator = taskCompletionEvaluator();
    const only = caseWith({ criteria: "is polite" });
    expect(evaluator.evaluate(inputWith(only, { text: "x" }))).toMatchObject({ status: "unscored" });
    expect(evaluator.evaluate(inputWith(caseWith(undefined), {}))).toMatchObject({ status: "unscored" });
  });

  it("are judged from text and state of the sample", () => {
    const item = caseWith({ facts: ["done"], state: { a: 1 } });
    const output = { text: "Done.", state: { a: 1, b: 2 } };
    expect(taskCompletionEvaluator().evaluate(inputWith(item, output))).toMatchObject({
      value: 1,
      pass: true,
    });
  });

  it("survive hostile texts within the time of a test", () => {
    for (const piece of ["a", "*", "a*", "1,", "0", " ", "`", "\u0301", "\ud800"]) {
      const response = piece.repeat(200_000);
      expect(
        taskCompletion({ response, expected: { answer: "1", facts: ["a", "1"], forbiddenFacts: ["5 days"] } })
          .status,
      ).toBe("scored");
    }
  });
});
