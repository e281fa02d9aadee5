import { describe, expect, it } from "vitest";
import { EvalsError } from "../../../src/core/errors.ts";
import type { Json, JsonObject } from "../../../src/core/json.ts";
import {
  type JsonSchema,
  jsonValidation,
  jsonValidationEvaluator,
  SchemaError,
} from "../../../src/evaluators/index.ts";
import { compileSchema } from "../../../src/evaluators/json-schema.ts";
import { caseWith, inputWith } from "./input.ts";
import { type SharedData, sharedData } from "./shared-data.ts";

const order: JsonSchema = {
  type: "object",
  properties: { id: { type: "string" }, items: { type: "array", items: { type: "integer" } } },
  required: ["id"],
  additionalProperties: false,
};

describe("text that is no JSON", () => {
  // RFC 8259: no trailing comma, no comment, no single quotes, no second value, no byte order mark.
  it.each(["", "  ", "{", "[1,]", "{'a':1}", "1 2", '{"a":1} // x', "\ufeff{}", "NaN", "Sure! {}"])(
    "%j scores 0",
    (text) => {
      expect(jsonValidation({ text, schema: true })).toMatchObject({
        status: "scored",
        value: 0,
        pass: false,
      });
    },
  );

  it("says that it is wrapped in a code fence, and unwraps it when asked", () => {
    const text = '```json\n{"id": "A"}\n```';
    expect(jsonValidation({ text, schema: order })).toMatchObject({ value: 0 });
    expect(jsonValidation({ text, schema: order }).reason).toContain("code fence");
    const unwrapped = jsonValidation({ text, schema: order }, { unwrapCodeFence: true });
    expect(unwrapped).toMatchObject({ value: 1, pass: true });
    expect(unwrapped.reason).toContain("code fence");
  });

  it.each(["Here: ```json\n{}\n```", "```\n{}\n```\n```\n{}\n```", "```json\n{}"])(
    "does not unwrap %j",
    (text) => {
      expect(jsonValidation({ text, schema: true }, { unwrapCodeFence: true })).toMatchObject({ value: 0 });
    },
  );
});

describe("JSON that is not as the schema says", () => {
  it("has a JSON Pointer for each problem", () => {
    const text = '{"items":[1,"2"],"a/b":1}';
    const evaluation = jsonValidation({ text, schema: order });
    if (evaluation.status !== "scored") throw new Error(evaluation.reason);
    expect(evaluation.value).toBe(0);
    const findings = evaluation.evidence.map(({ subject, finding }) => `${subject} ${finding}`);
    expect(findings).toHaveLength(3);
    expect(findings).toContain("(whole) must have required property 'id'");
    expect(findings).toContain("/items/1 must be integer");
    expect(findings.join()).toContain("a/b");
  });

  it("escapes pointers by RFC 6901", () => {
    const schema = { additionalProperties: { type: "string" } };
    const evaluation = jsonValidation({ text: '{"a/b~c":1}', schema });
    expect(evaluation).toMatchObject({ evidence: [{ subject: "/a~1b~0c", supports: false }] });
  });

  it("shows 20 problems at most and counts them all", () => {
    const text = JSON.stringify(Array.from({ length: 1000 }, () => 1));
    const evaluation = jsonValidation({ text, schema: { items: { type: "string" } } });
    expect(evaluation.reason).toContain("1000 problems");
    expect(evaluation.status === "scored" && evaluation.evidence).toHaveLength(20);
  });
});

