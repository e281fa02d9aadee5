import { z } from "zod";
import { caseSchema } from "./dataset.ts";
import { outputSchema } from "./sample.ts";

/** What a person says of an answer: good enough, not good enough, or cannot tell. */
export const labelSchema = z.enum(["good", "bad", "unsure"]);
/** What a person says of an answer. */
export type Label = z.infer<typeof labelSchema>;

/** The label of one person. */
export const givenLabelSchema = z.strictObject({
  /** Who gave it. */
  by: z.string().min(1),
  label: labelSchema,
  /** Why, where the person said so. */
  note: z.string().optional(),
});
/** The label of one person. */
export type GivenLabel = z.infer<typeof givenLabelSchema>;

const { shape } = outputSchema;

/** One line of a file of labels: a case with an answer, and what people say of it. Which release answered is not in it. */
export const labelRowSchema = z.strictObject({
  /** Identifier, unique in the file. */
  id: z.string().min(1).max(200),
  /** The label, where one person fills in the file by hand; `null` until then. */
  label: labelSchema.nullable().default(null),
  /** The labels of several people; where there are any, they count and `label` does not. */
  labels: z.array(givenLabelSchema).default([]),
  /** What answers share when they are not independent of each other: the cluster of the case. Default: the cluster of the case, or its id. */
  source: z.string().min(1).optional(),
  /** The case. */
  case: caseSchema,
  /** The answer; only `text` is needed. */
  output: z.strictObject({
    text: shape.text,
    toolCalls: shape.toolCalls.default([]),
    context: shape.context.default(null),
    state: shape.state.default(null),
    refused: shape.refused.default(false),
    finishReason: shape.finishReason.default(null),
  }),
});
/** One line of a file of labels. */
export type LabelRow = z.infer<typeof labelRowSchema>;

/** What the people who labelled an answer say together: their common label, or `unsure` where they differ; `null` where nobody did. */
export function agreedLabel({ label, labels }: Pick<LabelRow, "label" | "labels">): Label | null {
  const given = labels.map((each) => each.label);
  if (given.length === 0) return label;
  return given.every((each) => each === given[0]) ? given[0]! : "unsure";
}
