import { failing, json, raw, type Scene, scenes } from "../fixtures/openai-server.ts";
import type { ScenarioName } from "./scenarios.ts";

/** How a stream ends: as it should, with the connection closed or broken in the middle, or never. */
export type StreamEnd = "done" | "cut" | "reset" | "hang";

/** Server-sent events, one for each value, as both APIs send them. A text is sent as it is. */
export function events(
  values: readonly (object | string | Buffer)[],
  end: StreamEnd = "done",
  headers: object = { "content-type": "text/event-stream; charset=utf-8" },
): Scene {
  return (_request, response) => {
    response.writeHead(200, headers as Record<string, string>);
    for (const value of values) {
      if (Buffer.isBuffer(value)) response.write(value);
      else response.write(typeof value === "string" ? value : `data: ${JSON.stringify(value)}\n\n`);
    }
    if (end === "done") response.end("data: [DONE]\n\n");
    else if (end === "cut") response.end();
    else if (end === "reset") response.write(": here it breaks\n\n", () => response.destroy());
  };
}

const model = "stub-1-2026-01-01";

/** A chunk of a streamed chat completion. */
export function chunk(delta: object, finishReason: string | null = null, rest: object = {}): object {
  const choice = { index: 0, delta, finish_reason: finishReason, ...rest };
  return { id: "chatcmpl-1", object: "chat.completion.chunk", model, choices: [choice] };
}

/** The last chunk, with the usage of the whole. */
export const usageChunk = {
  id: "chatcmpl-1",
  object: "chat.completion.chunk",
  model,
  choices: [],
  usage: {
    prompt_tokens: 100,
    completion_tokens: 20,
    prompt_tokens_details: { cached_tokens: 40 },
    completion_tokens_details: { reasoning_tokens: 5 },
  },
};

/** A chat completion in pieces. */
export const streamed = {
  text: (...parts: readonly string[]): Scene =>
    events([
      chunk({ role: "assistant", content: "" }),
      ...parts.map((content) => chunk({ content })),
      chunk({}, "stop"),
      usageChunk,
    ]),
  toolCalls: (...calls: readonly (readonly [name: string, argumentsText: string])[]): Scene =>
    events([
      ...calls.flatMap(([name, text], index) => [
        chunk({
          tool_calls: [{ index, id: `call_${index}`, type: "function", function: { name, arguments: "" } }],
        }),
        // In two pieces, as a provider cuts them.
        chunk({ tool_calls: [{ index, function: { arguments: text.slice(0, 3) } }] }),
        chunk({ tool_calls: [{ index, function: { arguments: text.slice(3) } }] }),
      ]),
      chunk({}, "tool_calls"),
      usageChunk,
    ]),
};

/** An item of the responses API with a text. */
export function messageItem(text: string, rest: object = {}): object {
  return {
    type: "message",
    id: "msg_1",
    role: "assistant",
    status: "completed",
    content: [{ type: "output_text", text, annotations: [], ...rest }],
  };
}

/** An item of the responses API that calls a function. */
export function callItem(name: string, argumentsText: string, index = 0): object {
  return {
    type: "function_call",
    id: `fc_${index}`,
    call_id: `call_${index}`,
    name,
    arguments: argumentsText,
    status: "completed",
  };
}

/** A body of the responses API with these items. */
export function responseBody(output: readonly object[], rest: object = {}): object {
  return {
    id: "resp_1",
    object: "response",
    status: "completed",
    error: null,
    incomplete_details: null,
    model,
    output,
    usage: {
      input_tokens: 100,
      output_tokens: 20,
      total_tokens: 120,
      input_tokens_details: { cached_tokens: 40 },
      output_tokens_details: { reasoning_tokens: 5 },
    },
    ...rest,
  };
}

/** A streamed response: a delta for each text, then the whole. */
export function responseEvents(
  output: readonly object[],
  deltas: readonly string[],
  end: StreamEnd = "cut",
): Scene {
  return events(
    [
      { type: "response.created", response: responseBody([], { status: "in_progress" }) },
      ...deltas.map((delta) => ({ type: "response.output_text.delta", output_index: 0, delta })),
      { type: "response.completed", response: responseBody(output) },
    ],
    // The responses API ends its streams without a mark.
    end,
  );
}

