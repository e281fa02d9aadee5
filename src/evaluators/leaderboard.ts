import type { ExpectedToolCall } from "../core/dataset.ts";
import { isJsonObject, type JsonObject } from "../core/json.ts";
import {
  isDict,
  PythonFloat,
  type PythonType,
  type PythonValue,
  parsePythonJson,
  pythonEqual,
  pythonType,
} from "./python-json.ts";
import { clip, show } from "./text.ts";

/** A tool as the leaderboard describes it. */
export interface LeaderboardTool {
  /** Its name. */
  readonly name: string;
  /** JSON Schema of its arguments; a member `x-bfcl-type` of a parameter names the leaderboard's own type. */
  readonly parameters?: unknown;
}

/** Python's type of each type that the leaderboard or JSON Schema names. */
const types: Readonly<Record<string, PythonType>> = {
  string: "str",
  any: "str",
  integer: "int",
  float: "float",
  number: "float",
  boolean: "bool",
  array: "list",
  tuple: "list",
  dict: "dict",
  object: "dict",
};

/** What is said of a type: its name, and what may hold it. */
interface Declared {
  readonly name: string;
  readonly type: PythonType | undefined;
  readonly items: PythonType | undefined;
}

/**
 * What is wrong with a call by the AST checker of the Berkeley Function Calling Leaderboard, version 4, for Python: empty when it is valid, `null` when the
 * tool differs. Accepted values of an argument are those of `arguments` and `accept`, in this order, and `""` where it is optional.
 */
export function leaderboardProblems(
  call: { readonly name: string; readonly arguments: unknown; readonly argumentsText?: string | undefined },
  expected: ExpectedToolCall,
  tool: LeaderboardTool | undefined,
): string[] | null {
  if (call.name !== expected.name && call.name !== expected.name.replaceAll(".", "_")) return null;
  // The text tells a `float` that was written `5.0` from an `int`.
  const given = argumentsOf(call.argumentsText ?? call.arguments);
  if (given === null) return [`arguments are no JSON object: ${show(call.arguments, 40)}`];
  const schema = isJsonObject(tool?.parameters) ? tool.parameters : {};
  const properties = isJsonObject(schema.properties) ? schema.properties : {};
  const required = Array.isArray(schema.required) ? schema.required : [];
  const problems = required
    .filter((name) => typeof name === "string" && !Object.hasOwn(given, name))
    .map((name) => `${String(name)} is missing`);
  const accepted = acceptedValues(expected);
  for (const [name, value] of Object.entries(given)) {
    const values = accepted.get(name);
    if (values === undefined || !Object.hasOwn(properties, name)) {
      problems.push(`unexpected argument ${clip(name, 60)}`);
      continue;
    }
    const problem = argumentProblem(value, values, declaredOf(properties[name]));
    if (problem !== null) problems.push(`${clip(name, 60)} is ${show(value, 40)}: ${problem}`);
  }
  for (const [name, values] of accepted) {
    if (!Object.hasOwn(given, name) && !values.includes("") && !required.includes(name))
      problems.push(`${name} is missing`);
  }
  return problems;
}

function argumentsOf(given: unknown): { [key: string]: PythonValue } | null {
  if (given === null || given === undefined || given === "") return {};
  const value = typeof given === "string" ? parsed(given) : (given as PythonValue);
  return isDict(value) ? value : null;
}

function parsed(text: string): PythonValue {
  try {
    return parsePythonJson(text);
  } catch {
    return null;
  }
}

function acceptedValues({
  arguments: values = {},
  accept = {},
  optional = [],
}: ExpectedToolCall): Map<string, PythonValue[]> {
  const accepted = new Map<string, PythonValue[]>();
  const add = (name: string, more: readonly PythonValue[]) =>
    accepted.set(name, [...(accepted.get(name) ?? []), ...more]);
  for (const [name, value] of Object.entries(values)) add(name, [value]);
  for (const [name, more] of Object.entries(accept)) add(name, more);
  for (const name of optional) add(name, [""]);
  return accepted;
}

function declaredOf(schema: unknown): Declared {
  const named = (one: unknown) => {
    const { "x-bfcl-type": own, type } = isJsonObject(one) ? one : ({} as JsonObject);
    return typeof own === "string" ? own : typeof type === "string" ? type : "any";
  };
  const name = named(schema);
  const isList = name === "array" || name === "tuple";
  const items =
    isList && isJsonObject(schema) && isJsonObject(schema.items) ? types[named(schema.items)] : undefined;
  return { name, type: types[name], items };
}

