import { z } from "zod";
import { intervalSchema } from "./comparison.ts";

/** A proportion 0..1; `null` where there was nothing to count. */
const share = z.number().nullable();

/** What the traces of one side are. */
export const traceSideSchema = z.object({
  /** Files, or the name that they were imported under. */
  label: z.string(),
  /** Traces that are compared. */
  traces: z.number().int(),
  /** Their spans. */
  spans: z.number().int(),
  /** Releases that answered, with the number of traces; `unknown` for those that do not say. */
  releases: z.record(z.string(), z.number().int()),
  /** Vocabularies of their attributes. */
  dialects: z.array(z.string()),
  /** Libraries that wrote their spans, as `name@version`, with the number of traces. */
  scopes: z.record(z.string(), z.number().int()),
  /** Attribute names that facts were read from, with the number of spans that had them. */
  names: z.record(z.string(), z.number().int()),
  /** How much was recorded: proportions of traces. */
  coverage: z.object({ root: share, usage: share, timeToFirstToken: share, cost: share, fallback: share }),
  /** Traces of which a part was lost; they stay in the count. */
  incomplete: z.number().int(),
  /** Spans whose parent is not there. */
  orphans: z.number().int(),
  /** What could not be read, in sentences. */
  skipped: z.array(z.string()),
});
/** What the traces of one side are. */
export type TraceSide = z.infer<typeof traceSideSchema>;

/** How often one step follows another. */
export const transitionSchema = z.object({
  /** The step; `start` before the first. */
  from: z.string(),
  /** The step that comes next; `end` after the last. */
  to: z.string(),
  /** Proportion of the traces of each side that have it. */
  baseline: z.number(),
  candidate: z.number(),
  /** Interval of candidate minus baseline. */
  interval: intervalSchema,
});
/** How often one step follows another. */
export type Transition = z.infer<typeof transitionSchema>;

/** How the ways of the two sides through their steps differ. */
export const trajectoryComparisonSchema = z.object({
  /** The most frequent way of each side, with the proportion of its traces that took it. */
  typical: z.object({
    baseline: z.object({ steps: z.array(z.string()), share: z.number() }),
    candidate: z.object({ steps: z.array(z.string()), share: z.number() }),
  }),
  /** The two typical ways side by side, by their longest common subsequence. */
  aligned: z.array(z.object({ step: z.string(), side: z.enum(["both", "baseline", "candidate"]) })),
  /** Number of the first step, counted from 1, at which the typical ways part; `null` when they are the same. */
  firstDivergence: z.number().int().nullable(),
  /** The transitions that changed most, the surest first. */
  transitions: z.array(transitionSchema),
  /** Steps that only one side has, with the number of its traces. */
  onlyBaseline: z.record(z.string(), z.number().int()),
  onlyCandidate: z.record(z.string(), z.number().int()),
});
/** How the ways of the two sides through their steps differ. */
export type TrajectoryComparison = z.infer<typeof trajectoryComparisonSchema>;

/** What a comparison of traces rests on. */
export const traceComparisonSchema = z.object({
  baseline: traceSideSchema,
  candidate: traceSideSchema,
  /** Cohort values by dimension, as the traces name them. */
  cohorts: z.record(z.string(), z.array(z.string())),
  trajectories: trajectoryComparisonSchema,
});
/** What a comparison of traces rests on. */
export type TraceComparison = z.infer<typeof traceComparisonSchema>;
