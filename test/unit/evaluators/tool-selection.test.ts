import { describe, expect, it } from "vitest";
import type { Case, ExpectedToolCall, ExpectedToolCalls } from "../../../src/core/dataset.ts";
import { EvalsError } from "../../../src/core/errors.ts";
import type { Json } from "../../../src/core/json.ts";
import { toolSelection, toolSelectionEvaluator } from "../../../src/evaluators/index.ts";
import { caseWith, inputWith } from "./input.ts";

const get = { name: "get_order", arguments: { order_id: "A-1" } };
const refund = { name: "refund_order", arguments: { order_id: "A-1" } };
const cancel = { name: "cancel_order", arguments: { order_id: "A-1" } };

function judged(calls: { name: string; arguments: Json }[], expected: Partial<ExpectedToolCalls>) {
  const evaluation = toolSelection({ calls, expected: { calls: [], ...expected } });
  if (evaluation.status !== "scored") throw new Error(evaluation.reason);
  return evaluation;
}

describe("tool selection by mode", () => {
  const table: [ExpectedToolCalls["mode"], string, { name: string; arguments: Json }[], number, boolean][] = [
    ["exact", "same order", [get, refund], 1, true],
    ["exact", "other order", [refund, get], 2 / 4, false],
    ["exact", "one more", [get, refund, cancel], 4 / 5, false],
    ["any_order", "other order", [refund, get], 1, true],
    ["any_order", "one more", [refund, cancel, get], 4 / 5, false],
    ["any_order", "one missing", [refund], 2 / 3, false],
    ["any_order", "none", [], 0, false],
    ["in_order", "others between", [get, cancel, refund], 1, true],
    ["in_order", "other order", [refund, get], 2 / 3, false],
    ["contains", "other order and more", [cancel, refund, get], 1, true],
    ["contains", "one missing", [cancel, get], 2 / 3, false],
    ["within", "other order", [refund, get], 1, true],
    ["within", "one missing", [refund], 1, true],
    ["within", "none", [], 1, true],
    ["within", "one more", [get, cancel], 1 / 2, false],
    ["within", "one twice", [get, get], 1 / 2, false],
  ];
  it.each(table)("%s: %s", (mode, _name, calls, value, pass) => {
    const evaluation = judged(calls, { mode, calls: [get, refund] });
    expect(evaluation.value).toBeCloseTo(value, 12);
    expect(evaluation.pass).toBe(pass);
  });

  it("counts a call twice only when it was made twice", () => {
    expect(judged([get], { calls: [get, get] }).value).toBeCloseTo(2 / 3, 12);
    expect(judged([get, get], { calls: [get, get] }).pass).toBe(true);
  });

  it("finds the largest pairing where a greedy one falls short", () => {
    const loose: ExpectedToolCall = {
      name: "get_order",
      arguments: { order_id: "A-1" },
      accept: { order_id: ["A-2"] },
    };
    const calls = [get, { name: "get_order", arguments: { order_id: "A-2" } }];
    expect(judged(calls, { calls: [loose, get] }).pass).toBe(true);
    expect(judged(calls, { calls: [loose, get], mode: "contains" }).pass).toBe(true);
  });
});

describe("the number of calls", () => {
  it("may be demanded without saying which", () => {
    const expected = { mode: "contains", minimumCalls: 1 } as const;
    expect(judged([], expected)).toMatchObject({ value: 0, pass: false });
    expect(judged([], expected).reason).toContain("0 calls, at least 1 demanded");
    expect(judged([get], expected)).toMatchObject({ value: 1, pass: true });
  });

  it("cannot be demanded where it is not allowed", () => {
    const item = caseWith({ toolCalls: { calls: [get], mode: "exact", minimumCalls: 2 } });
    expect(() => toolSelectionEvaluator().prepare?.([item])).toThrow(/at least 2 calls but allows 1/);
    const within = caseWith({ toolCalls: { calls: [get, refund], mode: "within", maximumCalls: 1 } });
    expect(() => toolSelectionEvaluator().prepare?.([within])).not.toThrow();
  });
});

