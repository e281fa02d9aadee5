import { EvalsError, TargetError } from "../core/errors.ts";
import type { CallContext, Target, TargetRequest, TargetResponse } from "../core/extensions.ts";
import { isJsonObject } from "../core/json.ts";
import type { Components } from "../core/release.ts";
import type { Span } from "../core/trace.ts";
import { abortedFailure } from "./connection.ts";
import { conversationOf, unaskable } from "./conversation.ts";
import { llamaComponents } from "./llama-components.ts";
import { modelName } from "./llama-file.ts";
import { type Generation, generate, type Prompt, renderPrompt } from "./llama-generate.ts";
import { type LlamaSettings, type LlamaTargetOptions, llamaSettings } from "./llama-options.ts";
import { type LlamaRuntime, openRuntime } from "./llama-runtime.ts";
import { answerCheck, grammarGaps } from "./llama-schema.ts";
import { withoutThoughts } from "./llama-thoughts.ts";
import { parseCalls } from "./llama-tools.ts";

/** Attributes of the call's span, by the OpenTelemetry gen_ai conventions. */
function requestAttributes(name: string, settings: LlamaSettings, seed: number): Span["attributes"] {
  const { temperature, topK, topP, maxOutputTokens } = settings;
  return {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "llama.cpp",
    "gen_ai.request.model": name,
    "gen_ai.request.temperature": temperature,
    "gen_ai.request.top_k": topK,
    "gen_ai.request.top_p": topP,
    ...(maxOutputTokens === undefined ? {} : { "gen_ai.request.max_tokens": maxOutputTokens }),
    "gen_ai.request.seed": seed,
  };
}

/** The answer that a generation is: text, or tool calls with the text around them. What the model thought is counted, not said. */
function responseOf(
  written: Generation,
  prompt: Prompt,
  { runtime, settings, problemOf }: Answering,
): TargetResponse {
  const { finishReason, outputTokens, timeToFirstTokenMs, latencyMs } = written;
  const { thoughtSigns, grammar, model } = runtime;
  const { text: answer, thoughts } =
    thoughtSigns === null
      ? { text: written.text, thoughts: "" }
      : withoutThoughts(written.text, thoughtSigns, prompt.opensThought);
  const text = grammar === null ? answer : answer.trimEnd();
  const problem = problemOf?.(text) ?? null;
  if (problem !== null) {
    const early = finishReason === "length" ? `, cut off after ${outputTokens} tokens` : "";
    throw unaskable(`the answer does not satisfy \`jsonSchema\`: ${problem}${early}`);
  }
  const { text: said, calls } =
    settings.tools === undefined ? { text, calls: [] } : parseCalls(text, runtime.callFormat);
  const reasoningTokens = Math.min(model.tokenize(thoughts).length, outputTokens);
  return {
    text: said,
    toolCalls: calls,
    finishReason: calls.length > 0 ? "tool_calls" : finishReason,
    usage: { inputTokens: prompt.tokens.length, outputTokens, cachedInputTokens: 0, reasoningTokens },
    timeToFirstTokenMs,
    latencyMs,
  };
}

/** What a call needs of its target. */
interface Answering {
  readonly name: string;
  readonly settings: LlamaSettings;
  readonly problemOf: ((text: string) => string | null) | null;
  readonly runtime: LlamaRuntime;
}

/** Answers one request in the next free slot. */
async function answer(
  answering: Answering,
  request: TargetRequest,
  { signal, seed, span }: CallContext,
): Promise<TargetResponse> {
  const { name, settings, runtime } = answering;
  const prompt = renderPrompt(runtime, settings, conversationOf(settings, request), request.caseId);
  const sequence = await runtime.slots.take(signal).catch(() => {
    throw abortedFailure(signal, name);
  });
  const model = modelName(settings);
  const attributes = requestAttributes(model, settings, seed);
  try {
    return await span(`chat ${model}`, attributes, async () => {
      const held = await heldTo(runtime, settings, request);
      const written = await generate(held, settings, prompt, { sequence, signal, seed, name });
      const response = responseOf(written, prompt, { ...answering, runtime: held });
      Object.assign(attributes, {
        "gen_ai.usage.input_tokens": prompt.tokens.length,
        "gen_ai.usage.output_tokens": written.outputTokens,
        "llama.device": runtime.device,
      });
      return response;
    });
  } finally {
    runtime.slots.give(sequence);
  }
}

