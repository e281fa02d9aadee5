import type { Json, JsonObject } from "../core/json.ts";
import type { ModelPrices, PriceTable } from "../core/prices.ts";
import type { Template } from "./conversation.ts";

/** What a tool may use while it runs. */
export interface OpenAIToolContext {
  /** Aborted when the time is up or the run is interrupted. */
  readonly signal: AbortSignal;
  /** The case, for a tool that keeps a world of its own for each; an answer must not depend on it otherwise. */
  readonly caseId: string;
  /** Number of the repetition; the first is 1. */
  readonly repetition: number;
}

/**
 * A function tool that the model may call. With `run` or `results` its calls are answered and the model is asked again, until it answers
 * without a call; with neither they are reported as they are.
 */
export interface OpenAITool {
  /** Name of the tool: letters, digits, `_` and `-`, at most 64. */
  readonly name: string;
  /** What the tool does, for the model. Default: not sent. */
  readonly description?: string;
  /** JSON Schema of its arguments, an object. Default: not sent, a tool without arguments. */
  readonly parameters?: JsonObject;
  /** True when the provider must keep the arguments to the schema. Default: not sent. */
  readonly strict?: boolean;
  /** Runs the tool. What it returns, as JSON, is given to the model; what it throws too, as an error. Its source text is fingerprinted, what it closes over is not. */
  readonly run?: (given: JsonObject, context: OpenAIToolContext) => unknown;
  /** Recorded results, in place of `run`: each for the arguments that are equal as JSON. Other arguments give the model an error. */
  readonly results?: readonly { readonly arguments: JsonObject; readonly result: Json }[];
}

/** An answer format that is held to a JSON Schema. */
export interface OpenAIJsonSchemaFormat {
  /** Name of the schema: letters, digits, `_` and `-`, at most 64. */
  readonly name: string;
  /** The JSON Schema. */
  readonly schema: JsonObject;
  /** True when the provider must keep the answer to the schema. Default: not sent. */
  readonly strict?: boolean;
}

/** Options of `openaiTarget`. What is left out is not sent, so that the provider's default holds. */
export interface OpenAITargetOptions {
  /** Name for people. Default: `openai` and the model. */
  readonly name?: string;
  /** Model, in the provider's word. */
  readonly model: string;
  /** Base URL of the API with its version, `http` or `https`, without credentials or query. Default: `https://api.openai.com/v1`, whatever the environment says. */
  readonly baseURL?: string;
  /** Name of the environment variable with the API key. Default: `OPENAI_API_KEY`; for a loopback `baseURL`, or with an `authorization` or `api-key` header of your own, no key is sent unless you name the variable. */
  readonly apiKeyEnv?: string;
  /** Prompt: the system message that goes before all others. Default: none. */
  readonly system?: string;
  /** Makes messages of the variables and the context of a case; they stand between the prompt and the case's own messages. Its source text is fingerprinted, what it closes over is not. Without it, a case with context or with variables alone fails instead of being asked half. */
  readonly template?: Template;
  /** Which API is spoken: chat completions, or responses. Default: `chat`. */
  readonly api?: "chat" | "responses";
  /** True when the answer is sent piece by piece, so that the time to its first token is known. Default: false. */
  readonly stream?: boolean;
  /** Function tools that the model may call. Default: none. */
  readonly tools?: readonly OpenAITool[];
  /** How many times the calls of a model are answered before the trial fails; at least 1. Default: 8. */
  readonly maximumToolRounds?: number;
  /** Whether it may or must call one, or which. Default: not sent. A call that must be made is asked for in the first round alone. */
  readonly toolChoice?: "auto" | "none" | "required" | { readonly name: string };
  /** Format of the answer: free text, any JSON, or JSON held to a schema. Default: `text`. */
  readonly responseFormat?: "text" | "json" | OpenAIJsonSchemaFormat;
  /** Sampling temperature, 0..2. */
  readonly temperature?: number;
  /** The largest number of tokens that may be written; at least 1. */
  readonly maxOutputTokens?: number;
  /** Name under which `maxOutputTokens` is sent: servers pass over a name that they do not know. Default: `max_completion_tokens` for OpenAI and Azure, `max_tokens` elsewhere. */
  readonly maxOutputTokensName?: "max_completion_tokens" | "max_tokens";
  /** Nucleus sampling: share of the probability mass that is drawn from, above 0 up to 1. */
  readonly topP?: number;
  /** True to ask for the log-probability of each token; their mean is recorded with the span of the call. Default: not sent. */
  readonly logprobs?: boolean;
  /** Texts that end the answer: one, or up to four. Not offered by the responses API. */
  readonly stop?: string | readonly string[];
  /** `trial` sends the trial's seed, `false` sends none. Default: `trial`; the responses API does not offer it. */
  readonly seed?: "trial" | false;
  /**
   * Prices of the model, or a table of them. They go before a cost that a gateway reports. Default: what a gateway reports; for
   * OpenAI's own API else the price table of this package; else unknown, and the cost is `null`. Prices are not part of the bundle.
   */
  readonly prices?: ModelPrices | PriceTable;
  /** The longest answer that is read, in bytes; a longer one fails. Of a stream, in which each token has an envelope, eight times as much is read. Default: 16,777,216 (16 MiB). */
  readonly maximumResponseBytes?: number;
  /** Further headers. They are part of the bundle, so their values appear in manifests and reports, except where the name or the value looks like a credential. */
  readonly headers?: Readonly<Record<string, string>>;
}
