import { z } from "zod";

/** Classes of failure of the measured system, or of the model that judges it. Stored as data, never thrown away. */
export const failureKinds = [
  "timeout",
  "rate_limit",
  "provider",
  "target",
  "evaluator",
  "budget",
  "aborted",
] as const;

/** Why one trial has no answer. */
export const failureSchema = z.object({
  /** Class of the failure: `timeout`, `rate_limit`, `provider` (5xx, network), `target` (its own error or a malformed answer), `evaluator`, `budget` (spend limit), `aborted` (interrupted). */
  kind: z.enum(failureKinds),
  /** What the target or provider said, with secrets removed. */
  message: z.string(),
  /** True when the same call may succeed later. */
  retryable: z.boolean(),
  /** HTTP status, where there was one. */
  statusCode: z.number().int().optional(),
});
/** Why one trial has no answer. */
export type Failure = z.infer<typeof failureSchema>;
