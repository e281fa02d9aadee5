import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";

const types: readonly unknown[] = ["string", "number", "integer", "boolean", "null", "object", "array"];
/** Keywords that the grammar of node-llama-cpp passes over in a way that makes the answer another value than was asked for. */
const misread = [
  "anyOf",
  "allOf",
  "not",
  "if",
  "patternProperties",
  "propertyNames",
  "dependentSchemas",
  "$dynamicRef",
];

/**
 * Parts of a JSON Schema that the grammar would turn into something else, such as `anyOf`, which it reads as `null`. Keywords
 * that only narrow a value (`pattern`, `minimum`) are none: they are checked in the finished answer.
 *
 * @returns a sentence for each, with its place; empty when there is none.
 */
export function grammarGaps(schema: Json, place = "#"): string[] {
  if (!isJsonObject(schema)) return [`the grammar cannot hold \`${place}\`, which is not an object`];
  const gaps = misread
    .filter((keyword) => Object.hasOwn(schema, keyword))
    .map(
      (keyword) =>
        `the grammar cannot hold \`${keyword}\` at \`${place}\`; use \`oneOf\`, \`enum\` or \`const\``,
    );
  const hasShape = ["$ref", "oneOf", "const", "enum"].some((keyword) => Object.hasOwn(schema, keyword));
  const named = Array.isArray(schema.type) ? schema.type : [schema.type];
  if (gaps.length === 0 && !hasShape && !named.every((type) => types.includes(type))) {
    gaps.push(`the grammar cannot hold the type at \`${place}\`; name one of ${types.join(", ")}`);
  }
  if (Array.isArray(schema.type) && named.some((type) => type === "object" || type === "array")) {
    gaps.push(`the grammar cannot hold a list of types with object or array at \`${place}\`; use \`oneOf\``);
  }
  return [...gaps, ...parts(schema, place).flatMap(([part, where]) => grammarGaps(part, where))];
}

/** The schemas inside a schema, with their places. */
function parts(schema: JsonObject, place: string): [Json, string][] {
  const found: [Json, string][] = [];
  for (const keyword of ["properties", "$defs"]) {
    const members = schema[keyword];
    if (!isJsonObject(members)) continue;
    for (const [name, part] of Object.entries(members)) found.push([part, `${place}/${keyword}/${name}`]);
  }
  for (const keyword of ["oneOf", "prefixItems"]) {
    const list = schema[keyword];
    if (!Array.isArray(list)) continue;
    list.forEach((part, index) => {
      found.push([part, `${place}/${keyword}/${index}`]);
    });
  }
  for (const keyword of ["items", "additionalProperties"]) {
    const part = schema[keyword];
    if (isJsonObject(part)) found.push([part, `${place}/${keyword}`]);
  }
  return found;
}

/**
 * Makes the check of a finished answer.
 *
 * @returns a function that says what is wrong with a text, or `null` when it is JSON that satisfies the schema.
 * @throws an error for a schema that is none.
 */
export function answerCheck(schema: JsonObject): (text: string) => string | null {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const validate: ValidateFunction = ajv.compile(schema);
  return (text) => {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return "it is not JSON";
    }
    if (validate(value)) return null;
    const error = validate.errors?.[0];
    return `\`${error?.instancePath || "/"}\` ${error?.message ?? "is not valid"}`;
  };
}
