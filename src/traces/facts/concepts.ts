/** What a span can say, whatever word its library has for it. The numbers are places in arrays. */
export const concept = {
  operation: 0,
  spanKind: 1,
  entityKind: 2,
  requestType: 3,
  aiOperation: 4,
  requestModel: 5,
  responseModel: 6,
  inputTokens: 7,
  outputTokens: 8,
  cachedInputTokens: 9,
  costUsd: 10,
  firstTokenSeconds: 11,
  firstTokenMs: 12,
  toolName: 13,
  agentName: 14,
  errorType: 15,
  httpStatus: 16,
  invocationParameters: 17,
  step: 18,
  status: 19,
} as const;

/** Number of concepts. */
export const conceptCount = 20;

/** Vocabularies; each is one bit of a number. */
export const dialects = ["gen_ai", "openinference", "traceai", "openllmetry", "ai_sdk"] as const;

/** A vocabulary. */
export type Dialect = (typeof dialects)[number];

/**
 * The names of each concept, best first: where a span has several, the first one counts. OpenTelemetry's conventions (new names before old
 * ones), then OpenInference, traceAI (source of 2026 and published 0.1.10), OpenLLMetry and the AI SDK.
 */
export const conceptNames: Readonly<Partial<Record<keyof typeof concept, readonly string[]>>> = {
  operation: ["gen_ai.operation.name"],
  spanKind: ["openinference.span.kind", "gen_ai.span.kind", "fi.span.kind"],
  entityKind: ["traceloop.span.kind"],
  requestType: ["llm.request.type"],
  aiOperation: ["ai.operationId"],
  requestModel: ["gen_ai.request.model", "llm.request.model_name", "ai.model.id"],
  responseModel: ["gen_ai.response.model", "llm.response.model_name", "llm.model_name", "ai.response.model"],
  inputTokens: [
    "gen_ai.usage.input_tokens",
    "gen_ai.usage.prompt_tokens",
    "llm.token_count.prompt",
    "ai.usage.inputTokens",
    "ai.usage.promptTokens",
    "llm.usage.prompt_tokens",
  ],
  outputTokens: [
    "gen_ai.usage.output_tokens",
    "gen_ai.usage.completion_tokens",
    "llm.token_count.completion",
    "ai.usage.outputTokens",
    "ai.usage.completionTokens",
    "llm.usage.completion_tokens",
  ],
  cachedInputTokens: [
    "gen_ai.usage.cache_read.input_tokens",
    "gen_ai.usage.cache_read_input_tokens",
    "gen_ai.usage.cache_read_tokens",
    "gen_ai.usage.input_tokens.cache_read",
    "llm.token_count.prompt_details.cache_read",
    "ai.usage.inputTokenDetails.cacheReadTokens",
    "ai.usage.cachedInputTokens",
  ],
  costUsd: ["gen_ai.cost.total", "gen_ai.usage.cost", "llm.cost.total", "gatewright.usage.cost_usd"],
  firstTokenSeconds: [
    "gen_ai.response.time_to_first_chunk",
    "gen_ai.client.operation.time_to_first_chunk",
    "gen_ai.server.time_to_first_token",
  ],
  firstTokenMs: ["ai.response.msToFirstChunk"],
  toolName: ["gen_ai.tool.name", "tool.name", "ai.toolCall.name", "traceloop.entity.name"],
  agentName: ["gen_ai.agent.name", "agent.name", "graph.node.id", "ai.telemetry.functionId"],
  errorType: ["error.type"],
  httpStatus: ["http.response.status_code", "http.status_code"],
  invocationParameters: ["llm.invocation_parameters", "gen_ai.request.parameters"],
};

/**
 * The vocabulary that a name belongs to, as a bit; 0 for a name that belongs to none alone. `llm.token_count.*` and `llm.model_name` are
 * OpenInference's and of the published traceAI too: on a span with `fi.span.kind` they are traceAI's.
 */
export function dialectOfName(name: string): number {
  if (name.startsWith("fi.") || name === "gen_ai.span.kind" || name.startsWith("gen_ai.cost.")) return 1 << 2;
  if (name.startsWith("traceloop.") || name.startsWith("llm.request.") || name.startsWith("llm.usage.")) {
    return name === "llm.request.model_name" ? 1 << 1 : 1 << 3;
  }
  if (name.startsWith("gen_ai.")) return 1 << 0;
  if (name.startsWith("openinference.") || name.startsWith("llm.")) return 1 << 1;
  return name.startsWith("ai.") ? 1 << 4 : 0;
}

/** The words for a set of vocabularies, sorted. */
export function dialectWords(bits: number): Dialect[] {
  return dialects.filter((_, i) => (bits & (1 << i)) !== 0).sort();
}

/** What a span is. */
export const kind = {
  other: 0,
  model: 1,
  tool: 2,
  agent: 3,
  retrieval: 4,
  embedding: 5,
  rerank: 6,
  guardrail: 7,
  evaluator: 8,
} as const;

const modelWords = ["chat", "text_completion", "completion", "generate_content", "llm", "responses"];
const kindWords = new Map<string, number>([
  ...modelWords.map((word) => [word, kind.model] as const),
  ["execute_tool", kind.tool],
  ["tool", kind.tool],
  ["invoke_agent", kind.agent],
  ["agent", kind.agent],
  ["retrieval", kind.retrieval],
  ["retriever", kind.retrieval],
  ["vector_db", kind.retrieval],
  ["embeddings", kind.embedding],
  ["embedding", kind.embedding],
  ["rerank", kind.rerank],
  ["reranker", kind.rerank],
  ["guardrail", kind.guardrail],
  ["evaluator", kind.evaluator],
  ["chain", kind.other],
  ["workflow", kind.other],
  ["task", kind.other],
]);

/** What a word of `gen_ai.operation.name` or of a span kind means; `undefined` for one that is not known. */
export function kindOfWord(word: unknown): number | undefined {
  return typeof word === "string" ? (kindWords.get(word) ?? kindWords.get(word.toLowerCase())) : undefined;
}

/** What an `ai.operationId` of the AI SDK means: the provider's call is the model call, the function around it an agent. */
export function kindOfAiOperation(operation: string): number {
  if (operation === "ai.toolCall") return kind.tool;
  if (operation.endsWith(".doGenerate") || operation.endsWith(".doStream")) return kind.model;
  if (operation.endsWith(".doEmbed")) return kind.embedding;
  if (operation.endsWith(".doRerank")) return kind.rerank;
  return /^ai\.(generate|stream)/.test(operation) ? kind.agent : kind.other;
}
