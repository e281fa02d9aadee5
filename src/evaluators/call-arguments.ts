import type { ExpectedToolCall } from "../core/dataset.ts";
import { isJsonObject, type JsonObject } from "../core/json.ts";
import type { ToolCall } from "../core/sample.ts";
import { jsonEqual } from "./json-equality.ts";
import { clip, show } from "./text.ts";

/** How two texts among arguments are compared: the form that must be equal. */
export type TextForm = (text: string) => string;

/** What is wrong with the arguments of a call, one text for each; empty when it is the expected call, `null` when the tool differs. */
export function argumentProblems(
  call: ToolCall,
  expected: ExpectedToolCall,
  form: TextForm,
): string[] | null {
  if (call.name !== expected.name) return null;
  if (expected.arguments === undefined && expected.accept === undefined) return [];
  const given = argumentsOf(call);
  if (given === null) return [`arguments are no JSON object: ${show(call.arguments, 40)}`];
  const problems: string[] = [];
  const named = namesOf(expected);
  for (const name of named) {
    const problem = problemOf(name, given, expected, form);
    if (problem !== null) problems.push(problem);
  }
  for (const name of Object.keys(given)) {
    if (!named.has(name)) problems.push(`unexpected argument ${clip(name, 60)}`);
  }
  return problems;
}

/** Names of all arguments that an expected call may have. */
function namesOf({ arguments: values = {}, accept = {}, optional = [] }: ExpectedToolCall): Set<string> {
  return new Set([...Object.keys(values), ...Object.keys(accept), ...optional]);
}

/** Arguments of a call; none at all counts as an empty object. `null` when they are something else. */
function argumentsOf({ arguments: given }: ToolCall): JsonObject | null {
  if (given === null || given === undefined || given === "") return {};
  return isJsonObject(given) ? given : null;
}

function problemOf(
  name: string,
  given: JsonObject,
  expected: ExpectedToolCall,
  form: TextForm,
): string | null {
  const accepted = acceptedValues(name, expected);
  if (!Object.hasOwn(given, name)) {
    return expected.optional?.includes(name) ? null : `${name} is missing`;
  }
  if (accepted.length === 0 || accepted.some((value) => jsonEqual(given[name], value, form))) return null;
  const wanted = accepted.slice(0, 3).map((value) => show(value, 40));
  return `${name} is ${show(given[name], 40)}, not ${wanted.join(" or ")}`;
}

function acceptedValues(name: string, { arguments: values = {}, accept = {} }: ExpectedToolCall): unknown[] {
  const first = Object.hasOwn(values, name) ? [values[name]] : [];
  return Object.hasOwn(accept, name) ? [...first, ...accept[name]!] : first;
}

/** A call as people write it: `refund_order(order_id="A-1")`. */
export function showCall(call: { name: string; arguments?: unknown }): string {
  const given = call.arguments;
  const name = clip(call.name, 60);
  if (given === undefined) return name;
  if (!isJsonObject(given)) return `${name}(${given === null ? "" : show(given, 60)})`;
  const parts = Object.keys(given)
    .slice(0, 12)
    .map((key) => `${clip(key, 40)}=${show(given[key], 40)}`);
  return clip(`${name}(${parts.join(", ")})`, 200);
}
