import { z } from "zod";

/** What to do next, and what it follows from. */
export const nextStepSchema = z.object({
  /** Word for machines, such as `refresh_index`. */
  kind: z.enum([
    "ship",
    "watch",
    "refresh_index",
    "repair_prompt_or_model",
    "repair_router_or_tools",
    "repair_output_format",
    "repair_task",
    "roll_back_route",
    "cut_cost",
    "narrow_canary",
    "settle_waiver",
    "remove_waiver",
    "measure_again",
    "collect_more",
    "roll_back_canary",
    "look_again",
    "declare_anew",
  ]),
  /** What to do, in one sentence. */
  action: z.string(),
  /** What it follows from, in one sentence. */
  because: z.string(),
});
/** What to do next, and what it follows from. */
export type NextStep = z.infer<typeof nextStepSchema>;

/** The bundle that a rollback restores: every component of the live release, so that none is forgotten. */
export const rollbackSchema = z.object({
  /** Name of the live release. */
  release: z.string(),
  /** Fingerprint of the whole bundle; `null` where only traces name the release. */
  fingerprint: z.string().nullable(),
  /** Its components in the order of the manifest; empty where only traces name the release. */
  components: z.array(
    z.object({
      name: z.string(),
      /** SHA-256 of its canonical form. */
      fingerprint: z.string(),
      /** True when the candidate has another one. */
      changed: z.boolean(),
    }),
  ),
});
/** The bundle that a rollback restores. */
export type Rollback = z.infer<typeof rollbackSchema>;
