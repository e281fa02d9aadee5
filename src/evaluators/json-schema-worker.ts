import { type MessagePort, workerData } from "node:worker_threads";
import { addUriSchemePlugin, removeUriSchemePlugin } from "@hyperjump/browser";
import {
  type OutputUnit,
  registerSchema,
  type SchemaObject,
  setMetaSchemaOutputFormat,
  setShouldValidateFormat,
  unregisterSchema,
  type Validator,
  validate,
} from "@hyperjump/json-schema";
import "@hyperjump/json-schema/draft-2020-12";
import "@hyperjump/json-schema/draft-2019-09";
import "@hyperjump/json-schema/draft-07";
import "@hyperjump/json-schema/draft-06";
import "@hyperjump/json-schema/draft-04";
import { addFormat, hasDialect } from "@hyperjump/json-schema/experimental";
import { messageOf } from "../core/errors.ts";
import { isJsonObject, type JsonObject } from "../core/json.ts";
import { withOldReferences } from "./json-schema-draft7.ts";
import { formats } from "./json-schema-formats.ts";
import { baseUri, type JsonSchema, type SchemaProblem } from "./json-schema-types.ts";
import { clip, show } from "./text.ts";

/** What the worker is asked. */
export type Request =
  | {
      readonly kind: "compile";
      readonly key: string;
      readonly schema: JsonObject;
      readonly references: Readonly<Record<string, JsonSchema>>;
      readonly assertFormats: boolean;
    }
  | { readonly kind: "check"; readonly key: string; readonly text: string };

/** What it answers; `unknown` when it does not hold the compiled schema (any more). */
export type Reply =
  | { readonly kind: "compiled" | "valid" | "unknown" }
  | { readonly kind: "invalid"; readonly problems: readonly SchemaProblem[] }
  | { readonly kind: "refused"; readonly why: string };

interface Compiled {
  readonly schema: JsonObject;
  readonly validator: Validator;
  readonly assertFormats: boolean;
}

const defaultDialect = "https://json-schema.org/draft/2020-12/schema";
const mostProblems = 1000;
const mostCompiled = 1000;
const compiled = new Map<string, Compiled>();

for (const [name, isOfFormat] of Object.entries(formats)) {
  const handler = (value: unknown) => typeof value !== "string" || isOfFormat(value);
  addFormat({ id: `https://json-schema.org/format/${name}`, handler });
}
setMetaSchemaOutputFormat("BASIC");
// Nothing is ever fetched: every way to reach a network or a file is taken away before the first schema arrives.
for (const scheme of ["http", "https", "file"]) removeUriSchemePlugin(scheme);

async function answer(request: Request): Promise<Reply> {
  try {
    return request.kind === "check" ? check(request) : await compile(request);
  } catch (error) {
    return { kind: "refused", why: reasonOf(error) };
  }
}

function check({ key, text }: Extract<Request, { kind: "check" }>): Reply {
  const found = compiled.get(key);
  if (found === undefined) return { kind: "unknown" };
  setShouldValidateFormat(found.assertFormats);
  const value = JSON.parse(text);
  if (found.validator(value).valid) return { kind: "valid" };
  const output = found.validator(value, "BASIC");
  const errors = output.valid ? [] : (output.errors ?? []);
  const problems = errors.slice(0, mostProblems).map((error) => problemOf(error, found.schema));
  const distinct = new Map(problems.map((problem) => [`${problem.pointer}\n${problem.message}`, problem]));
  return { kind: "invalid", problems: [...distinct.values()] };
}

