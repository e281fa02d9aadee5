import { _, type Ajv } from "ajv";
import { canonicalJson, type Json } from "../core/json.ts";
import { jsonEqual } from "./json-equality.ts";

/**
 * Replaces the keywords of an engine that compare values. Its own comparison calls `toString` and `constructor` of the values,
 * which a hostile answer can set, and takes quadratic time for `uniqueItems`.
 */
export function replaceComparingKeywords(ajv: Ajv): void {
  for (const keyword of ["const", "enum", "uniqueItems"]) ajv.removeKeyword(keyword);
  ajv.addKeyword({
    keyword: "const",
    validate: (wanted: Json, value: Json) => jsonEqual(wanted, value),
    error: {
      message: "must be equal to constant",
      params: ({ schemaCode }) => _`{allowedValue: ${schemaCode}}`,
    },
  });
  ajv.addKeyword({
    keyword: "enum",
    schemaType: "array",
    validate: (wanted: Json[], value: Json) => wanted.some((one) => jsonEqual(one, value)),
    error: {
      message: "must be equal to one of the allowed values",
      params: ({ schemaCode }) => _`{allowedValues: ${schemaCode}}`,
    },
  });
  ajv.addKeyword({
    keyword: "uniqueItems",
    type: "array",
    schemaType: "boolean",
    validate: (unique: boolean, items: Json[]) => !unique || new Set(items.map(textOf)).size === items.length,
    error: { message: "must NOT have items that are equal" },
  });
}

/** Text that equal values share. `JSON.parse` reads a number that is too large as infinite. */
function textOf(value: Json): string {
  if (typeof value === "number") return String(value + 0);
  if (typeof value === "string") return `"${value}`;
  return canonicalJson(value);
}
