import { z } from "zod";
import { passageSchema } from "../core/dataset.ts";
import { TargetError } from "../core/errors.ts";
import type { TargetResponse } from "../core/extensions.ts";
import { isJsonObject, type Json } from "../core/json.ts";
import { servedSchema, usageSchema } from "../core/sample.ts";
import { complaint } from "../core/validate.ts";
import { answerMembers, checkedAnswer, withoutUndefined } from "./answer.ts";
import { parsePath, readPath } from "./json-path.ts";
import { givenArguments } from "./tool-arguments.ts";

/** Where a member of the answer is: a path, dotted (`choices[0].text`) or a JSON Pointer (`/choices/0/text`). What may be absent or null is marked as optional. */
export type ResponsePath = string | { readonly path: string; readonly optional?: boolean };

/** Where the answer's text is, and what it is: `text` (default), `json` (what is no text is taken as its JSON), or `joined` (a text, or a list of texts that are put together). */
export type TextPath =
  | string
  | { readonly path: string; readonly as?: "text" | "json" | "joined"; readonly optional?: boolean };

/** Where the list of tool calls is, and in each of them the name, the arguments (JSON, or a text of JSON) and the result. Defaults: `name`, `arguments`, `result` where it is there. */
export type ToolCallsPath =
  | string
  | {
      readonly path: string;
      readonly name?: string;
      readonly arguments?: string;
      readonly result?: string;
      readonly optional?: boolean;
    };

/** Where the list of retrieved passages is: texts, or objects with the text and the identifier at these paths. Defaults: `text`, and `id` where it is there. */
export type ContextPath =
  | string
  | { readonly path: string; readonly text?: string; readonly id?: string; readonly optional?: boolean };

/** Where the members of an answer are in what a server sends. What is left out is not reported. */
export interface ResponseMapping {
  /** The answer's text. */
  readonly text?: TextPath;
  /** Tool calls in the order in which they were made. */
  readonly toolCalls?: ToolCallsPath;
  /** Retrieved passages, best first. */
  readonly context?: ContextPath;
  /** State after the answer: any JSON. */
  readonly state?: ResponsePath;
  /** Whether the system declined to answer: true or false. */
  readonly refused?: ResponsePath;
  /** Why generation ended. */
  readonly finishReason?: ResponsePath;
  /** What the call used: tokens, and US dollars. */
  readonly usage?: Readonly<Partial<Record<keyof z.infer<typeof usageSchema>, ResponsePath>>>;
  /** Which way the answer came. */
  readonly served?: Readonly<Partial<Record<keyof z.infer<typeof servedSchema>, ResponsePath>>>;
}

const pathText = z.string().refine((text) => parsePath(text) !== null, {
  error: "expected a path such as `choices[0].text` or `/choices/0/text`",
});
const marked = { path: pathText, optional: z.boolean().optional() };
const plainPath = z.union([pathText, z.strictObject(marked)]);
const pathsOf = <K extends string>(names: readonly K[]) =>
  z.strictObject(Object.fromEntries(names.map((name) => [name, plainPath.optional()])));

/** A mapping as users write it. */
export const responseMappingSchema = z
  .strictObject({
    text: z
      .union([
        pathText,
        z.strictObject({ ...marked, as: z.enum(["text", "json", "joined"]).default("text") }),
      ])
      .optional(),
    toolCalls: z
      .union([
        pathText,
        z.strictObject({
          ...marked,
          name: pathText.optional(),
          arguments: pathText.optional(),
          result: pathText.optional(),
        }),
      ])
      .optional(),
    context: z
      .union([pathText, z.strictObject({ ...marked, text: pathText.optional(), id: pathText.optional() })])
      .optional(),
    state: plainPath.optional(),
    refused: plainPath.optional(),
    finishReason: plainPath.optional(),
    usage: pathsOf(Object.keys(usageSchema.shape)).optional(),
    served: pathsOf(Object.keys(servedSchema.shape)).optional(),
  })
  .refine(({ text, toolCalls, state }) => [text, toolCalls, state].some((part) => part !== undefined), {
    error: "maps no answer: give `text`, `toolCalls` or `state`",
  });

/** What reads one body: it knows the sender, for messages. */
interface Reader {
  readonly body: Json;
  readonly who: string;
}

function malformed({ who }: Reader, what: string): TargetError {
  const message = `${who} sent an answer that cannot be used: ${what}`;
  return new TargetError({ kind: "target", message, retryable: false });
}

/** What lies at a path of the body; `undefined` where it is optional and absent or null. */
function at(reader: Reader, where: ResponsePath, from: unknown = reader.body, above = ""): unknown {
  const { path, optional = false } = typeof where === "string" ? { path: where } : where;
  const found = readPath(from, parsePath(path)!);
  if ("value" in found && !(optional && found.value === null)) return found.value;
  if (optional) return undefined;
  const missing = "missing" in found ? found.missing : "it is null";
  throw malformed(reader, `there is nothing at \`${above}${path}\`: ${missing}`);
}

function pathOf(where: ResponsePath): string {
  return typeof where === "string" ? where : where.path;
}

/** The value at a path, of that shape. */
function typed<S extends z.ZodType>(
  reader: Reader,
  where: ResponsePath | undefined,
  schema: S,
): z.output<S> | undefined {
  if (where === undefined) return undefined;
  const value = at(reader, where);
  if (value === undefined) return undefined;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw malformed(reader, `at \`${pathOf(where)}\`: ${complaint(schema, parsed.error)}`);
}

