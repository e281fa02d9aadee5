import { z } from "zod";
import { TargetError } from "../core/errors.ts";
import type { TargetResponse } from "../core/extensions.ts";
import { isJsonObject, type Json } from "../core/json.ts";
import type { ToolCall, Usage } from "../core/sample.ts";
import type { OpenAIPrices } from "./openai-options.ts";

const jsonSchema = z.json();

function malformed(host: string, what: string): TargetError {
  return new TargetError({
    kind: "target",
    message: `${host} sent an answer that cannot be used: ${what}`,
    retryable: false,
  });
}

/** A count of tokens, or `null` for anything that is not one. */
function tokens(value: unknown): number | null {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : null;
}

/** Arguments as JSON; the text as it came where it is not JSON, or holds what JSON cannot (1e999 reads as infinity). */
export function parseArguments(text: unknown): Json {
  if (typeof text !== "string") return (text ?? null) as Json;
  try {
    const parsed: unknown = JSON.parse(text);
    return jsonSchema.safeParse(parsed).success ? (parsed as Json) : text;
  } catch {
    return text;
  }
}

function toolCallsOf(message: Record<string, unknown>, host: string): ToolCall[] {
  const calls = message.tool_calls ?? [];
  if (!Array.isArray(calls)) throw malformed(host, "`choices[0].message.tool_calls` is not a list");
  return calls.map((call: unknown, index) => {
    const where = `choices[0].message.tool_calls[${index}]`;
    const made = isJsonObject(call) ? (call.function ?? call.custom) : undefined;
    const name = isJsonObject(made) ? made.name : undefined;
    if (!isJsonObject(made) || typeof name !== "string" || name === "") {
      throw malformed(host, `\`${where}\` names no function`);
    }
    return { name, arguments: parseArguments(made.arguments ?? made.input) };
  });
}

/** What a call used; the cost is `null` where prices or counts are unknown. */
function usageOf(usage: unknown, prices: OpenAIPrices | undefined): Usage {
  const counts = isJsonObject(usage) ? usage : {};
  const inputTokens = tokens(counts.prompt_tokens);
  const outputTokens = tokens(counts.completion_tokens);
  const details = counts.prompt_tokens_details;
  const cachedInputTokens = isJsonObject(details) ? tokens(details.cached_tokens) : null;
  const written = counts.completion_tokens_details;
  const reasoningTokens = isJsonObject(written) ? tokens(written.reasoning_tokens) : null;
  const reported = { inputTokens, outputTokens, cachedInputTokens, reasoningTokens };
  if (prices === undefined || inputTokens === null || outputTokens === null) {
    return { ...reported, costUsd: null };
  }
  const cached = Math.min(cachedInputTokens ?? 0, inputTokens);
  const cachedPrice = prices.cachedInputUsdPerMillion ?? prices.inputUsdPerMillion;
  const micro =
    (inputTokens - cached) * prices.inputUsdPerMillion +
    cached * cachedPrice +
    outputTokens * prices.outputUsdPerMillion;
  return { ...reported, costUsd: micro / 1e6 };
}

/** The body of an answer. The client library hands on as text what is not labelled as JSON; some servers forget the label. */
function bodyOf(completion: unknown, host: string): Record<string, unknown> {
  let body = completion;
  if (typeof body === "string") {
    const text = body.trimStart();
    try {
      body = JSON.parse(text);
    } catch {
      throw malformed(host, text.startsWith("<") ? "HTML instead of JSON" : "the body is not JSON");
    }
  }
  if (!isJsonObject(body)) throw malformed(host, "the body is not a JSON object");
  return body;
}

function messageOf(body: Record<string, unknown>, host: string) {
  const choices = body.choices;
  if (!Array.isArray(choices)) throw malformed(host, "there is no list `choices`");
  if (choices.length === 0) throw malformed(host, "`choices` is empty");
  const choice: unknown = choices[0];
  const message = isJsonObject(choice) ? choice.message : undefined;
  if (!isJsonObject(choice) || !isJsonObject(message)) {
    throw malformed(host, "`choices[0].message` is not an object");
  }
  const content = message.content ?? null;
  if (content !== null && typeof content !== "string") {
    throw malformed(host, "`choices[0].message.content` is neither text nor null");
  }
  return { choice, message, content };
}

/**
 * Reads a chat completion. Text of a refusal counts as the answer's text where there is no other.
 *
 * @throws TargetError of kind `target`, not retryable, that names the member which cannot be used.
 */
export function openaiAnswer(
  completion: unknown,
  host: string,
  prices: OpenAIPrices | undefined,
): TargetResponse & { readonly usage: Usage } {
  const body = bodyOf(completion, host);
  const { choice, message, content } = messageOf(body, host);
  const refusal = message.refusal;
  const declined = typeof refusal === "string" && refusal !== "" ? refusal : undefined;
  const finishReason = choice.finish_reason;
  const { model } = body;
  return {
    text: content ?? declined ?? "",
    toolCalls: toolCallsOf(message, host),
    refused: declined !== undefined || finishReason === "content_filter",
    finishReason: typeof finishReason === "string" ? finishReason : null,
    usage: usageOf(body.usage, prices),
    ...(typeof model === "string" && model !== "" ? { served: { model } } : {}),
  };
}
