import { z } from "zod";
import { verdictSchema, waiverSchema } from "./gate.ts";

/** What became of a waiver, and why. */
export const waiverStateSchema = z.enum([
  /** The decision would block, and does not. */
  "waived",
  /** The criterion passed. */
  "not_needed",
  /** The decision is an error, or rests on no measurement: that is never waived. */
  "cannot_waive",
  /** Its last day is over. */
  "expired",
  /** It is for another release. */
  "other_release",
  /** The criterion was not decided here, such as a metric that traces do not have. */
  "not_decided",
  /** The looks at a canary that runs obey no waiver. */
  "not_obeyed",
]);
/** What became of a waiver. Only `waived` has an effect. */
export type WaiverState = z.infer<typeof waiverStateSchema>;

/** A waiver with what became of it. */
export const reportedWaiverSchema = z.object({
  ...waiverSchema.shape,
  /** The cohort by its canonical name. */
  cohort: z.string(),
  /** What became of it. */
  state: waiverStateSchema,
  /** The decision that it is about; `null` where the criterion was not decided. */
  decision: verdictSchema.nullable(),
  /** Days from the day of the decision to its last one, both in UTC: 0 on the last one, below 0 when it is over. */
  daysLeft: z.number().int(),
  /** True for a valid waiver whose last day is at most 14 days away. */
  isExpiringSoon: z.boolean(),
  /** What became of it and what to do, in one sentence without its last day, approval and reason. */
  message: z.string(),
});
/** A waiver with what became of it. */
export type ReportedWaiver = z.infer<typeof reportedWaiverSchema>;

const dayMs = 86_400_000;

/**
 * Days from the day of a time, in UTC, to the last valid day of a waiver.
 *
 * @param expires `YYYY-MM-DD`
 * @param at ISO 8601, in any offset
 * @throws RangeError for what is no time: a waiver must not be valid at a time that nobody knows.
 */
export function daysLeft(expires: string, at: string): number {
  const today = new Date(at).toISOString().slice(0, 10);
  return Math.round((Date.parse(`${expires}T00:00:00Z`) - Date.parse(`${today}T00:00:00Z`)) / dayMs);
}
