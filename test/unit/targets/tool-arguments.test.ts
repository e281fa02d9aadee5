import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { givenArguments } from "../../../src/targets/tool-arguments.ts";

describe("arguments of a tool call", () => {
  it.each([
    ["a number of another type in most languages", '{"price":5.0}', { price: 5 }],
    ["an exponent", '{"n":[1e3]}', { n: [1000] }],
    [
      "more digits than a number of JavaScript has",
      '{"id":12345678901234567890}',
      { id: 12345678901234567000 },
    ],
    ["a name that stands twice", '{"a":1,"a":2}', { a: 2 }],
  ])("keep their text where reading loses %s", (_what, text, value) => {
    expect(givenArguments(text)).toEqual({ arguments: value, argumentsText: text });
  });

  it.each([
    ["half an object", '{"a":'],
    ["nothing", ""],
    ["a number that JSON can say and JavaScript cannot hold", '{"a":1e999}'],
  ])("are their text where they are no JSON: %s", (_what, text) => {
    expect(givenArguments(text)).toEqual({ arguments: text });
  });

  it.each([
    ['{ "a" : [1, -2.5, "5.0 : {x}", true, null], "b\\u0041": {"c": "\\"1.0\\":"} }'],
    ['{"__proto__": {"a": 1}}'],
  ])("are JSON alone where that says it all: %s", (text) => {
    const given = givenArguments(text);
    expect(given).not.toHaveProperty("argumentsText");
    expect(JSON.stringify(given.arguments)).toBe(JSON.stringify(JSON.parse(text)));
  });

  // JSON.stringify writes what JavaScript holds, so that reading it back loses nothing.
  it("have no second text where a program of JavaScript wrote them", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.constantFrom(undefined, 2),
        (value, space) => {
          const text = JSON.stringify(value, null, space);
          expect(givenArguments(text)).toEqual({ arguments: JSON.parse(text) });
        },
      ),
    );
  });
});
