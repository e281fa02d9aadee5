import { z } from "zod";
import { instructionSchema } from "./instruction.ts";
import type { Json, JsonObject } from "./json.ts";

const jsonValue: z.ZodType<Json> = z.json();
const jsonObject: z.ZodType<JsonObject> = z.record(z.string(), jsonValue);

/** One chat message of a case's input. */
export const messageSchema = z.strictObject({
  /** Who speaks. */
  role: z.enum(["system", "user", "assistant", "tool"]),
  /** What is said. */
  content: z.string(),
});
/** One chat message of a case's input. */
export type Message = z.infer<typeof messageSchema>;

/** A retrieved or given text passage. */
export const passageSchema = z.strictObject({
  /** Identifier of the passage or of the document that it comes from. */
  id: z.string().min(1).optional(),
  /** The passage. */
  text: z.string(),
});
/** A retrieved or given text passage. */
export type Passage = z.infer<typeof passageSchema>;

/** A tool call that a case expects. */
export const expectedToolCallSchema = z.strictObject({
  /** Name of the tool. */
  name: z.string().min(1),
  /** Arguments and their values. Without it the arguments are not judged. */
  arguments: jsonObject.optional(),
  /** Further accepted values by argument name, beside the one in `arguments`. */
  accept: z.record(z.string(), z.array(jsonValue)).optional(),
  /** Names of arguments that may be left out. Where neither `arguments` nor `accept` gives a value, any value is accepted. */
  optional: z.array(z.string()).optional(),
});
/** A tool call that a case expects. */
export type ExpectedToolCall = z.infer<typeof expectedToolCallSchema>;

/** The tool calls that a case expects, and which others it allows. */
export const expectedToolCallsSchema = z.strictObject({
  /** The expected calls; an empty list means that no call is expected. */
  calls: z.array(expectedToolCallSchema),
  /**
   * How they are matched. `exact`: these calls in this order and no other. `any_order`: these calls and no other, in any order.
   * `in_order`: these calls in this order, others may stand between. `contains`: these calls in any order, others may be there too.
   * `within`: no other than these calls, in any order; some or all of them may be missing.
   */
  mode: z.enum(["exact", "any_order", "in_order", "contains", "within"]).default("any_order"),
  /** Names of tools that must not be called, whatever the mode. */
  forbidden: z.array(z.string().min(1)).optional(),
  /** The smallest number of calls that is accepted, of whatever tools. */
  minimumCalls: z.int().min(1).optional(),
  /** The largest number of calls that is accepted. */
  maximumCalls: z.int().min(0).optional(),
});
/** The tool calls that a case expects, and which others it allows. */
export type ExpectedToolCalls = z.infer<typeof expectedToolCallsSchema>;

/** The calls of tools that change something: exactly these, in any order. */
export const expectedWritesSchema = z.strictObject({
  /** Names of the tools that change something; calls of others are not looked at, and neither are calls that failed. */
  tools: z.array(z.string().min(1)).min(1),
  /** The expected calls; an empty list means that nothing must be changed. */
  calls: z.array(expectedToolCallSchema),
});
/** The calls of tools that change something. */
export type ExpectedWrites = z.infer<typeof expectedWritesSchema>;

/** How an answer is compared with the expected ones. */
export const answerMatchSchema = z.strictObject({
  /**
   * `exact`: the same characters. `folded`: equal after Unicode NFC, white space and case folding. `number`: the same number, within
   * the tolerance; thousands may be marked by commas.
   */
  as: z.enum(["exact", "folded", "number"]),
  /** Of a number, the largest difference that is accepted. Default 0: the same number, whatever the number of its digits. */
  tolerance: z.number().min(0).optional(),
  /** What is compared: the whole answer, as when left out, or the last number in it. */
  of: z.enum(["answer", "last_number"]).optional(),
});
/** How an answer is compared with the expected ones. */
export type AnswerMatch = z.infer<typeof answerMatchSchema>;

/** A fact that the answer must state: one text, or a list of texts of which one is enough. */
export const factSchema = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);

/** What is wrong with how an answer is to be compared; `null` when nothing is. */
function answerMatchProblem(
  answer: string | string[] | undefined,
  match: AnswerMatch | undefined,
): string | null {
  if (match === undefined) return null;
  if (answer === undefined) return "`answerMatch` needs `answer`";
  if (match.as !== "number") return match.tolerance === undefined ? null : "`tolerance` is for numbers";
  const wrong = [answer]
    .flat()
    .find((one) => !/\d/u.test(one) || Number.isNaN(Number(one.replaceAll(",", ""))));
  return wrong === undefined ? null : "an answer that is compared as a number must be one";
}