async function compile({
  key,
  schema,
  references,
  assertFormats,
}: Extract<Request, { kind: "compile" }>): Promise<Reply> {
  const registered: string[] = [];
  const given = new Map(Object.entries(references).map(([uri, one]) => [absolute(uri), one] as const));
  const dialect = typeof schema.$schema === "string" ? schema.$schema : defaultDialect;
  const register = (uri: string, one: JsonSchema) => {
    registerSchema(withOldReferences(one, uri, dialect) as SchemaObject, uri, dialect);
    registered.push(uri);
  };
  /** A schema may name a meta-schema among the references; it must be known before the schema is read. */
  const prepareDialect = (one: JsonSchema) => {
    const named = isJsonObject(one) && typeof one.$schema === "string" ? absolute(one.$schema) : undefined;
    if (named === undefined || hasDialect(named) || registered.includes(named)) return;
    const meta = given.get(named);
    if (meta === undefined)
      throw new Error(`$schema is ${show(named)}, which is neither a known draft nor among the references`);
    prepareDialect(meta);
    register(named, meta);
  };
  const retrieve = async (uri: string) => {
    const one = given.get(absolute(uri));
    if (one === undefined)
      throw new Error(`${clip(uri, 200)} is not among the references, and nothing is fetched`);
    prepareDialect(one);
    const type = `application/schema+json; schema="${dialect}"`;
    const response = new Response(JSON.stringify(withOldReferences(one, absolute(uri), dialect)), {
      headers: { "content-type": type },
    });
    return Object.defineProperty(response, "url", { value: absolute(uri) });
  };
  const schemes = new Set([
    "http",
    "https",
    "urn",
    "tag",
    ...[...given.keys()].map((uri) => uri.split(":")[0]!),
  ]);
  for (const scheme of schemes) addUriSchemePlugin(scheme, { retrieve });
  try {
    prepareDialect(schema);
    register(baseUri, schema);
    const validator = await validate(baseUri);
    remember(key, { schema, validator, assertFormats });
    return { kind: "compiled" };
  } finally {
    for (const scheme of schemes) removeUriSchemePlugin(scheme);
    for (const uri of registered) unregisterSchema(uri);
  }
}

function remember(key: string, one: Compiled): void {
  compiled.delete(key);
  compiled.set(key, one);
  const [oldest] = compiled.keys();
  if (compiled.size > mostCompiled && oldest !== undefined) compiled.delete(oldest);
}

/** A URI without its fragment; a relative one lies beside the schema. */
function absolute(uri: string): string {
  const [whole = ""] = uri.split("#");
  return /^[a-z][a-z0-9+.-]*:/iu.test(whole) ? whole : new URL(whole, baseUri).href;
}

/** The innermost message: the outer ones say only which document was being read. */
function reasonOf(error: unknown): string {
  const output = (error as { output?: { errors?: OutputUnit[] } } | null)?.output;
  const first = output?.errors?.[0];
  if (first !== undefined) {
    const { pointer, message } = problemOf(first, {});
    return `${pointer || "the schema"} ${message}`;
  }
  if (error instanceof RangeError) return "it is nested too deeply";
  const cause = error instanceof Error ? error.cause : undefined;
  return cause === undefined ? messageOf(error) : reasonOf(cause);
}

function problemOf(
  { keyword, absoluteKeywordLocation, instanceLocation }: OutputUnit,
  schema: JsonObject,
): SchemaProblem {
  const name = keyword.slice(keyword.lastIndexOf("/") + 1);
  const pointer = clip(fragmentOf(instanceLocation), 200);
  if (name === "validate") return { pointer, message: "is not allowed here" };
  const wanted = valueAt(schema, absoluteKeywordLocation);
  if (wanted === undefined)
    return { pointer, message: clip(`must satisfy ${name} (${absoluteKeywordLocation})`, 240) };
  const said =
    name === "type"
      ? `must be ${typeof wanted === "string" ? wanted : show(wanted)}`
      : `must satisfy ${name} ${show(wanted, 120)}`;
  return { pointer, message: clip(said, 240) };
}

function fragmentOf(uri: string): string {
  const fragment = uri.slice(uri.indexOf("#") + 1);
  try {
    return decodeURI(fragment);
  } catch {
    return fragment;
  }
}

/** The value of a keyword of the schema itself; `undefined` for one of another document. */
function valueAt(schema: JsonObject, location: string): unknown {
  if (!location.startsWith(`${baseUri}#`)) return undefined;
  let value: unknown = schema;
  for (const step of fragmentOf(location).split("/").slice(1)) {
    const key = step.replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

const { port, answered } = workerData as { port: MessagePort; answered: Int32Array };
port.on("message", async (request: Request) => {
  port.postMessage(await answer(request));
  Atomics.store(answered, 0, 1);
  Atomics.notify(answered, 0);
});
