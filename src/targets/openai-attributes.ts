import type { Span } from "../core/trace.ts";
import type { Answered } from "./openai-send.ts";
import type { OpenAISettings } from "./openai-settings.ts";

type Attributes = Span["attributes"];

/** Attributes of a call's span that are known before it, by the OpenTelemetry gen_ai conventions. */
export function requestAttributes(settings: OpenAISettings, seed: number): Attributes {
  const { model, temperature, maxOutputTokens, topP, hostname, port } = settings;
  return {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": model,
    "server.address": hostname,
    ...(port === undefined ? {} : { "server.port": port }),
    ...(temperature === undefined ? {} : { "gen_ai.request.temperature": temperature }),
    ...(maxOutputTokens === undefined ? {} : { "gen_ai.request.max_tokens": maxOutputTokens }),
    ...(topP === undefined ? {} : { "gen_ai.request.top_p": topP }),
    ...(settings.seed === false ? {} : { "gen_ai.request.seed": seed }),
  };
}

/**
 * Attributes that are known after it. The log-probability is ours: `gatewright.logprob.mean` is the mean over the tokens of the text, by
 * the natural logarithm, `gatewright.logprob.tokens` their number. It stands here and not in the state, which is what a case may expect.
 */
export function responseAttributes({ usage, served, logProbabilities }: Answered): Attributes {
  const { inputTokens, outputTokens, cachedInputTokens } = usage;
  const tokens = logProbabilities ?? [];
  const mean = tokens.reduce((total, value) => total + value, 0) / tokens.length;
  return {
    ...(typeof served.model === "string" ? { "gen_ai.response.model": served.model } : {}),
    ...(inputTokens === null ? {} : { "gen_ai.usage.input_tokens": inputTokens }),
    ...(outputTokens === null ? {} : { "gen_ai.usage.output_tokens": outputTokens }),
    ...(cachedInputTokens === null ? {} : { "gen_ai.usage.cache_read.input_tokens": cachedInputTokens }),
    ...(tokens.length === 0
      ? {}
      : { "gatewright.logprob.mean": mean, "gatewright.logprob.tokens": tokens.length }),
  };
}
