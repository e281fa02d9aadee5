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

  it("says how an answer in prose begins, in the same words on every version of Node", () => {
    const { reason } = jsonValidation({ text: "  Your parcel\nis on its way.", schema: true });
    expect(reason).toBe('not JSON: it begins with "Your parcel\\nis on it"');
  });

  // RFC 8259, section 2: white space before a value, and all that a value may begin with.
  it.each(["{}", "[]", '"a"', "-1", "0", "true", "false", "null"])("is the text %s", (text) => {
    expect(jsonValidation({ text: ` \t\n\r${text}`, schema: true })).toMatchObject({ pass: true });
  });

  // RFC 8259, section 8.1: UTF-8. 0xE5 begins a character of three bytes.
  it("is no UTF-8", () => {
    const bytes = (text: string) => new Uint8Array([0x22, ...new TextEncoder().encode(text), 0x22]);
    expect(jsonValidation({ text: bytes("é"), schema: { const: "é" } })).toMatchObject({ pass: true });
    const broken = jsonValidation({ text: new Uint8Array([0x22, 0xe5, 0x22]), schema: true });
    expect(broken).toMatchObject({ value: 0, reason: "not JSON: the bytes are not UTF-8" });
  });

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
    // 2019-09: `items` may still be a list. Draft 4: `exclusiveMinimum` is true or false.
    const nineteen = { $schema: "https://json-schema.org/draft/2019-09/schema", ...tuple };
    expect(jsonValidation({ text: "[1]", schema: nineteen })).toMatchObject({ value: 0 });
    const four = {
      $schema: "http://json-schema.org/draft-04/schema#",
      minimum: 1,
      exclusiveMinimum: true,
    };
    expect(jsonValidation({ text: "1", schema: four })).toMatchObject({ value: 0 });
    const unknown = { $schema: "https://example.test/own-draft" };
    expect(() => jsonValidation({ text: "1", schema: unknown })).toThrow(
      /neither a known draft nor among the references/,
    );
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
    expect(() => jsonValidation({ text: "{}", schema: { format: "dat" } }, { strict: true })).toThrow(
      /unknown format "dat"/,
    );
  });

  it("may refer to given schemas, and to nothing else", () => {
    const schema = { $ref: "https://example.test/id" };
    expect(() => jsonValidation({ text: "1", schema })).toThrow(SchemaError);
    const references = { "https://example.test/id": { type: "string" } };
    expect(jsonValidation({ text: "1", schema }, { references })).toMatchObject({ value: 0 });
    expect(jsonValidation({ text: '"x"', schema }, { references })).toMatchObject({ value: 1 });
  });
});

