import { z } from "zod";
import { verdictSchema, waiverSchema } from "./gate.ts";

/** An interval with its two-sided level. */
export const intervalSchema = z.object({
  /** Lower end. */
  lower: z.number(),
  /** Upper end. */
  upper: z.number(),
  /** Two-sided confidence level, 0..1. */
  level: z.number(),
});
/** An interval with its two-sided level. */
export type Interval = z.infer<typeof intervalSchema>;

/** How many planned pairs of trials of a cohort were of which kind, for one metric. Their sum is `planned`. */
export const pairCountsSchema = z.object({
  /** Planned pairs: cases × repetitions. */
  planned: z.number().int().min(0),
  /** Scored on both sides. */
  scored: z.number().int().min(0),
  /** Nothing to judge on either side: the metric does not apply to the case. */
  notApplicable: z.number().int().min(0),
  /** Without a score on the candidate's side alone (failed trial, evaluator error, unscored). */
  candidateMissing: z.number().int().min(0),
  /** Without a score on the baseline's side alone. */
  baselineMissing: z.number().int().min(0),
  /** Without a score on both sides, and not because the metric does not apply. */
  bothMissing: z.number().int().min(0),
});
/** Pairs of trials by kind. */
export type PairCounts = z.infer<typeof pairCountsSchema>;

/** Candidate minus baseline for one rate in one cohort. Proportions 0..1; differences −1..1, negative when the candidate is worse (of a rate of harm, such as `fallback_rate`, positive). */
export const comparisonSchema = z.object({
  /** Name of the metric: an evaluator's pass rate or mean score, or a share of trials such as `fallback_rate`. */
  metric: z.string(),
  /** Name of the cohort. */
  cohort: z.string(),
  /** Cases that were judged on both sides. */
  n: z.number().int().min(0),
  /** Clusters among them: independent units of the statistics. Equal to `n` where cases share none. */
  clusters: z.number().int().min(0),
  /** Pairs of trials by kind. */
  pairs: pairCountsSchema,
  /** Rate of the baseline over the judged pairs; `null` when there are none. */
  baseline: z.number().nullable(),
  /** Rate of the candidate over the judged pairs; `null` when there are none. */
  candidate: z.number().nullable(),
  /** Candidate minus baseline; `null` when there are no judged pairs. */
  difference: z.number().nullable(),
  /** Interval of the difference; `null` when there are no judged pairs. */
  interval: intervalSchema.nullable(),
  /** Cases that got worse. */
  regressed: z.number().int().min(0),
  /** Cases that got better. */
  improved: z.number().int().min(0),
  /** How interval and tests were computed. */
  method: z.enum(["tango", "empirical-likelihood", "none"]),
});
/** Candidate minus baseline for one rate in one cohort. */
export type Comparison = z.infer<typeof comparisonSchema>;

const percentilesSchema = z.object({ p50: z.number(), p95: z.number(), p99: z.number() });

/** A mean or a rate of trials with its interval. */
const spreadSchema = z.object({
  /** The mean, or the rate 0..1. */
  value: z.number(),
  /** Lower end; `null` where too few cases tell. */
  lower: z.number().nullable(),
  /** Upper end; `null` where too few cases tell. */
  upper: z.number().nullable(),
  /** Trials that tell. */
  n: z.number().int(),
});
/** A mean or a rate of trials with its interval. */
export type Spread = z.infer<typeof spreadSchema>;

/** What one trial takes, and how often it goes wrong. Trials of one case or cluster are not taken as independent. */
const operationEstimatesSchema = z.object({
  /** Two-sided level of the intervals, 0..1. */
  level: z.number(),
  /** Mean of the tokens that a trial read, over trials that report them; `null` when none does. */
  inputTokens: spreadSchema.nullable(),
  /** Mean of the tokens that a trial wrote, over trials that report them; `null` when none does. */
  outputTokens: spreadSchema.nullable(),
  /** Mean cost of a trial in US dollars, over trials that report it; `null` when none does. */
  costUsd: spreadSchema.nullable(),
  /** Share of the planned trials without an answer; `null` without trials. */
  failureRate: spreadSchema.nullable(),
  /** Share of the answered trials that report it which a fallback answered; `null` when none does. */
  fallbackRate: spreadSchema.nullable(),
});
/** What one trial takes, and how often it goes wrong. */
export type OperationEstimates = z.infer<typeof operationEstimatesSchema>;

