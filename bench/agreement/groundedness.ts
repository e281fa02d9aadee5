import { groundedness, type Json } from "gatewright";
import { supportOf } from "../../src/evaluators/grounding/judge.ts";
import { trainedOn } from "../../src/evaluators/grounding/weights.ts";
import { digestOf, type Example, readExamples } from "../groundedness/examples.ts";
import { foldsOf } from "../groundedness/folds.ts";
import { areaUnderCurve, f1Of, type Judged, spreadOf } from "../groundedness/measures.ts";
import { baseRate, fitModel, judged } from "../groundedness/train.ts";
import { type Kind, type KindInput, type Outcome, WrongUse } from "./kind.ts";

/** How often cross-validation is repeated, each time with other folds. */
const repetitions = 5;

/**
 * Groundedness against human labels. FILES alone, or `--test` alone: the weights that are shipped. `--train` and `--test`: a model that is
 * trained on the first files alone. FILES with `--folds N`: cross-validation, folds by context, repeated with other folds; no
 * threshold or weight ever sees the answers that it is reported on.
 */
export const kind: Kind = {
  run(input) {
    if (input.folds !== null) return crossValidate(input, input.folds);
    if (input.train.length > 0) return trainAndTest(input);
    const files = [...input.files, ...input.test];
    const examples = readExamples(files);
    const seen = files.filter((file) => trainedOn.some(({ sha256 }) => sha256 === digestOf(file)));
    const weights =
      seen.length === 0 ? "shipped" : "shipped, which were trained on these very rows: no measure of quality";
    return outcome(examples, [examples.map(judgeAsShipped)], { weights, seen: seen.map(({ path }) => path) });
  },
};

interface JudgedExample extends Judged {
  readonly example: Example;
}

function crossValidate({ files, train, test }: KindInput, count: number): Outcome {
  if (count < 2) throw new WrongUse("--folds takes a number from 2");
  if (train.length + test.length > 0) throw new WrongUse("--folds takes files without --train and --test");
  const examples = readExamples(files);
  const rounds = Array.from({ length: repetitions }, (_, repetition) => {
    const folds = foldsOf(examples, count, `folds ${repetition}`);
    return Array.from({ length: count }, (_, fold) => fold).flatMap((fold) => {
      const seen = examples.filter((_, at) => folds[at] !== fold);
      const unseen = examples.filter((_, at) => folds[at] === fold);
      return judgeAfterTraining(seen, unseen);
    });
  });
  return outcome(examples, rounds, {
    weights: "trained on the other folds",
    folds: count,
    repetitions,
    ...othersOf(examples),
  });
}

function trainAndTest({ files, train, test }: KindInput): Outcome {
  if (files.length > 0) throw new WrongUse("name every file after --train or --test");
  if (test.length === 0) throw new WrongUse("--train needs --test FILES");
  const unseen = readExamples(test);
  const { seen, leftOut } = withoutContextsOf(unseen, readExamples(train));
  const trained = {
    weights: "trained on the files of --train",
    trainedOn: seen.length,
    leftOutOfTraining: leftOut,
  };
  return outcome(unseen, [judgeAfterTraining(seen, unseen)], trained);
}

/** Examples to train on: those that share no context with the ones to test on. */
function withoutContextsOf(unseen: readonly Example[], all: readonly Example[]) {
  const contexts = new Set(unseen.map(({ context }) => context));
  const seen = all.filter(({ context }) => !contexts.has(context));
  if (seen.length === 0) throw new WrongUse("every context to train on is also tested on");
  return { seen, leftOut: all.length - seen.length };
}

/** With several data sets: how well a model ranks each that was trained on the others only. */
function othersOf(examples: readonly Example[]): Record<string, Json> {
  const datasets = [...new Set(examples.map(({ dataset }) => dataset))];
  if (datasets.length < 2) return {};
  const each = datasets.map((dataset) => {
    const unseen = examples.filter((example) => example.dataset === dataset);
    const others = examples.filter((example) => example.dataset !== dataset);
    const { seen } = withoutContextsOf(unseen, others);
    return [dataset, areaUnderCurve(judgeAfterTraining(seen, unseen))] as const;
  });
  const known = each.map(([, auroc]) => auroc).filter((auroc) => auroc !== null);
  return { trainedOnOthers: { auroc: spreadOf(known).mean, datasets: Object.fromEntries(each) } };
}

