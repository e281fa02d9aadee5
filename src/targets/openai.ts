import type { ChatCompletionCreateParamsNonStreaming } from "openai/resources/chat/completions";
import type { CallContext, Target, TargetRequest, TargetResponse } from "../core/extensions.ts";
import { redactor } from "../core/redact.ts";
import type { Span } from "../core/trace.ts";
import { abortedFailure } from "./connection.ts";
import { conversationOf } from "./conversation.ts";
import { openaiAnswer } from "./openai-answer.ts";
import { checkCredentials, clientMaker, readCredentials } from "./openai-client.ts";
import { openaiFailure } from "./openai-failure.ts";
import { type OpenAISettings, type OpenAITargetOptions, openaiSettings } from "./openai-options.ts";
import { openaiBody, openaiComponents } from "./openai-request.ts";

type Attributes = Span["attributes"];
type Body = ChatCompletionCreateParamsNonStreaming;

/** Attributes of the call's span that are known before it, by the OpenTelemetry gen_ai conventions. */
function requestAttributes(settings: OpenAISettings, seed: number): Attributes {
  const { model, temperature, maxOutputTokens, topP } = settings;
  const url = new URL(settings.baseURL);
  return {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": model,
    "server.address": url.hostname,
    ...(url.port === "" ? {} : { "server.port": Number(url.port) }),
    ...(temperature === undefined ? {} : { "gen_ai.request.temperature": temperature }),
    ...(maxOutputTokens === undefined ? {} : { "gen_ai.request.max_tokens": maxOutputTokens }),
    ...(topP === undefined ? {} : { "gen_ai.request.top_p": topP }),
    ...(settings.seed === false ? {} : { "gen_ai.request.seed": seed }),
  };
}

/** Attributes that are known after it. */
function responseAttributes(response: TargetResponse): Attributes {
  const { usage = {}, served } = response;
  const { inputTokens, outputTokens } = usage;
  return {
    ...(typeof served?.model === "string" ? { "gen_ai.response.model": served.model } : {}),
    ...(typeof inputTokens === "number" ? { "gen_ai.usage.input_tokens": inputTokens } : {}),
    ...(typeof outputTokens === "number" ? { "gen_ai.usage.output_tokens": outputTokens } : {}),
  };
}

/** A signal that follows another until it is let go; the library never takes its listeners off the one that it is given. */
function following(signal: AbortSignal): { readonly signal: AbortSignal; letGo(): void } {
  const controller = new AbortController();
  const abort = () => controller.abort(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  return { signal: controller.signal, letGo: () => signal.removeEventListener("abort", abort) };
}

/** The function that sends one body and reads the answer. Loads the client library on its first call. */
function sender(settings: OpenAISettings) {
  const clientFor = clientMaker(settings);
  return async (body: Body, signal: AbortSignal): Promise<TargetResponse> => {
    if (signal.aborted) throw abortedFailure(signal, settings.host);
    const sdk = await import("openai");
    const { key, keyEnv, secrets } = readCredentials(settings);
    const link = following(signal);
    try {
      const client = clientFor(sdk, key);
      const completion: unknown = await client.chat.completions.create(body, { signal: link.signal });
      return openaiAnswer(completion, settings.host, settings.prices);
    } catch (error) {
      const known = key === undefined ? undefined : keyEnv;
      throw openaiFailure(error, sdk, {
        signal,
        host: settings.host,
        keyEnv: known,
        redact: redactor(secrets),
      });
    } finally {
      link.letGo();
    }
  };
}

/**
 * A target that asks a model through chat completions, at any base URL that speaks the OpenAI API. It sends each request
 * once: retries are for the runner, and the signal of the call is the only limit of time that it sets. (Node itself gives
 * up on a server that sends nothing for 300 s; that is a failure of kind `timeout`.) Its components say everything that
 * it sends and that can change the answer, never the key. `check` finds a missing key. The environment decides nothing
 * but the key.
 *
 * @throws EvalsError `TARGET_INVALID` at once for options that cannot be used; `CREDENTIAL_MISSING` from `check`.
 */
export function openaiTarget(options: OpenAITargetOptions): Target {
  const settings = openaiSettings(options);
  const name = settings.name ?? `openai ${settings.model}`;
  const send = sender(settings);
  return {
    name,
    components: openaiComponents(settings, readCredentials(settings).secrets),
    async check() {
      checkCredentials(name, settings);
      await import("openai");
    },
    async call(request: TargetRequest, context: CallContext) {
      const body = openaiBody(settings, conversationOf(settings, request), context.seed);
      const attributes = requestAttributes(settings, context.seed);
      return context.span(`chat ${settings.model}`, attributes, async () => {
        const response = await send(body, context.signal);
        // The recorder keeps this object, so that what only the answer tells is recorded with the span too.
        Object.assign(attributes, responseAttributes(response));
        return response;
      });
    },
  };
}