/** What a case expects of an answer. Every part is optional; an evaluator that finds nothing to judge against leaves the sample unscored. */
export const expectationSchema = z
  .strictObject({
    /** Expected answer, or a list of answers of which each is accepted. */
    answer: z.union([z.string(), z.array(z.string()).min(1)]).optional(),
    /** How the answer is compared. Left out: equal in folded form, or as numbers where both are numbers. */
    answerMatch: answerMatchSchema.optional(),
    /** Items that the answer must list, all and no other, in any order: separated by lines, commas or semicolons, or as a list in JSON. */
    answerItems: z.array(z.string().min(1)).min(1).optional(),
    /** Facts that the answer must state. */
    facts: z.array(factSchema).min(1).optional(),
    /** Texts that the answer must not contain. */
    forbiddenFacts: z.array(z.string().min(1)).min(1).optional(),
    /** Expected tool calls. */
    toolCalls: expectedToolCallsSchema.optional(),
    /** What the answer was told to do and code can check: length, format, words, language. */
    instructions: z.array(instructionSchema).min(1).optional(),
    /** JSON Schema (2020-12 unless `$schema` names another draft) that the answer must satisfy as JSON. */
    jsonSchema: z.union([jsonObject, z.boolean()]).optional(),
    /** Values that the answer must hold as JSON, by JSON Pointer (RFC 6901), such as `/order/status`; the empty pointer is the whole. */
    jsonValues: z.record(z.string().regex(/^(?:\/(?:[^~]|~[01])*)?$/), jsonValue).optional(),
    /** Values that the final state must hold: an object that is compared member by member, so that members not named here are free. */
    state: jsonObject.optional(),
    /** Calls that changed something, which must be these and no other. */
    writes: expectedWritesSchema.optional(),
    /** Identifiers of the passages that a retriever should have found. */
    contextIds: z.array(z.string().min(1)).min(1).optional(),
    /** Success criteria in words, for a judge. */
    criteria: z.string().min(1).optional(),
  })
  .superRefine(({ answer, answerMatch }, context) => {
    const message = answerMatchProblem(answer, answerMatch);
    if (message !== null) context.addIssue({ code: "custom", path: ["answerMatch"], message });
  });
/** What a case expects of an answer. */
export type Expectation = z.infer<typeof expectationSchema>;

/** What a target is given: a conversation, variables for a prompt, or both. */
export const caseInputSchema = z
  .strictObject({
    /** The conversation so far; the last message is the one to answer. */
    messages: z.array(messageSchema).min(1).optional(),
    /** Values for a prompt template or for the target's own use. */
    variables: jsonObject.optional(),
  })
  .refine((input) => input.messages !== undefined || input.variables !== undefined, {
    message: "an input needs `messages` or `variables`",
  });
/** What a target is given. */
export type CaseInput = z.infer<typeof caseInputSchema>;

/** One case of a dataset: a line of `cases.jsonl`. */
export const caseSchema = z.strictObject({
  /** Identifier, unique in the dataset and stable over its versions. */
  id: z
    .string()
    .min(1)
    .max(200)
    .refine((id) => id !== "__proto__", { message: "this id cannot be used" }),
  /** What the target is given. */
  input: caseInputSchema,
  /** Context that is given with the case, for targets that do not retrieve by themselves. */
  context: z.array(passageSchema).optional(),
  /** What is expected of the answer. */
  expected: expectationSchema.optional(),
  /** Labels of the policies that the case exercises; each must be declared in `dataset.yaml`. */
  policyLabels: z.array(z.string().min(1)).optional(),
  /** Cohort tags: one value for each declared dimension that applies. */
  cohorts: z.record(z.string(), z.string().min(1)).default({}),
  /** Name of the cluster (conversation, document, customer) that cases share when they are not independent of each other. */
  cluster: z.string().min(1).optional(),
  /** Identifier of the production trace that the case was made from. */
  traceId: z.string().min(1).optional(),
});
/** One case of a dataset. */
export type Case = z.infer<typeof caseSchema>;

