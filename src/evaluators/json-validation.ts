import { EvalsError } from "../core/errors.ts";
import type { Evaluator } from "../core/extensions.ts";
import { canonicalJson, type Json } from "../core/json.ts";
import { type Evaluation, scored, unscored } from "../core/score.ts";
import { jsonEqual } from "./json-equality.ts";
import { compileSchema } from "./json-schema.ts";
import {
  type CompiledSchema,
  type JsonSchema,
  SchemaError,
  type SchemaOptions,
  type SchemaProblem,
} from "./json-schema-types.ts";
import { clip, count, digest, show } from "./text.ts";

/** What JSON validation is judged from. */
export interface JsonValidationInput {
  /** The text that should be JSON; bytes must be UTF-8. */
  readonly text: string | Uint8Array;
  /** JSON Schema, 2020-12 unless its `$schema` names another draft. Default `true`, which allows everything. */
  readonly schema?: JsonSchema;
  /** Values that must be there, by JSON Pointer. */
  readonly values?: Readonly<Record<string, Json>>;
}

/** Options of the JSON validation evaluator. */
export interface JsonValidationOptions extends SchemaOptions {
  /** Accept a text that is one Markdown code fence around JSON. Default false: the whole text must be JSON. */
  readonly unwrapCodeFence?: boolean;
  /** Milliseconds after which a check is given up, at least 1. Default 1000. */
  readonly timeLimitMs?: number;
}

const maximumEvidence = 20;

/**
 * Judges whether a text is JSON (RFC 8259, by `JSON.parse`, nothing before or after it) that satisfies a schema and holds
 * given values. Value 1 when it does, 0 when not, each problem with its JSON Pointer in the evidence, at most 20. A text that cannot be checked within the limit of
 * time (a pattern that backtracks for ever, a value nested too deeply for its recursive schema) is an evaluation of status `error`.
 *
 * A call compiles the schema anew; `jsonValidationEvaluator` compiles each once.
 *
 * @throws SchemaError for a schema that cannot be used.
 * @throws RangeError for an option out of range.
 */
export function jsonValidation(
  { text, schema = true, values = {} }: JsonValidationInput,
  options: JsonValidationOptions = {},
): Evaluation {
  const settings = settingsOf(options);
  const compiled = compileSchema(schema, options);
  const demands = { schema: compiled, values };
  if (typeof text === "string") return judge(text, demands, settings);
  const decoded = decode(text);
  if (decoded !== null) return judge(decoded, demands, settings);
  const finding = "the bytes are not UTF-8";
  return scored(0, false, `not JSON: ${finding}`, [{ subject: "(whole)", finding, supports: false }]);
}

/** Text of bytes, a byte order mark included; `null` when they are not UTF-8. */
function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** `jsonValidation` for an evaluation file, with the `jsonSchema` of each case. */
export function jsonValidationEvaluator(options: JsonValidationOptions = {}): Evaluator {
  const settings = settingsOf(options);
  const compiled = new Map<string, CompiledSchema>();
  // Most schemas are the very object that was compiled before the run.
  const ofObject = new WeakMap<object, CompiledSchema>();
  const compiledFor = (schema: JsonSchema, caseId: string): CompiledSchema => {
    const known = typeof schema === "object" ? ofObject.get(schema) : undefined;
    if (known !== undefined) return known;
    const key = keyOf(schema, caseId);
    const found = compiled.get(key) ?? compileFor(schema, caseId, options);
    compiled.set(key, found);
    if (typeof schema === "object") ofObject.set(schema, found);
    return found;
  };
  return {
    name: "json_validation",
    version: versionOf(settings, options),
    changesNothing: true,
    prepare(cases) {
      for (const { id, expected } of cases) {
        if (expected?.jsonSchema !== undefined) compiledFor(expected.jsonSchema, id);
      }
    },
    evaluate({ case: { id, expected }, sample: { output } }) {
      const { jsonSchema, jsonValues } = expected ?? {};
      if (jsonSchema === undefined && jsonValues === undefined) {
        return unscored("the case has neither a JSON schema nor JSON values");
      }
      const schema = compiledFor(jsonSchema ?? true, id);
      return judge(output.text, { schema, values: jsonValues ?? {} }, settings);
    },
  };
}

interface Settings {
  readonly unwrapCodeFence: boolean;
  readonly timeLimitMs: number;
}

function settingsOf({ unwrapCodeFence = false, timeLimitMs = 1000 }: JsonValidationOptions): Settings {
  if (Number.isInteger(timeLimitMs) && timeLimitMs >= 1) return { unwrapCodeFence, timeLimitMs };
  throw new RangeError(`timeLimitMs must be a whole number from 1, not ${timeLimitMs}`);
}

function versionOf(
  { unwrapCodeFence, timeLimitMs }: Settings,
  { strict, references, assertFormats }: JsonValidationOptions,
): string {
  const parts = [`json-schema-3 within ${timeLimitMs}ms`];
  if (unwrapCodeFence) parts.push("unwrap-code-fence");
  if (strict) parts.push("strict");
  if (assertFormats === false) parts.push("formats-annotate");
  if (references !== undefined) parts.push(`references=${digest(canonicalJson(references))}`);
  return parts.join(" ");
}

