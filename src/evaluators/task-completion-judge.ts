import { z } from "zod";
import { EvalsError } from "../core/errors.ts";
import type { Evaluator } from "../core/extensions.ts";
import type { Json } from "../core/json.ts";
import type { EvaluateContext } from "../core/judge.ts";
import type { ToolCall } from "../core/sample.ts";
import { type Evaluation, unscored } from "../core/score.ts";
import { answerOf, conversationOf } from "./judge-materials.ts";
import { checkOptions, type JudgeOptions, judgeOptionShape, settingsOf, versionOf } from "./judge-options.ts";
import type { Material, Sheet } from "./judge-sheet.ts";
import { judgeSheet, type Marking } from "./judge-votes.ts";
import { type Rubric, rubricFile, rubricVersion } from "./rubric.ts";
import { clip } from "./text.ts";

/** Options of the task completion judge. */
export interface TaskCompletionJudgeOptions extends JudgeOptions {
  /** Rubric for cases without `expected.criteria`: the path of its file, relative to the working directory, or a URL. Without it such cases stay unscored. */
  readonly rubric?: string | URL;
  /** The smallest share of criteria that passes, 0..1. Default 1: all of them. */
  readonly passAt?: number;
}

/** What judged task completion is judged from. */
export interface TaskCompletionJudgeInput {
  /** What was asked. */
  readonly question: string;
  /** The answer's text. */
  readonly response: string;
  /** What counts as done: one criterion a line, each beginning with `-` or a number; or a text that is one criterion. Without it the rubric's. */
  readonly criteria?: string;
  /** Tool calls in their order. */
  readonly toolCalls?: readonly ToolCall[];
  /** State after the answer. */
  readonly state?: Json;
}

const optionsSchema = z.strictObject({
  ...judgeOptionShape,
  rubric: z.union([z.string().min(1), z.instanceof(URL)]).optional(),
  passAt: z.number().min(0).max(1).default(1),
});
const maximumCriteria = 50;

const task =
  "A system was given a task. For each criterion, decide whether what it answered and did meets it. A promise or a claim to have done something is not the deed where tool calls or a state are shown.";

const verdicts = {
  met: "the answer, the tool calls or the state show that the criterion is met",
  not_met: "they do not show it, or show the opposite",
};

const quote =
  "copy the words of the answer, the tool calls or the state that show it; leave it empty where there are none.";

/**
 * Lets a model judge whether a task was done, criterion by criterion.
 *
 * @returns the share of criteria that are met, with one piece of evidence a criterion; unscored without criteria; `error` with its class
 * when the judge gives no verdict.
 * @throws EvalsError EVAL_INVALID for options or a rubric that cannot be used.
 */
export async function judgeTaskCompletion(
  input: TaskCompletionJudgeInput,
  options: TaskCompletionJudgeOptions,
): Promise<Evaluation> {
  const { question, response, criteria, toolCalls = [], state = null } = input;
  const asked = conversationOf({ input: { messages: [{ role: "user", content: question }] } });
  const answer = answerOf({ text: response, toolCalls: [...toolCalls], state });
  return prepareJudge(options).judge([...asked, ...answer], criteria);
}

/** `judgeTaskCompletion` for an evaluation file: by `expected.criteria` of the case, or else by a rubric file. */
export function taskCompletionJudge(options: TaskCompletionJudgeOptions): Evaluator {
  const { name, settings, judge } = prepareJudge(options);
  return {
    name,
    version: versionOf(settings),
    judge: "unmeasured",
    judgedBy: settings.judgedBy,
    callsPerAnswer: settings.votes,
    targets: [settings.target],
    evaluate: ({ case: item, sample: { output } }, context) =>
      judge([...conversationOf(item), ...answerOf(output)], item.expected?.criteria, context),
  };
}

function prepareJudge(options: TaskCompletionJudgeOptions) {
  const {
    name = "task_completion_judge",
    rubric: file,
    passAt,
    ...rest
  } = checkOptions("taskCompletionJudge", optionsSchema, options);
  const rubric = file === undefined ? null : withoutScale(rubricFile(file), file);
  const by = rubric === null ? "" : ` ${rubricVersion(rubric)}`;
  const settings = settingsOf(rest, `criteria-1 pass>=${passAt}${by}`);
  const judge = async (
    materials: readonly Material[],
    own: string | undefined,
    context?: EvaluateContext,
  ): Promise<Evaluation> => {
    const text = own ?? rubric?.text;
    if (text === undefined || text.trim() === "")
      return unscored("the case names no criteria, and there is no rubric");
    const criteria = new Map(criteriaOf(text).map((criterion, index) => [`k${index + 1}`, criterion]));
    if (criteria.size > maximumCriteria) {
      const reason = `there are ${criteria.size} criteria, more than ${maximumCriteria} that are judged at once`;
      return { status: "error", reason, kind: "evaluator" };
    }
    return judgeSheet(sheetOf(materials, criteria), markingOf(criteria, passAt), settings, context);
  };
  return { name, settings, judge };
}

function withoutScale(rubric: Rubric, file: string | URL): Rubric {
  if (rubric.scale === null) return rubric;
  throw new EvalsError(
    "EVAL_INVALID",
    `${file}: task completion is judged criterion by criterion, and the rubric has a scale`,
    "take `scale` and `passAt` out of its head, or use rubricJudge",
  );
}

/** The criteria of a text: its list items with the lines that belong to them, or the whole. Text before the list belongs to each item. */
function criteriaOf(text: string): string[] {
  const marker = /^\s*(?:[-*+]|\d{1,3}[.)])\s+/;
  const lines = text.split(/\r?\n/);
  const first = lines.findIndex((line) => marker.test(line));
  if (first < 0) return [text.trim()];
  const items: string[] = [];
  for (const line of lines.slice(first)) {
    if (marker.test(line)) items.push(line.replace(marker, ""));
    else items[items.length - 1] += `\n${line}`;
  }
  const before = lines.slice(0, first).join("\n").trim();
  return items.map((item) => (before === "" ? item.trim() : `${before}\n${item.trim()}`));
}

function sheetOf(materials: readonly Material[], criteria: ReadonlyMap<string, string>): Sheet {
  const listed = [...criteria].map(([id, text]) => ({ what: "criterion", id, text }));
  return { task, materials: [...listed, ...materials], ids: [...criteria.keys()], verdicts, quote };
}

function markingOf(criteria: ReadonlyMap<string, string>, passAt: number): Marking {
  return {
    subjectOf: (id) => clip(criteria.get(id)!, 300),
    mark({ verdict, reason }) {
      const why = reason.trim() === "" ? "" : `: ${clip(reason, 200)}`;
      const isMet = verdict === "met";
      return { value: isMet ? 1 : 0, finding: `${isMet ? "met" : "not met"}${why}` };
    },
    goodAt: 1,
    passAt: passAt - 1e-9,
    noun: "criterion",
    good: "met",
    nothing: "no criterion was judged",
  };
}
