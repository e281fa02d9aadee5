import { z } from "zod";
import { ruleSchema } from "./comparison.ts";
import { verdictSchema } from "./gate.ts";

// A canary that is judged repeatedly from its traces while they grow: the plan, and what each look at them found.

const sourceSchema = z.object({
  /** File, folder, or name that the traces were imported under. */
  source: z.string(),
  /** The release of which its traces are taken; `null` for all. */
  release: z.string().nullable(),
});

/** What is fixed before the first look; a later look with another plan is refused. */
export const canaryPlanSchema = z.object({
  /** Version of this format. */
  schemaVersion: z.literal(1),
  /** Name of the canary, unique in the store. */
  name: z.string(),
  /** When the plan was stored, ISO 8601. */
  declaredAt: z.string(),
  /** The most looks that are taken, the last one among them. */
  looks: z.number().int().min(1),
  /** Traces of the smaller side at the planned end. */
  traces: z.number().int().min(1),
  /** One-sided error of all looks together; the gate's. */
  alpha: z.number(),
  /** The gate, with the SHA-256 of its content. */
  gate: z.object({ name: z.string(), fingerprint: z.string() }),
  baseline: sourceSchema,
  candidate: sourceSchema,
});
/** What is fixed before the first look. */
export type CanaryPlan = z.infer<typeof canaryPlanSchema>;

/** What a look at a running canary found. */
export const lookSchema = z.object({
  /** Number of the look; the first is 1. */
  number: z.number().int(),
  /** When it was taken, ISO 8601. */
  at: z.string(),
  /** Traces of each side. */
  baseline: z.number().int(),
  candidate: z.number().int(),
  /** Traces of the smaller side over the planned ones, 0..1; 1 where there are more. */
  fraction: z.number(),
  /** Error that may have been spent up to this look, 0..alpha. */
  spent: z.number(),
  /** True when it is the planned end, where alone a canary passes. */
  isLast: z.boolean(),
  /** What was decided. */
  verdict: verdictSchema,
  /** The blocking comparison that speaks most for harm; `null` when none could be tested. */
  worst: z
    .object({
      metric: z.string(),
      cohort: z.string(),
      rule: ruleSchema,
      /** Candidate minus baseline, or candidate over baseline for a ratio. */
      estimate: z.number().nullable(),
      /** One-sided p value for harm of this look alone. */
      harmP: z.number(),
      /** At this p value or below harm is proven at this look: the nominal level, its part for one of all criteria. */
      requiredP: z.number(),
      /** Both as standard normal deviates: how far the evidence reaches, and how far it must. */
      z: z.number(),
      boundary: z.number(),
    })
    .nullable(),
});
/** What a look at a running canary found. */
export type Look = z.infer<typeof lookSchema>;

/** A look as the store keeps it: with what later looks need to know of it. */
export interface StoredLook extends Look {
  /** SHA-256 of what the traces of both sides said. */
  readonly digest: string;
  /** Every criterion that could be tested, with the values on each side. */
  readonly tested: readonly TestedCriterion[];
  /** Comparisons by severity, those that could not be tested among them. */
  readonly families: { readonly blocking: number; readonly advisory: number };
}

/** A criterion that could be tested at a look. */
export interface TestedCriterion {
  /** Severity, criterion and cohort in words: the same at each look. */
  readonly key: string;
  /** Values of each side. */
  readonly baseline: number;
  readonly candidate: number;
}

/** Where a canary stands. */
export const canaryStateSchema = z.object({
  plan: canaryPlanSchema,
  /** The looks so far. */
  looks: z.array(lookSchema),
  /** Traces of the smaller side at present. */
  traces: z.number().int(),
  /** `waiting`: the next look is not due. `running`: no harm was found so far. `failed` and `ended` are final. */
  state: z.enum(["waiting", "running", "failed", "ended"]),
  /** The looks that are still planned: traces of the smaller side, fraction, and the boundary for the same comparison, as a standard normal deviate. */
  ahead: z.array(
    z.object({ traces: z.number().int(), fraction: z.number(), boundary: z.number().nullable() }),
  ),
});
/** Where a canary stands. */
export type CanaryState = z.infer<typeof canaryStateSchema>;
