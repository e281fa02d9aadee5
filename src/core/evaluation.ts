import { z } from "zod";
import { longestTimerMs, mostRepetitions } from "./bounds.ts";
import type { Evaluator, Target } from "./extensions.ts";
import type { Json } from "./json.ts";
import { judgeQualitySchema } from "./score.ts";

/** JSON at run time; any value for the compiler, since an interface is not assignable to an index signature. */
const component = z.json() as z.ZodType<Json, unknown>;

/** The components that a release may name. Together with those of its target it must name all but `extra`. */
export const componentsInputSchema = z.strictObject({
  /** Which model answers. */
  model: component.optional(),
  /** The prompt; `promptFile` gives the fingerprint of a file. */
  prompt: component.optional(),
  /** Retriever and index, with the index version. */
  retriever: component.optional(),
  /** Tools that the model may call. */
  tools: component.optional(),
  /** What checks input or output. */
  guardrail: component.optional(),
  /** Temperature, token limits, stop sequences, seed mode. */
  decoding: component.optional(),
  /** Where requests go, and the fallbacks. */
  route: component.optional(),
  /** Anything else that can change the behaviour. */
  extra: z.record(z.string(), component).optional(),
});

const targetSchema = z.custom<Target>(
  (value) => typeof value === "object" && value !== null && typeof (value as Target).call === "function",
  {
    error:
      "not a target; use openaiTarget, httpTarget, commandTarget, functionTarget, replayTarget or an object with `name`, `components` and `call`",
  },
);

const evaluatorSchema = z
  .custom<Evaluator>(
    (value) =>
      typeof value === "object" &&
      value !== null &&
      typeof (value as Evaluator).evaluate === "function" &&
      typeof (value as Evaluator).version === "string" &&
      /^[a-z][a-z0-9_]*$/.test(String((value as Evaluator).name)),
    {
      error:
        "not an evaluator; use toolSelectionEvaluator() and the like, or an object with `name` (lower case with underscores), `version` and `evaluate`",
    },
  )
  .refine(
    ({ judge }) =>
      judge === undefined || judge === "unmeasured" || judgeQualitySchema.safeParse(judge).success,
    {
      error:
        'its `judge` is neither "unmeasured" nor counts such as { sensitivity: { right: 90, of: 100 }, specificity: { right: 85, of: 100 } }, with no more right than there are',
    },
  );

/** A release as the user writes it. */
export const releaseInputSchema = z.strictObject({
  /** Name, unique in the evaluation. */
  name: z.string().min(1),
  /** What is called. */
  target: targetSchema,
  /** The components that the target does not name itself; `null` for one that the release does not have. */
  components: componentsInputSchema.default({}),
  /** Paths that differ from the live release on purpose: `prompt`, `retriever.chunkWords`. */
  changes: z.array(z.string().min(1)).default([]),
  /** Whether an earlier answer to the same trial may stand for a new call. Default: what the target says. */
  cacheable: z.boolean().optional(),
});
/** A release as the user writes it. */
export type ReleaseInput = z.input<typeof releaseInputSchema>;

/** An evaluation as the user writes it: the default export of a `*.eval.ts` file. Paths are relative to that file. */
export const evaluationDefinitionSchema = z.strictObject({
  /** Name of the evaluation. */
  name: z.string().min(1),
  /** Folder of the dataset. */
  dataset: z.string().min(1),
  /** The gate's file. */
  gate: z.string().min(1),
  /** Name of the release that is live. */
  baseline: z.string().min(1),
  /** Name of the release that wants to ship; `--candidate` chooses another. */
  candidate: z.string().min(1),
  /** The releases. */
  releases: z
    .array(releaseInputSchema)
    .min(2, "an evaluation needs two releases: the live one and a candidate"),
  /** The evaluators. */
  evaluators: z.array(evaluatorSchema).min(1, "an evaluation needs at least one evaluator"),
  /** How often each case is tried on each side. */
  repetitions: z.int().min(1).max(mostRepetitions).default(1),
  /** Trials at a time, both sides together. Fewer where a provider answers with rate limits, until it bears more again. */
  concurrency: z.int().min(1).max(1000).default(8),
  /** The fastest that calls may be made to one provider, both sides together. Without it, as fast as the provider lets them. */
  limits: z
    .strictObject({
      /** Attempts in a minute. */
      requestsPerMinute: z.number().gt(0).optional(),
      /** Tokens read and written in a minute, for targets that report them. */
      tokensPerMinute: z.number().gt(0).optional(),
    })
    .default({}),
  /** Takes answers of earlier runs instead of calling again, when release, case, repetition and seed are the same and they are no older than this. Without it every trial is called. */
  cache: z.strictObject({ maximumAgeHours: z.number().gt(0) }).optional(),
  /** Longest time for one attempt, in milliseconds. */
  timeoutMs: z.int().min(1).max(longestTimerMs).default(60_000),
  /** Further attempts after a transient failure. */
  retries: z.int().min(0).max(20).default(2),
  /** Spend limit of a run in US dollars, both sides together. */
  maximumCostUsd: z.number().gt(0).optional(),
  /** Root seed; by default it follows from the dataset's fingerprint. */
  seed: z.int().min(0).optional(),
});
/** An evaluation as the user writes it. */
export type EvaluationInput = z.input<typeof evaluationDefinitionSchema>;
/** An evaluation, defaults filled in. */
export type EvaluationDefinition = z.output<typeof evaluationDefinitionSchema>;
