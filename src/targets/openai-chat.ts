import { isJsonObject } from "../core/json.ts";
import { bodyFacts } from "./gateway.ts";
import { functionOf } from "./openai-request.ts";
import type { OpenAISettings } from "./openai-settings.ts";
import {
  type Call,
  type Collector,
  logProbabilitiesOf,
  malformed,
  type Protocol,
  type Turn,
  textOrNull,
  usageOf,
} from "./openai-turn.ts";

type Members = Record<string, unknown>;

function responseFormatOf(format: OpenAISettings["responseFormat"]): object {
  if (format === "text") return {};
  if (format === "json") return { response_format: { type: "json_object" } };
  return { response_format: { type: "json_schema", json_schema: format } };
}

function toolsOf({ tools, toolChoice }: OpenAISettings, round: number): object {
  if (tools === undefined) return {};
  const choice =
    typeof toolChoice === "object" ? { type: "function", function: { name: toolChoice.name } } : toolChoice;
  const isForced = toolChoice === "required" || typeof toolChoice === "object";
  return {
    tools: tools.map((tool) => ({ type: "function", function: functionOf(tool) })),
    ...(choice === undefined || (isForced && round > 1) ? {} : { tool_choice: choice }),
  };
}

function callsOf(message: Members, host: string): { calls: Call[]; echoes: unknown[] } {
  const listed = message.tool_calls ?? [];
  if (!Array.isArray(listed)) throw malformed(host, "`choices[0].message.tool_calls` is not a list");
  const calls = listed.map((call: unknown, index): Call => {
    const made = isJsonObject(call) ? (call.function ?? call.custom) : undefined;
    const name = isJsonObject(made) ? textOrNull(made.name) : null;
    if (!isJsonObject(made) || name === null) {
      throw malformed(host, `\`choices[0].message.tool_calls[${index}]\` names no function`);
    }
    const id = textOrNull((call as Members).id) ?? `call_${index}`;
    return { id, name, given: made.arguments ?? made.input };
  });
  // With the provider's own members: some need them in the next turn.
  const echoes = listed.map((call: Members, index) => ({ ...call, id: calls[index]!.id }));
  return { calls, echoes };
}

function messageOf(body: Members, host: string) {
  const { choices } = body;
  if (!Array.isArray(choices)) throw malformed(host, "there is no list `choices`");
  if (choices.length === 0) throw malformed(host, "`choices` is empty");
  const choice: unknown = choices[0];
  const message = isJsonObject(choice) ? choice.message : undefined;
  if (!isJsonObject(choice) || !isJsonObject(message)) {
    throw malformed(host, "`choices[0].message` is not an object");
  }
  const content = textOfContent(message.content);
  if (content === undefined) {
    throw malformed(host, "`choices[0].message.content` is neither text nor null, nor a list of parts");
  }
  return { choice, message, content };
}

/**
 * The text of a message, `undefined` for what is none. It may come in parts: models of Mistral that think give parts of type `thinking` and `text`
 * (https://docs.mistral.ai/capabilities/reasoning), of which the text is the answer.
 */
function textOfContent(content: unknown): string | null | undefined {
  if (content === undefined || content === null) return null;
  if (typeof content === "string") return content;
  if (!Array.isArray(content) || content.length === 0 || !content.every(isJsonObject)) return undefined;
  return content
    .map((part) => (part.type === "text" && typeof part.text === "string" ? part.text : ""))
    .join("");
}

/** What stands in the place of an answer: at the top, or in the choice, as OpenRouter has it (https://openrouter.ai/docs/api-reference/overview). */
function errorIn({ error, choices }: Members): unknown {
  const choice: unknown = Array.isArray(choices) ? choices[0] : undefined;
  if (!isJsonObject(choice) || (error ?? null) !== null) return error;
  const isCut = choice.finish_reason === "error";
  return choice.error ?? (isCut ? { message: "`finish_reason` is `error`" } : undefined);
}

const usageNames = {
  input: "prompt_tokens",
  output: "completion_tokens",
  inputDetails: "prompt_tokens_details",
  outputDetails: "completion_tokens_details",
} as const;

const usage: Protocol["usage"] = (body) => usageOf(body.usage, usageNames);

function read(body: Members, host: string): Turn {
  const { choice, message, content } = messageOf(body, host);
  const refusal = textOrNull(message.refusal);
  const finishReason = textOrNull(choice.finish_reason);
  const { calls, echoes } = callsOf(message, host);
  const { logprobs } = choice;
  return {
    text: content ?? refusal ?? "",
    calls,
    refused: refusal !== null || finishReason === "content_filter",
    finishReason,
    usage: usage(body),
    model: textOrNull(body.model),
    logProbabilities: isJsonObject(logprobs) ? logProbabilitiesOf(logprobs.content) : null,
    facts: bodyFacts(body),
    echo: [
      {
        role: "assistant",
        content: message.content ?? null,
        ...(echoes.length === 0 ? {} : { tool_calls: echoes }),
      },
    ],
  };
}

