import { z } from "zod";
import { passageSchema } from "../core/dataset.ts";
import { TargetError } from "../core/errors.ts";
import type { TargetResponse } from "../core/extensions.ts";
import { servedSchema, toolCallSchema, usageSchema } from "../core/sample.ts";
import { complaint } from "../core/validate.ts";

/** The members of an answer beside its text, strict: a misspelt `toolcalls` must not read as "no tool was called". */
export const answerMembers = {
  toolCalls: z.array(z.strictObject({ ...toolCallSchema.shape, name: z.string().min(1) })).optional(),
  context: z.array(passageSchema).nullable().optional(),
  state: z.json().optional(),
  refused: z.boolean().optional(),
  finishReason: z.string().nullable().optional(),
  usage: z.strictObject(usageSchema.shape).partial().optional(),
  served: z.strictObject(servedSchema.shape).partial().optional(),
  timeToFirstTokenMs: z.number().min(0).optional(),
  latencyMs: z.number().min(0).optional(),
} as const;

const amount = z.number().min(0).optional();

/** An answer as code returns it. */
const answerSchema = z.strictObject({
  text: z.string(),
  ...answerMembers,
  rateLimit: z
    .strictObject({ remainingRequests: amount, remainingTokens: amount, resetMs: amount })
    .optional(),
});

/** The same object without the members that are `undefined`. */
export function withoutUndefined<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}

/**
 * An answer in its checked form.
 *
 * @param what begins the message of the failure, such as `host sent an answer that cannot be used`.
 * @throws TargetError of kind `target`, not retryable, that names the member which cannot be used.
 */
export function checkedAnswer(answer: unknown, what: string): TargetResponse {
  let problem: string;
  try {
    const parsed = answerSchema.safeParse(answer);
    if (parsed.success) {
      JSON.stringify(parsed.data); // Throws for what contains itself, which the schema lets pass.
      return withoutUndefined(parsed.data) as TargetResponse;
    }
    problem = complaint(answerSchema, parsed.error);
  } catch {
    problem = "it contains itself, is nested too deeply, or cannot be read";
  }
  throw new TargetError({ kind: "target", message: `${what}: ${problem}`, retryable: false });
}
