import { createHash } from "node:crypto";
import { canonicalJson, type Json, type JsonObject } from "../core/json.ts";
import { redacted } from "../core/redact.ts";
import type { Components } from "../core/release.ts";
import { promptComponent } from "./conversation.ts";
import { asJson, type OpenAISettings, type Tool } from "./openai-settings.ts";
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

function sha256(text: string): string {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

/** A tool as a provider is told of it. */
export function functionOf({ name, description, parameters, strict }: Tool): JsonObject {
  return asJson({ name, description, parameters, strict }) as JsonObject;
}

/** True when a tool's calls are answered here. */
export function isAnswered({ run, results }: Tool): boolean {
  return run !== undefined || results !== undefined;
}

/** A tool with what decides its answers. */
function toolComponent(tool: Tool): JsonObject {
  const { run, results } = tool;
  return {
    ...functionOf(tool),
    ...(run === undefined ? {} : { run: sha256(run.toString()) }),
    ...(results === undefined ? {} : { results: sha256(canonicalJson(results)) }),
  };
}

function toolsComponent({ tools, toolChoice, maximumToolRounds }: OpenAISettings): Json {
  if (tools === undefined) return null;
  return {
    functions: tools.map(toolComponent),
    choice: asJson(toolChoice ?? null),
    ...(tools.some(isAnswered) ? { maximumRounds: maximumToolRounds } : {}),
  };
}

/**
 * Everything that a target sends and that can change the answer, as components of the release; `null` for what is left
 * to the provider. Secret values are not in it.
 */
export function openaiComponents(settings: OpenAISettings, secrets: readonly string[]): Partial<Components> {
  const { model, baseURL, headers, responseFormat, api, stream, logprobs } = settings;
  return {
    model: {
      baseURL,
      name: model,
      ...(api === "chat" ? {} : { api }),
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
      ...(stream ? { stream } : {}),
      ...(logprobs === undefined ? {} : { logprobs }),
    },
    tools: toolsComponent(settings),
    ...promptComponent(settings),
  };
}
