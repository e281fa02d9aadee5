import { z } from "zod";

/** One result of an evaluator or a rating that came with a trace, such as an event `gen_ai.evaluation.result`. */
export const traceEvaluationSchema = z.object({
  /** Name of the evaluation, such as `Relevance`. */
  name: z.string(),
  /** Its score, on the scale of whoever made it; `null` when it has none. */
  value: z.number().nullable(),
  /** Its label, such as `pass`; `null` when it has none. */
  label: z.string().nullable(),
});
/** One result of an evaluator or a rating that came with a trace. */
export type TraceEvaluation = z.infer<typeof traceEvaluationSchema>;

/** What one trace says, whatever library wrote it. `null` is "not recorded", never zero. Set by the reader of traces. */
export const traceFactsSchema = z.object({
  /** Identifier of the trace, 32 hexadecimal digits in lower case. */
  traceId: z.string(),
  /** When its first span began, ISO 8601. */
  startedAt: z.string(),
  /** Duration of the root span in milliseconds; `null` without a root, unless one span covers all others, and where the clock ran backwards. */
  latencyMs: z.number().min(0).nullable(),
  /** Milliseconds to the first token of the earliest model call that says so. */
  timeToFirstTokenMs: z.number().min(0).nullable(),
  /** Calls of models, failed ones among them. A span that only wraps another library's span of the same call is not counted. */
  modelCalls: z.number().int().min(0),
  /** Model calls of which tokens are known. A call that failed can have none. */
  modelCallsWithUsage: z.number().int().min(0),
  /** Model calls that ended in an error. */
  modelErrors: z.number().int().min(0),
  /** Executions of tools. */
  toolCalls: z.number().int().min(0),
  /** Executions of tools that ended in a timeout. */
  toolTimeouts: z.number().int().min(0),
  /** Tokens read by all model calls, those from a cache among them. */
  inputTokens: z.number().min(0).nullable(),
  /** Tokens written by all model calls. */
  outputTokens: z.number().min(0).nullable(),
  /** Cost of all model calls in US dollars. */
  costUsd: z.number().min(0).nullable(),
  /** True when the root span ended in an error; without a root, when one of the outermost spans did. */
  hasError: z.boolean(),
  /** True when another way than the first one answered. */
  fallback: z.boolean().nullable(),
  /** Conversation that the request belongs to: traces that share one are not independent. */
  conversation: z.string().nullable(),
  /** Route that the request took. */
  route: z.string().nullable(),
  /** Release that answered. */
  release: z.string().nullable(),
  /** Cohort tags by dimension. */
  cohorts: z.record(z.string(), z.string()),
  /** Steps in the order in which they began, such as `chat` and `execute_tool get_order`; at most 200, the last of which says how many more there were. */
  trajectory: z.array(z.string()),
  /** Kinds of what users said or did about the answer, such as `thumbs_down` or `refund`; each once, sorted. */
  feedback: z.array(z.string()),
  /** Results of evaluators that came with the trace; at most 50. */
  evaluations: z.array(traceEvaluationSchema),
  /** True when it has a span without a parent. */
  hasRoot: z.boolean(),
  /** Spans whose parent is not there. */
  orphans: z.number().int().min(0),
  /** Spans, each identifier once. */
  spans: z.number().int().min(0),
  /** Vocabularies that its attributes are written in, sorted: `gen_ai`, `openinference`, `traceai`, `openllmetry`, `ai_sdk`. */
  dialects: z.array(z.string()),
  /** Libraries that wrote its spans, as `name@version`, sorted. */
  scopes: z.array(z.string()),
  /** True when a part of it could not be read: its counts are lower bounds. */
  incomplete: z.boolean(),
});
/** What one trace says, whatever library wrote it. */
export type TraceFacts = z.infer<typeof traceFactsSchema>;

/** How much of what a comparison needs was recorded. Proportions are `null` where there was nothing to count. */
export interface TraceCoverage {
  /** Proportion of the traces with a model call that was answered of which tokens are known. */
  readonly usage: number | null;
  /** Proportion of the model calls that were answered of which tokens are known. */
  readonly modelCallUsage: number | null;
  /** Proportion of traces with a time to first token. */
  readonly timeToFirstToken: number | null;
  /** Proportion of traces with a root. */
  readonly root: number | null;
  /** Proportion of traces with a cost. */
  readonly cost: number | null;
  /** Proportion of traces with a release. */
  readonly release: number | null;
  /** Proportion of traces with a route. */
  readonly route: number | null;
  /** Traces with a tag, by dimension, as a proportion. */
  readonly cohorts: Readonly<Record<string, number>>;
  /** Traces that are incomplete. */
  readonly incomplete: number;
  /** Spans whose parent is not there. */
  readonly orphans: number;
  /** Attribute names that facts were read from, with the number of spans that had them. */
  readonly names: Readonly<Record<string, number>>;
  /** Libraries that wrote spans, as `name@version`, with the number of traces. */
  readonly scopes: Readonly<Record<string, number>>;
}

/** Something that could not be read as it was written. */
export interface TraceProblem {
  /** File that it is in. */
  readonly file: string;
  /** Byte in the file, after decompression, at which the first one was found; `null` where it is no place in the file. */
  readonly offset: number | null;
  /** What is wrong, in words. */
  readonly reason: string;
  /** How often it was found. */
  readonly count: number;
  /** What it cost: `lost` spans are not in the facts, `kept` ones are. */
  readonly effect: "lost" | "kept";
}

/** What was read from a number of trace files. */
export interface TraceSummary {
  /** Files, in the order in which they were read. */
  readonly files: readonly string[];
  /** Traces; one of which a part was lost is among them. */
  readonly traces: number;
  /** Spans. */
  readonly spans: number;
  /** Calls of models. */
  readonly modelCalls: number;
  /** Executions of tools. */
  readonly toolCalls: number;
  /** Tokens read; `null` when no trace says. */
  readonly inputTokens: number | null;
  /** Tokens written; `null` when no trace says. */
  readonly outputTokens: number | null;
  /** Failures: in each trace its model errors, and at least one where its root ended in an error. */
  readonly errors: number;
  /** Vocabularies that were found, sorted. */
  readonly dialects: readonly string[];
  /** How much was recorded. */
  readonly coverage: TraceCoverage;
  /** What could not be read, or not as it was written. */
  readonly skipped: readonly TraceProblem[];
}
