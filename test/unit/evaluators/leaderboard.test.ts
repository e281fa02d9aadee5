import { describe, expect, it } from "vitest";
import type { ExpectedToolCall } from "../../../src/core/dataset.ts";
import { EvalsError } from "../../../src/core/errors.ts";
import type { Json } from "../../../src/core/json.ts";
import type { ToolCall } from "../../../src/core/sample.ts";
import {
  PythonFloat,
  parsePythonJson,
  toolSelection,
  toolSelectionEvaluator,
} from "../../../src/evaluators/index.ts";
import { givenArguments } from "../../../src/targets/tool-arguments.ts";
import { caseWith } from "./input.ts";

// Rules of the AST checker of the Berkeley Function Calling Leaderboard (its README and `ast_checker.py`), cases written by hand.
const tool = {
  name: "shop.find",
  parameters: {
    type: "object",
    properties: {
      name: { type: "string" },
      count: { type: "integer" },
      price: { "x-bfcl-type": "float", type: "number" },
      sizes: { type: "array", items: { "x-bfcl-type": "float", type: "number" } },
      tags: { type: "array", items: { type: "string" } },
      open: { type: "boolean" },
      place: { "x-bfcl-type": "dict", type: "object" },
      stops: { type: "array", items: { "x-bfcl-type": "dict", type: "object" } },
    },
    required: ["name"],
  },
};
const other = { name: "shop.close", parameters: { type: "object", properties: {} } };

/** Whether a call with these arguments passes, as text and as a target records it; `key` has the accepted values of each argument. */
function passes(argumentsText: string, key: Record<string, Json[]>, name = "shop.find"): boolean {
  const expected = keyed(key);
  const asText = isValid({ name, arguments: argumentsText }, expected);
  expect(isValid({ name, ...givenArguments(argumentsText) }, expected)).toBe(asText);
  return asText;
}

function isValid(call: ToolCall, expected: ExpectedToolCall): boolean {
  const calls = [call];
  const evaluation = toolSelection(
    { calls, expected: { calls: [expected] }, tools: [tool, other] },
    { profile: "bfcl" },
  );
  if (evaluation.status !== "scored") throw new Error(evaluation.reason);
  return evaluation.pass;
}

function keyed(key: Record<string, Json[]>): ExpectedToolCall {
  const whole = parsePythonJson(JSON.stringify(key)) as Record<string, Json[]>;
  const call = { name: "shop.find", accept: {} as Record<string, Json[]>, optional: [] as string[] };
  for (const [name, values] of Object.entries(whole)) {
    call.accept[name] = values.filter((value) => value !== "");
    if (values.includes("")) call.optional.push(name);
  }
  return call;
}

