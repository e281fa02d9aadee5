import { _, type Ajv, str } from "ajv";
import { canonicalJson, type Json } from "../core/json.ts";
import { jsonEqual } from "./json-equality.ts";

/**
 * Replaces the keywords of an engine that compare values. Its own comparison calls `toString` and `constructor` of the values,
 * which a hostile answer can set, takes quadratic time for `uniqueItems`, and divides binary fractions for `multipleOf`.
 */
export function replaceComparingKeywords(ajv: Ajv): void {
  for (const keyword of ["const", "enum", "multipleOf", "uniqueItems"]) ajv.removeKeyword(keyword);
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
    keyword: "multipleOf",
    type: "number",
    schemaType: "number",
    validate: (divisor: number, value: number) => isMultiple(value, divisor),
    error: {
      message: ({ schemaCode }) => str`must be multiple of ${schemaCode}`,
      params: ({ schemaCode }) => _`{multipleOf: ${schemaCode}}`,
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

/** True when a number is a whole multiple of another, in decimal: 4.35 is one of 0.01, whatever their binary fractions say. */
function isMultiple(number: number, divisor: number): boolean {
  if (!Number.isFinite(number)) return false;
  const one = decimal(number);
  const other = decimal(divisor);
  const shift = Math.min(one.exponent, other.exponent);
  const scaled = ({ digits, exponent }: Decimal) => digits * 10n ** BigInt(exponent - shift);
  return scaled(one) % scaled(other) === 0n;
}

interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

/** The shortest decimal number that reads as this one. */
function decimal(number: number): Decimal {
  const [mantissa = "0", exponent = "0"] = number.toExponential().split("e");
  const [whole = "0", fraction = ""] = mantissa.split(".");
  return { digits: BigInt(whole + fraction), exponent: Number(exponent) - fraction.length };
}

/** Text that equal values share. `JSON.parse` reads a number that is too large as infinite. */
function textOf(value: Json): string {
  if (typeof value === "number") return String(value + 0);
  if (typeof value === "string") return `"${value}`;
  return canonicalJson(value);
}
