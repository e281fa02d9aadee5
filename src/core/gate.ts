import { z } from "zod";
import { ratioMetrics } from "./ratio.ts";
import { trialRateMetrics } from "./trial-rate.ts";

/** One rule of a gate as the user writes it. Exactly one of `margin`, `atLeast`, `atMost` and `maximumRatio` is given. */
export const criterionSchema = z
  .strictObject({
    /**
     * What is compared: the name of an evaluator (its pass rate), the name with `.value` (its mean score, 0..1) or a built-in metric: `error_rate`,
     * `latency_ms.p50`, `latency_ms.p95`, `latency_ms.p99`, `time_to_first_token_ms.p50`, `.p95` and `.p99`, `cost_usd`, `input_tokens`,
     * `output_tokens`, `fallback_rate`, `cache_hit_rate`, `guardrail_bypass_rate`, `first_attempt_rate`.
     */
    metric: z.string().min(1),
    /**
     * Where it holds. `all`; a tag, `tier=free`; a combination, `tier=free & intent=refund`; each value of a dimension, `tier=*`;
     * each combination, `tier=* & intent=*`; each tag of each dimension, `*`; each combination of two tags, `* & *`.
     */
    cohorts: z.array(z.string().min(1)).min(1).default(["all"]),
    /** Cohorts that a `*` finds are left out when they have fewer cases than this. The report counts them. */
    minimumCohortSize: z.int().min(1).default(1),
    /** The largest loss against the baseline that is acceptable (of a rate of harm such as `fallback_rate` the largest rise), as a proportion: 0.05 is five percentage points. */
    margin: z.number().gt(0).lt(1).optional(),
    /** The smallest acceptable rate of the candidate, 0..1. */
    atLeast: z.number().gt(0).lt(1).optional(),
    /** The largest acceptable rate of the candidate, 0..1. */
    atMost: z.number().gt(0).lt(1).optional(),
    /** The largest acceptable ratio, candidate over baseline, of latency, cost or tokens: 1.25 accepts a rise by a quarter. */
    maximumRatio: z.number().gt(1).optional(),
    /** `blocking` decides the verdict; `advisory` is only shown. */
    severity: z.enum(["blocking", "advisory"]).default("blocking"),
  })
  .refine(
    ({ margin, atLeast, atMost, maximumRatio }) =>
      [margin, atLeast, atMost, maximumRatio].filter((bound) => bound !== undefined).length === 1,
    {
      message: "a criterion needs exactly one of `margin`, `atLeast`, `atMost` and `maximumRatio`",
    },
  );
/** One rule of a gate, defaults filled in. */
export type Criterion = z.output<typeof criterionSchema>;

/** A gate as the user writes it. */
export const gateSchema = z.strictObject({
  /** Name of the policy. */
  name: z.string().min(1),
  /** One-sided error probability of each side of the decision; intervals have level 1 − 2·alpha. */
  alpha: z.number().gt(0).lt(0.5).default(0.05),
  /** The rules. A gate without one decides nothing and is refused. */
  criteria: z.array(criterionSchema).min(1, "a gate needs at least one criterion"),
});
/** A gate, defaults filled in. */
export type Gate = z.output<typeof gateSchema>;
/** A gate as the user writes it. */
export type GateInput = z.input<typeof gateSchema>;

/** Outcome of one criterion, or of the whole gate. */
export const verdictSchema = z.enum(["pass", "fail", "inconclusive", "error"]);
/** Outcome of one criterion, or of the whole gate. */
export type Verdict = z.infer<typeof verdictSchema>;

/** Verdicts from worst to best: the verdict of a gate is the worst of its blocking decisions. */
export const verdictsWorstFirst: readonly Verdict[] = ["fail", "error", "inconclusive", "pass"];

/** Exit code of the command line for each verdict. 2 is kept for usage and configuration, 130 for an interruption. */
export const exitCodeOf: Readonly<Record<Verdict, number>> = { pass: 0, fail: 1, inconclusive: 3, error: 4 };

const valueSuffix = ".value";

/** What a metric of an evaluator is: its pass rate by its name, its mean score by its name with `.value`. */
export function readMetric(metric: string): { readonly evaluator: string; readonly isValue: boolean } {
  const isValue = metric.endsWith(valueSuffix);
  return { evaluator: isValue ? metric.slice(0, -valueSuffix.length) : metric, isValue };
}

/** Metric that every run has: trials without an answer over planned trials. */
export const errorRateMetric = "error_rate";

/** Metrics that every run has. No evaluator may be named like one of them. */
export const builtInMetrics: readonly string[] = [errorRateMetric, ...trialRateMetrics, ...ratioMetrics];
