import type { Interval } from "../core/comparison.ts";
import type { JudgeQuality } from "../core/score.ts";
import { normalQuantile } from "../stats/index.ts";
import type { PairedStatistics } from "./paired-statistics.ts";
import type { RateStatistics } from "./rate-statistics.ts";

/** What a judge that is sometimes wrong has shown of a difference. */
export interface JudgedDifference {
  /** The difference without the judge's error. */
  readonly difference: number;
  /** Its interval, wider by what is not known of the judge. */
  readonly interval: Interval;
  /** True when the judge is proven to tell good from bad at all. */
  readonly isTelling: boolean;
}

/** A rate from a count, with its variance. One success and one failure are added, so that a perfect count is not taken for certainty. */
function measured({ right, of }: { readonly right: number; readonly of: number }): {
  rate: number;
  variance: number;
} {
  const cautious = (right + 1) / (of + 2);
  return { rate: right / of, variance: (cautious * (1 - cautious)) / (of + 2) };
}

/** Sensitivity and specificity of a judge as rates, 0..1. */
export function ratesOf(judge: JudgeQuality): { sensitivity: number; specificity: number } {
  return { sensitivity: measured(judge.sensitivity).rate, specificity: measured(judge.specificity).rate };
}

/** A pass rate without the judge's error: (p + specificity − 1)/(sensitivity + specificity − 1), kept in 0..1 (Rogan & Gladen 1978). */
export function correctRate(rate: number, judge: JudgeQuality): number {
  const { sensitivity, specificity } = ratesOf(judge);
  return Math.min(1, Math.max(0, (rate + specificity - 1) / (sensitivity + specificity - 1)));
}

/**
 * A difference of pass rates without the judge's error. A judge with sensitivity Se and specificity Sp shows a true difference shrunk by
 * J = Se + Sp − 1 (Youden 1950), so it is divided by J (Rogan & Gladen 1978, American Journal of Epidemiology 107:71); what is not known
 * of J is added to each side of the interval by the delta method: ((d − limit)/J)² + (z·d·se(J)/J²)².
 */
export function correctDifference(
  observed: PairedStatistics,
  judge: JudgeQuality,
  alpha: number,
): JudgedDifference {
  const sensitivity = measured(judge.sensitivity);
  const specificity = measured(judge.specificity);
  const youden = sensitivity.rate + specificity.rate - 1;
  const error = Math.sqrt(sensitivity.variance + specificity.variance);
  const z = normalQuantile(1 - alpha);
  const level = observed.interval.level;
  if (youden - z * error <= 0) {
    return { difference: observed.difference, interval: { lower: -1, upper: 1, level }, isTelling: false };
  }
  const difference = clip(observed.difference / youden);
  const ofJudge = (z * observed.difference * error) / youden ** 2;
  const reach = (limit: number) => Math.hypot((observed.difference - limit) / youden, ofJudge);
  const lower = clip(difference - reach(observed.interval.lower));
  const upper = clip(difference + reach(observed.interval.upper));
  return { difference, interval: { lower, upper, level }, isTelling: true };
}

/**
 * A pass rate with its interval without the judge's error, as Rogan & Gladen 1978, equation for the variance: what is not known of
 * sensitivity and specificity adds (p²·Var(Se) + (1−p)²·Var(Sp))/J².
 *
 * @returns `null` when the judge is not proven to tell good from bad.
 */
export function correctRateStatistics(
  observed: RateStatistics,
  judge: JudgeQuality,
  alpha: number,
): RateStatistics | null {
  const sensitivity = measured(judge.sensitivity);
  const specificity = measured(judge.specificity);
  const youden = sensitivity.rate + specificity.rate - 1;
  const z = normalQuantile(1 - alpha);
  if (youden - z * Math.sqrt(sensitivity.variance + specificity.variance) <= 0) return null;
  const rate = correctRate(observed.rate, judge);
  const ofJudge =
    (z * Math.sqrt(rate ** 2 * sensitivity.variance + (1 - rate) ** 2 * specificity.variance)) / youden;
  const reach = (limit: number) => Math.hypot((observed.rate - limit) / youden, ofJudge);
  const lower = Math.max(0, rate - reach(observed.interval.lower));
  const upper = Math.min(1, rate + reach(observed.interval.upper));
  return { ...observed, rate, interval: { ...observed.interval, lower, upper } };
}

function clip(difference: number): number {
  return Math.min(1, Math.max(-1, difference));
}
