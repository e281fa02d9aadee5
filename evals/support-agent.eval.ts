// The example: a customer-support agent that runs in this process, in four releases.
// npx evals run evals/support-agent.eval.ts [--candidate router-update | guardrail-tuned | forgotten-temperature]
import {
  contextRelevanceEvaluator,
  defineEvaluation,
  defineEvaluator,
  defineRelease,
  functionTarget,
  groundednessEvaluator,
  jsonValidationEvaluator,
  promptFile,
  taskCompletionEvaluator,
  toolSelectionEvaluator,
  unscored,
} from "gatewright";
import { createSupportAgent } from "./support-agent/agent.ts";
import type { SupportAgentConfig } from "./support-agent/config.ts";
import { forgottenTemperature, harmless, live, routerUpdate } from "./support-agent/releases.ts";
import { stateSeenBy } from "./support-agent/state.ts";

/** A release of the support agent: one configuration is both what runs and what the manifest says. */
function supportRelease(name: string, config: SupportAgentConfig, changes: string[] = []) {
  const agent = createSupportAgent(config);
  const { model, retriever, tools, guardrail, decoding, route, today } = config;
  const prompt = promptFile(new URL(`./support-agent/${config.prompt.file}`, import.meta.url));
  return defineRelease({
    name,
    changes,
    components: { prompt, extra: { today } },
    target: functionTarget({
      name: "support agent",
      components: { model, retriever, tools, guardrail, decoding, route },
      async call({ messages, input }, { seed, span }) {
        const customerId = String(input.variables?.customer_id);
        const turns = messages.filter((message) => message.role !== "tool") as Parameters<
          typeof agent
        >[0]["messages"];
        const answer = await agent({ messages: turns, customerId }, { seed, span });
        return { ...answer, state: stateSeenBy(customerId, answer) };
      },
    }),
  });
}

/** Groundedness of answers in sentences. A case that expects a hand-off, which is JSON and quotes nothing, is not its business. */
const groundedness = groundednessEvaluator({ skipJson: true });
const groundedAnswers = defineEvaluator({
  ...groundedness,
  version: `${groundedness.version} without-handoffs`,
  evaluate: (input) =>
    input.case.expected?.jsonSchema === undefined
      ? groundedness.evaluate(input)
      : unscored("a hand-off quotes nothing"),
});

export default defineEvaluation({
  name: "support-agent",
  dataset: "../datasets/support-agent",
  gate: "../gates/release.gate.ts",
  baseline: "live",
  candidate: "router-update",
  releases: [
    supportRelease("live", live),
    supportRelease("router-update", routerUpdate, ["prompt"]),
    supportRelease("guardrail-tuned", harmless, ["guardrail.threshold"]),
    supportRelease("forgotten-temperature", forgottenTemperature, ["guardrail.threshold"]),
  ],
  evaluators: [
    toolSelectionEvaluator(),
    taskCompletionEvaluator(),
    jsonValidationEvaluator(),
    groundedAnswers,
    contextRelevanceEvaluator(),
  ],
});