/** The runtime, held to the schema that the request brings where the options name no format of their own. A schema that a grammar cannot hold is left to whoever reads the answer. */
async function heldTo(
  runtime: LlamaRuntime,
  { jsonSchema, tools }: LlamaSettings,
  { answerSchema }: TargetRequest,
): Promise<LlamaRuntime> {
  const hasOwnFormat = jsonSchema !== undefined || tools !== undefined;
  if (answerSchema === undefined || hasOwnFormat || grammarGaps(answerSchema.schema).length > 0)
    return runtime;
  const { llama } = runtime.model;
  type Schema = Parameters<typeof llama.createGrammarForJsonSchema>[0];
  return { ...runtime, grammar: await llama.createGrammarForJsonSchema(answerSchema.schema as Schema) };
}

/** The check of an answer by the schema of the options, compiled at once so that a schema that is none is found. */
function answerCheckOf({ jsonSchema }: LlamaSettings): ((text: string) => string | null) | null {
  if (jsonSchema === undefined) return null;
  try {
    return answerCheck(jsonSchema);
  } catch (error) {
    const message = `llamaTarget: \`jsonSchema\`: ${error instanceof Error ? error.message : String(error)}`;
    throw new EvalsError("TARGET_INVALID", message, "give a JSON Schema 2020-12", { cause: error });
  }
}

/** SHA-256 of the model's file as the components have it; `null` where they were not asked or know none. */
function describedDigest(components: Partial<Components> | undefined): string | null {
  const model = components?.model;
  return isJsonObject(model) && typeof model.sha256 === "string" ? model.sha256 : null;
}

/** Refuses a run of which a case cannot be asked. */
function refuseUnaskable(
  name: string,
  runtime: LlamaRuntime,
  settings: LlamaSettings,
  requests: readonly TargetRequest[],
): void {
  const problems = requests.flatMap((request) => {
    try {
      renderPrompt(runtime, settings, conversationOf(settings, request), request.caseId);
      return [];
    } catch (error) {
      if (error instanceof TargetError) return [error.message];
      throw error;
    }
  });
  if (problems.length === 0) return;
  const others = problems.length === 1 ? "" : ` (and ${problems.length - 1} more cases)`;
  throw new EvalsError(
    "TARGET_INVALID",
    `target "${name}": ${problems[0]}${others}`,
    "give a larger `contextSize` or a smaller `maxOutputTokens`, or shorten the case; nothing is ever cut off in silence",
  );
}

/**
 * A target that runs a GGUF model in this process, with llama.cpp by the optional package node-llama-cpp. The package is loaded
 * on first use. `check` loads the model, `prepare` finds cases that its context cannot hold, `close` frees it.
 *
 * With one slot the same case and seed give the same answer, on one kind of processor; with more slots, cases share a batch,
 * which changes the numbers in the last digits. Its components say which bytes answer, how they are decoded, and on what.
 *
 * @throws EvalsError `TARGET_INVALID` at once for options that cannot be used; from `check` and `prepare` for a file, package
 * or case that cannot.
 */
export function llamaTarget(options: LlamaTargetOptions): Target {
  const settings = llamaSettings(options);
  const problemOf = answerCheckOf(settings);
  const name = settings.name ?? `llama ${modelName(settings)}`;
  let components: Partial<Components> | undefined;
  let opening: Promise<LlamaRuntime> | undefined;
  const open = (tell?: (message: string) => void) => {
    opening ??= openRuntime(name, settings, describedDigest(components), tell);
    return opening;
  };
  return {
    name,
    // Only a release that is run has its file read for the digest.
    get components() {
      components ??= llamaComponents(settings);
      return components;
    },
    rateKey: null,
    // A template is code, of which no component tells all; cases that share a batch change each other's numbers.
    cacheable: settings.template === undefined && settings.slots === 1,
    async check(tell) {
      await open(tell);
    },
    async prepare(requests) {
      refuseUnaskable(name, await open(), settings, requests);
    },
    async call(request: TargetRequest, context: CallContext) {
      return answer({ name, settings, problemOf, runtime: await open() }, request, context);
    },
    async close() {
      const closing = opening;
      opening = undefined;
      await (await closing?.catch(() => undefined))?.close();
    },
  };
}
