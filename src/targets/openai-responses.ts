import { isJsonObject } from "../core/json.ts";
import { unaskable } from "./conversation.ts";
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

function formatOf(format: OpenAISettings["responseFormat"]): object {
  if (format === "text") return {};
  return {
    text: { format: format === "json" ? { type: "json_object" } : { type: "json_schema", ...format } },
  };
}

function toolsOf({ tools, toolChoice }: OpenAISettings, round: number): object {
  if (tools === undefined) return {};
  const choice = typeof toolChoice === "object" ? { type: "function", name: toolChoice.name } : toolChoice;
  const isForced = toolChoice === "required" || typeof toolChoice === "object";
  return {
    tools: tools.map((tool) => ({ type: "function", ...functionOf(tool) })),
    ...(choice === undefined || (isForced && round > 1) ? {} : { tool_choice: choice }),
  };
}

/** The parts of the messages of an answer. */
function partsOf(output: readonly unknown[]): Members[] {
  return output
    .filter((item): item is Members => isJsonObject(item) && item.type === "message")
    .flatMap(({ content }) => {
      if (typeof content === "string") return [{ type: "output_text", text: content }];
      return Array.isArray(content) ? content.filter(isJsonObject) : [];
    });
}

/** Statuses of a response that holds no answer, or only the beginning of one. */
const unanswered = /^(failed|cancelled|in_progress|queued)$/;

function errorIn({ error, status }: Members): unknown {
  if ((error ?? null) !== null || typeof status !== "string" || !unanswered.test(status)) return error;
  return { message: `its \`status\` is \`${status}\`` };
}

function callsOf(output: readonly unknown[], host: string): Call[] {
  return output.flatMap((item, index) => {
    if (!isJsonObject(item) || (item.type !== "function_call" && item.type !== "custom_tool_call")) return [];
    const name = textOrNull(item.name);
    if (name === null) throw malformed(host, `\`output[${index}]\` names no function`);
    const id = textOrNull(item.call_id) ?? textOrNull(item.id) ?? `call_${index}`;
    return { id, name, given: item.arguments ?? item.input };
  });
}

const usageNames = {
  input: "input_tokens",
  output: "output_tokens",
  inputDetails: "input_tokens_details",
  outputDetails: "output_tokens_details",
} as const;

const usage: Protocol["usage"] = (body) => usageOf(body.usage, usageNames);

function read(body: Members, host: string): Turn {
  const { output, status, incomplete_details: incomplete } = body;
  if (!Array.isArray(output)) throw malformed(host, "there is no list `output`");
  const parts = partsOf(output);
  const textOf = (type: string, member: string) =>
    parts
      .filter((part) => part.type === type)
      .map((part) => textOrNull(part[member]) ?? "")
      .join("");
  const refusal = textOf("refusal", "refusal");
  const why = isJsonObject(incomplete) ? textOrNull(incomplete.reason) : null;
  const calls = callsOf(output, host);
  if (output.length === 0 && why === null) throw malformed(host, "`output` is empty");
  return {
    text: textOf("output_text", "text") || refusal,
    calls,
    refused: refusal !== "" || why === "content_filter",
    finishReason: why ?? textOrNull(status),
    usage: usage(body),
    model: textOrNull(body.model),
    logProbabilities: logProbabilitiesOf(
      parts.flatMap((part) => (Array.isArray(part.logprobs) ? part.logprobs : [])),
    ),
    facts: bodyFacts(body),
    echo: output,
  };
}

/** Events with a piece of the answer; those of reasoning are none. */
const pieces = /^response\.(output_text|refusal|function_call_arguments|custom_tool_call_input)\.delta$/;

function collect(): Collector {
  const items = new Map<number, unknown>();
  let last: Members | null = null;
  return {
    add(event) {
      if (!isJsonObject(event) || typeof event.type !== "string") return false;
      if (event.type === "error") last = { error: { code: event.code, message: event.message } };
      if (/^response\.(completed|incomplete|failed)$/.test(event.type) && isJsonObject(event.response)) {
        last = event.response;
      }
      if (event.type === "response.output_item.done") items.set(Number(event.output_index), event.item);
      return pieces.test(event.type) && textOrNull(event.delta) !== null;
    },
    soFar: () => last ?? {},
    finish() {
      const isBare = last !== null && Array.isArray(last.output) && last.output.length === 0;
      return isBare ? { ...last, output: [...items.values()] } : last;
    },
  };
}

/** The responses API. The whole conversation is sent each time, so that nothing depends on what the provider keeps. */
export const responsesProtocol: Protocol = {
  api: "responses",
  begin(messages) {
    if (!messages.some(({ role }) => role === "tool")) return messages;
    throw unaskable(
      "the responses API takes no message of the role `tool`; use chat completions for this case",
    );
  },
  body(settings, conversation, { round }) {
    const { temperature, maxOutputTokens, maxOutputTokensName, topP, stream, logprobs } = settings;
    return {
      model: settings.model,
      input: conversation,
      ...toolsOf(settings, round),
      ...formatOf(settings.responseFormat),
      ...(temperature === undefined ? {} : { temperature }),
      ...(maxOutputTokens === undefined ? {} : { [maxOutputTokensName]: maxOutputTokens }),
      ...(topP === undefined ? {} : { top_p: topP }),
      ...(logprobs === true ? { include: ["message.output_text.logprobs"] } : {}),
      ...(stream ? { stream } : {}),
    };
  },
  read,
  errorIn,
  usage,
  collect,
  result: (call, text) => ({ type: "function_call_output", call_id: call.id, output: text }),
};
