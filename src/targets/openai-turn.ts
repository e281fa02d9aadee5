import type { Message } from "../core/dataset.ts";
import { TargetError } from "../core/errors.ts";
import { isJsonObject } from "../core/json.ts";
import type { Usage } from "../core/sample.ts";
import type { GatewayFacts } from "./gateway.ts";
import type { OpenAISettings } from "./openai-settings.ts";

/** A tool call as the model made it. */
export interface Call {
  /** Identifier that its result refers to; made up where the provider gave none. */
  readonly id: string;
  readonly name: string;
  /** The arguments, in most cases the text of a JSON value. */
  readonly given: unknown;
}

/** What one call of the model gave, whichever API was spoken. */
export interface Turn {
  readonly text: string;
  readonly calls: readonly Call[];
  readonly refused: boolean;
  readonly finishReason: string | null;
  readonly usage: Omit<Usage, "costUsd">;
  /** Model that answered, in the provider's word; `null` when not reported. */
  readonly model: string | null;
  /** Log-probabilities of the tokens of the text; `null` when not reported. */
  readonly logProbabilities: readonly number[] | null;
  /** What the body says beyond the OpenAI API. */
  readonly facts: GatewayFacts;
  /** What stands for this turn in the conversation of the next one. */
  readonly echo: readonly unknown[];
}

/** Puts the events of a stream together. */
export interface Collector {
  /** Takes an event; true when it carries a piece of the answer: text, a refusal, a tool call. */
  add(event: unknown): boolean;
  /** The body that a call without a stream would have had; `null` when the stream ended before the answer did. */
  finish(): Record<string, unknown> | null;
  /** What the events so far say beside the answer: the model and what was used. */
  soFar(): Record<string, unknown>;
}

/** What differs between the two APIs. */
export interface Protocol {
  /** Method of the client library that sends the body. */
  readonly api: "chat" | "responses";
  /** The conversation as the API takes it. Throws `TargetError` for what it cannot take. */
  begin(messages: readonly Message[]): readonly unknown[];
  /** The body of a call, without members for what is left to the provider. */
  body(
    settings: OpenAISettings,
    conversation: readonly unknown[],
    given: { readonly seed: number; readonly round: number },
  ): Record<string, unknown>;
  /** Reads a body. Throws `TargetError` that names the member which cannot be used. */
  read(body: Record<string, unknown>, host: string): Turn;
  /** What a body says in place of an answer; `null` or `undefined` where it has one. */
  errorIn(body: Record<string, unknown>): unknown;
  /** The tokens that a body says, even where the rest of it cannot be read. */
  usage(body: Record<string, unknown>): Turn["usage"];
  /** A collector for one stream. */
  collect(): Collector;
  /** What stands for the result of a call in the conversation. */
  result(call: Call, text: string): unknown;
}

/** The failure of an answer that cannot be used, not retryable. */
export function malformed(host: string, what: string): TargetError {
  return new TargetError({
    kind: "target",
    message: `${host} sent an answer that cannot be used: ${what}`,
    retryable: false,
  });
}

/** A text that is not empty, or `null`. */
export function textOrNull(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** A count of tokens, or `null` for anything that is not one. */
function tokens(value: unknown): number | null {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : null;
}

/** Token counts of a body; `names` are those of the API's members. */
export function usageOf(
  usage: unknown,
  names: {
    readonly input: string;
    readonly output: string;
    readonly inputDetails: string;
    readonly outputDetails: string;
  },
): Omit<Usage, "costUsd"> {
  const counts: Record<string, unknown> = isJsonObject(usage) ? usage : {};
  const read = counts[names.inputDetails];
  const written = counts[names.outputDetails];
  return {
    inputTokens: tokens(counts[names.input]),
    outputTokens: tokens(counts[names.output]),
    cachedInputTokens: isJsonObject(read) ? tokens(read.cached_tokens) : null,
    reasoningTokens: isJsonObject(written) ? tokens(written.reasoning_tokens) : null,
  };
}

/** Log-probabilities in a list of tokens, as both APIs have it; `null` where there is none. */
export function logProbabilitiesOf(list: unknown): readonly number[] | null {
  if (!Array.isArray(list)) return null;
  const found = list.flatMap((token: unknown) =>
    isJsonObject(token) && typeof token.logprob === "number" && Number.isFinite(token.logprob)
      ? token.logprob
      : [],
  );
  return found.length === 0 ? null : found;
}
