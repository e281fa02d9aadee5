import { z } from "zod";

/** One step of a sample: a retrieval, a tool execution, a model call. */
export const spanSchema = z.object({
  /** Identifier, unique in the sample. */
  spanId: z.string(),
  /** Identifier of the span that it is part of; `null` for the outermost. */
  parentSpanId: z.string().nullable(),
  /** Name, such as `execute_tool get_order`. */
  name: z.string(),
  /** Milliseconds from the start of the sample to the start of the span. */
  startOffsetMs: z.number(),
  /** Duration in milliseconds. */
  durationMs: z.number(),
  /** Attributes by the OpenTelemetry gen_ai conventions where they have a name. */
  attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  /** Error message, where the span ended in one. */
  error: z.string().optional(),
});
/** One step of a sample. */
export type Span = z.infer<typeof spanSchema>;
