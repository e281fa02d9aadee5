import { z } from "zod";
import { messageOf } from "../core/errors.ts";
import type { CallContext, TargetRequest } from "../core/extensions.ts";
import { canonicalJson, isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import type { Redact } from "../core/redact.ts";
import type { ToolCall } from "../core/sample.ts";
import { abortedFailure } from "./connection.ts";
import { isAnswered } from "./openai-request.ts";
import type { OpenAISettings, Tool } from "./openai-settings.ts";
import type { Call } from "./openai-turn.ts";
import { givenArguments } from "./tool-arguments.ts";

const jsonSchema = z.json();

/** What a tool gave back: as the record keeps it, and as the model reads it. */
export interface ToolResult {
  readonly call: ToolCall;
  readonly text: string;
}

/** A value as JSON keeps it. Throws for what JSON cannot hold. */
function resultOf(value: unknown): Json {
  const parsed = jsonSchema.safeParse(value ?? null);
  if (!parsed.success) throw new Error("the tool returned a value that is no JSON");
  canonicalJson(parsed.data); // Throws for what contains itself.
  return parsed.data;
}

function recorded(results: NonNullable<Tool["results"]>, given: JsonObject): Json {
  const key = canonicalJson(given);
  const found = results.find((entry) => canonicalJson(entry.arguments) === key);
  if (found === undefined) throw new Error("no result is recorded for these arguments");
  return found.result;
}

/** Waits for a tool, no longer than until the signal is aborted: a tool may not listen to it. */
async function untilAborted<T>(work: () => Promise<T>, signal: AbortSignal, host: string): Promise<T> {
  if (signal.aborted) throw abortedFailure(signal, host);
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(abortedFailure(signal, host));
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([work(), aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

async function runTool(
  tool: Tool | undefined,
  given: Json,
  request: TargetRequest,
  signal: AbortSignal,
): Promise<Json> {
  if (tool === undefined) throw new Error("there is no such tool");
  if (!isJsonObject(given)) throw new Error("the arguments are no JSON object");
  if (tool.results !== undefined) return recorded(tool.results, given);
  const { caseId, repetition } = request;
  // A copy: what the tool does to its arguments must not change what is recorded.
  return resultOf(await tool.run!(structuredClone(given), { signal, caseId, repetition }));
}

/** True when the model may be asked again after these calls: every one of them is answered here. */
export function canContinue(settings: OpenAISettings, calls: readonly Call[]): boolean {
  const tools = settings.tools ?? [];
  if (calls.length === 0 || !tools.some(isAnswered)) return false;
  return calls.every(({ name }) => {
    const tool = tools.find((candidate) => candidate.name === name);
    return tool === undefined || isAnswered(tool);
  });
}

/** What the answers of calls need beside the call. */
export interface CallSurroundings {
  readonly request: TargetRequest;
  readonly context: CallContext;
  /** Takes the credentials of the target out of a text. */
  readonly redact: Redact;
}

/**
 * Answers one call, as a span. What the tool throws, arguments that are no JSON object, a tool that does not exist and arguments without
 * a recorded result are the result `{ error }`: the model reads it, the record keeps it and the span is marked.
 */
export async function answerCall(
  settings: OpenAISettings,
  call: Call,
  { request, context, redact }: CallSurroundings,
): Promise<ToolResult> {
  const { signal } = context;
  const tool = settings.tools?.find(({ name }) => name === call.name);
  const given = givenArguments(call.given);
  const name = redact(call.name);
  const attributes = {
    "gen_ai.operation.name": "execute_tool",
    "gen_ai.tool.name": name,
    "gen_ai.tool.type": "function",
    "gen_ai.tool.call.id": redact(call.id),
  };
  const work = async (): Promise<Json> => {
    try {
      return await untilAborted(() => runTool(tool, given.arguments, request, signal), signal, settings.host);
    } catch (error) {
      // The span keeps what is thrown here, and the record what becomes of it.
      throw signal.aborted ? abortedFailure(signal, settings.host) : new Error(redact(messageOf(error)));
    }
  };
  let result: Json;
  try {
    result = await context.span(`execute_tool ${name}`, attributes, work);
  } catch (error) {
    if (signal.aborted) throw error;
    result = { error: messageOf(error) };
  }
  const text = typeof result === "string" ? result : JSON.stringify(result);
  return { call: { name: call.name, ...given, result }, text };
}
