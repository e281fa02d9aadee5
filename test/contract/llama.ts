import { llamaTarget } from "../../src/index.ts";
import type { LlamaTargetOptions } from "../../src/targets/llama-options.ts";
import type { Outcome } from "../support/scenarios.ts";
import type { Column, Stage } from "./stages.ts";

// A model in this process: the small router of models/README.md, asked for what it was trained on.

const noServer = "a model in this process has no server, no key and no connection";
const ownWords = "a model writes its own words";
const isFull = "what is asked does not fit into the context, which is known before the model writes";
const saysNothing = "a model that stops at once has answered nothing, which is judged like every answer";
const isBounded = "the size of an answer is bounded by what the model may write";

const answer = (
  why: string,
  rest: { tool?: string; arguments?: object } = {},
): Outcome & { why: string } => ({
  ends: "answer",
  refused: false,
  ...rest,
  why,
});
const stage = (options: Partial<LlamaTargetOptions>, rest: object = {}): Stage => ({
  open: () => llamaTarget({ model: "models/router-live.f16.gguf", maxOutputTokens: 64, ...options }),
  ...rest,
});
const jsonSchema = { type: "object", properties: { order: { type: "string", maxLength: 12 } } };

/** The llama target with every scenario that can happen to it. */
export const llamaColumn: Column = {
  target: "llama",
  messages: [
    { role: "system", content: "Customer C-1078, plan free." },
    { role: "user", content: "Please refund order A-20697." },
  ],
  stages: {
    ok: stage({}, { differs: answer(ownWords) }),
    stream: { never: "nothing is sent: the tokens come one by one in any case" },
    "tool calls": stage(
      {
        tools: [{ name: "request_refund_approval" }],
        describeTools: false,
        toolCallFormat: '<tool_call>\n{"name": "{{name}}", "arguments": {{arguments}}}\n</tool_call>',
      },
      // The policy of evals/support-agent/SPEC.md: on the free plan a refund needs an approval.
      { differs: answer(ownWords, { tool: "request_refund_approval", arguments: { order_id: "A-20697" } }) },
    ),
    // JSON that is cut off.
    malformed: stage({ jsonSchema, maxOutputTokens: 3 }),
    // The text that ends the answer is the first that the model writes.
    empty: stage({ stop: ["<tool_call>"] }, { differs: { ...answer(saysNothing), text: "" } }),
    refusal: { never: "a model has no mark for it beside its words, which are for evaluators" },
    "400": stage(
      { contextSize: 8 },
      { differs: { ends: "failure", failure: { kind: "target", retryable: false }, why: isFull } },
    ),
    "401": { never: noServer },
    "429": { never: noServer },
    "429 with Retry-After": { never: noServer },
    "500": { never: noServer },
    timeout: stage({ temperature: 2, topK: 0, topP: 1, maxOutputTokens: 200 }, { timeoutMs: 1 }),
    "reset mid-stream": { never: noServer },
    "huge answer": stage({ maxOutputTokens: 5 }, { differs: answer(isBounded) }),
    "invalid UTF-8": { never: "the tokens are put together to characters before anybody sees them" },
  },
};
