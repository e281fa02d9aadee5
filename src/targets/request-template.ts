import { EvalsError, TargetError } from "../core/errors.ts";
import type { CallContext, TargetRequest } from "../core/extensions.ts";
import { canonicalJson, type Json, type JsonObject } from "../core/json.ts";
import { didYouMean } from "../core/suggest.ts";
import { parsePath, readPath } from "./json-path.ts";

/** What a placeholder may name first. */
const placeholderNames = [
  "messages",
  "lastMessage",
  "input",
  "context",
  "seed",
  "caseId",
  "repetition",
  "answerSchema",
] as const;
type PlaceholderName = (typeof placeholderNames)[number];

/** A request as JSON when nothing else is asked for: what a program reads on standard input, what a server gets as its body. */
export const wholeRequest = {
  caseId: "{{caseId}}",
  repetition: "{{repetition}}",
  messages: "{{messages}}",
  input: "{{input}}",
  context: "{{context}}",
  seed: "{{seed}}",
} as const satisfies Json;

const placeholder = /\{\{\s*([^{}]*?)\s*\}\}/g;
const onlyPlaceholder = /^\{\{\s*([^{}]*?)\s*\}\}$/;

function textsIn(template: Json): string[] {
  if (typeof template === "string") return [template];
  if (typeof template !== "object" || template === null) return [];
  return Object.values(template).flatMap(textsIn);
}

/** The names that the placeholders of a template begin with. */
function namesIn(template: Json): Set<string> {
  const found = textsIn(template).flatMap((text) => [...text.matchAll(placeholder)]);
  return new Set(found.map((match) => parsePath(match[1]!)?.[0] ?? match[1]!));
}

/** What is wrong with a template, in one line; `null` when it can be filled. */
export function templateProblem(template: Json): string | null {
  const names = namesIn(template);
  for (const name of names) {
    if ((placeholderNames as readonly string[]).includes(name)) continue;
    return `unknown placeholder "{{${name}}}", ${didYouMean(name, placeholderNames)}`;
  }
  const asks = (["messages", "lastMessage", "input"] as const).some((name) => names.has(name));
  return asks ? null : 'nothing of the case is sent; put "{{messages}}" or "{{input}}" where it belongs';
}

type Values = Readonly<Record<PlaceholderName, Json | undefined>>;

function valuesOf(request: TargetRequest, { seed }: Pick<CallContext, "seed">): Values {
  const { caseId, repetition, messages, context, input, answerSchema } = request;
  return {
    caseId,
    repetition,
    messages: messages as unknown as Json,
    lastMessage: messages.findLast(({ role }) => role === "user")?.content,
    input: input.variables ?? {},
    context: context as unknown as Json,
    seed,
    answerSchema: answerSchema?.schema ?? null,
  };
}

/** A failure that comes of the case and the template: no call is made. */
function unaskable(message: string): TargetError {
  return new TargetError({ kind: "target", message, retryable: false });
}

/** A case is asked whole or not at all: an answer to half of it would be scored as if it were one. */
function requireAsked(names: ReadonlySet<string>, { caseId, messages, context, input }: TargetRequest): void {
  const hasVariables = Object.keys(input.variables ?? {}).length > 0;
  const sendsMessages = messages.length > 0 && (names.has("messages") || names.has("lastMessage"));
  const sendsVariables = hasVariables && names.has("input");
  if (!sendsMessages && !sendsVariables) {
    const has = messages.length > 0 ? "messages" : hasVariables ? "input" : null;
    if (has === null) throw unaskable(`case ${caseId} has neither messages nor variables to send`);
    throw unaskable(`case ${caseId} is not asked: the request has no "{{${has}}}"`);
  }
  if (context.length > 0 && !names.has("context")) {
    throw unaskable(`case ${caseId} gives passages of context, but the request has no "{{context}}"`);
  }
}

/** Fills a template with a request. Throws `TargetError` for a case that cannot be asked whole. */
type RequestFiller = (request: TargetRequest, context: Pick<CallContext, "seed">) => Json;

/**
 * Fills the template for every case, before anything is spent.
 *
 * @throws EvalsError `TARGET_INVALID` that names the first case which cannot be asked.
 */
export function requireAskable(
  fill: RequestFiller,
  requests: readonly TargetRequest[],
  target: { readonly name: string; readonly option: string },
): void {
  for (const request of requests) {
    try {
      fill(request, { seed: 0 });
    } catch (error) {
      if (!(error instanceof TargetError)) throw error;
      throw new EvalsError(
        "TARGET_INVALID",
        `target "${target.name}": ${error.message}`,
        `Let \`${target.option}\` say what is sent for every case of the dataset.`,
      );
    }
  }
}

/** The function that fills a template with a request. The template must have no {@link templateProblem}. */
export function requestFiller(template: Json): RequestFiller {
  const names = namesIn(template);
  const isWhole = canonicalJson(template) === canonicalJson(wholeRequest);
  return (request, context) => {
    requireAsked(names, request);
    const values = valuesOf(request, context);
    const valueAt = (text: string): Json => {
      const [name, ...rest] = parsePath(text)!;
      const found = readPath(values[name as PlaceholderName], rest);
      if ("value" in found && found.value !== undefined) return found.value as Json;
      throw unaskable(`case ${request.caseId} has nothing for "{{${text}}}"`);
    };
    const filled = fill(template, valueAt);
    // Not in the template, whose text is part of the bundle: most requests have none.
    const hasSchema = isWhole && request.answerSchema !== undefined;
    return hasSchema ? { ...(filled as JsonObject), answerSchema: request.answerSchema!.schema } : filled;
  };
}

function fill(template: Json, valueAt: (text: string) => Json): Json {
  if (typeof template === "string") {
    const only = onlyPlaceholder.exec(template)?.[1];
    if (only !== undefined) return valueAt(only);
    return template.replace(placeholder, (_, text: string) => {
      const value = valueAt(text);
      return typeof value === "string" ? value : JSON.stringify(value);
    });
  }
  if (typeof template !== "object" || template === null) return template;
  if (Array.isArray(template)) return template.map((item) => fill(item, valueAt));
  return Object.fromEntries(Object.entries(template).map(([key, item]) => [key, fill(item, valueAt)]));
}
