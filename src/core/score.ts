import { z } from "zod";
import { sideSchema } from "./sample.ts";

/** A piece of what a score rests on: a passage, a call, a path in a JSON value. */
export const evidenceSchema = z.object({
  /** What it is about, such as a sentence of the answer, a tool's name or a JSON Pointer. */
  subject: z.string(),
  /** What was found. */
  finding: z.string(),
  /** True when it speaks for the answer, false when against. */
  supports: z.boolean(),
});
/** A piece of what a score rests on. */
export type Evidence = z.infer<typeof evidenceSchema>;

/** What an evaluator says of one sample. */
export const evaluationSchema = z.discriminatedUnion("status", [
  z.object({
    status: z.literal("scored"),
    /** Score between 0 (worst) and 1 (best). */
    value: z.number().min(0).max(1),
    /** Whether the sample is good enough. */
    pass: z.boolean(),
    /** Why, in one sentence. */
    reason: z.string(),
    /** What it rests on. */
    evidence: z.array(evidenceSchema),
  }),
  z.object({
    status: z.literal("unscored"),
    /** Why there was nothing to judge. */
    reason: z.string(),
  }),
  z.object({
    status: z.literal("error"),
    /** What went wrong in the evaluator. A trial without an answer has no evaluation at all. */
    reason: z.string(),
  }),
]);
/** What an evaluator says of one sample. */
export type Evaluation = z.infer<typeof evaluationSchema>;

/** How often a judge is right, measured on labelled cases: of those that are good, and of those that are not, how many it called so. */
export const judgeQualitySchema = z.object({
  /** Good cases that it passed, of so many good ones. */
  sensitivity: z.object({ right: z.number().int().min(0), of: z.number().int().min(1) }),
  /** Bad cases that it did not pass, of so many bad ones. */
  specificity: z.object({ right: z.number().int().min(0), of: z.number().int().min(1) }),
});
/** How often a judge is right, measured on labelled cases. */
export type JudgeQuality = z.infer<typeof judgeQualitySchema>;

/** One evaluation with the sample and the evaluator that it belongs to. */
export const scoreSchema = z.object({
  /** Key of the sample's trial. */
  trialKey: z.string(),
  /** The case. */
  caseId: z.string(),
  /** The side. */
  side: sideSchema,
  /** Number of the repetition; the first is 1. */
  repetition: z.number().int().min(1),
  /** Name of the evaluator. */
  evaluator: z.string(),
  /** Version of the evaluator. */
  version: z.string(),
  /** What it says. */
  evaluation: evaluationSchema,
});
/** One evaluation with the sample and the evaluator that it belongs to. */
export type Score = z.infer<typeof scoreSchema>;

/** A score with its reason and evidence. */
export function scored(
  value: number,
  pass: boolean,
  reason: string,
  evidence: Evidence[] = [],
): Extract<Evaluation, { status: "scored" }> {
  return { status: "scored", value, pass, reason, evidence };
}

/** The answer of an evaluator that found nothing to judge against. */
export function unscored(reason: string): Extract<Evaluation, { status: "unscored" }> {
  return { status: "unscored", reason };
}
