import type { ChatCompletionCreateParamsNonStreaming } from "openai/resources/chat/completions";
import type { Message } from "../core/dataset.ts";
import type { JsonObject } from "../core/json.ts";
import { redacted } from "../core/redact.ts";
import type { Components } from "../core/release.ts";
import { promptComponent } from "./conversation.ts";
import { asJson, type OpenAISettings } from "./openai-options.ts";
import { isSecretHeader } from "./secrets.ts";

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
  const { model, baseURL, headers, tools, toolChoice, responseFormat } = settings;
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
    ...promptComponent(settings),
  };
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
