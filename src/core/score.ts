import { z } from "zod";
import { failureKinds } from "./failure.ts";
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

/** Why a judge gave no verdict: a failure of its call, or `refused` (it declined), `truncated` (its answer was cut), `not_json`, `wrong_shape` (a verdict is missing, doubled or unknown). */
const judgeProblemSchema = z.object({
  /** Class of the problem. */
  kind: z.enum([...failureKinds, "refused", "truncated", "not_json", "wrong_shape"]),
  /** What happened, in one sentence. */
  message: z.string(),
});
/** Why a judge gave no verdict. */
export type JudgeProblem = z.infer<typeof judgeProblemSchema>;

/** One vote of a judge. */
export const voteSchema = z.object({
  /** Value of this vote alone, 0..1; `null` when it gave no verdict. */
  value: z.number().min(0).max(1).nullable(),
  /** Whether the sample is good enough by this vote alone; `null` when it gave no verdict. */
  pass: z.boolean().nullable(),
  /** Why it gave no verdict; `null` when it gave one. */
  problem: judgeProblemSchema.nullable(),
  /** True when the vote was cast in an earlier run or round and is reused. */
  reused: z.boolean(),
});
/** One vote of a judge. */
export type Vote = z.infer<typeof voteSchema>;

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
    /** What it rests on; may be left out where there is nothing to show. */
    evidence: z.array(evidenceSchema).default([]),
    /** The votes of a judge, in order. */
    votes: z.array(voteSchema).optional(),
    /** Share of the verdicts of a judge that agree with the majority, 0..1. */
    agreement: z.number().min(0).max(1).optional(),
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
    /** Class of what went wrong with a judge. */
    kind: judgeProblemSchema.shape.kind.optional(),
    /** The votes of a judge, in order. */
    votes: z.array(voteSchema).optional(),
  }),
]);
/** What an evaluator says of one sample. */
export type Evaluation = z.infer<typeof evaluationSchema>;

/** So many right ones of so many. */
const countSchema = z
  .object({ right: z.number().int().min(0), of: z.number().int().min(1) })
  .refine(({ right, of }) => right <= of, { message: "no more can be right than there are" });

/** How often a judge is right, measured on labelled cases: of those that are good, and of those that are not, how many it called so. */
export const judgeQualitySchema = z.object({
  /** Good cases that it passed, of so many good ones. */
  sensitivity: countSchema,
  /** Bad cases that it did not pass, of so many bad ones. */
  specificity: countSchema,
});
/** How often a judge is right, measured on labelled cases. */
export type JudgeQuality = z.infer<typeof judgeQualitySchema>;

/** What judging one sample used: calls that were made now, not votes that were reused. */
export const judgingSchema = z.object({
  /** Calls of the judge, failed ones among them. */
  calls: z.number().int().min(0),
  /** Votes that were reused. */
  reused: z.number().int().min(0),
  /** Tokens read, summed over calls that report them; `null` when none does. */
  inputTokens: z.number().int().min(0).nullable(),
  /** Tokens written, summed over calls that report them; `null` when none does. */
  outputTokens: z.number().int().min(0).nullable(),
  /** Cost in US dollars, summed over calls that report it; `null` when none does. */
  costUsd: z.number().min(0).nullable(),
});
/** What judging used. */
export type Judging = z.infer<typeof judgingSchema>;

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
  /** Round of judging; left out for the first. A further round weighs all votes, those of the first among them. */
  round: z.number().int().min(2).optional(),
  /** What judging used; left out for an evaluator that called nothing. */
  judging: judgingSchema.optional(),
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
