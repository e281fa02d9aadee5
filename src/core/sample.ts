import { z } from "zod";
import { passageSchema } from "./dataset.ts";
import { failureSchema } from "./failure.ts";
import { spanSchema } from "./trace.ts";

/** A tool call that the measured system made. */
export const toolCallSchema = z.object({
  /** Name of the tool. */
  name: z.string(),
  /** Arguments as the model gave them; text where they were no JSON. */
  arguments: z.json(),
  /** The text of the arguments, where reading it as JSON lost something: `5.0` is read as 5. Left out where it says no more than `arguments`. */
  argumentsText: z.string().optional(),
  /** What the tool returned, where it was recorded. */
  result: z.json().optional(),
  /** True when the tool refused the call or failed, so that it changed nothing. */
  failed: z.boolean().optional(),
});
/** A tool call that the measured system made. */
export type ToolCall = z.infer<typeof toolCallSchema>;

/** What the measured system answered. */
export const outputSchema = z.object({
  /** The answer's text; empty when it answered with tool calls alone. */
  text: z.string(),
  /** Tool calls in the order in which they were made. */
  toolCalls: z.array(toolCallSchema),
  /** Passages that it retrieved, best first; `null` when it does not report them. */
  context: z.array(passageSchema).nullable(),
  /** State after the answer, as far as the target reports it; `null` when it does not. */
  state: z.json(),
  /** True when the system or its guardrail declined to answer. */
  refused: z.boolean(),
  /** Why generation ended, in the provider's word. */
  finishReason: z.string().nullable(),
});
/** What the measured system answered. */
export type Output = z.infer<typeof outputSchema>;

/** What a call used. */
export const usageSchema = z.object({
  /** Tokens read, those from a cache among them; `null` when not reported. */
  inputTokens: z.number().int().min(0).nullable(),
  /** Tokens written, those of reasoning among them; `null` when not reported. */
  outputTokens: z.number().int().min(0).nullable(),
  /** Tokens among `inputTokens` that the provider read from its cache; `null` when not reported. */
  cachedInputTokens: z.number().int().min(0).nullable(),
  /** Tokens among `outputTokens` that the model spent on reasoning; `null` when not reported. */
  reasoningTokens: z.number().int().min(0).nullable(),
  /** Cost in US dollars; `null` when unknown. More than 10¹² is no cost: sums over it would have no number. */
  costUsd: z.number().min(0).max(1e12).nullable(),
});
/** What a call used. */
export type Usage = z.infer<typeof usageSchema>;

/** What a call used that reports nothing. */
export const usageUnknown: Usage = {
  inputTokens: null,
  outputTokens: null,
  cachedInputTokens: null,
  reasoningTokens: null,
  costUsd: null,
};

/** Which way an answer came: through a gateway or a route of several targets. */
export const servedSchema = z.object({
  /** Model that answered, in the provider's word; `null` when not reported. */
  model: z.string().nullable(),
  /** Name of the member of the route that answered; `null` when not reported. */
  route: z.string().nullable(),
  /** True when another member than the first answered; `null` when not reported. */
  fallback: z.boolean().nullable(),
  /** True when the answer came from a response cache; `null` when not reported. */
  cacheHit: z.boolean().nullable(),
  /** Names of the guardrails that the answer passed through, in order; `null` when not reported. */
  guardrails: z.array(z.string()).nullable(),
});
/** Which way an answer came. */
export type Served = z.infer<typeof servedSchema>;

/** An answer of which nothing of this is known. */
export const servedUnknown: Served = {
  model: null,
  route: null,
  fallback: null,
  cacheHit: null,
  guardrails: null,
};

/** One attempt at a trial: the first, or a retry after a transient failure. */
export const attemptSchema = z.object({
  /** Duration in milliseconds. */
  latencyMs: z.number().min(0),
  /** Why it failed; `null` for the attempt that answered. */
  failure: failureSchema.nullable(),
  /** Set where rate limits had lowered how many attempts were made at a time: to how many, and how many the evaluation allows. */
  slowed: z.object({ to: z.number().int().min(1), from: z.number().int().min(1) }).optional(),
});
/** One attempt at a trial. */
export type Attempt = z.infer<typeof attemptSchema>;

/** Which side of the comparison a sample belongs to. */
export const sideSchema = z.enum(["baseline", "candidate"]);
/** Which side of the comparison a sample belongs to. */
export type Side = z.infer<typeof sideSchema>;

/** What one trial produced: an answer or a failure, never nothing. */
export const sampleSchema = z.object({
  /** Key of the trial: SHA-256 over release fingerprint, case fingerprint, repetition and seed. */
  trialKey: z.string(),
  /** The case. */
  caseId: z.string(),
  /** The side. */
  side: sideSchema,
  /** Number of the repetition; the first is 1. */
  repetition: z.number().int().min(1),
  /** Seed that the target was given. */
  seed: z.number().int(),
  /** When the trial began, ISO 8601. */
  startedAt: z.string(),
  /** Latency of the attempt that answered, or of the last one, in milliseconds. Waiting between attempts is not in it. */
  latencyMs: z.number().min(0),
  /** The answer; `null` when the trial failed. */
  output: outputSchema.nullable(),
  /** Why the trial failed; `null` when it was answered. */
  failure: failureSchema.nullable(),
  /** Every attempt, in order. */
  attempts: z.array(attemptSchema),
  /** What all attempts together used. */
  usage: usageSchema,
  /** Milliseconds from the start of the attempt that answered to its first token; `null` when the answer was not streamed or the target does not say. */
  timeToFirstTokenMs: z.number().min(0).nullable(),
  /** Which way the answer came. */
  served: servedSchema,
  /** Steps of the answer. */
  spans: z.array(spanSchema),
  /** The run in which the answer was really made, where it was taken from an earlier one: `startedAt`, latency and usage are those of that time. Left out for a call of this run. */
  reusedFrom: z.string().optional(),
});
/** What one trial produced. */
export type Sample = z.infer<typeof sampleSchema>;

/** What tells one sample of a run from all others. */
export type SampleIdentity = Pick<Sample, "side" | "caseId" | "repetition" | "startedAt">;

/** What a call or its judging had cost when the run was interrupted and it was given up: it left neither sample nor score, and counts in the spend limit when the run goes on. */
export interface Spent extends Pick<Sample, "side" | "caseId" | "repetition"> {
  /** Cost in US dollars, above 0. */
  readonly costUsd: number;
}