/** Latency, tokens and cost of one side in one cohort, and which way its answers came. */
export const operationsSchema = z.object({
  /** The side. */
  side: z.enum(["baseline", "candidate"]),
  /** Name of the cohort. */
  cohort: z.string(),
  /** Planned trials. */
  planned: z.number().int(),
  /** Answered trials. */
  answered: z.number().int(),
  /** Answered trials whose answer was taken from an earlier run; left out when there are none. */
  reused: z.number().int().optional(),
  /** Failed trials by kind of failure. */
  failures: z.record(z.string(), z.number().int()),
  /** Share of planned trials that answered at the first attempt; `null` without trials. */
  firstAttemptRate: z.number().nullable(),
  /** Latency of the trials answered in this run, in milliseconds at the 50th, 95th and 99th percentile (type 7); `null` without one. */
  latencyMs: percentilesSchema.nullable(),
  /** Time to the first token of answered trials that report it, in the same percentiles; `null` when none does. */
  timeToFirstTokenMs: percentilesSchema.nullable(),
  /** Share of the answered trials that report it which another member of the route than the first answered; `null` when none does. */
  fallbackRate: z.number().nullable(),
  /** Share of the answered trials that report it which a response cache answered; `null` when none does. */
  cacheHitRate: z.number().nullable(),
  /** Share of the answered trials that report it which passed no guardrail; `null` when none does. */
  guardrailBypassRate: z.number().nullable(),
  /** Tokens read, summed over trials that report them; `null` when none does. */
  inputTokens: z.number().nullable(),
  /** Tokens written, summed over trials that report them; `null` when none does. */
  outputTokens: z.number().nullable(),
  /** Cost in US dollars, summed over trials that report it; `null` when none does. */
  costUsd: z.number().nullable(),
  /** The same by trial, with intervals; left out in reports that were stored before it was added. */
  estimates: operationEstimatesSchema.optional(),
});
/** Latency, tokens and cost of one side in one cohort. */
export type Operations = z.infer<typeof operationsSchema>;

/** What a criterion demands. */
export const ruleSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("margin"), margin: z.number() }),
  /** A rate of harm, such as errors or fallbacks, that may rise by less than the margin. */
  z.object({ kind: z.literal("rise"), margin: z.number() }),
  z.object({ kind: z.literal("at_least"), threshold: z.number() }),
  z.object({ kind: z.literal("at_most"), threshold: z.number() }),
  z.object({ kind: z.literal("ratio"), maximumRatio: z.number() }),
]);
/** What a criterion demands. */
export type Rule = z.infer<typeof ruleSchema>;

/** The decision on one criterion in one cohort, with all that it rests on. */
export const decisionSchema = z.object({
  /** The criterion in words, such as `tool_selection loses at most 5.0 points`. */
  criterion: z.string(),
  /** Name of the cohort. */
  cohort: z.string(),
  /** Name of the metric. */
  metric: z.string(),
  /** Whether it decides the verdict or is only shown. */
  severity: z.enum(["blocking", "advisory"]),
  /** What it demands. */
  rule: ruleSchema,
  /** The decision. A waiver does not change it. */
  decision: verdictSchema,
  /** The waiver by which this fail or inconclusive decision does not block; left out where none has effect on it. */
  waiver: waiverSchema.optional(),
  /** Why, in one sentence with metric, cohort, loss, interval and margin. */
  reason: z.string(),
  /** What `n` and `casesNeeded` count: cases that both sides answered, or traces of the smaller of two groups. */
  unit: z.enum(["case", "trace"]),
  /** Cases that were judged (on both sides for a margin or a ratio, on the candidate's for a threshold), or traces a side. */
  n: z.number().int().min(0),
  /** Independent units among them. */
  clusters: z.number().int().min(0),
  /** Rate of the baseline; for a ratio its percentile in milliseconds or its mean by case; `null` where there is none. */
  baseline: z.number().nullable(),
  /** The same of the candidate; `null` where there is none. */
  candidate: z.number().nullable(),
  /** What the rule looks at: candidate minus baseline for a margin or a rise, the candidate's rate for a threshold, candidate over baseline for a ratio. */
  estimate: z.number().nullable(),
  /** Interval of `estimate` at level 1 − 2·alpha over what was observed. */
  interval: intervalSchema.nullable(),
  /** The same interval were every missing score to speak against the candidate; `null` when nothing is missing. */
  worstCaseInterval: intervalSchema.nullable(),
  /** The margin, of a loss or a rise; `null` for a threshold or a ratio. */
  margin: z.number().nullable(),
  /** The threshold; `null` for a margin or a ratio. */
  threshold: z.number().nullable(),
  /** Cases that got worse and better; 0 for a threshold or a ratio. */
  regressed: z.number().int().min(0),
  improved: z.number().int().min(0),
  /** One-sided p value for harm, alone and corrected over all blocking criteria; `null` for a threshold or a ratio. */
  harmP: z.number().nullable(),
  harmPAdjusted: z.number().nullable(),
  /** True when non-inferiority is proven and a loss within the margin is proven too. */
  degradedWithinMargin: z.boolean(),
  /** The smallest drop that this many cases could have shown with a probability of 0.8; `null` where none could, or for a threshold or a ratio. */
  smallestVisibleDrop: z.number().nullable(),
  /** How often the judge of this metric is right, taken out of rates, estimate and interval; `null` for a rule or an unmeasured judge. */
  judge: z
    .object({
      sensitivity: z.number(),
      specificity: z.number(),
      /** False when it is not proven to tell good answers from bad ones: then nothing is taken out, and nothing is decided. Left out in reports that were stored before it was added. */
      isTelling: z.boolean().optional(),
    })
    .nullable(),
  /** For an inconclusive decision of a repeated run the number of repetitions that would settle it; `null` otherwise or when none would. */
  repetitionsNeeded: z.number().int().nullable(),
  /** For an inconclusive decision about how many cases the cohort needs in all; `null` otherwise or when no number helps. */
  casesNeeded: z.number().int().nullable(),
});
/** The decision on one criterion in one cohort. */
export type Decision = z.infer<typeof decisionSchema>;
