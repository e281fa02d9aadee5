import { z } from "zod";
import { canaryStateSchema } from "./canary.ts";
import { comparisonSchema, decisionSchema, operationsSchema } from "./comparison.ts";
import { type Case, passageSchema } from "./dataset.ts";
import { failureSchema } from "./failure.ts";
import { verdictSchema } from "./gate.ts";
import { nextStepSchema, rollbackSchema } from "./next-step.ts";
import { runManifestSchema } from "./run.ts";
import { type Sample, toolCallSchema } from "./sample.ts";
import { evaluationSchema, judgingSchema, type Score } from "./score.ts";
import { traceComparisonSchema } from "./trace-comparison.ts";
import { reportedWaiverSchema } from "./waiver.ts";

/** One finding on whether the two sides may be compared. */
export const comparabilitySchema = z.object({
  /** `refused` stops the comparison; `declared` is an intended change; `note` is worth knowing. */
  level: z.enum(["refused", "declared", "note"]),
  /** What it is about: a path such as `decoding.temperature`, or a word such as `missing answers`. */
  subject: z.string(),
  /** What was found, in one sentence. */
  message: z.string(),
});
/** One finding on whether the two sides may be compared. */
export type Comparability = z.infer<typeof comparabilitySchema>;

/** What became of a case between the two sides. */
export const caseChangeSchema = z.enum(["regressed", "improved", "unchanged", "errored", "unscored"]);
/** What became of a case between the two sides. */
export type CaseChange = z.infer<typeof caseChangeSchema>;

/** One step of an answer in the report. */
export const caseSpanSchema = z.object({
  /** Name, such as `execute_tool get_order`; cut at 120 characters. */
  name: z.string(),
  /** Number of spans that it is part of; 0 for the outermost. */
  depth: z.number().int(),
  /** Milliseconds from the start of the sample to the start of the span. */
  startOffsetMs: z.number(),
  /** Duration in milliseconds. */
  durationMs: z.number(),
  /** Error message, where the span ended in one; cut at 300 characters. */
  error: z.string().optional(),
});
/** One step of an answer in the report. */
export type CaseSpan = z.infer<typeof caseSpanSchema>;

/** One side of a case in the report. What is optional is left out in reports that were stored before it was added. */
export const caseSideSchema = z.object({
  /** Text of the answer, cut at 4,000 characters; `null` when the trial failed. */
  text: z.string().nullable(),
  /** Tool calls of the answer. Arguments and results of more than 2,000 characters as JSON are text that is cut there. */
  toolCalls: z.array(toolCallSchema),
  /** The first 12 passages that it retrieved, best first, each cut at 1,500 characters; `null` when it does not report them. */
  context: z.array(passageSchema).nullable().optional(),
  /** The first 60 steps of the answer. */
  spans: z.array(caseSpanSchema).optional(),
  /** Latency in milliseconds; `null` when the trial was not run. */
  latencyMs: z.number().nullable().optional(),
  /** Attempts that were made. */
  attempts: z.number().int().optional(),
  /** Tokens and cost in US dollars of all attempts together; `null` where it is not reported. */
  usage: z
    .object({
      inputTokens: z.number().nullable(),
      outputTokens: z.number().nullable(),
      costUsd: z.number().nullable(),
    })
    .optional(),
  /** Why the trial failed; `null` when it was answered. */
  failure: failureSchema.nullable(),
  /** What each evaluator said, by name. */
  evaluations: z.record(z.string(), evaluationSchema),
});

/** A case with both of its answers. */
export const caseReportSchema = z.object({
  caseId: z.string(),
  /** Its cohort tags. */
  cohorts: z.record(z.string(), z.string()),
  policyLabels: z.array(z.string()),
  /** What became of it: the worst over its evaluators and repetitions. */
  change: caseChangeSchema,
  /** Names of the evaluators that got worse. */
  regressedMetrics: z.array(z.string()),
  /** Names of the evaluators that got better. */
  improvedMetrics: z.array(z.string()),
  /** The last message of the input, or its variables as JSON; cut at 2,000 characters. */
  input: z.string(),
  /** What the case expects, as JSON. */
  expected: z.json(),
  /** Passages that the case itself gives, cut like those of a side; left out where it gives none. */
  context: z.array(passageSchema).optional(),
  /** The first repetition that shows the change. */
  repetition: z.number().int(),
  baseline: caseSideSchema,
  candidate: caseSideSchema,
});
/** A case in the report. */
export type CaseReport = z.infer<typeof caseReportSchema>;

/** What a run found, complete: every reporter renders this value and computes nothing. It is also the JSON report for machines. */
export const reportSchema = z.object({
  /** Version of this format. */
  schemaVersion: z.literal(1),
  /** The verdict: the worst of the blocking decisions that are not waived. `decisions` and `waivers` say whether a pass rests on waivers. */
  verdict: verdictSchema,
  /** Exit code of the process: 0 pass, 1 fail, 2 refused before the start, 3 inconclusive, 4 could not measure, 130 interrupted. */
  exitCode: z.number().int(),
  /** The verdict in one sentence, with cohort, metric, loss, interval and margin. */
  headline: z.string(),
  /** Decisions, worst first; blocking before advisory. */
  decisions: z.array(decisionSchema),
  /** When it was decided, ISO 8601: by this time the waivers were judged. Left out where the gate has none. */
  decidedAt: z.string().optional(),
  /** Every waiver of the gate with what became of it; left out where the gate has none. */
  waivers: z.array(reportedWaiverSchema).optional(),
  /** Each metric in each cohort of one tag, in `all`, and in each cohort that the gate names. */
  comparisons: z.array(comparisonSchema),
  /** Latency, tokens, cost and failures by side, for `all` and for each cohort of one tag. */
  operations: z.array(operationsSchema),
  /** What the judges used, by evaluator, beside what the releases used; left out where none was asked. */
  judging: z.record(z.string(), judgingSchema).optional(),
  /** What to do next, most important first. */
  nextSteps: z.array(nextStepSchema),
  /** The whole bundle that a rollback restores; `null` when nothing was compared. */
  rollback: rollbackSchema.nullable(),
  /** What to know before trusting the verdict. */
  comparability: z.array(comparabilitySchema),
  /** Number of cases by what became of them. */
  caseCounts: z.record(caseChangeSchema, z.number().int()),
  /**
   * The cases: regressed first, then errored, unscored, improved, unchanged. Of more than 2,000 all that regressed or errored, and a sample of
   * the others that follows from the seed of the run; `caseCounts` counts all.
   */
  cases: z.array(caseReportSchema),
  /** What exactly was compared; `null` when the run was refused before it had a manifest. */
  provenance: runManifestSchema.nullable(),
  /** Set when traces were compared: what they are, and how the ways through their steps differ. */
  traces: traceComparisonSchema.optional(),
  /** Set when the traces are those of a canary that is looked at repeatedly: its plan, its looks so far, and what is still to come. */
  canary: canaryStateSchema.optional(),
  /** Set when the run was refused: code, message and remedy. */
  error: z.object({ code: z.string(), message: z.string(), hint: z.string() }).optional(),
});
/** What a run found, complete. */
export type Report = z.infer<typeof reportSchema>;

/** One case of a stored run in full. */
export interface StoredCase {
  readonly runId: string;
  readonly case: Case;
  /** Names of the releases by side. */
  readonly releases: { readonly baseline: string; readonly candidate: string };
  /** One entry a repetition and side: by repetition, the baseline before the candidate. */
  readonly trials: readonly { readonly sample: Sample; readonly scores: readonly Score[] }[];
}