describe("the schema of a tool's arguments", () => {
  const tools = [
    { name: "get_order", parameters: { type: "object", properties: { limit: { type: "integer" } } } },
    { name: "refund_order" },
  ];
  const expected = { calls: [{ name: "get_order", arguments: {}, optional: ["limit"] }] };

  it("is part of what a call must satisfy", () => {
    const call = (limit: Json) => [{ name: "get_order", arguments: { limit } }];
    expect(toolSelection({ calls: call(3), expected, tools })).toMatchObject({ pass: true });
    const wrong = toolSelection({ calls: call("3"), expected, tools });
    expect(wrong).toMatchObject({ pass: false });
    expect(wrong.reason).toContain("/limit must be integer");
  });

  it("is refused before the run when it cannot be used, and may differ by case", () => {
    const broken = [{ name: "get_order", parameters: { type: "objet" } }];
    const item = caseWith({ toolCalls: { ...expected, mode: "any_order" } });
    const prepare = () => toolSelectionEvaluator({ tools: () => broken }).prepare?.([item]);
    expect(prepare).toThrow(EvalsError);
    expect(prepare).toThrow(/tool get_order: the schema of its arguments cannot be used/);
    const output = { toolCalls: [{ name: "get_order", arguments: { limit: "3" } }] };
    const evaluator = toolSelectionEvaluator({ tools: ({ id }) => (id === "case-1" ? tools : []) });
    expect(evaluator.evaluate(inputWith(item, output))).toMatchObject({ pass: false });
  });
});

describe("no call expected", () => {
  it("is 1 when none was made and 0 when one was", () => {
    expect(judged([], { calls: [] })).toMatchObject({ value: 1, pass: true });
    expect(judged([get], { calls: [] })).toMatchObject({ value: 0, pass: false });
  });

  it("is unscored when nothing at all is demanded", () => {
    expect(toolSelection({ calls: [get], expected: { calls: [], mode: "contains" } }).status).toBe(
      "unscored",
    );
    expect(judged([get], { calls: [], mode: "contains", forbidden: ["x"] }).pass).toBe(true);
  });
});

describe("what is not allowed", () => {
  it("makes the value 0 for a forbidden call, whatever else is right", () => {
    for (const mode of ["exact", "any_order", "in_order", "contains"] as const) {
      const evaluation = judged([get, cancel], { calls: [get], mode, forbidden: ["cancel_order"] });
      expect(evaluation).toMatchObject({ value: 0, pass: false });
      expect(evaluation.reason).toContain("forbidden cancel_order");
    }
  });

  it("does not pass more calls than the maximum", () => {
    const evaluation = judged([get, cancel, cancel], { calls: [get], mode: "contains", maximumCalls: 2 });
    expect(evaluation.pass).toBe(false);
    expect(evaluation.value).toBeCloseTo(2 / 3, 12);
    expect(judged([get, cancel], { calls: [get], mode: "contains", maximumCalls: 2 }).pass).toBe(true);
  });

  it("does not pass a tool that is not on offer", () => {
    const expected: ExpectedToolCalls = { calls: [get], mode: "contains" };
    const evaluation = toolSelection({ calls: [get, cancel], expected, tools: ["get_order"] });
    expect(evaluation).toMatchObject({ pass: false });
    expect(toolSelection({ calls: [get, cancel], expected, tools: [get, cancel] })).toMatchObject({
      pass: true,
    });
  });
});

