// Two prompts for Gemma 3 270M, in this process. `npm run test:local-model` fetches the model and runs this.
import {
  defineEvaluation,
  defineRelease,
  jsonValidationEvaluator,
  llamaTarget,
  type Template,
} from "gatewright";

const intents = ["refund", "order_status", "cancel_order", "invoice", "password", "technical"];
// A model without training in conversations goes on with a text, so a conversation is written as one.
const chatTemplate = `{{ bos_token }}{% for message in messages %}{% if message['role'] == 'system' %}{{ message['content'] }}

{% elif message['role'] == 'user' %}Message: {{ message['content'] }}
JSON: {% else %}{{ message['content'] }}

{% endif %}{% endfor %}`;

const instruction = `Each message of a customer is about one of these: ${intents.join(", ")}.`;
const alone: Template = () => [{ role: "system", content: instruction }];
const withExamples: Template = () => [
  { role: "system", content: instruction },
  { role: "user", content: "Please give me my money back for the coat." },
  { role: "assistant", content: '{"intent": "refund"}' },
  { role: "user", content: "Wann kommt meine Lieferung an?" },
  { role: "assistant", content: '{"intent": "order_status"}' },
  { role: "user", content: "Ich möchte den Kauf stornieren." },
  { role: "assistant", content: '{"intent": "cancel_order"}' },
  { role: "user", content: "Can I have the bill for my order?" },
  { role: "assistant", content: '{"intent": "invoice"}' },
  { role: "user", content: "Mein Passwort funktioniert nicht." },
  { role: "assistant", content: '{"intent": "password"}' },
  { role: "user", content: "The light does not switch on." },
  { role: "assistant", content: '{"intent": "technical"}' },
];

/** Gemma with a prompt: a function by its source text, and the texts that it closes over. */
function gemmaRelease(name: string, template: Template) {
  return defineRelease({
    name,
    changes: ["prompt", "extra"],
    components: {
      retriever: null,
      tools: null,
      guardrail: null,
      route: null,
      extra: { messages: template({}, { context: [] }) },
    },
    target: llamaTarget({
      name: "gemma",
      model: new URL("../.cache/models/gemma-3-270m-q4_k_m.gguf", import.meta.url),
      sha256: "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818",
      chatTemplate,
      template,
      contextSize: 512,
      maxOutputTokens: 32,
      jsonSchema: {
        type: "object",
        properties: { intent: { enum: intents } },
        required: ["intent"],
        additionalProperties: false,
      },
    }),
  });
}

export default defineEvaluation({
  name: "gemma",
  dataset: "../datasets/support-intents",
  gate: "../gates/gemma.gate.ts",
  baseline: "instruction",
  candidate: "examples",
  releases: [gemmaRelease("instruction", alone), gemmaRelease("examples", withExamples)],
  evaluators: [jsonValidationEvaluator()],
  concurrency: 2,
  timeoutMs: 300_000,
});
