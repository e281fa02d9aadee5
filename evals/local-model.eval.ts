// Real language models in this process: may another model file take the place of the live one?
// npx evals run evals/local-model.eval.ts [--candidate update | quantised]
import {
  defineEvaluation,
  defineRelease,
  llamaTarget,
  taskCompletionEvaluator,
  toolSelectionEvaluator,
} from "gatewright";

const order = { order_id: { type: "string" } };
const customer = { customer_id: { type: "string" } };
const tool = (name: string, properties: Record<string, { type: string }>) => ({
  name,
  parameters: { type: "object", properties, required: Object.keys(properties) },
});

/** The router with one of the models of `models/`: nothing else differs. */
function routerRelease(name: string, file: string, changes: string[] = []) {
  return defineRelease({
    name,
    changes,
    components: { retriever: null, guardrail: null, route: null },
    target: llamaTarget({
      name: "support router",
      model: new URL(`../models/${file}`, import.meta.url),
      template: ({ customer_id, plan }) => [
        { role: "system", content: `Customer ${customer_id}, plan ${plan}.` },
      ],
      tools: [
        tool("get_order", order),
        tool("refund_order", order),
        tool("request_refund_approval", order),
        tool("create_return_label", order),
        tool("cancel_order", order),
        tool("change_address", { ...order, address: { type: "string" } }),
        tool("send_invoice", order),
        tool("change_plan", { ...customer, plan: { type: "string" } }),
        tool("start_password_reset", customer),
        tool("export_data", customer),
        tool("open_ticket", { queue: { type: "string" }, priority: { type: "string" } }),
      ],
      // A model of this size learned the tools by heart; a description of them would fill its context.
      describeTools: false,
      toolCallFormat: '<tool_call>\n{"name": "{{name}}", "arguments": {{arguments}}}\n</tool_call>',
      maxOutputTokens: 64,
    }),
  });
}

export default defineEvaluation({
  name: "local-model",
  dataset: "../datasets/support-router",
  gate: "../gates/local-model.gate.ts",
  baseline: "live",
  candidate: "update",
  releases: [
    routerRelease("live", "router-live.f16.gguf"),
    routerRelease("quantised", "router-live.q4_0.gguf", ["model"]),
    routerRelease("update", "router-update.f16.gguf", ["model"]),
  ],
  evaluators: [toolSelectionEvaluator(), taskCompletionEvaluator()],
  // Each model answers one case at a time.
  concurrency: 2,
});