describe("arguments", () => {
  const passes = (given: Json, wanted: Omit<ExpectedToolCall, "name">, normaliseStrings = false) => {
    const expected: ExpectedToolCalls = { calls: [{ name: "f", ...wanted }], mode: "exact" };
    const evaluation = toolSelection(
      { calls: [{ name: "f", arguments: given }], expected },
      { normaliseStrings },
    );
    return evaluation.status === "scored" && evaluation.pass;
  };

  it("are free when the case gives none", () => {
    expect(passes({ x: 1 }, {})).toBe(true);
    expect(passes("no JSON", {})).toBe(true);
  });

  it("must be there, be equal, and be no others", () => {
    expect(passes({ x: 1 }, { arguments: { x: 1 } })).toBe(true);
    expect(passes({ x: 2 }, { arguments: { x: 1 } })).toBe(false);
    expect(passes({ x: "1" }, { arguments: { x: 1 } })).toBe(false);
    expect(passes({}, { arguments: { x: 1 } })).toBe(false);
    expect(passes({ x: 1, y: 2 }, { arguments: { x: 1 } })).toBe(false);
    expect(passes("x=1", { arguments: { x: 1 } })).toBe(false);
    expect(passes(null, { arguments: {} })).toBe(true);
  });

  it("may take further accepted values", () => {
    expect(passes({ x: 2 }, { arguments: { x: 1 }, accept: { x: [2, 3] } })).toBe(true);
    expect(passes({ x: 4 }, { arguments: { x: 1 }, accept: { x: [2, 3] } })).toBe(false);
    expect(passes({ x: 2 }, { accept: { x: [2] } })).toBe(true);
  });

  it("may be left out when optional, and are judged when there", () => {
    const wanted = { arguments: { x: 1, y: 2 }, optional: ["y", "z"] };
    expect(passes({ x: 1 }, wanted)).toBe(true);
    expect(passes({ x: 1, y: 2, z: "any" }, wanted)).toBe(true);
    expect(passes({ x: 1, y: 3 }, wanted)).toBe(false);
  });

  it("are compared deeply, objects in any order of members, lists in order", () => {
    expect(passes({ o: { a: 1, b: [1, 2] } }, { arguments: { o: { b: [1, 2], a: 1 } } })).toBe(true);
    expect(passes({ o: { a: 1, b: [2, 1] } }, { arguments: { o: { b: [1, 2], a: 1 } } })).toBe(false);
  });

  it("are compared exactly, or as the Berkeley leaderboard does", () => {
    const wanted = { arguments: { city: "New York, NY", note: ["it's"] } };
    const given = { city: "new york/ny", note: ['IT"S'] };
    expect(passes(given, wanted)).toBe(false);
    expect(passes(given, wanted, true)).toBe(true);
    expect(passes({ ...given, city: "New York City, NY" }, wanted, true)).toBe(false);
  });

  it("cannot be faked with members of the prototype", () => {
    expect(passes(JSON.parse('{"__proto__":{"x":1}}'), { arguments: { x: 1 } })).toBe(false);
    expect(passes({}, { arguments: { toString: 1 } })).toBe(false);
    expect(passes({}, { arguments: {}, accept: { constructor: [1] } })).toBe(false);
  });
});

describe("what a person reads", () => {
  it("is a short difference", () => {
    const wrong = { name: "refund_order", arguments: { order_id: "A-2" } };
    const { reason } = judged([get, wrong, cancel], { calls: [get, refund] });
    expect(reason).toContain('missing refund_order(order_id="A-1"): order_id is "A-2", not "A-1"');
    expect(reason).toContain('unexpected cancel_order(order_id="A-1")');
    expect(judged([refund, get], { calls: [get, refund], mode: "exact" }).reason).toContain("wrong order");
  });

  it("stays short for hostile calls", () => {
    let deep: Json = [];
    for (let depth = 0; depth < 50_000; depth++) deep = [deep];
    const calls = Array.from({ length: 1000 }, () => ({ name: "x".repeat(10_000), arguments: { deep } }));
    const evaluation = judged(calls, { calls: [get] });
    expect(evaluation.reason.length).toBeLessThan(2000);
    expect(evaluation.evidence.length).toBeLessThanOrEqual(50);
  });
});

describe("the evaluator", () => {
  it("names everything that changes the score in its version", () => {
    const versions = [
      toolSelectionEvaluator(),
      toolSelectionEvaluator({ normaliseStrings: true }),
      toolSelectionEvaluator({ tools: ["a"] }),
      toolSelectionEvaluator({ tools: ["a", "b"] }),
    ].map(({ version }) => version);
    expect(new Set(versions).size).toBe(4);
    expect(toolSelectionEvaluator({ tools: ["b", "a"] }).version).toBe(versions[3]);
  });

  it("judges the sample's calls and leaves a case without expectation unscored", () => {
    const evaluator = toolSelectionEvaluator();
    const output = { toolCalls: [get] };
    const item = caseWith({ toolCalls: { calls: [get], mode: "exact" } });
    expect(evaluator.evaluate(inputWith(item, output))).toMatchObject({ status: "scored", pass: true });
    expect(evaluator.evaluate(inputWith(caseWith({ answer: "x" }), output))).toMatchObject({
      status: "unscored",
    });
    expect(evaluator.evaluate(inputWith(caseWith(undefined), output))).toMatchObject({ status: "unscored" });
  });

  it("refuses a case that no answer can pass", () => {
    const prepare = (toolCalls: ExpectedToolCalls) => {
      const cases: Case[] = [caseWith({ toolCalls })];
      return () => toolSelectionEvaluator().prepare?.(cases);
    };
    expect(prepare({ calls: [get], mode: "contains", forbidden: ["get_order"] })).toThrow(EvalsError);
    expect(prepare({ calls: [get, refund], mode: "contains", maximumCalls: 1 })).toThrow(
      /case-1 expects 2 calls/,
    );
    expect(prepare({ calls: [get], mode: "contains", maximumCalls: 1, forbidden: ["x"] })).not.toThrow();
  });
});
