import {
  answerFeatureNames,
  answerFeatures,
  type JudgedSentence,
} from "../../src/evaluators/grounding/answer-features.ts";
import {
  type Calibration,
  type GroundednessModel,
  type LinearModel,
  logOdds,
  sigmoid,
  type Task,
  tasks,
} from "../../src/evaluators/grounding/model.ts";
import { sentenceFeatureNames } from "../../src/evaluators/grounding/sentence-features.ts";
import { WrongUse } from "../agreement/kind.ts";
import type { Example } from "./examples.ts";
import { foldsOf } from "./folds.ts";
import { fitLogistic } from "./logistic.ts";

/** Penalties of the two models, on standardised features. */
const sentencePenalty = 0.1;
const answerPenalty = 0.3;
/** Probabilities are calibrated for the case that so many answers are not grounded, whatever share the training data have. */
export const baseRate = 0.2;
const innerFolds = 5;

/** The two linear models; log-odds of the second rank answers. */
export type Ranking = Pick<GroundednessModel, "sentence" | "answer">;

/** Fits the models of sentence and answer. @throws WrongUse when no data set has both labels. */
export function fitRanking(examples: readonly Example[]): Ranking {
  const labelled = examples.flatMap(({ dataset, sentences }) =>
    sentences.flatMap(({ features, label }) => (label === null ? [] : [{ dataset, features, label }])),
  );
  const sentence = fitLinear(sentenceFeatureNames, labelled, sentencePenalty);
  const answers = examples
    .filter(({ sentences }) => sentences.length > 0)
    .map((example) => ({ ...example, features: featuresOf(example, sentence) }));
  return { sentence, answer: fitLinear(answerFeatureNames, answers, answerPenalty) };
}

/** Log-odds that an answer is not grounded, before calibration; `null` for one without content. */
export function rank(example: Example, { sentence, answer }: Ranking): number | null {
  return example.sentences.length === 0 ? null : logOdds(answer, featuresOf(example, sentence));
}

function featuresOf(example: Example, model: LinearModel): number[] {
  return answerFeatures(judged(example, model));
}

/** Sentences of an example with what the sentence model says of them. */
export function judged({ sentences }: Example, model: LinearModel): JudgedSentence[] {
  return sentences.map(({ match, features }) => ({ match, features, logOdds: logOdds(model, features) }));
}

interface LabelledRow {
  readonly dataset: string;
  readonly features: readonly number[];
  readonly label: 0 | 1;
}

/** Every data set counts as much as every other, and in each both labels; data sets differ in their intercept. */
function fitLinear(features: readonly string[], all: readonly LabelledRow[], penalty: number): LinearModel {
  const datasets = [...new Set(all.map(({ dataset }) => dataset))].filter((name) =>
    [0, 1].every((label) => all.some((row) => row.dataset === name && row.label === label)),
  );
  if (datasets.length === 0) throw new WrongUse("no data set to train on has answers of both labels");
  const rows = all.filter(({ dataset }) => datasets.includes(dataset));
  const counts = new Map<string, number>();
  const keyOf = ({ dataset, label }: LabelledRow) => `${label} ${dataset}`;
  for (const row of rows) counts.set(keyOf(row), (counts.get(keyOf(row)) ?? 0) + 1);
  const centre = features.map((_, at) => rows.reduce((sum, row) => sum + row.features[at]!, 0) / rows.length);
  const scale = features.map((_, at) => {
    const squares = rows.reduce((sum, row) => sum + (row.features[at]! - centre[at]!) ** 2, 0);
    return Math.sqrt(squares / rows.length) || 1;
  });
  const fitted = fitLogistic(
    {
      rows: rows.map((row) => row.features.map((value, at) => (value - centre[at]!) / scale[at]!)),
      labels: rows.map(({ label }) => label),
      weights: rows.map((row) => 1 / (2 * datasets.length * counts.get(keyOf(row))!)),
      groups: rows.map(({ dataset }) => datasets.indexOf(dataset)),
    },
    penalty,
  );
  return {
    features,
    centre,
    weights: fitted.weights.map((weight, at) => weight / scale[at]!),
    intercept: fitted.intercepts.reduce((sum, intercept) => sum + intercept, 0) / datasets.length,
  };
}

/**
 * Fits everything: the ranking on all examples; calibration and the value that passes on scores of models that did not see the answer
 * (folds by context).
 */
export function fitModel(examples: readonly Example[], seed: string): GroundednessModel {
  const ranking = fitRanking(examples);
  const unseen = scoresOfUnseen(examples, seed);
  const all = calibrate(unseen);
  const calibration = Object.fromEntries(
    tasks.map((task) => {
      const own = unseen.filter(({ example }) => example.task === task);
      const hasBoth = [0, 1].every((label) => own.filter((one) => one.example.label === label).length >= 20);
      return [task, hasBoth ? calibrate(own) : { ...all, answers: 0 }];
    }),
  ) as Record<Task, Calibration>;
  return { ...ranking, calibration };
}

interface Scored {
  readonly example: Example;
  readonly score: number;
}

function scoresOfUnseen(examples: readonly Example[], seed: string): Scored[] {
  const folds = foldsOf(examples, innerFolds, seed);
  return Array.from({ length: innerFolds }, (_, fold) => fold).flatMap((fold) => {
    const ranking = fitRanking(examples.filter((_, at) => folds[at] !== fold));
    return examples.flatMap((example, at) => {
      const score = folds[at] === fold ? rank(example, ranking) : null;
      return score === null ? [] : [{ example, score }];
    });
  });
}

/** Platt's scaling (1999) at the base rate, and the value that passes: the one that maximises the F1 that the probabilities promise. */
function calibrate(scored: readonly Scored[]): Calibration {
  const positives = scored.filter(({ example }) => example.label === 1).length;
  const negatives = scored.length - positives;
  const weights = scored.map(({ example }) =>
    example.label === 1 ? baseRate / positives : (1 - baseRate) / negatives,
  );
  const {
    weights: [slope],
    intercepts: [intercept],
  } = fitLogistic(
    {
      rows: scored.map(({ score }) => [score]),
      labels: scored.map(({ example }) => example.label),
      weights,
      groups: scored.map(() => 0),
    },
    1e-6,
  );
  const probabilities = scored.map(({ score }, at) => ({
    probability: sigmoid(slope! * score + intercept!),
    weight: weights[at]!,
  }));
  return {
    slope: slope!,
    intercept: intercept!,
    passAt: 1 - bestThreshold(probabilities),
    answers: scored.length,
  };
}

function bestThreshold(all: readonly { probability: number; weight: number }[]): number {
  const sorted = [...all].sort((a, b) => b.probability - a.probability);
  const expected = sorted.reduce((sum, { probability, weight }) => sum + probability * weight, 0);
  let found = 0;
  let flagged = 0;
  let best = { f1: -1, probability: 0.5 };
  for (const { probability, weight } of sorted) {
    found += probability * weight;
    flagged += weight;
    const f1 = (2 * found) / (flagged + expected);
    if (f1 > best.f1) best = { f1, probability };
  }
  return best.probability;
}