/** Text that equal schemas share. Needs no compiling, but a schema of a case may be nested too deeply to be written. */
function keyOf(schema: JsonSchema, caseId: string): string {
  try {
    return canonicalJson(schema);
  } catch (cause) {
    throw schemaRefused(caseId, "it cannot be read", cause);
  }
}

function compileFor(schema: JsonSchema, caseId: string, options: SchemaOptions): CompiledSchema {
  try {
    return compileSchema(schema, options);
  } catch (cause) {
    if (cause instanceof SchemaError) throw schemaRefused(caseId, cause.message, cause);
    throw cause;
  }
}

function schemaRefused(caseId: string, why: string, cause: unknown): EvalsError {
  const hint =
    "correct `expected.jsonSchema` of this case; what it refers to must lie inside of it or be among the `references` of the evaluator";
  return new EvalsError("DATASET_INVALID", `case ${caseId}: the JSON schema cannot be used: ${why}`, hint, {
    cause,
  });
}

interface Demands {
  readonly schema: CompiledSchema;
  readonly values: Readonly<Record<string, Json>>;
}

function judge(text: string, { schema, values }: Demands, settings: Settings): Evaluation {
  if (text.trim() === "") return scored(0, false, "the answer is empty, not JSON");
  const unwrapped = settings.unwrapCodeFence ? unwrapFence(text) : null;
  const wrapping = unwrapped === null ? "" : " (taken out of a code fence)";
  const source = unwrapped ?? text;
  const other = otherThanJson.exec(source)?.[1];
  if (other !== undefined) return notJson(text, `it begins with ${JSON.stringify(other)}`, wrapping);
  let value: Json;
  try {
    value = JSON.parse(source) as Json;
  } catch (error) {
    return notJson(text, error instanceof Error ? error.message : String(error), wrapping);
  }
  const verdict = schema.check(value, settings.timeLimitMs);
  if (verdict.status === "undecided") return { status: "error", reason: `${verdict.why}${wrapping}` };
  const wrongValues = valueProblems(value, values);
  if (verdict.status === "valid" && wrongValues.length === 0) {
    const also = Object.keys(values).length > 0 ? " and holds the expected values" : "";
    return scored(1, true, `JSON that satisfies the schema${also}${wrapping}`);
  }
  const { problems, complete } = verdict.status === "valid" ? { problems: [], complete: true } : verdict;
  const evidence = [...problems, ...wrongValues].slice(0, maximumEvidence).map(({ pointer, message }) => {
    return { subject: pointer === "" ? "(whole)" : pointer, finding: message, supports: false };
  });
  const told = [
    ...(problems.length > 0 ? [`${complete ? "" : "at least "}${count(problems.length, "problem")}`] : []),
    ...(wrongValues.length > 0 ? [count(wrongValues.length, "wrong value")] : []),
  ];
  const first = evidence[0] ?? { subject: "(whole)", finding: "must satisfy the schema" };
  return scored(
    0,
    false,
    `JSON${wrapping} with ${told.join(" and ")}: ${first.subject} ${first.finding}`,
    evidence,
  );
}

/** The places at which another value stands than the expected one, or none. */
function valueProblems(value: Json, values: Readonly<Record<string, Json>>): SchemaProblem[] {
  return Object.entries(values).flatMap(([pointer, wanted]) => {
    const found = valueAt(value, pointer);
    if (found !== undefined && jsonEqual(found, wanted)) return [];
    const got = found === undefined ? "is not there" : `is ${show(found)}`;
    return [{ pointer: clip(pointer, 200), message: `${got}, want ${show(wanted)}` }];
  });
}

/** The value at a JSON Pointer; `undefined` where none is. */
function valueAt(value: Json, pointer: string): Json | undefined {
  let found: Json | undefined = value;
  for (const step of pointer.split("/").slice(1)) {
    const key = step.replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as Record<string, Json>)[key];
  }
  return found;
}

/** The beginning of a text that begins as no JSON does, such as prose: told without an exception, which is dear. */
const otherThanJson = /^[ \t\n\r]*([^ \t\n\r{["\-\dtfn].{0,19})/su;

function notJson(text: string, problem: string, wrapping: string): Evaluation {
  const why = clip(problem.replace(/\s+/gu, " "), 160);
  const fenced = wrapping === "" && unwrapFence(text) !== null ? "; it is wrapped in a code fence" : "";
  const finding = `${why}${fenced}`;
  return scored(0, false, `not JSON${wrapping}: ${finding}`, [
    { subject: "(whole)", finding, supports: false },
  ]);
}

/** What stands in a text that is one Markdown code fence; `null` for any other text. */
function unwrapFence(text: string): string | null {
  const lines = text.trim().split("\n");
  const [open = ""] = lines;
  const close = lines[lines.length - 1]!.trimEnd();
  if (lines.length < 3 || !/^```[\w+-]*\s*$/u.test(open) || close !== "```") return null;
  const inside = lines.slice(1, -1);
  return inside.some((line) => line.startsWith("```")) ? null : inside.join("\n");
}
