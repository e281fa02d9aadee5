import { z } from "zod";
import type { Evaluator } from "../core/extensions.ts";
import type { EvaluateContext } from "../core/judge.ts";
import { type Evaluation, unscored } from "../core/score.ts";
import { conversationOf } from "./judge-materials.ts";
import {
  checkOptions,
  type JudgeOptions,
  type JudgeSettings,
  judgeOptionShape,
  settingsOf,
  versionOf,
} from "./judge-options.ts";
import type { Material, Sheet, Verdict } from "./judge-sheet.ts";
import { type Cast, castVote, judgeBallot, type Marking, votesIn } from "./judge-votes.ts";
import { type Rubric, rubricFile, rubricVersion } from "./rubric.ts";
import { clip } from "./text.ts";

/** Options of a judge of pairs. */
export interface PreferenceJudgeOptions extends JudgeOptions {
  /** What makes an answer better: the path of a rubric file, relative to the working directory, or a URL. Default: how well it does what was asked, in content and not in style. */
  readonly rubric?: string | URL;
}

/** Two answers to the same question. */
export interface PreferenceInput {
  readonly question: string;
  readonly response: string;
  /** What the response is compared with. */
  readonly reference: string;
}

const optionsSchema = z.strictObject({
  ...judgeOptionShape,
  rubric: z.union([z.string().min(1), z.instanceof(URL)]).optional(),
});

const ownTask =
  "Two answers to the same question are given. Decide which is better: which one does what was asked, correctly and completely. Length, tone and order of presentation do not count.";

const verdicts = {
  first: "the answer that is shown first is better",
  second: "the answer that is shown second is better",
  equal: "neither is better",
};

const quote = "copy the words of an answer that decide; leave it empty where there are none.";

/**
 * Lets a model compare an answer with a reference. Each vote asks twice, with the two in either order; where the two disagree, the vote is "equal", since
 * then their place decided and not what they say.
 *
 * @returns 1 when the answer is better, 0.5 when neither is, 0 when it is worse; passing unless it is worse; `error` with its class when the
 * judge gives no verdict.
 * @throws EvalsError EVAL_INVALID for options or a rubric that cannot be used.
 */
export async function judgePreference(
  { question, response, reference }: PreferenceInput,
  options: PreferenceJudgeOptions,
): Promise<Evaluation> {
  const asked = conversationOf({ input: { messages: [{ role: "user", content: question }] } });
  return prepareJudge(options).judge(asked, response, reference);
}

/** `judgePreference` for an evaluation file: the answer against `expected.answer` of the case, the first where there are several. */
export function preferenceJudge(options: PreferenceJudgeOptions): Evaluator {
  const { name, settings, judge } = prepareJudge(options);
  return {
    name,
    version: versionOf(settings),
    judge: "unmeasured",
    judgedBy: settings.judgedBy,
    callsPerAnswer: 2 * settings.votes,
    targets: [settings.target],
    evaluate({ case: item, sample: { output } }, context) {
      const { answer } = item.expected ?? {};
      const reference = typeof answer === "string" ? answer : answer?.[0];
      if (reference === undefined) return unscored("the case names no answer to compare with");
      return judge(conversationOf(item), output.text, reference, context);
    },
  };
}

function prepareJudge(options: PreferenceJudgeOptions) {
  const {
    name = "preference_judge",
    rubric: file,
    ...rest
  } = checkOptions("preferenceJudge", optionsSchema, options);
  const rubric: Rubric | null = file === undefined ? null : rubricFile(file);
  const by = rubric === null ? "" : ` ${rubricVersion(rubric)}`;
  const settings = settingsOf(rest, `pair-1${by}`);
  const task = rubric?.text ?? ownTask;
  const judge = (
    asked: readonly Material[],
    response: string,
    reference: string,
    context?: EvaluateContext,
  ): Promise<Evaluation> => {
    const vote = (number: number) =>
      castBoth({ task, asked, response, reference }, settings, number, context);
    return judgeBallot(["answer"], vote, marking, votesIn(settings.votes, context?.round ?? 1));
  };
  return { name, settings, judge };
}

interface Pair {
  readonly task: string;
  readonly asked: readonly Material[];
  readonly response: string;
  readonly reference: string;
}

/** One vote: both orders. */
async function castBoth(
  { task, asked, response, reference }: Pair,
  settings: JudgeSettings,
  number: number,
  context?: EvaluateContext,
): Promise<Cast> {
  const sheet = (first: string, second: string): Sheet => ({
    task,
    materials: [
      ...asked,
      { what: "the first answer", text: first },
      { what: "the second answer", text: second },
    ],
    ids: ["pair"],
    verdicts,
    quote,
  });
  const [ahead, behind] = await Promise.all([
    castVote(sheet(response, reference), settings, number, context),
    castVote(sheet(reference, response), settings, number, context),
  ]);
  if (!("verdicts" in ahead)) return ahead;
  if (!("verdicts" in behind)) return behind;
  const both = { ahead: ahead.verdicts.get("pair")!, behind: behind.verdicts.get("pair")! };
  const verdict = agreed(both.ahead, both.behind);
  return { verdicts: new Map([["answer", verdict]]), reused: ahead.reused && behind.reused };
}

/** The verdict of both orders; the place decided where they disagree. */
function agreed(ahead: Verdict, behind: Verdict): Verdict {
  const better = ahead.verdict === "first" && behind.verdict === "second";
  const worse = ahead.verdict === "second" && behind.verdict === "first";
  const verdict = better ? "better" : worse ? "worse" : "equal";
  const depends = verdict === "equal" && (ahead.verdict !== "equal" || behind.verdict !== "equal");
  const reason = depends
    ? `the verdict depends on the order (${ahead.verdict} when shown first, ${behind.verdict} when shown second)`
    : ahead.reason;
  return { id: "answer", verdict, quote: ahead.quote, reason };
}

const values: Readonly<Record<string, number>> = { better: 1, equal: 0.5, worse: 0 };

const marking: Marking = {
  subjectOf: () => "the answer",
  mark({ verdict, reason }) {
    const told =
      verdict === "equal" ? "no better or worse than the reference" : `${verdict} than the reference`;
    return {
      value: values[verdict]!,
      finding: reason.trim() === "" ? told : `${told}: ${clip(reason, 300)}`,
    };
  },
  goodAt: 0.5,
  passAt: 0.5,
  noun: "answer",
  good: "not worse",
  nothing: "nothing was judged",
};
