import type { Measures, Threshold } from "../core/calibration.ts";
import type { Evaluation, JudgeQuality } from "../core/score.ts";
import { auroc, cohenKappa, type Estimate } from "../stats/index.ts";
import { sha256 } from "./fingerprint.ts";
import { effectiveSize, rateStatistics } from "./rate-statistics.ts";

/** An answer with its label and what the evaluator says of it. */
export interface LabelledScore {
  /** True when people call it good. */
  readonly isGood: boolean;
  readonly evaluation: Extract<Evaluation, { status: "scored" }>;
  /** What answers share when they are not independent. */
  readonly source: string;
  readonly cohorts: Readonly<Record<string, string>>;
}

const confidence = 0.95;
const folds = 5;
const none: Estimate = { estimate: null, lower: null, upper: null };

/** How well an evaluator agrees with labels, with intervals over sources. */
export function measure(scores: readonly LabelledScore[]): Measures {
  const sources = scores.map(({ source }) => source);
  const labels = scores.map(({ isGood }) => (isGood ? "good" : "bad"));
  const verdicts = scores.map(({ evaluation }) => (evaluation.pass ? "good" : "bad"));
  const values = scores.map(({ evaluation }) => evaluation.value);
  const isGood = scores.map((score) => score.isGood);
  const sensitivity = rightShare(scores.filter((score) => score.isGood));
  const specificity = rightShare(scores.filter((score) => !score.isGood));
  return {
    n: scores.length,
    good: isGood.filter(Boolean).length,
    sources: new Set(sources).size,
    sensitivity,
    specificity,
    balancedAccuracy: meanOf(sensitivity, specificity),
    auroc: auroc(values, isGood, sources, confidence),
    kappa: cohenKappa(verdicts, labels, sources, confidence),
  };
}

/** Share of answers on which the evaluator agrees with the label, with the interval of Clopper and Pearson over sources. */
function rightShare(scores: readonly LabelledScore[]): Estimate {
  const found = rateStatistics(unitsOf(scores), (1 - confidence) / 2);
  if (found === null) return none;
  return { estimate: found.rate, lower: found.interval.lower, upper: found.interval.upper };
}

function unitsOf(scores: readonly LabelledScore[]) {
  return scores.map(({ isGood, evaluation, source }) => ({
    rate: evaluation.pass === isGood ? 1 : 0,
    trials: 1,
    cluster: source,
  }));
}

/** The mean of two independent shares, its limits by MOVER (Zou & Donner 2008). */
function meanOf(a: Estimate, b: Estimate): Estimate {
  if (a.estimate === null || b.estimate === null) return none;
  const estimate = (a.estimate + b.estimate) / 2;
  return {
    estimate,
    lower: estimate - Math.hypot(a.estimate - a.lower!, b.estimate - b.lower!) / 2,
    upper: estimate + Math.hypot(a.upper! - a.estimate, b.upper! - b.estimate) / 2,
  };
}

/**
 * The counts that a gate corrects by. Where answers share sources, they count for as many independent answers as they are worth: the effective
 * size of Korn & Graubard 1998, as in `rateStatistics`.
 *
 * @returns `null` without a good or without a bad answer.
 */
export function qualityOf(scores: readonly LabelledScore[]): JudgeQuality | null {
  const good = countsOf(scores.filter(({ isGood }) => isGood));
  const bad = countsOf(scores.filter(({ isGood }) => !isGood));
  return good === null || bad === null ? null : { sensitivity: good, specificity: bad };
}

function countsOf(scores: readonly LabelledScore[]): { right: number; of: number } | null {
  if (scores.length === 0) return null;
  const units = unitsOf(scores);
  const areIndependent = new Set(scores.map(({ source }) => source)).size === scores.length;
  const of = areIndependent ? units.length : Math.max(1, Math.floor(effectiveSize(units, confidence)));
  const rate = units.reduce((sum, unit) => sum + unit.rate, 0) / units.length;
  // Rounded down, so that rounding never makes a judge better than it is.
  return { right: Math.floor(rate * of + 1e-9), of };
}

/**
 * The bound on the value with the best balanced accuracy, tried by cross-validation over five groups of sources: answers of one source are never
 * on both sides.
 *
 * @returns `null` where a class or the sources are too few, or all values are the same.
 */
export function bestThreshold(scores: readonly LabelledScore[]): Threshold | null {
  const sources = [...new Set(scores.map(({ source }) => source))];
  // An order that follows from the names alone, but not from how they sort: they may sort by class.
  const order = sources
    .map((source) => ({ source, at: sha256(source) }))
    .sort((a, b) => (a.at < b.at ? -1 : 1));
  const foldOf = new Map(order.map(({ source }, index) => [source, index % folds]));
  const best = choose(scores);
  if (best === null || sources.length < folds * 2) return null;
  const tried: { isGood: boolean; passes: boolean }[] = [];
  for (let fold = 0; fold < folds; fold++) {
    const chosen = choose(scores.filter(({ source }) => foldOf.get(source) !== fold));
    if (chosen === null) return null;
    for (const { source, isGood, evaluation } of scores) {
      if (foldOf.get(source) === fold) tried.push({ isGood, passes: evaluation.value >= chosen.passAt });
    }
  }
  const crossValidated = balanced(tried);
  return crossValidated === null ? null : { passAt: best.passAt, chosenOn: best.accuracy, crossValidated };
}

/** The middle of the bounds that do best, each halfway between two neighbouring values. */
function choose(scores: readonly LabelledScore[]): { passAt: number; accuracy: number } | null {
  const values = [...new Set(scores.map(({ evaluation }) => evaluation.value))].sort((a, b) => a - b);
  const bounds = values.slice(1).map((value, index) => (value + values[index]!) / 2);
  const tried = bounds.flatMap((passAt) => {
    const accuracy = balanced(
      scores.map(({ isGood, evaluation }) => ({ isGood, passes: evaluation.value >= passAt })),
    );
    return accuracy === null ? [] : [{ passAt, accuracy }];
  });
  const most = Math.max(...tried.map(({ accuracy }) => accuracy));
  const best = tried.filter(({ accuracy }) => accuracy > most - 1e-12);
  return best[Math.floor((best.length - 1) / 2)] ?? null;
}

function balanced(tried: readonly { isGood: boolean; passes: boolean }[]): number | null {
  const share = (wanted: boolean) => {
    const own = tried.filter(({ isGood }) => isGood === wanted);
    return own.length === 0 ? null : own.filter(({ passes }) => passes === wanted).length / own.length;
  };
  const [good, bad] = [share(true), share(false)];
  return good === null || bad === null ? null : (good + bad) / 2;
}