function textOf(reader: Reader, where: TextPath | undefined): string {
  if (where === undefined) return "";
  const value = at(reader, where);
  if (value === undefined) return "";
  if (typeof value === "string") return value;
  const as = typeof where === "string" ? "text" : (where.as ?? "text");
  if (as === "json") return JSON.stringify(value);
  if (as === "joined" && Array.isArray(value) && value.every((part) => typeof part === "string")) {
    return value.join("");
  }
  const wanted = as === "joined" ? "a text or a list of texts" : "a text";
  throw malformed(reader, `at \`${pathOf(where)}\`: expected ${wanted}`);
}

function listAt(reader: Reader, where: ResponsePath): unknown[] | undefined {
  const list = at(reader, where);
  if (list === undefined || Array.isArray(list)) return list;
  throw malformed(reader, `at \`${pathOf(where)}\`: expected a list`);
}

function toolCallsOf(reader: Reader, where: ToolCallsPath | undefined): unknown[] | undefined {
  if (where === undefined) return undefined;
  const paths = typeof where === "string" ? { path: where } : where;
  return listAt(reader, where)?.map((call, index) => {
    const above = `${paths.path}[${index}].`;
    const name = at(reader, paths.name ?? "name", call, above);
    if (typeof name !== "string" || name === "") {
      throw malformed(reader, `at \`${above}${paths.name ?? "name"}\`: expected the name of a tool`);
    }
    const given = at(reader, paths.arguments ?? "arguments", call, above);
    const resultPath = { path: paths.result ?? "result", optional: paths.result === undefined };
    const result = at(reader, resultPath, call, above);
    return withoutUndefined({ name, ...givenArguments(given), result });
  });
}

function contextOf(reader: Reader, where: ContextPath | undefined): unknown[] | undefined {
  if (where === undefined) return undefined;
  const paths = typeof where === "string" ? { path: where } : where;
  return listAt(reader, where)?.map((passage, index) => {
    const above = `${paths.path}[${index}].`;
    if (typeof passage === "string") return { text: passage };
    const text = at(reader, paths.text ?? "text", passage, above);
    const idPath = { path: paths.id ?? "id", optional: paths.id === undefined };
    const id = at(reader, idPath, passage, above);
    const parsed = passageSchema.safeParse(
      withoutUndefined({ text, id: typeof id === "number" ? String(id) : id }),
    );
    if (parsed.success) return parsed.data;
    throw malformed(reader, `at \`${above.slice(0, -1)}\`: ${complaint(passageSchema, parsed.error)}`);
  });
}

function membersOf(
  reader: Reader,
  paths: Readonly<Record<string, ResponsePath | undefined>> | undefined,
  shape: Readonly<Record<string, z.ZodType>>,
): Record<string, unknown> | undefined {
  if (paths === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(paths).map(([name, where]) => [name, typed(reader, where, shape[name]!)]),
  );
}

/** The time of an answer is measured on this side: what the measured system says of it is not taken. */
function withoutLatency({ latencyMs: _, ...answer }: TargetResponse): TargetResponse {
  return answer;
}

/**
 * The answer in what a program or server sent: by a mapping, or, without one, what has the form of an answer itself.
 *
 * @param who begins the message of a failure: the host or the program.
 * @throws TargetError of kind `target`, not retryable, that names the path which cannot be used.
 */
export function answerIn(body: Json, mapping: ResponseMapping | undefined, who: string): TargetResponse {
  const what = `${who} sent an answer that cannot be used`;
  if (mapping === undefined) return withoutLatency(checkedAnswer(body, what));
  const reader = { body, who };
  const answer = {
    text: textOf(reader, mapping.text),
    toolCalls: toolCallsOf(reader, mapping.toolCalls),
    context: contextOf(reader, mapping.context),
    state: mapping.state === undefined ? undefined : at(reader, mapping.state),
    refused: typed(reader, mapping.refused, answerMembers.refused.unwrap()),
    finishReason: typed(reader, mapping.finishReason, z.string().nullable()),
    usage: membersOf(reader, mapping.usage, usageSchema.shape),
    served: membersOf(reader, mapping.served, servedSchema.shape),
  };
  const { usage, served } = answer;
  return checkedAnswer(
    withoutUndefined({
      ...answer,
      usage: isJsonObject(usage) ? withoutUndefined(usage) : undefined,
      served: isJsonObject(served) ? withoutUndefined(served) : undefined,
    }),
    what,
  );
}

/** The value where a mapping says it is, when it is there and of that shape; what cannot be used is left out. */
function usable(body: Json, where: ResponsePath | undefined, schema: z.ZodType): unknown {
  const found = where === undefined ? undefined : readPath(body, parsePath(pathOf(where))!);
  const parsed = found !== undefined && "value" in found ? schema.safeParse(found.value) : undefined;
  return parsed?.success === true ? parsed.data : undefined;
}

/** What a body says of its usage and its model, whatever else of it cannot be used. Without `usage` where it says nothing of it. */
export function reportedIn(
  body: Json,
  mapping: ResponseMapping | undefined,
): Pick<TargetResponse, "usage" | "served"> {
  const read = (member: "usage" | "served", name: string, schema: z.ZodType) => {
    const paths = mapping === undefined ? { [name]: `/${member}/${name}` } : (mapping[member] ?? {});
    return usable(body, (paths as Readonly<Record<string, ResponsePath>>)[name], schema);
  };
  const usage = Object.fromEntries(
    Object.entries(usageSchema.shape).map(([name, schema]) => [name, read("usage", name, schema)]),
  );
  const known = withoutUndefined(usage);
  const model = read("served", "model", z.string());
  return {
    ...(Object.values(known).every((value) => value === null) ? {} : { usage: known }),
    ...(typeof model === "string" ? { served: { model } } : {}),
  };
}
