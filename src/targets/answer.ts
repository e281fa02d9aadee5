import { z } from "zod";
import { passageSchema } from "../core/dataset.ts";
import { servedSchema, toolCallSchema, usageSchema } from "../core/sample.ts";

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

/** An answer as code returns it. */
export const answerSchema = z.strictObject({ text: z.string(), ...answerMembers });

/** The same object without the members that are `undefined`. */
export function withoutUndefined<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}