describe("the leaderboard's profile", () => {
  const table: [string, string, Record<string, Json[]>, boolean][] = [
    ["text without marks and case", '{"name":"New York, NY"}', { name: ["new york ny"] }, true],
    ["text that only holds the expected one", '{"name":"New York City"}', { name: ["New York"] }, false],
    ["other kind of quote", `{"name":"O'Hare"}`, { name: ['O"Hare'] }, true],
    ["argument that is required", "{}", { name: ["a", ""] }, false],
    ["argument that may be left out", '{"name":"a"}', { name: ["a"], count: [1, ""] }, true],
    ["argument that may not", '{"name":"a"}', { name: ["a"], count: [1] }, false],
    ["argument that the key does not know", '{"name":"a","count":1}', { name: ["a"] }, false],
    ["argument that the tool does not know", '{"name":"a","x":1}', { name: ["a"], x: [1] }, false],
    ["integer for a float", '{"name":"a","price":5}', { name: ["a"], price: [5.5, 5] }, true],
    ["float for an integer", '{"name":"a","count":5.0}', { name: ["a"], count: [5] }, false],
    ["true for an integer", '{"name":"a","count":true}', { name: ["a"], count: [1] }, false],
    ["text for an integer", '{"name":"a","count":"5"}', { name: ["a"], count: [5] }, false],
    [
      "integers in a list of floats",
      '{"name":"a","sizes":[1, 2]}',
      { name: ["a"], sizes: [[1.5, 2.5]] },
      false,
    ],
    [
      "floats in a list of floats",
      '{"name":"a","sizes":[1.5, 2.5]}',
      { name: ["a"], sizes: [[1.5, 2.5]] },
      true,
    ],
    ["list in another order", '{"name":"a","tags":["y","x"]}', { name: ["a"], tags: [["x", "y"]] }, false],
    [
      "list of texts without marks",
      '{"name":"a","tags":["X.","y"]}',
      { name: ["a"], tags: [["x", "Y"]] },
      true,
    ],
    [
      "dictionary",
      '{"name":"a","place":{"city":"Bonn"}}',
      { name: ["a"], place: [{ city: ["bonn"] }] },
      true,
    ],
    [
      "dictionary without an optional key",
      '{"name":"a","place":{"city":"Bonn"}}',
      { name: ["a"], place: [{ city: ["bonn"], zip: ["1", ""] }] },
      true,
    ],
    [
      "dictionary without a key",
      '{"name":"a","place":{"city":"Bonn"}}',
      { name: ["a"], place: [{ city: ["bonn"], zip: ["1"] }] },
      false,
    ],
    [
      "dictionary with a further key",
      '{"name":"a","place":{"city":"Bonn","x":1}}',
      { name: ["a"], place: [{ city: ["bonn"] }] },
      false,
    ],
    [
      "dictionaries in order",
      '{"name":"a","stops":[{"at":"b"},{"at":"a"}]}',
      { name: ["a"], stops: [[{ at: ["a"] }, { at: ["b"] }]] },
      false,
    ],
    ["variable, compared as it is", '{"name":"a","count":"n"}', { name: ["a"], count: ["n"] }, true],
    ["variable in another case", '{"name":"a","count":"N"}', { name: ["a"], count: ["n"] }, false],
    ["arguments that are no object", "[1]", { name: ["a"] }, false],
  ];
  it.each(table)("%s: %s", (_rule, text, key, expected) => {
    expect(passes(text, key)).toBe(expected);
  });

  it("tells 1.0 from 1 where the key has floats", () => {
    const sizes = (text: string) => {
      const accept = { name: ["a"], sizes: [[new PythonFloat(1), new PythonFloat(2)]] as unknown as Json[] };
      const calls = [{ name: "shop.find", arguments: `{"name":"a","sizes":${text}}` }];
      return toolSelection(
        { calls, expected: { calls: [{ name: "shop.find", accept }] }, tools: [tool, other] },
        { profile: "bfcl" },
      );
    };
    expect(sizes("[1.0, 2e0]")).toMatchObject({ pass: true });
    expect(sizes("[1, 2]")).toMatchObject({ pass: false });
    expect(sizes("[1, 2]").reason).toContain("sizes is [1, 2]: not a list of float");
  });

  it("reads a point in a name as an underscore, for interfaces that forbid points", () => {
    expect(passes('{"name":"a"}', { name: ["a"] }, "shop_find")).toBe(true);
    expect(passes('{"name":"a"}', { name: ["a"] }, "shop-find")).toBe(false);
  });

  it("takes the only tool's name, matches greedily and counts every call", () => {
    const judged = (
      names: string[],
      texts: string[],
      keys: Record<string, Json[]>[],
      tools = [tool, other],
    ) => {
      const calls = texts.map((text, index) => ({ name: names[index]!, arguments: text }));
      const evaluation = toolSelection(
        { calls, expected: { calls: keys.map(keyed) }, tools },
        { profile: "bfcl" },
      );
      return evaluation.status === "scored" && evaluation.pass;
    };
    const find = ["shop.find", "shop.find"];
    expect(judged(find, ['{"name":"b"}', '{"name":"a"}'], [{ name: ["a"] }, { name: ["b"] }])).toBe(true);
    // Each expected call takes the first that fits it: the loose one takes what only the other could have used.
    expect(judged(find, ['{"name":"a"}', '{"name":"b"}'], [{ name: ["a", "b"] }, { name: ["a"] }])).toBe(
      false,
    );
    expect(judged(find, ['{"name":"a"}', '{"name":"a"}'], [{ name: ["a"] }])).toBe(false);
    expect(judged(["find"], ['{"name":"a"}'], [{ name: ["a"] }], [{ ...tool, name: "find" }])).toBe(true);
  });

  it("expects no call where none is in the key", () => {
    const judge = (calls: { name: string; arguments: Json }[]) =>
      toolSelection({ calls, expected: { calls: [] }, tools: [tool] }, { profile: "bfcl" });
    expect(judge([])).toMatchObject({ pass: true });
    expect(judge([{ name: "shop.find", arguments: {} }])).toMatchObject({ pass: false });
  });

  it("needs the tools", () => {
    const judge = () =>
      toolSelection({ calls: [], expected: { calls: [{ name: "a" }] } }, { profile: "bfcl" });
    expect(judge).toThrow(EvalsError);
    const item = caseWith({ toolCalls: { calls: [], mode: "any_order" } });
    expect(() => toolSelectionEvaluator({ profile: "bfcl" }).prepare?.([item])).toThrow(EvalsError);
    expect(() => toolSelectionEvaluator({ profile: "bfcl", tools: [tool] }).prepare?.([item])).not.toThrow();
  });
});

describe("JSON as Python reads it", () => {
  it.each([
    "5",
    "5.0",
    "[1,1.5,2e3]",
    '{"__proto__":1.0,"a":{"b":[]}}',
    '"1.0"',
    "null",
    '{"a":"\\"1.0"}',
    "[[],{}]",
  ])("%s is the same JSON", (text) => {
    expect(JSON.parse(JSON.stringify(parsePythonJson(text)))).toEqual(JSON.parse(text));
  });

  it("keeps how a number was written", () => {
    const [whole, point, exponent] = parsePythonJson("[5, 5.0, 5e0]") as unknown[];
    expect(whole).toBe(5);
    expect(point).toBeInstanceOf(PythonFloat);
    expect(exponent).toBeInstanceOf(PythonFloat);
  });

  it("refuses what is no JSON, and reads what is nested deeply", () => {
    expect(() => parsePythonJson("[1,]")).toThrow(SyntaxError);
    expect(() => parsePythonJson("[".repeat(50_000) + "]".repeat(50_000))).not.toThrow();
  });
});
