import { createHash } from "node:crypto";
import type { ChatCompletionCreateParamsNonStreaming } from "openai/resources/chat/completions";
import { z } from "zod";
import { type Message, messageSchema } from "../core/dataset.ts";
import { TargetError } from "../core/errors.ts";
import type { TargetRequest } from "../core/extensions.ts";
import type { JsonObject } from "../core/json.ts";
import { redacted } from "../core/redact.ts";
import type { Components } from "../core/release.ts";
import { complaint } from "../core/validate.ts";
import { asJson, type OpenAISettings } from "./openai-options.ts";
import { isSecretHeader } from "./secrets.ts";

const messagesSchema = z.array(messageSchema);

/** Headers as the manifest keeps them: names in lower case, without the values of secret ones. */
function shownHeaders(headers: Readonly<Record<string, string>>, secrets: readonly string[]): JsonObject {
  const hidden = (name: string, value: string) =>
    isSecretHeader(name, value) || secrets.some((secret) => value.includes(secret));
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.toLowerCase(),
      hidden(name, value) ? redacted : value,
    ]),
  );
}

/**
 * Everything that a target sends and that can change the answer, as components of the release; `null` for what is left
 * to the provider. Secret values are not in it.
 */
export function openaiComponents(settings: OpenAISettings, secrets: readonly string[]): Partial<Components> {
  const { model, baseURL, headers, system, template, tools, toolChoice, responseFormat } = settings;
  const prompt = {
    ...(system === undefined ? {} : { system }),
    ...(template === undefined
      ? {}
      : { template: `sha256:${createHash("sha256").update(template.toString()).digest("hex")}` }),
  };
  return {
    model: {
      baseURL,
      name: model,
      ...(Object.keys(headers).length === 0 ? {} : { headers: shownHeaders(headers, secrets) }),
    },
    decoding: {
      temperature: settings.temperature ?? null,
      maxOutputTokens: settings.maxOutputTokens ?? null,
      ...(settings.maxOutputTokens === undefined
        ? {}
        : { maxOutputTokensName: settings.maxOutputTokensName }),
      topP: settings.topP ?? null,
      stop: settings.stop ?? null,
      seed: settings.seed,
      responseFormat: asJson(responseFormat),
    },
    tools: tools === undefined ? null : asJson({ functions: tools, choice: toolChoice ?? null }),
    ...(Object.keys(prompt).length === 0 ? {} : { prompt }),
  };
}

/** A failure that comes of the case and the options: no call is made. */
function unaskable(message: string): TargetError {
  return new TargetError({ kind: "target", message, retryable: false });
}

function fromTemplate(settings: OpenAISettings, request: TargetRequest): readonly Message[] {
  const { template } = settings;
  if (template !== undefined) {
    const made = messagesSchema.safeParse(
      template(request.input.variables ?? {}, { context: request.context }),
    );
    if (made.success) return made.data;
    throw unaskable(
      `the template returned messages that cannot be sent: ${complaint(messagesSchema, made.error)}`,
    );
  }
  const missing = "the target has no `template` to put them into the conversation";
  if (request.context.length > 0) {
    throw unaskable(`case ${request.caseId} gives passages of context, but ${missing}`);
  }
  if (request.messages.length === 0) {
    throw unaskable(`case ${request.caseId} has variables alone, but ${missing}`);
  }
  return [];
}

/** The messages of a call: the prompt, what the template makes of the case, the messages of the case. */
export function openaiMessages(settings: OpenAISettings, request: TargetRequest): readonly Message[] {
  const prompt: Message[] =
    settings.system === undefined ? [] : [{ role: "system", content: settings.system }];
  const asked = [...fromTemplate(settings, request), ...request.messages];
  if (asked.length === 0) throw unaskable(`there is no message to send for case ${request.caseId}`);
  return [...prompt, ...asked];
}

function responseFormatOf(format: OpenAISettings["responseFormat"]): object {
  if (format === "text") return {};
  if (format === "json") return { response_format: { type: "json_object" } };
  return { response_format: { type: "json_schema", json_schema: format } };
}

function toolsOf({ tools, toolChoice }: OpenAISettings): object {
  if (tools === undefined) return {};
  const choice =
    typeof toolChoice === "object" ? { type: "function", function: { name: toolChoice.name } } : toolChoice;
  return {
    tools: tools.map((tool) => ({ type: "function", function: tool })),
    ...(choice === undefined ? {} : { tool_choice: choice }),
  };
}

/** The body of a call, without members for what is left to the provider. */
export function openaiBody(
  settings: OpenAISettings,
  messages: readonly Message[],
  seed: number,
): ChatCompletionCreateParamsNonStreaming {
  const { temperature, maxOutputTokens, maxOutputTokensName, topP, stop } = settings;
  const body = {
    model: settings.model,
    messages,
    ...toolsOf(settings),
    ...responseFormatOf(settings.responseFormat),
    ...(temperature === undefined ? {} : { temperature }),
    ...(maxOutputTokens === undefined ? {} : { [maxOutputTokensName]: maxOutputTokens }),
    ...(topP === undefined ? {} : { top_p: topP }),
    ...(stop === undefined ? {} : { stop }),
    ...(settings.seed === false ? {} : { seed }),
  };
  // A recorded `tool` message has no `tool_call_id`; whether to take it is for the server to say.
  return body as ChatCompletionCreateParamsNonStreaming;
}
