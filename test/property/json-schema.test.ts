import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../src/core/json.ts";
import { compileSchema } from "../../src/evaluators/json-schema.ts";

const key = fc.constantFrom("a", "b", "c");
const scalar = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom("", "a", "bb", "2024-01-01"),
);
const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    scalar,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(key, tie("value"), { maxKeys: 3 }),
  ),
}));
const small = fc.integer({ min: 0, max: 3 });
const { schema } = fc.letrec<{ schema: JsonObject | boolean }>((tie) => {
  const list = fc.array(tie("schema"), { minLength: 1, maxLength: 2 });
  const named = fc.dictionary(key, tie("schema"), { maxKeys: 2 });
  const keywords = fc.record(
    {
      type: fc.constantFrom("object", "array", "string", "integer", "number", "null", "boolean"),
      enum: fc.array(value, { minLength: 1, maxLength: 3 }),
      const: value,
      minimum: small,
      exclusiveMaximum: small,
      multipleOf: fc.constantFrom(1, 2, 0.5),
      minLength: small,
      maxLength: small,
      pattern: fc.constantFrom("^a", "b$", "^$"),
      format: fc.constantFrom("date", "ipv4"),
      required: fc.uniqueArray(key, { maxLength: 2 }),
      properties: named,
      patternProperties: fc.record({ "^a": tie("schema") }, { requiredKeys: [] }),
      additionalProperties: tie("schema"),
      propertyNames: tie("schema"),
      dependentRequired: fc.dictionary(key, fc.uniqueArray(key, { maxLength: 2 }), { maxKeys: 2 }),
      items: tie("schema"),
      prefixItems: list,
      contains: tie("schema"),
      maxContains: small,
      uniqueItems: fc.boolean(),
      maxItems: small,
      allOf: list,
      anyOf: list,
      oneOf: list,
      not: tie("schema"),
      if: tie("schema"),
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: tie("schema"),
      else: tie("schema"),
    },
    { requiredKeys: [] },
  );
  return { schema: fc.oneof({ maxDepth: 2 }, fc.boolean(), keywords as fc.Arbitrary<JsonObject>) };
});

describe("the two engines of JSON Schema", () => {
  it("say the same of schemas that both may judge", () => {
    const objects = schema.filter((one): one is JsonObject => typeof one === "object");
    fc.assert(
      fc.property(objects, fc.array(value, { minLength: 1, maxLength: 4 }), (one, values) => {
        const fast = compileSchema(one);
        // An anchor that nothing refers to changes nothing but the engine.
        const conformant = compileSchema({ ...one, $anchor: "unused" });
        for (const item of values) {
          expect(conformant.check(item, 5000).status).toBe(fast.check(item, 5000).status);
        }
      }),
      { numRuns: 40 },
    );
  });
});