/** What is wrong with one argument, `null` when nothing is. */
function argumentProblem(
  given: PythonValue,
  accepted: readonly PythonValue[],
  { name, type, items }: Declared,
): string | null {
  // The one conversion that is made: an integer for a float.
  const value = name === "float" || name === "number" ? asFloat(given) : given;
  const kind = pythonType(value);
  const acceptedType = typeOfFirst(accepted);
  const isOther = acceptedType !== undefined && acceptedType !== type;
  if (kind === type) {
    if (items !== undefined && !itemsFit(value as PythonValue[], accepted, items))
      return `not a list of ${items}`;
  } else if (kind !== acceptedType) return `${kind}, not ${type ?? name}`;
  // A value of another type than the declared one stands for a variable and is compared as it is.
  const isVariable = isOther || kind !== type;
  const fits = isVariable ? includes(accepted, value) : isAccepted(value, accepted, type, items);
  return fits
    ? null
    : `not ${accepted
        .filter((one) => one !== "")
        .slice(0, 3)
        .map((one) => show(one, 40))
        .join(" or ")}`;
}

function asFloat(value: PythonValue): PythonValue {
  return pythonType(value) === "int" ? new PythonFloat(value as number) : value;
}

function typeOfFirst(accepted: readonly PythonValue[]): PythonType | undefined {
  const first = accepted.find((value) => value !== "");
  return first === undefined ? undefined : pythonType(first);
}

/** One level deep: each item has the declared type, or that of the first item of an accepted list. */
function itemsFit(
  list: readonly PythonValue[],
  accepted: readonly PythonValue[],
  items: PythonType,
): boolean {
  return accepted.some((one) => {
    if (!Array.isArray(one)) return true;
    const other = typeOfFirst(one);
    return list.every((item) => pythonType(item) === items || pythonType(item) === other);
  });
}

function isAccepted(
  value: PythonValue,
  accepted: readonly PythonValue[],
  type: PythonType | undefined,
  items: PythonType | undefined,
): boolean {
  if (type === "dict") return accepted.some((one) => isDict(one) && dictFits(value, one));
  if (type === "list" && items === "dict")
    return accepted.some((one) => dictListFits(value as PythonValue[], one));
  if (type === "str")
    return includes(accepted.filter((one) => typeof one === "string").map(standardised), standardised(value));
  if (type === "list") return includes(accepted.map(standardisedList), standardisedList(value));
  return includes(accepted, value);
}

/** Every key must be known and have one of its accepted values; a key may be left out where `""` is among them. */
function dictFits(value: PythonValue, accepted: { [key: string]: PythonValue }): boolean {
  if (!isDict(value)) return false;
  const valuesOf = (key: string) => {
    const values = Object.hasOwn(accepted, key) ? accepted[key]! : [];
    return Array.isArray(values) ? values : [values];
  };
  const known = Object.entries(value).every(([key, one]) =>
    includes(valuesOf(key).map(standardised), standardised(one)),
  );
  return (
    known && Object.keys(accepted).every((key) => Object.hasOwn(value, key) || valuesOf(key).includes(""))
  );
}

function dictListFits(list: readonly PythonValue[], accepted: PythonValue): boolean {
  if (!Array.isArray(accepted) || accepted.length !== list.length) return false;
  return list.every((item, index) => {
    const one = accepted[index];
    return isDict(one) && dictFits(item, one);
  });
}

function includes(accepted: readonly PythonValue[], value: PythonValue): boolean {
  return accepted.some((one) => pythonEqual(one, value));
}

function standardised(value: PythonValue): PythonValue {
  return typeof value === "string" ? leaderboardForm(value) : value;
}

/** A list with its texts in the form in which they are compared; `""` is a list without items, as it is to the checker. */
function standardisedList(value: PythonValue): PythonValue {
  if (value === "") return [];
  return Array.isArray(value) ? value.map(standardised) : value;
}

/**
 * The form in which the leaderboard compares texts: lower case, without blanks and `,./-_*^`, single quotes as double ones
 * (`standardize_string` in its AST checker).
 */
export function leaderboardForm(text: string): string {
  return text
    .replace(/[ ,./\-_*^]/gu, "")
    .toLowerCase()
    .replaceAll("'", '"');
}
