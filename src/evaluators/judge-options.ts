import { createHash } from "node:crypto";
import { z } from "zod";
import { EvalsError } from "../core/errors.ts";
import type { Target } from "../core/extensions.ts";
import { canonicalJson } from "../core/json.ts";
import type { JudgeIdentity } from "../core/judge.ts";
import { complaint } from "../core/validate.ts";

/** Options that every judge takes. */
export interface JudgeOptions {
  /** The model that judges: any target. */
  readonly judge: Target;
  /** Name of the evaluator and of its metric. Each judge has a default. */
  readonly name?: string;
  /** How often each question is asked; an odd number, 1..15, so that there is always a majority. Default 1. */
  readonly votes?: number;
  /** Send the JSON Schema of the answer with the question, so that a target can hold its model to it. Default true; false for servers that refuse one. The answer is checked against it either way. */
  readonly structured?: boolean;
}

/** The members of `JudgeOptions`, for the schema of a judge with options of its own. */
export const judgeOptionShape = {
  judge: z.custom<Target>(
    (value) =>
      typeof value === "object" && value !== null && typeof (value as Partial<Target>).call === "function",
    {
      error: "not a target; use openaiTarget and the like, or an object with `name`, `components` and `call`",
    },
  ),
  name: z
    .string()
    .regex(/^[a-z][a-z0-9_]*$/, { error: "expected a name in lower case with underscores" })
    .optional(),
  votes: z
    .int()
    .min(1)
    .max(15)
    .refine((votes) => votes % 2 === 1, {
      error: "expected an odd number, so that there is always a majority",
    })
    .default(1),
  structured: z.boolean().default(true),
};

/** What asks a judge: its target, who it is, how often it is asked and under which version. */
export interface JudgeSettings {
  readonly target: Target;
  readonly judgedBy: JudgeIdentity;
  readonly votes: number;
  readonly structured: boolean;
  /** Version of the question and of the reading of its answer, without number of votes and judge. */
  readonly version: string;
}

/**
 * Checks the options of a judge.
 *
 * @throws EvalsError EVAL_INVALID that names the member, with a suggestion for an unknown key.
 */
export function checkOptions<S extends z.ZodType>(what: string, schema: S, options: unknown): z.output<S> {
  const result = schema.safeParse(options);
  if (result.success) return result.data;
  throw new EvalsError(
    "EVAL_INVALID",
    `${what}: ${complaint(schema, result.error)}`,
    "correct the option in the evaluation file",
  );
}

/** The settings of a judge from its checked options. */
export function settingsOf(
  options: { readonly judge: Target; readonly votes: number; readonly structured: boolean },
  version: string,
): JudgeSettings {
  const { judge: target, votes, structured } = options;
  return { target, judgedBy: identityOf(target), votes, structured, version };
}

/** Which model a target is. What its components do not say, its fingerprint cannot tell. */
export function identityOf({ name, components }: Target): JudgeIdentity {
  const fingerprint = createHash("sha256").update(canonicalJson({ name, components })).digest("hex");
  return { name, fingerprint };
}

/** Version of an evaluator: with everything that can change its verdict. */
export function versionOf({ version, votes, structured, judgedBy }: JudgeSettings): string {
  const free = structured ? "" : " unstructured";
  return `${version} votes=${votes}${free} judge=${judgedBy.fingerprint.slice(0, 12)}`;
}
