/** A linear model of standardised features. */
export interface LinearModel {
  /** Name of each feature. */
  readonly features: readonly string[];
  /** What is subtracted from each feature. */
  readonly centre: readonly number[];
  /** Weight of each feature, per unit of the feature. */
  readonly weights: readonly number[];
  /** What is added. */
  readonly intercept: number;
}

/** Output of a linear model: log-odds. */
export function logOdds({ centre, weights, intercept }: LinearModel, values: readonly number[]): number {
  let sum = intercept;
  for (let at = 0; at < weights.length; at++) sum += weights[at]! * (values[at]! - centre[at]!);
  return sum;
}

/** Probability 0..1 from log-odds. */
export function sigmoid(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds));
}

/** The tasks that an answer may have been written for. */
export const tasks = ["question_answering", "dialogue", "summary"] as const;
/** The task that an answer was written for. */
export type Task = (typeof tasks)[number];

/** How log-odds of the answer model become a probability, for one task. */
export interface Calibration {
  /** Factor of the log-odds. */
  readonly slope: number;
  /** What is added to the product. */
  readonly intercept: number;
  /** The smallest value of support, 0..1, that passes unless another is asked for. */
  readonly passAt: number;
  /** Number of labelled answers that it rests on; 0 when it is borrowed from the other tasks. */
  readonly answers: number;
}

/** Everything that turns comparisons of sentences into a score. High log-odds speak against the answer. */
export interface GroundednessModel {
  /** Whether one sentence is not supported. */
  readonly sentence: LinearModel;
  /** Whether the answer is not grounded. */
  readonly answer: LinearModel;
  /** From the log-odds of the answer model to the probability that the answer is not grounded. */
  readonly calibration: Readonly<Record<Task, Calibration>>;
}
