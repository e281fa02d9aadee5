import { z } from "zod";
import { parseCohortExpression, tagsOf } from "./cohort.ts";
import { ratioMetrics } from "./ratio.ts";
import { trialRateMetrics } from "./trial-rate.ts";

/** What no dataset is large enough to prove: a millionth takes some 3,000,000 cases without a single bad one. */
const smallestProportion = 1e-6;

/** A proportion that is neither nothing nor all, nor so near to them that no dataset could prove it, with what to write in place of a percentage. */
const proportion = (example: string) => {
  const error = ({ input }: { readonly input?: unknown }) => {
    const isNear = typeof input === "number" && input > 0 && input < 1;
    const wanted = isNear ? "that cases can prove, from 0.000001 to 0.999999" : "between 0 and 1";
    return `write a proportion ${wanted}: ${example}`;
  };
  return z
    .number()
    .gte(smallestProportion, { error })
    .lte(1 - smallestProportion, { error });
};

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
    margin: proportion("0.03 is three percentage points").optional(),
    /** The smallest acceptable rate of the candidate, 0..1. */
    atLeast: proportion("0.9 is 90 %").optional(),
    /** The largest acceptable rate of the candidate, 0..1. */
    atMost: proportion("0.02 is 2 %; that something never happens no number of cases proves").optional(),
    /** The largest acceptable ratio, candidate over baseline, of latency, cost or tokens: 1.25 accepts a rise by a quarter. */
    maximumRatio: z.number().gt(1, "write a ratio above 1: 1.25 accepts a rise by a quarter").optional(),
    /** `blocking` decides the verdict; `advisory` is only shown. */
    severity: z.enum(["blocking", "advisory"]).default("blocking"),
  })
  .refine((criterion) => boundsOf(criterion).length === 1, {
    message: "a criterion needs exactly one of `margin`, `atLeast`, `atMost` and `maximumRatio`",
  });
/** One rule of a gate, defaults filled in. */
export type Criterion = z.output<typeof criterionSchema>;

/** Text that says something: with a letter or a digit in it, so that neither blanks nor unseen characters pass for a reason. */
const words = (hint: string) => z.string().regex(/[\p{L}\p{N}]/u, hint);

/**
 * A waiver as the user writes it: a named, reasoned, expiring override of one blocking criterion in one cohort. While it is valid, a fail of that
 * decision, or an inconclusive one of which something was measured, does not block; the decision stays what it is, and is shown with the waiver. It
 * never covers what could not be measured, a part of a run, or releases that may not be compared.
 */
export const waiverSchema = z
  .strictObject({
    /** Name, unique in the gate. */
    name: words("give the waiver a name"),
    /** Metric of the criterion, as the criterion writes it. */
    metric: z.string().min(1),
    /** The one cohort: `all`, `tier=free` or `tier=free & intent=refund`. No `*`. */
    cohort: z
      .string()
      .refine((text) => tagsOf(parseCohortExpression(text) ?? [{ dimension: "*", value: "*" }]) !== null, {
        message: 'name one cohort, such as "all" or "tier=free & intent=refund", without `*`',
      }),
    /** The bound of the criterion, as the criterion writes it: needed where several criteria bound the metric in the cohort. */
    margin: z.number().optional(),
    atLeast: z.number().optional(),
    atMost: z.number().optional(),
    maximumRatio: z.number().optional(),
    /** Why the harm, or the lack of evidence, is accepted for now. */
    reason: words("say in words why this is accepted for now"),
    /** Who approved it. */
    approvedBy: words("name who approved it"),
    /** Last day on which it is valid, `YYYY-MM-DD`: until the end of that day in UTC. */
    expires: z.iso.date("write its last valid day as YYYY-MM-DD, a day that the calendar has"),
    /** A ticket or an address where more is said. */
    link: words("name a ticket or an address").optional(),
    /** Name of the only release that it is for. Without it the waiver covers every candidate until it expires. */
    candidate: z.string().min(1).optional(),
  })
  .refine((waiver) => boundsOf(waiver).length <= 1, { message: "a waiver names one bound at most" });
/** A named, reasoned, expiring override of one blocking criterion in one cohort. */
export type Waiver = z.output<typeof waiverSchema>;

/** A gate as the user writes it. */
export const gateSchema = z.strictObject({
  /** Name of the policy. */
  name: z.string().min(1),
  /** One-sided error probability of each side of the decision, at least 10⁻⁹; intervals have level 1 − 2·alpha. */
  alpha: z.number().min(1e-9).lt(0.5).default(0.05),
  /** The rules. A gate without one decides nothing and is refused. */
  criteria: z.array(criterionSchema).min(1, "a gate needs at least one criterion"),
  /** Overrides of single decisions, each with a reason and a last day. */
  waivers: z
    .array(waiverSchema)
    .refine((waivers) => new Set(waivers.map(({ name }) => name)).size === waivers.length, {
      message: "two waivers have the same name",
    })
    .optional(),
});
/** A gate, defaults filled in. */
export type Gate = z.output<typeof gateSchema>;
/** A gate as the user writes it. */
export type GateInput = z.input<typeof gateSchema>;

/** What a gate demands, without its waivers. Everything random follows from this, so that a waiver changes no number. */
export function demandsOf({ waivers: _, ...demands }: Gate): Omit<Gate, "waivers"> {
  return demands;
}

/** The members that bound a metric. */
const bounds = ["margin", "atLeast", "atMost", "maximumRatio"] as const;

/** The bounds that a criterion or a waiver names, each with its value: one for a criterion, one at most for a waiver. */
export function boundsOf(
  bounded: Partial<Record<(typeof bounds)[number], number | undefined>>,
): { readonly name: (typeof bounds)[number]; readonly value: number }[] {
  return bounds.flatMap((name) => {
    const value = bounded[name];
    return value === undefined ? [] : [{ name, value }];
  });
}

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