describe("schemas", () => {
  it("are of draft 2020-12, or of draft 7 by their $schema", () => {
    const tuple = { items: [{ type: "string" }] };
    expect(() => jsonValidation({ text: "[1]", schema: tuple })).toThrow(SchemaError);
    const seven = { $schema: "http://json-schema.org/draft-07/schema#", ...tuple };
    expect(jsonValidation({ text: "[1]", schema: seven })).toMatchObject({ value: 0 });
    const twenty = {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      prefixItems: [{ type: "string" }],
    };
    expect(jsonValidation({ text: "[1]", schema: twenty })).toMatchObject({ value: 0 });
    const four = { $schema: "http://json-schema.org/draft-04/schema#" };
    expect(() => jsonValidation({ text: "1", schema: four })).toThrow(/only 2020-12 and draft 7/);
  });

  it("assert formats", () => {
    const schema = { type: "string", format: "date" };
    expect(jsonValidation({ text: '"2024-02-29"', schema })).toMatchObject({ value: 1 });
    expect(jsonValidation({ text: '"2023-02-29"', schema })).toMatchObject({ value: 0 });
  });

  it("refuse unknown keywords and formats when strict", () => {
    const schema = { requird: ["id"] };
    expect(jsonValidation({ text: "{}", schema })).toMatchObject({ value: 1 });
    expect(() => jsonValidation({ text: "{}", schema }, { strict: true })).toThrow(/requird/);
    expect(() => jsonValidation({ text: "{}", schema: { format: "dat" } }, { strict: true })).toThrow(/dat/);
  });

  it("may refer to given schemas, and to nothing else", () => {
    const schema = { $ref: "https://example.test/id" };
    expect(() => jsonValidation({ text: "1", schema })).toThrow(SchemaError);
    const references = { "https://example.test/id": { type: "string" } };
    expect(jsonValidation({ text: "1", schema }, { references })).toMatchObject({ value: 0 });
    expect(jsonValidation({ text: '"x"', schema }, { references })).toMatchObject({ value: 1 });
  });
});

describe("hostile text", () => {
  it("cannot pollute or fake members with __proto__", () => {
    const schema = { required: ["admin"], properties: { admin: { const: true } } };
    expect(jsonValidation({ text: '{"__proto__":{"admin":true}}', schema })).toMatchObject({ value: 0 });
    expect(jsonValidation({ text: "{}", schema: { required: ["toString"] } })).toMatchObject({ value: 0 });
    expect(Object.hasOwn(Object.prototype, "admin")).toBe(false);
  });

  it("cannot break a comparison with members named as methods", () => {
    const text = '{"toString":1,"valueOf":{},"constructor":{"a":1}}';
    const value = JSON.parse(text) as Json;
    expect(jsonValidation({ text, schema: { const: value } })).toMatchObject({ value: 1 });
    expect(jsonValidation({ text, schema: { enum: [{}, value] } })).toMatchObject({ value: 1 });
    expect(jsonValidation({ text, schema: { const: { a: 1 } } })).toMatchObject({ value: 0 });
    expect(jsonValidation({ text: `[${text},${text}]`, schema: { uniqueItems: true } })).toMatchObject({
      value: 0,
    });
  });

  it("with many items is checked for unique ones in time", () => {
    const text = JSON.stringify(Array.from({ length: 50_000 }, (_, index) => ({ index })));
    expect(jsonValidation({ text, schema: { uniqueItems: true } })).toMatchObject({ value: 1 });
  });

  it("may be nested a hundred thousand times", () => {
    const text = "[".repeat(100_000) + "]".repeat(100_000);
    expect(jsonValidation({ text, schema: { type: "array" } })).toMatchObject({ value: 1 });
    const schema = {
      $ref: "#/$defs/list",
      $defs: { list: { type: "array", items: { $ref: "#/$defs/list" } } },
    };
    expect(jsonValidation({ text, schema }).status).toBe("error");
  });

  it("cannot hang a pattern that backtracks", () => {
    const schema = { type: "string", pattern: "^(a+)+$" };
    const text = JSON.stringify(`${"a".repeat(60)}!`);
    const evaluation = jsonValidation({ text, schema }, { timeLimitMs: 50 });
    expect(evaluation).toMatchObject({ status: "error" });
    expect(evaluation.reason).toContain("50 ms");
  });

  it("is cut in what is shown", () => {
    const text = JSON.stringify({ ["k".repeat(100_000)]: 1 });
    const evaluation = jsonValidation({ text, schema: { additionalProperties: false } });
    expect(evaluation.reason.length).toBeLessThan(1000);
    expect(jsonValidation({ text: "x".repeat(1_000_000), schema: true }).reason.length).toBeLessThan(1000);
  });
});

