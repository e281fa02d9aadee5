import { z } from "zod";
import { knownPromotionsSchema } from "./promotion.ts";
import { releaseManifestSchema } from "./release.ts";
import type { Side } from "./sample.ts";
import { judgeQualitySchema } from "./score.ts";

/** One planned call: a case, a side and a repetition. */
export interface Trial {
  /** SHA-256 over release fingerprint, case fingerprint, repetition and seed: the same call has the same key in every run. */
  readonly key: string;
  readonly caseId: string;
  readonly side: Side;
  /** Number of the repetition; the first is 1. */
  readonly repetition: number;
  /** Seed for the target: the same for both sides, so that they see the same chance. */
  readonly seed: number;
}

/** State of the repository that a run was started from. */
export const gitStateSchema = z.object({
  /** Commit that was checked out. */
  commit: z.string(),
  /** True when tracked files differed from it. */
  dirty: z.boolean(),
});

/** Everything that decides what a run measures, written before its first call. */
export const runManifestSchema = z.object({
  /** Version of the record's format. */
  schemaVersion: z.literal(1),
  /** Identifier of the run. */
  runId: z.string(),
  /** When it was started, ISO 8601. */
  createdAt: z.string(),
  /** Name of the evaluation and its file, relative to the project. */
  evaluation: z.object({ name: z.string(), file: z.string() }),
  /** Version of gatewright and of Node. */
  software: z.object({ gatewright: z.string(), node: z.string() }),
  /** Who started it, as git names its user; left out where git names nobody. */
  startedBy: z.string().optional(),
  /** The repository; `null` outside one. */
  git: gitStateSchema.nullable(),
  /** The dataset. */
  dataset: z.object({
    name: z.string(),
    version: z.number().int().nullable(),
    fingerprint: z.string(),
    cases: z.number().int(),
  }),
  /** Cohort expression that the cases were chosen by; `null` for all. */
  filter: z.string().nullable(),
  /** The releases. */
  baseline: releaseManifestSchema,
  candidate: releaseManifestSchema,
  /** What was recorded of promotions when the run began; left out where nothing was. */
  promotions: knownPromotionsSchema.optional(),
  /** The evaluators with their versions, in order. */
  evaluators: z.array(
    z.object({
      name: z.string(),
      version: z.string(),
      /** How often a judge is right; left out for an evaluator that follows a rule. */
      judge: z.union([judgeQualitySchema, z.literal("unmeasured")]).optional(),
      /** The model that judges; left out for an evaluator that asks none. */
      judgedBy: z.object({ name: z.string(), fingerprint: z.string() }).optional(),
    }),
  ),
  /** The gate: its name, the SHA-256 of its canonical form, and the whole of it. */
  gate: z.object({ name: z.string(), hash: z.string(), definition: z.json() }),
  /** Repetitions of each case. */
  repetitions: z.number().int().min(1),
  /** Root seed: everything random follows from it. */
  seed: z.number().int(),
  /** Planned trials of both sides together. */
  plannedTrials: z.number().int(),
});
/** Everything that decides what a run measures. */
export type RunManifest = z.infer<typeof runManifestSchema>;
