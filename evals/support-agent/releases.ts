/** The releases that the example compares: the live one and three candidates. */
import { type SupportAgentConfig, toolNames } from "./config.ts";

/** What runs today. */
export const live: SupportAgentConfig = {
  model: { name: "extractive-rules", version: "1.0.0" },
  prompt: { file: "prompts/router-2026-10.yaml" },
  retriever: {
    index: "2026-11",
    chunkWords: 70,
    topK: 6,
    boosts: { title: 1.6, topic: 1.2, text: 1, intent: 3, otherLanguage: 0.8 },
  },
  tools: { version: "2026-10", names: [...toolNames] },
  guardrail: { threshold: 0.25, blockForeignOrders: true, blockFalseClaims: true },
  decoding: { temperature: 0, maxSentences: 3 },
  route: { primary: "in-process", fallback: null },
  today: "2026-11-10",
};

/** A router that understands more, above all German and the rarer requests; its refund table has a fault. */
export const routerUpdate: SupportAgentConfig = {
  ...live,
  prompt: { file: "prompts/router-2026-11.yaml" },
};

/** A guardrail that asks for a little less overlap. */
export const harmless: SupportAgentConfig = {
  ...live,
  guardrail: { ...live.guardrail, threshold: 0.22 },
};

/** The same change, and a temperature left over from an experiment that nobody declared. */
export const forgottenTemperature: SupportAgentConfig = {
  ...harmless,
  decoding: { ...harmless.decoding, temperature: 0.7 },
};
