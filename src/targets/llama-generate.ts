import type { ChatHistoryItem, LlamaContextSequence, Token } from "node-llama-cpp";
import type { Message } from "../core/dataset.ts";
import { abortedFailure } from "./connection.ts";
import { unaskable } from "./conversation.ts";
import type { LlamaSettings } from "./llama-options.ts";
import type { LlamaRuntime } from "./llama-runtime.ts";

/** What a model wrote. */
export interface Generation {
  /** What it wrote, with the special tokens in it where calls or thoughts are looked for. */
  readonly text: string;
  /** `stop` at an end that the model or a stop text set, `length` at `maxOutputTokens`. */
  readonly finishReason: "stop" | "length";
  readonly outputTokens: number;
  /** Milliseconds from the start of work to the first token; waiting for a slot is not in it. */
  readonly timeToFirstTokenMs: number;
  /** Milliseconds of work. */
  readonly latencyMs: number;
}

/** A grammar for JSON allows line ends after the value for ever. */
const endOfJson = "\n\n\n\n";

function historyOf(messages: readonly Message[], caseId: string): ChatHistoryItem[] {
  return messages.map(({ role, content }): ChatHistoryItem => {
    if (role === "assistant") return { type: "model", response: [content] };
    if (role !== "tool") return { type: role, text: content };
    throw unaskable(
      `case ${caseId} has a message of a tool, of which a chat template needs to know the call that it answers; put it into a user message in \`template\``,
    );
  });
}

/** The tools as the chat template describes them. */
function describedTools({ tools, describeTools }: LlamaSettings): object {
  if (tools === undefined || !describeTools) return {};
  const functions = tools.map(({ name, description, parameters }) => [
    name,
    {
      ...(description === undefined ? {} : { description }),
      ...(parameters === undefined ? {} : { params: parameters }),
    },
  ]);
  return { availableFunctions: Object.fromEntries(functions), documentFunctionParams: true };
}

/** A prompt as the model reads it. */
export interface Prompt {
  readonly tokens: readonly Token[];
  /** Tokens and texts at which the template ends an answer. */
  readonly endTokens: ReadonlySet<Token>;
  readonly endTexts: readonly string[];
  /** True when it ends with the sign that opens a thought. */
  readonly opensThought: boolean;
}

/**
 * Renders messages by the chat template. What a message says never becomes a special token.
 *
 * @throws TargetError for messages that the template cannot hold, or that leave no room for an answer in the context.
 */
export function renderPrompt(
  { template, model, contextSize, thoughtSigns }: LlamaRuntime,
  settings: LlamaSettings,
  messages: readonly Message[],
  caseId: string,
): Prompt {
  const chatHistory: ChatHistoryItem[] = [...historyOf(messages, caseId), { type: "model", response: [] }];
  const { contextText, stopGenerationTriggers } = template.generateContextState({
    chatHistory,
    ...describedTools(settings),
  });
  const tokens = contextText.tokenize(model.tokenizer);
  const { maxOutputTokens } = settings;
  if (tokens.length + (maxOutputTokens ?? 1) > contextSize) {
    const answer =
      maxOutputTokens === undefined ? "an answer" : `an answer of ${maxOutputTokens} (\`maxOutputTokens\`)`;
    throw unaskable(
      `case ${caseId} needs ${tokens.length} tokens and room for ${answer}, the context has ${contextSize} (\`contextSize\`)`,
    );
  }
  const ends = stopGenerationTriggers.map((trigger) => ({
    tokens: trigger.tokenize(model.tokenizer),
    text: trigger.toString(),
  }));
  return {
    tokens,
    endTokens: new Set(ends.flatMap((end) => (end.tokens.length === 1 ? end.tokens : []))),
    opensThought: thoughtSigns !== null && contextText.toString().trimEnd().endsWith(thoughtSigns.prefix),
    endTexts: ends.filter((end) => end.tokens.length > 1 && end.text !== "").map((end) => end.text),
  };
}

/** Where the first of some texts begins in another, or -1. */
function firstOf(texts: readonly string[], text: string): number {
  const places = texts.map((end) => text.indexOf(end)).filter((place) => place >= 0);
  return places.length === 0 ? -1 : Math.min(...places);
}

/** How the next token is drawn. The library's own defaults decide nothing, and nothing is penalised. */
function decoding({ model, grammar, library }: LlamaRuntime, settings: LlamaSettings, seed: number) {
  const { temperature, topK, topP } = settings;
  const held = grammar && {
    grammarEvaluationState: new library.LlamaGrammarEvaluationState({ model, grammar }),
  };
  return { temperature, minP: 0, topK, topP, seed, yieldEogToken: true, ...held };
}

/**
 * Writes an answer in a slot that is empty again afterwards.
 *
 * @throws TargetError when it is aborted, or when the context is full before the answer ends.
 */
export async function generate(
  runtime: LlamaRuntime,
  settings: LlamaSettings,
  prompt: Prompt,
  call: {
    readonly sequence: LlamaContextSequence;
    readonly signal: AbortSignal;
    readonly seed: number;
    readonly name: string;
  },
): Promise<Generation> {
  const { model, grammar, contextSize } = runtime;
  const { sequence, signal, seed } = call;
  const begun = performance.now();
  // What an earlier case left would change the numbers in the last digits.
  await sequence.clearHistory();
  const stops = [
    ...[settings.stop ?? []].flat(),
    ...prompt.endTexts,
    ...(grammar === null ? [] : [endOfJson]),
  ];
  // A token has a byte at least, so that a text that just came to its end is in so many.
  const tailTokens = Math.max(0, ...stops.map((stop) => Buffer.byteLength(stop)));
  const room = contextSize - prompt.tokens.length;
  const most = Math.min(settings.maxOutputTokens ?? room, room);
  const written: Token[] = [];
  let timeToFirstTokenMs = 0;
  let ended = false;
  for await (const token of sequence.evaluate([...prompt.tokens], decoding(runtime, settings, seed))) {
    if (signal.aborted) throw abortedFailure(signal, call.name);
    if (written.length === 0) timeToFirstTokenMs = performance.now() - begun;
    ended = model.isEogToken(token) || prompt.endTokens.has(token);
    if (ended) break;
    written.push(token);
    ended = stops.length > 0 && firstOf(stops, model.detokenize(written.slice(-tailTokens), true)) >= 0;
    if (ended || written.length >= most) break;
  }
  if (!ended && settings.maxOutputTokens === undefined) {
    throw unaskable(`the answer did not end within the context of ${contextSize} tokens (\`contextSize\`)`);
  }
  const text = model.detokenize(written, settings.tools !== undefined || runtime.thoughtSigns !== null);
  const end = firstOf(stops, text);
  return {
    text: end < 0 ? text : text.slice(0, end),
    finishReason: ended ? "stop" : "length",
    outputTokens: written.length,
    timeToFirstTokenMs,
    latencyMs: performance.now() - begun,
  };
}