function judgeAfterTraining(seen: readonly Example[], unseen: readonly Example[]): JudgedExample[] {
  const model = fitModel(seen, "calibration");
  return unseen.map((example) => {
    const { label, sentences, task } = example;
    if (sentences.length === 0) return { example, label, score: baseRate, flagged: false };
    const support = supportOf(judged(example, model.sentence), task, model);
    return { example, label, score: 1 - support, flagged: support < model.calibration[task].passAt };
  });
}

function judgeAsShipped(example: Example): JudgedExample {
  const { response, context, question, task, label } = example;
  const evaluation = groundedness({ response, context, question }, { task });
  if (evaluation.status !== "scored") return { example, label, score: baseRate, flagged: false };
  return { example, label, score: 1 - evaluation.value, flagged: !evaluation.pass };
}

function outcome(
  examples: readonly Example[],
  rounds: readonly (readonly JudgedExample[])[],
  more: Readonly<Record<string, Json>>,
): Outcome {
  const [first] = rounds;
  if (first === undefined || first.length === 0) throw new WrongUse("no answer of these files has a label");
  const datasets = [...new Set(examples.map(({ dataset }) => dataset))];
  const groups = Object.fromEntries(datasets.map((dataset) => [dataset, figuresOf(dataset, rounds)]));
  const overall = (figure: "auroc" | "f1") => {
    const values = Object.values(groups)
      .map((group) => group[figure])
      .filter((value) => value !== null);
    return values.length === 0 ? null : spreadOf(values).mean;
  };
  const wrong = first.filter(({ label, flagged }) => flagged !== (label === 1));
  return {
    n: first.length,
    agree: first.length - wrong.length,
    figures: {
      auroc: overall("auroc"),
      f1: overall("f1"),
      responsesPerSecond: responsesPerSecond(examples),
      ...more,
      groups,
    },
    disagreements: wrong.map(
      ({ example, score, flagged }) =>
        `${example.id}: ${flagged ? "does not pass" : "passes"} with ${(1 - score).toFixed(3)}, the label differs`,
    ),
  };
}

function figuresOf(dataset: string, rounds: readonly (readonly JudgedExample[])[]) {
  const each = rounds.map((round) => round.filter(({ example }) => example.dataset === dataset));
  const [first] = each;
  const aurocs = each.map(areaUnderCurve).filter((auroc) => auroc !== null);
  const auroc = aurocs.length === 0 ? null : spreadOf(aurocs);
  const f1 = spreadOf(each.map(f1Of));
  const negatives = first!.filter(({ label }) => label === 0);
  return {
    n: first!.length,
    notGrounded: first!.length - negatives.length,
    auroc: auroc?.mean ?? null,
    f1: f1.mean,
    flaggedOfNotGrounded: shareFlagged(first!.filter(({ label }) => label === 1)),
    flaggedOfGrounded: shareFlagged(negatives),
    ...(rounds.length > 1 ? { aurocDeviation: auroc?.deviation ?? null, f1Deviation: f1.deviation } : {}),
  };
}

function shareFlagged(all: readonly Judged[]): number | null {
  return all.length === 0 ? null : all.filter(({ flagged }) => flagged).length / all.length;
}

/** How many answers are judged before and while time is taken. */
const warmUp = 1000;
const timed = 4000;

/** Answers a second that the evaluator judges on one core once it is warm, comparison with the context and evidence included. */
function responsesPerSecond(examples: readonly Example[]): number {
  const judge = (count: number) => {
    for (let at = 0; at < count; at++) {
      const { response, context, question, task } = examples[at % examples.length]!;
      groundedness({ response, context, question }, { task });
    }
  };
  judge(warmUp);
  const began = process.cpuUsage();
  judge(timed);
  const { user, system } = process.cpuUsage(began);
  return Math.round(timed / ((user + system) / 1e6));
}