/** A tool call that is put together of pieces. */
interface Pieces {
  readonly index: number;
  id: string;
  name: string;
  text: string;
}

/** The tool calls of a stream so far, with the one that was added to last. */
interface CallsSoFar {
  readonly made: Pieces[];
  last: Pieces | undefined;
}

/**
 * The call that a piece belongs to: by its index or, where a server leaves that out, a new one for each new identifier. Gemini, vLLM and others
 * were seen to give several calls one index: a piece with a name and another identifier begins a new one.
 */
function piecesOf(calls: CallsSoFar, piece: Members, isNamed: boolean): Pieces {
  const id = textOrNull(piece.id) ?? "";
  const { index } = piece;
  const hasIndex = typeof index === "number";
  const open = hasIndex ? calls.made.findLast((call) => call.index === index) : calls.last;
  const isOther = open !== undefined && id !== "" && open.id !== id;
  if (open !== undefined && !(isOther && (hasIndex ? isNamed && open.id !== "" : true))) {
    if (open.id === "") open.id = id;
    return open;
  }
  const begun = { index: hasIndex ? index : (open?.index ?? -1) + 1, id, name: "", text: "" };
  calls.made.push(begun);
  return begun;
}

/** Adds a piece of a tool call. A name may come whole with each piece, or once. */
function addCall(calls: CallsSoFar, piece: unknown): void {
  if (!isJsonObject(piece)) return;
  const made = isJsonObject(piece.function) ? piece.function : {};
  const name = textOrNull(made.name);
  const pieces = piecesOf(calls, piece, name !== null);
  calls.last = pieces;
  if (pieces.name === "") pieces.name = name ?? "";
  pieces.text += isJsonObject(made.arguments)
    ? JSON.stringify(made.arguments)
    : (textOrNull(made.arguments) ?? "");
}

function collect(): Collector {
  const body: Members = {};
  const calls: CallsSoFar = { made: [], last: undefined };
  const logprobs: unknown[] = [];
  let content: string | null = null;
  let refusal: string | null = null;
  let finishReason: string | null = null;
  let error: unknown;
  function addDelta(delta: Members): boolean {
    const text = textOrNull(textOfContent(delta.content));
    const declined = textOrNull(delta.refusal);
    const pieces = Array.isArray(delta.tool_calls) ? delta.tool_calls : [];
    if (text !== null) content = (content ?? "") + text;
    if (declined !== null) refusal = (refusal ?? "") + declined;
    for (const piece of pieces) addCall(calls, piece);
    return text !== null || declined !== null || pieces.length > 0;
  }
  return {
    add(event) {
      if (!isJsonObject(event)) return false;
      for (const name of ["model", "provider", "usage"] as const) {
        if (event[name] !== undefined && event[name] !== null) body[name] = event[name];
      }
      const choice: unknown = Array.isArray(event.choices) ? event.choices[0] : undefined;
      if (!isJsonObject(choice)) return false;
      finishReason = textOrNull(choice.finish_reason) ?? finishReason;
      error = choice.error ?? error;
      if (isJsonObject(choice.logprobs) && Array.isArray(choice.logprobs.content)) {
        for (const token of choice.logprobs.content) logprobs.push(token);
      }
      return isJsonObject(choice.delta) && addDelta(choice.delta);
    },
    soFar: () => body,
    finish() {
      if (finishReason === null) return null;
      const sorted = calls.made.toSorted((a, b) => a.index - b.index);
      const made = sorted.map(({ id, name, text }) => ({
        ...(id === "" ? {} : { id }),
        type: "function",
        function: { name, arguments: text },
      }));
      const message = { content, refusal, ...(made.length === 0 ? {} : { tool_calls: made }) };
      return {
        ...body,
        choices: [{ message, finish_reason: finishReason, logprobs: { content: logprobs }, error }],
      };
    },
  };
}

/** Chat completions. */
export const chatProtocol: Protocol = {
  api: "chat",
  // A recorded `tool` message has no `tool_call_id`; whether to take it is for the server to say.
  begin: (messages) => messages,
  body(settings, conversation, { seed, round }) {
    const { temperature, maxOutputTokens, maxOutputTokensName, topP, stop, stream, logprobs } = settings;
    return {
      model: settings.model,
      messages: conversation,
      ...toolsOf(settings, round),
      ...responseFormatOf(settings.responseFormat),
      ...(temperature === undefined ? {} : { temperature }),
      ...(maxOutputTokens === undefined ? {} : { [maxOutputTokensName]: maxOutputTokens }),
      ...(topP === undefined ? {} : { top_p: topP }),
      ...(stop === undefined ? {} : { stop }),
      ...(logprobs === undefined ? {} : { logprobs }),
      ...(settings.seed === false ? {} : { seed }),
      ...(stream ? { stream, stream_options: { include_usage: true } } : {}),
    };
  },
  read,
  errorIn,
  usage,
  collect,
  result: (call, text) => ({ role: "tool", tool_call_id: call.id, content: text }),
};
