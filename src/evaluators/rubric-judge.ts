import { z } from "zod";
import type { Evaluator, EvaluatorInput } from "../core/extensions.ts";
import { answerOf, conversationOf } from "./judge-materials.ts";
import { checkOptions, type JudgeOptions, judgeOptionShape, settingsOf, versionOf } from "./judge-options.ts";
import type { Material, Sheet } from "./judge-sheet.ts";
import { judgeSheet, type Marking } from "./judge-votes.ts";
import { type Rubric, rubricFile, rubricVersion } from "./rubric.ts";
import { clip } from "./text.ts";

/** Options of a judge by a rubric of your own. */
export interface RubricJudgeOptions extends JudgeOptions {
  /** Name of the evaluator and of its metric. */
  readonly name: string;
  /** The rubric: the path of its file, relative to the working directory, or a URL. */
  readonly rubric: string | URL;
  /** What the judge reads beside question and answer: the retrieved and given passages, and the expected answer. Default: neither. */
  readonly shows?: readonly ("context" | "expected")[];
}

const optionsSchema = z.strictObject({
  ...judgeOptionShape,
  name: judgeOptionShape.name.unwrap(),
  rubric: z.union([z.string().min(1), z.instanceof(URL)]),
  shows: z.array(z.enum(["context", "expected"])).default([]),
});

const passOrFail = {
  pass: "the answer is good enough by these rules",
  fail: "it is not",
};

const quote = "copy the words of the answer that decide; leave it empty where it is the whole of it.";

/**
 * A judge by a rubric file of your own, on pass or fail or on a scale. On a scale from 1 to n the value is (number − 1)/(n − 1), of several
 * votes the middle one on the side of the majority.
 *
 * @throws EvalsError EVAL_INVALID for options or a rubric that cannot be used.
 */
export function rubricJudge(options: RubricJudgeOptions): Evaluator {
  const { name, rubric: file, shows, ...rest } = checkOptions("rubricJudge", optionsSchema, options);
  const rubric = rubricFile(file);
  const shown = shows.length === 0 ? "" : ` shows=${[...new Set(shows)].sort().join(",")}`;
  const settings = settingsOf(rest, `rubric-1 ${rubricVersion(rubric)}${shown}`);
  const verdicts = verdictsOf(rubric);
  const marking = markingOf(rubric);
  return {
    name,
    version: versionOf(settings),
    judge: "unmeasured",
    judgedBy: settings.judgedBy,
    callsPerAnswer: settings.votes,
    targets: [settings.target],
    evaluate(input, context) {
      const materials = materialsOf(input, shows);
      const sheet: Sheet = { task: rubric.text, materials, ids: ["answer"], verdicts, quote };
      return judgeSheet(sheet, marking, settings, context);
    },
  };
}

function verdictsOf({ scale, passAt }: Rubric): Record<string, string> {
  if (scale === null) return passOrFail;
  const numbers = Array.from({ length: scale }, (_, index) => index + 1);
  const meaning = (number: number) =>
    number === 1
      ? "worst"
      : number === scale
        ? "best"
        : number === passAt
          ? "just good enough"
          : "in between";
  return Object.fromEntries(numbers.map((number) => [`score_${number}`, meaning(number)]));
}

function markingOf({ scale, passAt }: Rubric): Marking {
  const scoreOf = (verdict: string) => {
    if (scale === null) return verdict === "pass" ? 1 : 0;
    return (Number(verdict.slice("score_".length)) - 1) / (scale - 1);
  };
  const least = scale === null ? 1 : (passAt! - 1) / (scale - 1);
  return {
    subjectOf: () => "the answer",
    mark({ verdict, reason }) {
      const told = scale === null ? verdict : `${verdict.slice("score_".length)} of ${scale}`;
      return {
        value: scoreOf(verdict),
        finding: reason.trim() === "" ? told : `${told}: ${clip(reason, 300)}`,
      };
    },
    goodAt: least,
    passAt: least,
    noun: "answer",
    good: "good enough",
    nothing: "nothing was judged",
  };
}

function materialsOf(
  { case: item, sample: { output } }: EvaluatorInput,
  shows: readonly ("context" | "expected")[],
): Material[] {
  const passages = [...(output.context ?? []), ...(item.context ?? [])];
  const context = passages.map(({ text }, index) => ({ what: "context", id: `p${index + 1}`, text }));
  const { answer, facts, criteria } = item.expected ?? {};
  const expected = { answer, facts, criteria };
  const hasExpectation = Object.values(expected).some((part) => part !== undefined);
  return [
    ...conversationOf(item),
    ...(shows.includes("context") ? context : []),
    ...(shows.includes("expected") && hasExpectation
      ? [{ what: "what is expected", text: JSON.stringify(expected, null, 1) }]
      : []),
    ...answerOf(output),
  ];
}
