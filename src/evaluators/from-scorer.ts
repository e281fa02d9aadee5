import { z } from "zod";
import type { Evaluator, EvaluatorInput } from "../core/extensions.ts";
import { type Evaluation, scored, unscored } from "../core/score.ts";
import { checkOptions } from "./judge-options.ts";
import { clip, proportion, show } from "./text.ts";

/** What a scorer of another package is called with, by the names that they share: autoevals, vitest-evals, evalite and others take one object with these members and pass over those that they do not know. */
export interface ScorerArguments {
  /** The last message of the user, or the variables of the case. */
  readonly input: unknown;
  /** The answer's text. */
  readonly output: string;
  /** The expected answer, the first where there are several; left out where the case names none. */
  readonly expected?: string;
  /** Texts of the passages that were retrieved or given; left out where there are none. */
  readonly context?: readonly string[];
  /** Tool calls of the answer in their order. */
  readonly toolCalls: readonly { readonly name: string; readonly arguments: unknown }[];
}

/** What a scorer may give: a score 0..1 by itself or in an object, `null` when it has nothing to judge; true and false count as 1 and 0. */
export type ScorerResult =
  | number
  | boolean
  | null
  | {
      readonly score: number | boolean | null;
      readonly name?: string;
      readonly metadata?: unknown;
      readonly error?: unknown;
    };

/** A scorer as other packages define one. Only the shape counts, no package is needed. */
// biome-ignore lint/suspicious/noExplicitAny: scorers of other packages have arguments of their own
export type Scorer = (args: any) => ScorerResult | Promise<ScorerResult>;

/** Options of `fromScorer`. */
export interface FromScorerOptions {
  /** Name of the evaluator and of its metric. */
  readonly name: string;
  /** Version of the scorer, such as that of its package; change it whenever a score can change. */
  readonly version: string;
  /** The smallest score that passes, 0..1. Default 1. */
  readonly passAt?: number;
  /** `unmeasured` for a scorer that asks a model: the report says so, and its regressions are judged again. Left out for a rule. */
  readonly judge?: "unmeasured";
  /** Makes the scorer's arguments, for one that wants others. Default: `ScorerArguments`. */
  readonly argumentsOf?: (input: EvaluatorInput) => unknown;
}

const optionsSchema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9_]*$/, { error: "expected a name in lower case with underscores" }),
  version: z.string().min(1),
  passAt: z.number().min(0).max(1).default(1),
  judge: z.literal("unmeasured").optional(),
  argumentsOf: z
    .custom<(input: EvaluatorInput) => unknown>((value) => typeof value === "function")
    .optional(),
});

/**
 * An evaluator of a scorer that another package or you already have: `fromScorer(Levenshtein, { name: "similarity", version: "autoevals 0.0.130" })`.
 * What the scorer throws, or a score outside 0..1, becomes an evaluation of status `error`; `null` leaves the sample unscored.
 *
 * @throws EvalsError EVAL_INVALID for options that cannot be used.
 */
export function fromScorer(scorer: Scorer, options: FromScorerOptions): Evaluator {
  const {
    name,
    version,
    passAt,
    judge,
    argumentsOf = scorerArguments,
  } = checkOptions("fromScorer", optionsSchema, options);
  return {
    name,
    version: `${version} pass>=${passAt}`,
    ...(judge && { judge }),
    async evaluate(input) {
      return evaluationOf(await scorer(argumentsOf(input)), passAt);
    },
  };
}

/** The arguments that most scorers take. */
function scorerArguments({ case: item, sample: { output } }: EvaluatorInput): ScorerArguments {
  const asked = item.input.messages?.findLast(({ role }) => role === "user")?.content;
  const answer = item.expected?.answer;
  const expected = typeof answer === "string" ? answer : answer?.[0];
  const context = [...(output.context ?? []), ...(item.context ?? [])].map(({ text }) => text);
  return {
    input: asked ?? item.input.variables ?? "",
    output: output.text,
    ...(expected !== undefined && { expected }),
    ...(context.length > 0 && { context }),
    toolCalls: output.toolCalls,
  };
}

function evaluationOf(result: unknown, passAt: number): Evaluation {
  const isObject = typeof result === "object" && result !== null;
  const { score, metadata, error } = (isObject ? result : { score: result }) as {
    score?: unknown;
    metadata?: unknown;
    error?: unknown;
  };
  if (error !== undefined && error !== null) throw error;
  if (score === null) return unscored(reasonOf(metadata) ?? "the scorer found nothing to judge");
  const value = typeof score === "boolean" ? Number(score) : score;
  if (typeof value !== "number")
    throw new TypeError(`the scorer returned ${show(result)}, which holds no score`);
  const said = reasonOf(metadata);
  return scored(proportion("the score", value), value >= passAt, said ?? `scored ${value}`);
}

/** The scorer's own words: `rationale` in autoevals and vitest-evals, `reason` elsewhere. */
function reasonOf(metadata: unknown): string | undefined {
  if (typeof metadata !== "object" || metadata === null) return undefined;
  const { rationale, reason } = metadata as { rationale?: unknown; reason?: unknown };
  const said = [rationale, reason].find((text) => typeof text === "string" && text.trim() !== "");
  return said === undefined ? undefined : clip(said as string, 1000);
}
