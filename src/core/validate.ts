import { z } from "zod";
import { didYouMean } from "./suggest.ts";

/** The first thing that is wrong with a value that a user wrote. */
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

/** A value that satisfies the schema, or the first problem with it. */
export type Checked<T> = { readonly value: T } | { readonly problem: Problem };

type Issue = z.core.$ZodIssue;

/** Checks a value that a user wrote against a strict schema. Unknown keys come with the nearest known one. */
export function check<S extends z.ZodType>(schema: S, value: unknown): Checked<z.output<S>> {
  const result = schema.safeParse(value);
  return result.success ? { value: result.data } : { problem: firstProblem(schema, result.error) };
}

/** What is wrong with a value, in one line that names the member. */
export function complaint(schema: z.ZodType, error: z.ZodError): string {
  const { message, hint, isUnknownKey } = firstProblem(schema, error);
  return isUnknownKey ? `${message}, ${hint}` : message;
}

/** The problem to tell first: an unknown key explains most others. */
function firstProblem(schema: z.ZodType, error: z.ZodError): Problem {
  const issues = error.issues.flatMap(unfold);
  const issue = issues.find(({ code }) => code === "unrecognized_keys") ?? issues[0]!;
  const path = issue.path.map((part) => (typeof part === "symbol" ? String(part) : part));
  const place = formatPath(path);
  if (issue.code === "unrecognized_keys") {
    const key = issue.keys[0] ?? "";
    const where = place === "" ? "" : ` in \`${place}\``;
    const hint = didYouMean(key, keysAt(schema, path));
    return { path, key, isUnknownKey: true, message: `unknown key "${key}"${where}`, hint };
  }
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