describe("schemas that ajv judges wrongly", () => {
  const verdict = (schema: JsonSchema, text: string, options = {}) => {
    const evaluation = jsonValidation({ text, schema }, { timeLimitMs: 30_000, ...options });
    if (evaluation.status !== "scored") throw new Error(evaluation.reason);
    return evaluation;
  };

  // JSON Schema 2020-12, section 8.2.3.2: a dynamic reference goes to the outermost anchor of its name on the way.
  it("follow dynamic references to the outermost anchor", () => {
    const list = {
      $id: "https://example.test/list",
      $dynamicAnchor: "list",
      items: { $dynamicRef: "#item" },
      $defs: { any: { $dynamicAnchor: "item" } },
    };
    const strings = {
      $id: "https://example.test/strings",
      $ref: "list",
      $defs: { item: { $dynamicAnchor: "item", type: "string" } },
    };
    const options = { references: { "https://example.test/list": list } };
    expect(verdict(strings, '["a"]', options).pass).toBe(true);
    expect(verdict(strings, '["a", 1]', options)).toMatchObject({
      pass: false,
      evidence: [{ subject: "/1" }],
    });
  });

  // Section 11.2 and 11.3: what `contains` or a subschema in place has evaluated is no longer unevaluated.
  it("know what was evaluated", () => {
    const schema = { contains: { type: "string" }, unevaluatedItems: { type: "integer" } };
    expect(verdict(schema, '["a", 1]').pass).toBe(true);
    expect(verdict(schema, '["a", null]')).toMatchObject({ pass: false, evidence: [{ subject: "/1" }] });
  });

  it("ignore what stands beside a reference in draft 7, an $id too", () => {
    const schema = {
      $schema: "http://json-schema.org/draft-07/schema#",
      $ref: "#/definitions/text",
      maxLength: 1,
      definitions: { text: { type: "string" } },
    };
    expect(verdict(schema, '"long"').pass).toBe(true);
    expect(verdict(schema, "1").pass).toBe(false);
  });

  it("tell place and demand of what is wrong, by JSON Pointer", () => {
    const schema = { $anchor: "root", properties: { "a/b": { type: "integer", minimum: 3 } } };
    const { evidence, reason } = verdict(schema, '{"a/b": 1}');
    expect(evidence).toEqual([{ subject: "/a~1b", finding: "must satisfy minimum 3", supports: false }]);
    expect(reason).toContain("1 problem");
  });

  it("judge hostile names and values and end in time", () => {
    const schema = { $anchor: "root", required: ["toString"], properties: { toString: { type: "integer" } } };
    expect(verdict(schema, "{}").pass).toBe(false);
    expect(verdict(schema, '{"toString":1}').pass).toBe(true);
    expect(verdict({ $anchor: "root", type: "number" }, "1e999").pass).toBe(true);
    const slow = { $anchor: "root", pattern: "^(a+)+$" };
    const evaluation = jsonValidation(
      { text: JSON.stringify(`${"a".repeat(60)}!`), schema: slow },
      { timeLimitMs: 300 },
    );
    expect(evaluation.status).toBe("error");
    expect(verdict(schema, "{}").pass).toBe(false);
  });

  it("are refused before anything is judged when they cannot be used, and nothing is fetched", () => {
    const server = "http://127.0.0.1:9/schema.json";
    expect(() => verdict({ $ref: server }, "1")).toThrow(
      /127\.0\.0\.1:9.* is not among the references, and nothing is fetched/,
    );
    expect(() => verdict({ $ref: "file:///etc/hostname" }, "1")).toThrow(SchemaError);
    expect(() => verdict({ $anchor: "a", type: "strin" }, "1")).toThrow(SchemaError);
    expect(() => verdict({ $anchor: "a", requird: [] }, "1", { strict: true })).toThrow(
      /unknown keyword at \/requird/,
    );
  });
});

describe("numbers", () => {
  // 4.35 = 435 × 0.01, though 4.35 / 0.01 is 434.99999999999994 in binary.
  it.each([
    [4.35, 0.01, true],
    [0.0075, 0.0001, true],
    [1e308, 0.5, true],
    [4.355, 0.01, false],
    [7, 2, false],
    [-6, 2, true],
  ])("%d multipleOf %d: %s", (value, divisor, expected) => {
    const evaluation = jsonValidation({ text: JSON.stringify(value), schema: { multipleOf: divisor } });
    expect(evaluation).toMatchObject({ pass: expected });
  });
});

