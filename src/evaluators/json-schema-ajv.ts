import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import { messageOf } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import { replaceComparingKeywords } from "./json-keywords.ts";
import { formats } from "./json-schema-formats.ts";
import {
  type CompiledSchema,
  type JsonSchema,
  type ResolvedSchemaOptions,
  SchemaError,
  type SchemaProblem,
} from "./json-schema-types.ts";
import { clip, show } from "./text.ts";
import { timeUp, withinTime } from "./time-limit.ts";

type Draft = "2020-12" | "7";

function engine(draft: Draft, { strict, assertFormats }: ResolvedSchemaOptions, allErrors: boolean): Ajv {
  const options = {
    strict,
    strictTypes: false,
    strictTuples: false,
    strictRequired: false,
    allErrors,
    // Members such as `toString` or `__proto__` of the prototype are no members of the value.
    ownProperties: true,
    logger: false as const,
    validateSchema: false,
    validateFormats: assertFormats,
  };
  const ajv = draft === "7" ? new Ajv(options) : new Ajv2020(options);
  for (const [name, validate] of Object.entries(formats)) ajv.addFormat(name, { type: "string", validate });
  replaceComparingKeywords(ajv);
  return ajv;
}

const checkers = new Map<Draft, Ajv>();

/** Checks a schema itself against its meta-schema, which is compiled once. */
function refuseBroken(schema: JsonSchema, draft: Draft): void {
  const lenient = { strict: false, assertFormats: true, references: {} };
  const checker = checkers.get(draft) ?? engine(draft, lenient, false);
  checkers.set(draft, checker);
  if (checker.validateSchema(schema) === true) return;
  const problem = checker.errors?.[0];
  throw new SchemaError(
    problem ? `${problem.instancePath || "the schema"} ${problem.message}` : "is no JSON Schema",
  );
}

/** Compiles a schema with ajv: fast, for schemas that `ajvDraftOf` names a draft for. @throws SchemaError for one that cannot be used. */
export function compileWithAjv(
  schema: JsonSchema,
  draft: Draft,
  options: ResolvedSchemaOptions,
): CompiledSchema {
  let first: ValidateFunction;
  let all: ValidateFunction | undefined;
  const compile = (allErrors: boolean) => engine(draft, options, allErrors).compile(schema);
  try {
    refuseBroken(schema, draft);
    first = compile(false);
  } catch (cause) {
    if (cause instanceof SchemaError) throw cause;
    throw new SchemaError(clip(messageOf(cause), 300), { cause });
  }
  const isSlow = mayTakeLong(schema);
  return {
    check(value, allowedMs) {
      const limitMs = isSlow ? allowedMs : null;
      const valid = attempt(first, value, limitMs);
      if (valid === true) return { status: "valid" };
      if (valid !== false) return { status: "undecided", why: valid };
      const sure = (first.errors ?? []).map(problemOf);
      all ??= compile(true);
      if (attempt(all, value, limitMs) !== false)
        return { status: "invalid", problems: sure, complete: false };
      return { status: "invalid", problems: distinct(all.errors ?? []), complete: true };
    },
  };
}

/** Keywords under which a check can take far longer than its schema and value are long: patterns that backtrack, pairs of items, references that meet again. */
const slowKeywords =
  /^(pattern|patternProperties|propertyNames|format|uniqueItems|\$(ref|dynamicRef|recursiveRef))$/;

/** True when a member of the schema may be one of those keywords. A property of such a name counts too, which only costs time. */
function mayTakeLong(schema: unknown): boolean {
  if (typeof schema !== "object" || schema === null) return false;
  if (Array.isArray(schema)) return schema.some(mayTakeLong);
  return Object.entries(schema).some(([name, member]) => slowKeywords.test(name) || mayTakeLong(member));
}

/** True, false, or why the check could not be finished. Without a limit there is no clock, which costs twenty times the check of a small value. */
function attempt(validate: ValidateFunction, value: Json, limitMs: number | null): boolean | string {
  try {
    const valid = limitMs === null ? validate(value) : withinTime(limitMs, () => validate(value));
    if (valid === timeUp) return `the check took longer than ${limitMs} ms`;
    return valid === true;
  } catch (error) {
    if (error instanceof RangeError) return "the value is nested too deeply to check";
    return `the check broke: ${clip(messageOf(error), 200)}`;
  }
}

/** The problems, each place and message once. */
function distinct(errors: readonly ErrorObject[]): SchemaProblem[] {
  const seen = new Map<string, SchemaProblem>();
  for (const error of errors) {
    const problem = problemOf(error);
    seen.set(`${problem.pointer}\n${problem.message}`, problem);
  }
  return [...seen.values()];
}

function problemOf({ instancePath, keyword, params, message }: ErrorObject): SchemaProblem {
  const said = message ?? `must satisfy ${keyword}`;
  const detail: Record<string, string> = {
    additionalProperties: `: ${show(params.additionalProperty, 60)}`,
    enum: `: ${show(params.allowedValues, 120)}`,
    const: ` ${show(params.allowedValue, 80)}`,
  };
  return { pointer: clip(instancePath, 200), message: clip(said + (detail[keyword] ?? ""), 240) };
}