describe("the evaluator", () => {
  it("judges by the case's schema, prepared or not", () => {
    const evaluator = jsonValidationEvaluator();
    const item = caseWith({ jsonSchema: order as JsonObject });
    expect(evaluator.evaluate(inputWith(item, { text: '{"id":"A"}' }))).toMatchObject({
      value: 1,
      pass: true,
    });
    evaluator.prepare?.([item]);
    expect(evaluator.evaluate(inputWith(item, { text: "{}" }))).toMatchObject({ value: 0, pass: false });
    expect(evaluator.evaluate(inputWith(caseWith({ jsonSchema: false }), { text: "{}" }))).toMatchObject({
      value: 0,
    });
    expect(evaluator.evaluate(inputWith(caseWith({}), { text: "{}" }))).toMatchObject({ status: "unscored" });
  });

  it("names the case whose schema cannot be used", () => {
    const broken = [caseWith({ jsonSchema: { type: "strin" } }), caseWith({ jsonSchema: { pattern: "(" } })];
    for (const item of broken) {
      const prepare = () => jsonValidationEvaluator().prepare?.([item]);
      expect(prepare).toThrow(EvalsError);
      expect(prepare).toThrow(/case case-1: the JSON schema cannot be used: .+/);
      expect(prepare).toThrow(expect.objectContaining({ code: "DATASET_INVALID" }));
    }
  });

  it("takes two schemas with the same $id", () => {
    const schemas = ["string", "number"].map((type) =>
      caseWith({ jsonSchema: { $id: "https://example.test/s", type } }),
    );
    const evaluator = jsonValidationEvaluator();
    evaluator.prepare?.(schemas);
    expect(evaluator.evaluate(inputWith(schemas[1]!, { text: "1" }))).toMatchObject({ value: 1 });
  });

  it("names its options in its version and refuses a bad one", () => {
    const options = [
      {},
      { unwrapCodeFence: true },
      { strict: true },
      { timeLimitMs: 5 },
      { references: { a: true } },
    ];
    expect(new Set(options.map((option) => jsonValidationEvaluator(option).version)).size).toBe(
      options.length,
    );
    expect(() => jsonValidationEvaluator({ timeLimitMs: 0 })).toThrow(RangeError);
  });
});

interface SchemaRow {
  schema: JsonSchema;
  instance: Json;
  valid: boolean;
  optional: boolean;
  format_assertion: boolean;
  remote_ref: boolean;
  keyword: string;
}

describe("against the JSON Schema Test Suite", () => {
  // Keywords where Ajv or the assertion of formats is known to differ are not counted.
  const differing = new Set([
    "dynamicRef",
    "format",
    "unevaluatedItems",
    "unevaluatedProperties",
    "vocabulary",
    "ref",
  ]);

  for (const draft of ["draft7", "draft2020-12"]) {
    const data = sharedData(`json/json_schema_${draft}.jsonl`);
    it.skipIf(!data.present)(`${draft}: required keywords${data.note}`, () => suite(draft, data));
  }

  function suite(draft: string, data: SharedData): void {
    const rows = data.rows<SchemaRow>().filter(({ optional, format_assertion, remote_ref, keyword }) => {
      return !optional && !format_assertion && !remote_ref && !differing.has(keyword);
    });
    const wrong = rows.filter(({ schema, instance, valid }) => {
      const named =
        draft === "draft7" && typeof schema === "object"
          ? { $schema: "http://json-schema.org/draft-07/schema#" }
          : {};
      const compiled = compileSchema(typeof schema === "object" ? { ...named, ...schema } : schema);
      return (compiled.check(instance, 1000).status === "valid") !== valid;
    });
    expect(rows.length).toBeGreaterThan(300);
    expect(wrong).toEqual([]);
  }
});

describe("against JSONTestSuite", () => {
  const data = sharedData("json/json_parsing.jsonl");

  it.skipIf(!data.present)(`accepts and rejects as every parser must${data.note}`, () => {
    const rows = data.rows<{ id: string; expect: string; text: string | null; valid_utf8: boolean }>();
    const decided = rows.filter(
      (row) => row.expect !== "either" && row.valid_utf8 && typeof row.text === "string",
    );
    const wrong = decided.filter(({ text, expect: wanted }) => {
      const evaluation = jsonValidation({ text: text!, schema: true });
      return (evaluation.status === "scored" && evaluation.pass) !== (wanted === "accept");
    });
    expect(decided.length).toBeGreaterThan(100);
    expect(wrong).toEqual([]);
  });
});
