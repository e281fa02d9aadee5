import { describe, expect, it } from "vitest";
import { z } from "zod";
import { answerCheck, grammarGaps } from "../../../src/targets/llama-schema.ts";

const object = (properties: Record<string, unknown>) => ({ type: "object", properties }) as never;

describe("what a grammar cannot hold of a JSON Schema", () => {
  // Seen with node-llama-cpp 3.21.1: these silently become null.
  it.each([
    [
      "anyOf",
      z.toJSONSchema(z.object({ a: z.union([z.object({ b: z.string() }), z.number()]) })),
      "#/properties/a",
    ],
    ["allOf", object({ a: { allOf: [{ type: "string" }] } }), "#/properties/a"],
    ["not", { type: "string", not: { const: "a" } }, "#"],
    ["the type", object({ a: { type: "date" } }), "#/properties/a"],
    ["the type", object({ a: {} }), "#/properties/a"],
    ["the type", { type: "array", items: {} }, "#/items"],
    ["the type", { $defs: { b: { type: "text" } }, $ref: "#/$defs/b" }, "#/$defs/b"],
    ["a list of types", object({ a: { type: ["object", "null"] } }), "#/properties/a"],
    ["`#/properties/a`", object({ a: true }), "#/properties/a"],
  ])("is named: %s", (keyword, schema, place) => {
    const gaps = grammarGaps(schema as never);
    expect(gaps).toHaveLength(1);
    expect(gaps[0]).toContain(keyword);
    expect(gaps[0]).toContain(`\`${place}\``);
  });

  it("is nothing where a keyword only narrows, and in what zod makes of a discriminated union", () => {
    const narrow = object({
      a: { type: "string", pattern: "^A", maxLength: 3 },
      b: { type: "number", minimum: 1 },
    });
    expect(grammarGaps(narrow)).toEqual([]);
    const union = z.discriminatedUnion("kind", [
      z.object({ kind: z.literal("a"), n: z.int() }),
      z.object({ kind: z.literal("b"), s: z.array(z.string()) }),
    ]);
    expect(grammarGaps(z.toJSONSchema(union) as never)).toEqual([]);
  });
});

describe("the check of a finished answer", () => {
  const check = answerCheck(
    object({ id: { type: "string", pattern: "^A-[0-9]+$" }, n: { type: "integer", maximum: 9 } }),
  );

  it.each([
    ['{"id": "A-1", "n": 3}', null],
    ['{"id": "B-1"}', "`/id` must match pattern"],
    ['{"n": 10}', "`/n` must be <= 9"],
    ['{"n": 1', "it is not JSON"],
    ["null", "`/` must be object"],
  ])("of %s says %s", (answer, said) => {
    if (said === null) expect(check(answer)).toBeNull();
    else expect(check(answer)).toContain(said);
  });
});
