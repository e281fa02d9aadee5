/** Configuration of the support agent: plain JSON that says everything that can change its behaviour. */

export const intents = [
  "refund",
  "return",
  "order_status",
  "cancel_order",
  "change_address",
  "invoice",
  "plan_change",
  "account_security",
  "data_privacy",
  "technical",
  "warranty",
  "product_safety",
  "smalltalk_or_other",
] as const;
export type Intent = (typeof intents)[number];

export type Language = "en" | "de";
export type Tier = "free" | "pro" | "enterprise";

export const toolNames = [
  "get_order",
  "get_customer",
  "refund_order",
  "request_refund_approval",
  "create_return_label",
  "cancel_order",
  "change_address",
  "send_invoice",
  "change_plan",
  "start_password_reset",
  "export_data",
  "open_ticket",
] as const;
export type ToolName = (typeof toolNames)[number];

export const indexVersions = ["2026-09", "2026-11"] as const;
export type IndexVersion = (typeof indexVersions)[number];

export interface RetrieverConfig {
  /** Articles as they stood in that month. */
  index: IndexVersion;
  /** Upper limit of a chunk, in words; a sentence is never cut. */
  chunkWords: number;
  /** Number of chunks that an answer may quote. */
  topK: number;
  /** Weight of a match per field, of the articles of the routed intent, and of English articles in a German chat. */
  boosts: { title: number; topic: number; text: number; intent: number; otherLanguage: number };
}

export interface GuardrailConfig {
  /** Smallest share of the question's weight that the quoted sentences must cover. */
  threshold: number;
  /** Hands off an answer that names an order of another customer. */
  blockForeignOrders: boolean;
  /** Removes a line that claims a tool action which did not happen. */
  blockFalseClaims: boolean;
}

export interface SupportAgentConfig {
  model: { name: "extractive-rules"; version: string };
  /** The router's prompt table, relative to this folder. */
  prompt: { file: string };
  retriever: RetrieverConfig;
  tools: { version: string; names: ToolName[] };
  guardrail: GuardrailConfig;
  decoding: { temperature: number; maxSentences: number };
  route: { primary: "in-process"; fallback: null };
  /** The agent has no clock. */
  today: string;
}

export interface Message {
  role: "user" | "assistant" | "system";
  content: string;
}

export interface AgentRequest {
  messages: readonly Message[];
  customerId: string;
}

export type SpanRunner = <T>(
  name: string,
  attributes: Record<string, string | number | boolean>,
  work: () => T | Promise<T>,
) => Promise<T>;

export interface AgentContext {
  seed: number;
  span?: SpanRunner;
}

export interface ToolCall {
  name: ToolName;
  arguments: Record<string, string>;
  result: Record<string, unknown>;
}

/** Throws with a readable message when a configuration cannot work. */
export function checkConfig(config: SupportAgentConfig): void {
  const problems: string[] = [];
  if (!indexVersions.includes(config.retriever.index)) problems.push(`no index ${config.retriever.index}`);
  if (config.retriever.chunkWords < 10) problems.push("retriever.chunkWords must be at least 10");
  if (config.retriever.topK < 1) problems.push("retriever.topK must be at least 1");
  if (config.decoding.temperature < 0) problems.push("decoding.temperature must not be negative");
  if (config.decoding.maxSentences < 1) problems.push("decoding.maxSentences must be at least 1");
  for (const name of config.tools.names) if (!toolNames.includes(name)) problems.push(`no tool ${name}`);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(config.today)) problems.push("today must be a date such as 2026-11-10");
  if (problems.length > 0) throw new Error(`support agent: ${problems.join("; ")}`);
}
