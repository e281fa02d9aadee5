import type { Json } from "../core/json.ts";

/** A number that was written with a point or an exponent, so that Python reads `5.0` as a `float` and not as an `int`. */
export class PythonFloat {
  /** The number. */
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
  /** The number, for arithmetic and text. */
  valueOf(): number {
    return this.value;
  }
  /** The number, so that JSON text of it is that of a number. */
  toJSON(): number {
    return this.value;
  }
}

/** A JSON value in which numbers written as `float` are told from those written as `int`. */
export type PythonValue =
  | null
  | boolean
  | number
  | string
  | PythonFloat
  | PythonValue[]
  | { [key: string]: PythonValue };

const token = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[{}[\],]|true|false|null/gu;

/**
 * Reads JSON as `JSON.parse` does, and keeps what that loses: whether a number was written as an integer. Numbers with a point or an exponent
 * become `PythonFloat`, whole ones stay numbers.
 *
 * @throws SyntaxError for text that is no JSON.
 */
export function parsePythonJson(text: string): PythonValue {
  JSON.parse(text);
  const open: { value: PythonValue[] | { [key: string]: PythonValue }; key: string | null }[] = [];
  let whole: PythonValue = null;
  const put = (value: PythonValue) => {
    const last = open[open.length - 1];
    if (last === undefined) whole = value;
    else if (Array.isArray(last.value)) last.value.push(value);
    else {
      define(last.value, last.key!, value);
      last.key = null;
    }
  };
  for (const [part] of text.matchAll(token)) {
    const last = open[open.length - 1];
    if (part === "{" || part === "[") {
      const value = part === "{" ? {} : [];
      put(value);
      open.push({ value, key: null });
    } else if (part === "}" || part === "]") open.pop();
    else if (part === ",") continue;
    else if (last !== undefined && !Array.isArray(last.value) && last.key === null)
      last.key = JSON.parse(part);
    else put(/^-?\d.*[.eE]/u.test(part) ? new PythonFloat(Number(part)) : (JSON.parse(part) as Json));
  }
  return whole;
}

/** Sets a member of its own, also one named `__proto__`. */
function define(object: { [key: string]: PythonValue }, key: string, value: PythonValue): void {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}

/** Type of a value in Python. */
export type PythonType = "str" | "int" | "float" | "bool" | "list" | "dict" | "NoneType";

/** Type of a value in Python. */
export function pythonType(value: PythonValue): PythonType {
  if (value === null) return "NoneType";
  if (value instanceof PythonFloat) return "float";
  if (Array.isArray(value)) return "list";
  if (typeof value === "object") return "dict";
  if (typeof value === "number") return Number.isInteger(value) ? "int" : "float";
  return typeof value === "string" ? "str" : "bool";
}

/** Equality of Python: `5 == 5.0` and `True == 1`, lists item by item, dictionaries member by member. */
export function pythonEqual(one: PythonValue, other: PythonValue): boolean {
  const numbers = [numberOf(one), numberOf(other)];
  if (numbers[0] !== null && numbers[1] !== null) return numbers[0] === numbers[1];
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, index) => pythonEqual(item, other[index]!));
  }
  if (isDict(one) && isDict(other)) {
    const keys = Object.keys(one);
    if (keys.length !== Object.keys(other).length) return false;
    return keys.every((key) => Object.hasOwn(other, key) && pythonEqual(one[key]!, other[key]!));
  }
  return one === other;
}

function numberOf(value: PythonValue): number | null {
  if (typeof value === "number" || typeof value === "boolean") return Number(value);
  return value instanceof PythonFloat ? value.value : null;
}

/** True for a dictionary. */
export function isDict(value: PythonValue | undefined): value is { [key: string]: PythonValue } {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof PythonFloat)
  );
}
