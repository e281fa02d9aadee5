import { z } from "zod";
import { EvalsError, type EvalsErrorCode } from "./errors.ts";
import { count, plural } from "./quantities.ts";
import { didYouMean, nearestWord } from "./suggest.ts";

/** One thing that is wrong with a value that a user wrote. */
export interface Problem {
  /** Where, as the path of members and positions. */
  readonly path: readonly (string | number)[];
  /** The member to look for in the text: the unknown key, or the last key of the path. */
  readonly key: string | undefined;
  /** True when the key is one that the schema does not know. */
  readonly isUnknownKey: boolean;
  /** What is wrong, such as `unknown key "margn" in criteria[0]`. Values are never in it: they may be secret. */
  readonly message: string;
  /** What to do about it. */
  readonly hint: string;
}

/** A value that satisfies the schema, or all problems with it, unknown keys before others: they explain most of them. */
export type Checked<T> = { readonly value: T } | { readonly problems: readonly [Problem, ...Problem[]] };

type Issue = z.core.$ZodIssue;

/** Checks a value that a user wrote against a strict schema. Unknown keys come with the nearest known one. */
export function check<S extends z.ZodType>(schema: S, value: unknown): Checked<z.output<S>> {
  const result = schema.safeParse(value);
  return result.success ? { value: result.data } : { problems: problemsOf(schema, result.error) };
}

/** What is wrong with a value first, in one line that names the member. */
export function complaint(schema: z.ZodType, error: z.ZodError): string {
  return lineOf(problemsOf(schema, error)[0]);
}

function lineOf({ message, hint, isUnknownKey }: Problem): string {
  return isUnknownKey ? `${message}, ${hint}` : message;
}

/** Problems that are named one by one. */
const mostNamed = 20;

/** One error for all problems with a value: a line each, which begins with its place. */
export function problemsError(
  code: EvalsErrorCode,
  problems: readonly Problem[],
  placeOf: (problem: Problem) => string,
): EvalsError {
  return faultsError(code, faultsOf(problems, placeOf));
}

/** Problems with their places. */
export function faultsOf(problems: readonly Problem[], placeOf: (problem: Problem) => string): Fault[] {
  return problems.map((problem) => ({
    message: `${placeOf(problem)}: ${problem.message}`,
    hint: problem.hint,
    line: `${placeOf(problem)}: ${lineOf(problem)}`,
  }));
}

/** A fault with its place, its remedy, and both in one line for a list of several. */
export interface Fault {
  readonly message: string;
  readonly hint: string;
  readonly line: string;
}

/** One error for several faults, at least one: a line each. */
export function faultsError(code: EvalsErrorCode, faults: readonly Fault[]): EvalsError {
  const [first, ...others] = faults;
  if (first === undefined || others.length === 0)
    return new EvalsError(code, first?.message ?? "", first?.hint ?? "");
  const lines = faults.slice(0, mostNamed).map(({ line }) => line);
  const rest = faults.length - lines.length;
  if (rest > 0) lines.push(`… and ${plural(rest, "more fault")}`);
  return new EvalsError(code, lines.join("\n"), `correct all ${count(faults.length)} of them`);
}

/** All problems, unknown keys first; not those that an unknown key explains. */
function problemsOf(schema: z.ZodType, error: z.ZodError): [Problem, ...Problem[]] {
  const issues = error.issues.flatMap(unfold);
  const unknown = issues.flatMap((issue) => unknownKeysOf(schema, issue));
  const others = issues
    .filter(({ code }) => code !== "unrecognized_keys")
    .map((issue) => ({ issue, path: pathOf(issue) }))
    .filter(({ issue, path }) => !unknown.some((each) => explains(each, issue, path)))
    .map(({ issue, path }) => wrongValue(issue, path));
  return [...unknown.map(({ problem }) => problem), ...others] as [Problem, ...Problem[]];
}

function pathOf({ path }: Issue): (string | number)[] {
  return path.map((part) => (typeof part === "symbol" ? String(part) : part));
}

function unknownKeysOf(schema: z.ZodType, issue: Issue): UnknownKey[] {
  if (issue.code !== "unrecognized_keys") return [];
  const path = pathOf(issue);
  const place = formatPath(path);
  const where = place === "" ? "" : ` in \`${place}\``;
  const known = keysAt(schema, path);
  return issue.keys.map((key) => ({
    problem: {
      path,
      key,
      isUnknownKey: true,
      message: `unknown key "${key}"${where}`,
      hint: didYouMean(key, known),
    },
    meant: nearestWord(key, known),
  }));
}

interface UnknownKey {
  readonly problem: Problem;
  /** The known key that it most likely means. */
  readonly meant: string | undefined;
}

/** True where a misspelt key makes the member that was meant seem missing, or breaks a rule over the members of the same object. */
function explains({ problem, meant }: UnknownKey, issue: Issue, path: readonly (string | number)[]): boolean {
  const place = formatPath(problem.path);
  if (issue.code === "custom") return formatPath(path) === place;
  const isMissing = issue.message.endsWith("received undefined");
  return isMissing && path.at(-1) === meant && formatPath(path.slice(0, -1)) === place;
}

function wrongValue(issue: Issue, path: readonly (string | number)[]): Problem {
  const place = formatPath(path);
  const key = [...path].reverse().find((part): part is string => typeof part === "string");
  const what = issue.message.replace(/^Invalid input: /, "");
  const message = place === "" ? what : `\`${place}\`: ${what}`;
  return { path, key, isUnknownKey: false, message, hint: `correct \`${key ?? "the value"}\`` };
}

/** The issues of the branch of a union that was meant, or the issue itself where none stands out. */
function unfold(issue: Issue): Issue[] {
  if (issue.code !== "invalid_union") return [issue];
  const meant = issue.errors
    .filter((branch) => branch.every((inner) => inner.path.length > 0 || inner.code === "unrecognized_keys"))
    .sort((a, b) => weight(a) - weight(b))[0];
  if (meant === undefined || meant.length === 0) return [issue];
  return meant.flatMap((inner) => unfold({ ...inner, path: [...issue.path, ...inner.path] } as Issue));
}

/** How far a value is from a branch of a union: wrong members and unknown keys. */
function weight(branch: readonly Issue[]): number {
  return branch.reduce((sum, issue) => sum + (issue.code === "unrecognized_keys" ? issue.keys.length : 1), 0);
}

/** A path as people write it: `criteria[0].margin`. */
function formatPath(path: readonly (string | number)[]): string {
  return path
    .map((part, index) => (typeof part === "number" ? `[${part}]` : index === 0 ? part : `.${part}`))
    .join("");
}

/** Keys that the schema knows at a path, in any branch of a union; none where it takes any. */
function keysAt(schema: unknown, path: readonly (string | number)[]): string[] {
  const [step, ...rest] = path;
  const keys = branches(schema).flatMap((here) => {
    if (step === undefined) return here instanceof z.ZodObject ? Object.keys(here.shape) : [];
    if (here instanceof z.ZodObject) return keysAt(here.shape[String(step)], rest);
    if (here instanceof z.ZodArray) return keysAt(here.element, rest);
    if (here instanceof z.ZodRecord) return keysAt(here.valueType, rest);
    return [];
  });
  return [...new Set(keys)];
}

/** The schemas behind `optional`, `default`, unions and the like. */
function branches(schema: unknown): unknown[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault) {
    return branches(schema.unwrap());
  }
  return schema instanceof z.ZodUnion ? schema.options.flatMap(branches) : [schema];
}