describe("formats", () => {
  it("only annotate when asked", () => {
    const schema = { type: "string", format: "date" };
    expect(jsonValidation({ text: '"x"', schema }, { assertFormats: false })).toMatchObject({ pass: true });
    const both = { $anchor: "root", ...schema };
    expect(jsonValidation({ text: '"x"', schema: both }, { assertFormats: false })).toMatchObject({
      pass: true,
    });
    expect(jsonValidation({ text: '"x"', schema: both })).toMatchObject({ pass: false });
  });

  // RFC 3339 (leap seconds only at midnight UTC), RFC 5891 (no hyphens at the ends of a label), RFC 3986.
  it.each([
    ["time", "23:59:60Z", true],
    ["time", "22:59:60Z", false],
    ["date-time", "2024-02-30T00:00:00Z", false],
    ["hostname", "-a.example", false],
    ["idn-hostname", "\u00fcber.example", true],
    ["idn-hostname", "a\u00b7l.example", false],
    ["uri", "http://a b", false],
    ["uuid", "2eb8aa08-aa98-11ea-b4aa-73b441d16380", true],
    ["regex", "^(a", false],
  ])("%s of %j: %s", (format, text, expected) => {
    expect(jsonValidation({ text: JSON.stringify(text), schema: { format } })).toMatchObject({
      pass: expected,
    });
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
    const options = { timeLimitMs: 30_000 };
    expect(jsonValidation({ text, schema: { uniqueItems: true } }, options)).toMatchObject({ value: 1 });
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

describe("values that must be there", () => {
  const text = '{"order":{"status":"paid","a/b":[1,{"x":null}]},"total":5}';
  const problems = (values: Record<string, Json>) => {
    const evaluation = jsonValidation({ text, schema: order, values }, {});
    if (evaluation.status !== "scored") throw new Error(evaluation.reason);
    return evaluation;
  };

  it("are found by JSON Pointer, apart from what the schema says", () => {
    const right = { "/order/status": "paid", "/order/a~1b/1/x": null, "/order/a~1b/0": 1, "/total": 5.0 };
    expect(jsonValidation({ text, values: right })).toMatchObject({ value: 1, pass: true });
    const wrong = jsonValidation({
      text,
      values: { "/order/status": "open", "/order/toString": 1, "/total": 5 },
    });
    expect(wrong).toMatchObject({
      pass: false,
      evidence: [
        { subject: "/order/status", finding: 'is "paid", want "open"' },
        { subject: "/order/toString", finding: "is not there, want 1" },
      ],
    });
    expect(wrong.reason).toContain("2 wrong values");
    expect(problems({ "/total": 6 }).reason).toMatch(/^JSON with 3 problems and 1 wrong value: /);
  });

  it("are enough for the evaluator", () => {
    const item = caseWith({ jsonValues: { "": [1] } });
    const judge = (output: string) => jsonValidationEvaluator().evaluate(inputWith(item, { text: output }));
    expect(judge("[1]")).toMatchObject({ pass: true });
    expect(judge("[2]")).toMatchObject({ pass: false });
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
}

describe("against the JSON Schema Test Suite", () => {
  const remotes = sharedData("json/json_schema_remotes.json");

  for (const draft of ["draft7", "draft2020-12"]) {
    const data = sharedData(`json/json_schema_${draft}.jsonl`);
    it.skipIf(!data.present)(`${draft}: all required cases${data.note}`, () => suite(draft, data));
  }

  function suite(draft: string, data: SharedData): void {
    const [references] = remotes.rows<Record<string, JsonSchema>>();
    const rows = data.rows<SchemaRow>().filter(({ optional }) => !optional);
    const wrong = rows.filter(({ schema, instance, valid }) => {
      const named =
        draft === "draft7" && typeof schema === "object"
          ? { $schema: "http://json-schema.org/draft-07/schema#" }
          : {};
      const options = { references: references!, assertFormats: false };
      const compiled = compileSchema(typeof schema === "object" ? { ...named, ...schema } : schema, options);
      return (compiled.check(instance, 30_000).status === "valid") !== valid;
    });
    expect(rows.length).toBeGreaterThan(300);
    expect(wrong).toEqual([]);
  }
});

describe("against JSONTestSuite", () => {
  const data = sharedData("json/json_parsing.jsonl");

  it.skipIf(!data.present)(`accepts and rejects as every parser must${data.note}`, () => {
    const rows = data.rows<{ expect: string; base64?: string; repeat?: { unit: string; count: number } }>();
    const decided = rows.filter((row) => row.expect !== "either");
    const wrong = decided.filter(({ base64, repeat, expect: wanted }) => {
      const text = repeat ? repeat.unit.repeat(repeat.count) : Buffer.from(base64!, "base64");
      const evaluation = jsonValidation({ text, schema: true });
      return (evaluation.status === "scored" && evaluation.pass) !== (wanted === "accept");
    });
    expect(decided.length).toBeGreaterThan(100);
    expect(wrong).toEqual([]);
  });
});
