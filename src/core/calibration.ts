import { z } from "zod";
import { judgeQualitySchema } from "./score.ts";

const estimateSchema = z.object({
  estimate: z.number().nullable(),
  lower: z.number().nullable(),
  upper: z.number().nullable(),
});

/** How well an evaluator agrees with labels, each with its interval at 95 %; `null` where there is nothing to estimate from. Proportions 0..1. */
export const measuresSchema = z.object({
  /** Answers with a label good or bad that the evaluator scored. */
  n: z.number().int(),
  /** Those among them that are good. */
  good: z.number().int(),
  /** Sources among them: independent units. */
  sources: z.number().int(),
  /** Share of the good ones that pass. */
  sensitivity: estimateSchema,
  /** Share of the bad ones that do not pass. */
  specificity: estimateSchema,
  /** Mean of the two. */
  balancedAccuracy: estimateSchema,
  /** How often a good one has a larger value than a bad one; ½ is chance. */
  auroc: estimateSchema,
  /** Agreement beyond chance (Cohen 1960), −1..1. */
  kappa: estimateSchema,
});
/** How well an evaluator agrees with labels. */
export type Measures = z.infer<typeof measuresSchema>;

/** A bound on the value that would serve better than the evaluator's own rule. */
export const thresholdSchema = z.object({
  /** The smallest value that should pass, 0..1. */
  passAt: z.number(),
  /** Its balanced accuracy on the labels that it was chosen on: too good to be true. */
  chosenOn: z.number(),
  /** Balanced accuracy when chosen on four fifths of the sources and tried on the rest, for each fifth. */
  crossValidated: z.number(),
});
/** A bound on the value that would serve better. */
export type Threshold = z.infer<typeof thresholdSchema>;

/** The contents of `calibrations/<evaluator>.json`. */
export const calibrationSchema = z.object({
  /** Version of this file's own format. */
  schemaVersion: z.literal(1),
  /** Name of the evaluator. */
  evaluator: z.string(),
  /** Version of the evaluator that was measured. */
  version: z.string(),
  /** The model that judged; `null` for an evaluator that asks none. */
  judgedBy: z.object({ name: z.string(), fingerprint: z.string() }).nullable(),
  /** Day of the measurement, `YYYY-MM-DD`. */
  date: z.string(),
  /** What it was measured on. */
  labels: z.object({
    /** The file, as it was named. */
    file: z.string(),
    /** SHA-256 of its bytes. */
    sha256: z.string(),
    rows: z.number().int(),
    /** Rows that nobody labelled, or on which people differ or are unsure. */
    withoutLabel: z.number().int(),
    /** Rows that the evaluator left unscored. */
    unscored: z.number().int(),
    /** Rows on which the evaluator failed: they are in no rate. */
    errors: z.number().int(),
  }),
  /** What the gate corrects by: counts, of so many independent answers. */
  quality: judgeQualitySchema,
  measures: measuresSchema,
  /** The same by cohort of one tag. */
  cohorts: z.record(z.string(), measuresSchema),
  /** `null` where the labels or the values do not allow to choose one. */
  threshold: thresholdSchema.nullable(),
});
/** The contents of a calibration file. */
export type Calibration = z.infer<typeof calibrationSchema>;
