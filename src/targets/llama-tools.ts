import { type GivenArguments, givenArguments } from "./tool-arguments.ts";

/** How a model writes a tool call: texts around the name and the arguments. */
export interface CallFormat {
  /** Before the name. */
  readonly prefix: string;
  /** Between name and arguments. */
  readonly between: string;
  /** After the arguments; may be empty. */
  readonly suffix: string;
}

/** A tool call as a target reports it. */
export interface ParsedCall extends GivenArguments {
  readonly name: string;
}

/** Longest name of a tool, and most calls of one answer, that are looked for: a model can write without an end. */
const longestName = 200;
const mostCalls = 100;

/** The call format that a text with `{{name}}` and `{{arguments}}` describes. */
export function callFormatOf(text: string): CallFormat {
  const [prefix = "", rest = ""] = split(text, "{{name}}");
  const [between = "", suffix = ""] = split(rest, "{{arguments}}");
  return { prefix, between, suffix };
}

function split(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + mark.length)];
}

/** A pattern for a text in which white space may be more or less than in it: models differ there, and parsers do not mind. */
function loosely(text: string): string {
  return text
    .trim()
    .split(/\s+/)
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    .join("\\s*");
}

/** Where the JSON object or list ends that begins at a place: the place after it, or -1 where it has no end. */
function endOfJson(text: string, from: number): number {
  let depth = 0;
  let isString = false;
  for (let at = from; at < text.length; at++) {
    const sign = text[at];
    if (isString) {
      if (sign === "\\") at++;
      else if (sign === '"') isString = false;
    } else if (sign === '"') isString = true;
    else if (sign === "{" || sign === "[") depth++;
    else if (sign === "}" || sign === "]") depth--;
    if (depth === 0) return at + 1;
  }
  return -1;
}

/** Arguments that begin a text: as JSON where they are, else as they were written. */
function readArguments(text: string, suffix: RegExp): { given: GivenArguments; rest: string } {
  const end = /^[{[]/.test(text) ? endOfJson(text, 0) : -1;
  const close = suffix.exec(text.slice(Math.max(0, end)));
  const written = end >= 0 ? text.slice(0, end) : text.slice(0, close?.index ?? text.length);
  const isClosed = close !== null && (end < 0 || close.index === 0);
  const rest = text.slice(isClosed ? Math.max(0, end) + close.index + close[0].length : written.length);
  return { given: givenArguments(written.trim()), rest };
}

/**
 * Takes the tool calls out of an answer. Nothing is repaired: arguments that are no JSON stay text, a call whose name never
 * ends is part of the text.
 */
export function parseCalls(answer: string, format: CallFormat): { text: string; calls: ParsedCall[] } {
  const { prefix, between, suffix } = format;
  const head = new RegExp(`${loosely(prefix)}\\s*([\\s\\S]{1,${longestName}}?)\\s*${loosely(between)}\\s*`);
  const tail = new RegExp(`\\s*${suffix.trim() === "" ? "$" : loosely(suffix)}`);
  const calls: ParsedCall[] = [];
  let text = "";
  let rest = answer;
  while (calls.length < mostCalls) {
    const found = head.exec(rest);
    if (found === null) break;
    text += rest.slice(0, found.index);
    const read = readArguments(rest.slice(found.index + found[0].length), tail);
    rest = read.rest;
    calls.push({ name: found[1]!, ...read.given });
  }
  return { text: calls.length === 0 ? answer : (text + rest).trim(), calls };
}