/** A value as JSON with the byte 0xff in place of `~`. */
function withBadByte(text: string): Buffer {
  const [before, after] = text.split("~");
  return Buffer.concat([Buffer.from(before!), Buffer.from([0xff]), Buffer.from(after!)]);
}

/** More than what the tests of targets let a target read. */
const long = "x".repeat(1_000_000);

type Scenes = Readonly<Record<ScenarioName, Scene>>;

/** What goes wrong before there is an answer is the same everywhere. */
const before = {
  "400": failing(400, "Bad."),
  "401": scenes.unauthorised(),
  "429": scenes.rateLimited(),
  "429 with Retry-After": scenes.rateLimited({ "retry-after": "3" }),
  "500": failing(500, "Oops."),
  timeout: scenes.hang(),
};

const chatOk = streamed.text("Hel", "lo.");
const responseOk = responseEvents([messageItem("Hello.")], ["Hel", "lo."]);
const refusalItem = {
  type: "message",
  role: "assistant",
  content: [{ type: "refusal", refusal: "I cannot help with that." }],
};

/** The scenarios as each API plays them, as a whole and as a stream. `stream` is the same everywhere: a stream, whether or not one was asked for. */
export const plays: Readonly<Record<"chat" | "responses", Readonly<Record<"whole" | "stream", Scenes>>>> = {
  chat: {
    whole: {
      ...before,
      ok: scenes.ok("Hello."),
      stream: scenes.ok("Hello."),
      "tool calls": scenes.toolCalls(["search", '{"q":"a"}']),
      malformed: scenes.malformed(),
      empty: raw("", "application/json"),
      refusal: scenes.refusal(),
      "reset mid-stream": scenes.resetMidBody(),
      "huge answer": scenes.ok(long),
      "invalid UTF-8": scenes.invalidUtf8(),
    },
    stream: {
      ...before,
      ok: scenes.ok("Hello."),
      stream: chatOk,
      "tool calls": streamed.toolCalls(["search", '{"q":"a"}']),
      malformed: events(["data: {\n\n"]),
      empty: raw("", "application/json"),
      refusal: events([chunk({ refusal: "I cannot " }), chunk({ refusal: "help." }), chunk({}, "stop")]),
      "reset mid-stream": events([chunk({ content: "Hel" })], "reset"),
      "huge answer": streamed.text(long.slice(0, 500_000), long.slice(500_000)),
      "invalid UTF-8": events([
        withBadByte(`data: ${JSON.stringify(chunk({ content: "a~b" }))}\n\n`),
        chunk({}, "stop"),
      ]),
    },
  },
  responses: {
    whole: {
      ...before,
      ok: json(responseBody([messageItem("Hello.")])),
      stream: json(responseBody([messageItem("Hello.")])),
      "tool calls": json(responseBody([callItem("search", '{"q":"a"}')])),
      malformed: scenes.malformed(),
      empty: json(responseBody([])),
      refusal: json(responseBody([refusalItem])),
      "reset mid-stream": scenes.resetMidBody(),
      "huge answer": json(responseBody([messageItem(long)])),
      "invalid UTF-8": raw(
        withBadByte(JSON.stringify(responseBody([messageItem("a~b")]))),
        "application/json",
      ),
    },
    stream: {
      ...before,
      ok: json(responseBody([messageItem("Hello.")])),
      stream: responseOk,
      "tool calls": responseEvents([callItem("search", '{"q":"a"}')], []),
      malformed: events(["data: {\n\n"]),
      empty: responseEvents([], []),
      refusal: responseEvents([refusalItem], []),
      "reset mid-stream": events([{ type: "response.output_text.delta", delta: "Hel" }], "reset"),
      "huge answer": responseEvents([messageItem(long)], []),
      "invalid UTF-8": events(
        [
          withBadByte(
            `data: ${JSON.stringify({ type: "response.completed", response: responseBody([messageItem("a~b")]) })}\n\n`,
          ),
        ],
        "cut",
      ),
    },
  },
};
