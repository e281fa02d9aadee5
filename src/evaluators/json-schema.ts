import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import ajvFormats from "ajv-formats";
import type { Json, JsonObject } from "../core/json.ts";
import { replaceComparingKeywords } from "./json-keywords.ts";
import { clip, show } from "./text.ts";
import { timeUp, withinTime } from "./time-limit.ts";

/** A JSON Schema: an object, or `true` or `false`. */
export type JsonSchema = JsonObject | boolean;

/** One thing that is wrong with a value. */
export interface SchemaProblem {
  /** JSON Pointer (RFC 6901) of the value that is wrong; empty for the whole. */
  readonly pointer: string;
  /** What it must be. */
  readonly message: string;
}

/** What a schema says of a value. */
export type SchemaVerdict =
  | { readonly status: "valid" }
  | { readonly status: "invalid"; readonly problems: readonly SchemaProblem[]; readonly complete: boolean }
  | { readonly status: "undecided"; readonly why: string };

/** A compiled schema. */
export interface CompiledSchema {
  /** Checks a value. Ends after `limitMs` milliseconds with `undecided`; never throws for a value. */
  check(value: Json, limitMs: number): SchemaVerdict;
}

/** A schema that cannot be used; the message says why. */
export class SchemaError extends Error {
  override readonly name = "SchemaError";
}

/** Options of compiling. */
export interface SchemaOptions {
  /** Refuse keywords and formats that are not known, which JSON Schema itself ignores. Default false. */
  readonly strict?: boolean;
  /** Schemas that may be referred to, by URI. Nothing is ever fetched. */
  readonly references?: Readonly<Record<string, JsonSchema>>;
}

const drafts: Readonly<Record<string, "2020-12" | "7">> = {
  "https://json-schema.org/draft/2020-12/schema": "2020-12",
  "http://json-schema.org/draft-07/schema": "7",
};

/** Draft of a schema by its `$schema`, 2020-12 without one. @throws SchemaError for another. */
function draftOf(schema: JsonSchema): "2020-12" | "7" {
  const named = typeof schema === "boolean" ? undefined : schema.$schema;
  if (named === undefined) return "2020-12";
  const draft = typeof named === "string" ? drafts[named.replace(/#$/u, "")] : undefined;
  if (draft !== undefined) return draft;
  throw new SchemaError(`$schema is ${show(named)}; only 2020-12 and draft 7 are known`);
}

function engine(draft: "2020-12" | "7", strict: boolean, allErrors: boolean): Ajv {
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
  };
  const ajv = draft === "7" ? new Ajv(options) : new Ajv2020(options);
  ajvFormats.default(ajv);
  replaceComparingKeywords(ajv);
  return ajv;
}

const checkers = new Map<string, Ajv>();

/** Checks a schema itself against its meta-schema, which is compiled once. */
function refuseBroken(schema: JsonSchema, draft: "2020-12" | "7"): void {
  const checker = checkers.get(draft) ?? engine(draft, false, false);
  checkers.set(draft, checker);
  if (checker.validateSchema(schema) === true) return;
  const problem = checker.errors?.[0];
  throw new SchemaError(
    problem ? `${problem.instancePath || "the schema"} ${problem.message}` : "is no JSON Schema",
  );
}

/**
 * Compiles a schema of draft 2020-12 or, by its `$schema`, draft 7, with formats asserted.
 *
 * Regular expressions of `pattern` and `patternProperties` are JavaScript's (ECMA-262 with `u`) and can backtrack for ever; `check` ends them
 * after its limit of time.
 *
 * @throws SchemaError for a schema that its draft does not allow, or that refers to what is not there.
 */
export function compileSchema(schema: JsonSchema, options: SchemaOptions = {}): CompiledSchema {
  const { strict = false, references = {} } = options;
  let first: ValidateFunction;
  let all: ValidateFunction | undefined;
  const compile = (allErrors: boolean): ValidateFunction => {
    const draft = draftOf(schema);
    refuseBroken(schema, draft);
    const ajv = engine(draft, strict, allErrors);
    for (const [uri, referred] of Object.entries(references)) ajv.addSchema(referred as JsonObject, uri);
    return ajv.compile(schema);
  };
  try {
    first = compile(false);
  } catch (error) {
    if (error instanceof SchemaError) throw error;
    throw new SchemaError(clip(error instanceof Error ? error.message : String(error), 300), {
      cause: error,
    });
  }
  return {
    check(value, limitMs) {
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

/** True, false, or why the check could not be finished. */
function attempt(validate: ValidateFunction, value: Json, limitMs: number): boolean | string {
  try {
    const valid = withinTime(limitMs, () => validate(value));
    if (valid === timeUp) return `the check took longer than ${limitMs} ms`;
    return valid === true;
  } catch (error) {
    if (error instanceof RangeError) return "the value is nested too deeply to check";
    return `the check broke: ${clip(error instanceof Error ? error.message : String(error), 200)}`;
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
    unevaluatedProperties: `: ${show(params.unevaluatedProperty, 60)}`,
    enum: `: ${show(params.allowedValues, 120)}`,
    const: ` ${show(params.allowedValue, 80)}`,
  };
  return { pointer: clip(instancePath, 200), message: clip(said + (detail[keyword] ?? ""), 240) };
}
