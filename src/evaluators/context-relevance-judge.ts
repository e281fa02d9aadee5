import { z } from "zod";
import type { Case } from "../core/dataset.ts";
import type { Evaluator } from "../core/extensions.ts";
import type { EvaluateContext } from "../core/judge.ts";
import { type Evaluation, unscored } from "../core/score.ts";
import type { ContextRelevanceInput } from "./context-relevance.ts";
import { checkOptions, type JudgeOptions, judgeOptionShape, settingsOf, versionOf } from "./judge-options.ts";
import type { Sheet } from "./judge-sheet.ts";
import { judgeSheet, type Marking } from "./judge-votes.ts";
import { clip } from "./text.ts";

/** Options of the context relevance judge. */
export interface ContextRelevanceJudgeOptions extends JudgeOptions {
  /** How many passages count, from the best, 1..100. Default 20. */
  readonly k?: number;
  /** The smallest share of relevant passages that passes, above 0 up to 1. By default one relevant passage is enough. */
  readonly passAt?: number;
}

const optionsSchema = z.strictObject({
  ...judgeOptionShape,
  k: z.int().min(1).max(100).default(20),
  passAt: z.number().gt(0).max(1).optional(),
});

const task =
  "Passages were retrieved for a question. For each passage, decide whether it helps to answer the question. Judge each by itself, by what it says and not by how it is written.";

const verdicts = {
  relevant: "the passage states something that belongs into a good answer to the question",
  not_relevant: "it does not, even where it is about the same subject or uses the same words",
};

const quote = "copy the words of the passage that answer the question; leave it empty where there are none.";

/**
 * Lets a model judge retrieved passages: one verdict for each of the first k. A passage without text is never relevant.
 *
 * @returns the share of passages that are relevant, with one piece of evidence a passage; unscored without a retrieved context or a question;
 * `error` with its class when the judge gives no verdict.
 * @throws EvalsError EVAL_INVALID for options that cannot be used.
 */
export async function judgeContextRelevance(
  input: Omit<ContextRelevanceInput, "relevantIds">,
  options: ContextRelevanceJudgeOptions,
): Promise<Evaluation> {
  return prepareJudge(options).judge(input);
}

/** `judgeContextRelevance` for an evaluation file: the last message of the user against the passages that the system retrieved. */
export function contextRelevanceJudge(options: ContextRelevanceJudgeOptions): Evaluator {
  const { name, settings, judge } = prepareJudge(options);
  return {
    name,
    version: versionOf(settings),
    judge: "unmeasured",
    judgedBy: settings.judgedBy,
    callsPerAnswer: settings.votes,
    targets: [settings.target],
    evaluate: ({ case: item, sample: { output } }, context) =>
      judge({ question: questionOf(item), context: output.context }, context),
  };
}

/** The last message of the user, or the variable `question` or `query`. */
function questionOf({ input }: Case): string {
  const asked = input.messages?.findLast(({ role }) => role === "user")?.content;
  const { question, query } = input.variables ?? {};
  return asked ?? [question, query].find((text) => typeof text === "string") ?? "";
}

function prepareJudge(options: ContextRelevanceJudgeOptions) {
  const {
    name = "context_relevance_judge",
    k,
    passAt,
    ...rest
  } = checkOptions("contextRelevanceJudge", optionsSchema, options);
  const settings = settingsOf(rest, `passages-1 k=${k} pass>=${passAt ?? "one"}`);
  const judge = async (
    { question, context: retrieved }: Omit<ContextRelevanceInput, "relevantIds">,
    context?: EvaluateContext,
  ): Promise<Evaluation> => {
    if (retrieved === null) return unscored("no retrieved context is reported");
    if (question.trim() === "") return unscored("the case asks no question");
    const parts = typeof retrieved === "string" ? [retrieved] : retrieved;
    const passages = parts.slice(0, k).map((part) => (typeof part === "string" ? { text: part } : part));
    if (passages.length === 0) return unscored("nothing was retrieved");
    const texts = new Map(passages.map(({ text }, index) => [`p${index + 1}`, text]));
    const names = new Map(passages.map(({ id }, index) => [`p${index + 1}`, id ?? `passage ${index + 1}`]));
    const marking = markingOf(texts, names, passAt ?? 1 / passages.length);
    return judgeSheet(sheetOf(question, texts), marking, settings, context);
  };
  return { name, settings, judge };
}

function sheetOf(question: string, texts: ReadonlyMap<string, string>): Sheet {
  const passages = [...texts].map(([id, text]) => ({ what: "passage", id, text }));
  return {
    task,
    materials: [{ what: "question", text: question }, ...passages],
    ids: [...texts.keys()],
    verdicts,
    quote,
  };
}

function markingOf(
  texts: ReadonlyMap<string, string>,
  names: ReadonlyMap<string, string>,
  passAt: number,
): Marking {
  return {
    subjectOf: (id) => clip(names.get(id)!, 120),
    mark({ id, verdict, reason }) {
      if (texts.get(id)!.trim() === "") return { value: 0, finding: "the passage is empty" };
      const why = reason.trim() === "" ? "" : `: ${clip(reason, 200)}`;
      const isRelevant = verdict === "relevant";
      return { value: isRelevant ? 1 : 0, finding: `${isRelevant ? "relevant" : "not relevant"}${why}` };
    },
    goodAt: 1,
    // A share is a sum of floating-point numbers: one relevant passage of three must reach a third.
    passAt: passAt - 1e-9,
    noun: "passage",
    good: "relevant",
    nothing: "no passage was judged",
  };
}