/** A cohort that must have at least so many cases. */
export const requiredCohortSchema = z.strictObject({
  /** Cohort expression, such as `tier=free` or `tier=free & intent=refund`. */
  cohort: z.string().min(1),
  /** The smallest number of cases that it may have. */
  minimumCases: z.int().min(1),
});

/** A value of a cohort dimension: without the signs of a cohort expression, so that names of cohorts are unique. */
const cohortValueSchema = z
  .string()
  .regex(/^[^&*=]+$/, { message: "a cohort value may not hold &, * or =" })
  .refine((value) => value.trim() === value, { message: "a cohort value may not begin or end with a space" });

/** The contents of `dataset.yaml`. */
export const datasetDescriptionSchema = z.strictObject({
  /** Name of the dataset. */
  name: z.string().min(1),
  /** What it covers and where its cases come from. */
  description: z.string().min(1),
  /** Who answers for it. */
  owner: z.string().min(1),
  /** Licence of the cases. */
  licence: z.string().min(1),
  /** Cohort dimensions, each with the values that it may take. */
  cohorts: z.record(z.string().regex(/^[A-Za-z][\w-]*$/), z.array(cohortValueSchema).min(1)).default({}),
  /** Policy labels that cases may carry, each with what it means. */
  policyLabels: z.record(z.string(), z.string()).default({}),
  /** Cohorts that the dataset must keep large enough. */
  requiredCohorts: z.array(requiredCohortSchema).default([]),
});
/** The contents of `dataset.yaml`. */
export type DatasetDescription = z.infer<typeof datasetDescriptionSchema>;

/** What one version changed, as kept in the lock's change log. Digests are the first 16 hexadecimal digits of a SHA-256. */
export const datasetVersionSchema = z.object({
  /** Version number; the first is 1. */
  version: z.int().min(1),
  /** Day on which the version was made, `YYYY-MM-DD`. */
  date: z.string(),
  /** What the author says of the change. */
  note: z.string(),
  /** SHA-256 of the whole in canonical form. */
  fingerprint: z.string(),
  /** Number of cases. */
  cases: z.int().min(0),
  /** Digest of each case that was added. */
  added: z.record(z.string(), z.string()),
  /** Digest of each case that was removed. */
  removed: z.record(z.string(), z.string()),
  /** For each changed case: digest before, digest after, and the members that changed. */
  changed: z.record(z.string(), z.object({ from: z.string(), to: z.string(), members: z.array(z.string()) })),
  /** True when the description, dimensions or labels changed too. */
  descriptionChanged: z.boolean(),
});
/** One version in the lock's change log. */
export type DatasetVersion = z.infer<typeof datasetVersionSchema>;

/** The contents of `dataset.lock.json`. */
export const datasetLockSchema = z.object({
  /** Version of this file's own format. */
  schemaVersion: z.literal(1),
  /** Name of the dataset. */
  name: z.string(),
  /** Current version of the dataset. */
  version: z.int().min(1),
  /** SHA-256 over the description and all cases in canonical form. */
  fingerprint: z.string(),
  /** SHA-256 of the description in canonical form. */
  description: z.string(),
  /** Number of cases in each single-tag cohort. */
  cohorts: z.record(z.string(), z.int()),
  /** For each case its SHA-256 and a digest of each of its members. */
  cases: z.record(z.string(), z.object({ sha256: z.string(), members: z.record(z.string(), z.string()) })),
  /** What each version changed, newest first. */
  changeLog: z.array(datasetVersionSchema),
});
/** The contents of `dataset.lock.json`. */
export type DatasetLock = z.infer<typeof datasetLockSchema>;

/** A dataset in memory: description, cases and their fingerprints. */
export interface Dataset {
  /** Folder that it was read from. */
  readonly folder: string;
  /** The contents of `dataset.yaml`. */
  readonly description: DatasetDescription;
  /** The cases, in the order of the file. */
  readonly cases: readonly Case[];
  /** SHA-256 of each case in canonical form, by case id. */
  readonly caseFingerprints: ReadonlyMap<string, string>;
  /** Line of each case in `cases.jsonl`, by case id; the first line is 1. */
  readonly caseLines: ReadonlyMap<string, number>;
  /** SHA-256 over the description and all cases. The order of the cases does not matter. */
  readonly fingerprint: string;
  /** Version by the lock, or `null` where no lock was asked for. */
  readonly version: number | null;
}
