import type { Interval } from "../core/comparison.ts";
import type { Case } from "../core/dataset.ts";
import { measuredOf, type RatioMeasure } from "../core/ratio.ts";
import type { Sample, Side } from "../core/sample.ts";
import { clusteredStandardError, minimumNForMargin, studentTQuantile } from "../stats/index.ts";
import { boundedInterval, percentileRatio, type Valued } from "./group-statistics.ts";

/** One case: what its answered trials report, by side, and its cluster. */
export interface RatioUnit {
  readonly id: string;
  readonly cluster: string;
  readonly values: Readonly<Record<Side, readonly number[]>>;
}

/** How many answered trials of a side report a value, and how many do not. A usage of 0 has no ratio and counts as not reported. */
export interface Reported {
  readonly valued: number;
  readonly lacking: number;
  /** Those of the lacking that report 0. */
  readonly zero: number;
}

/** A ratio of candidate over baseline with what its bounds follow from. */
export interface RatioStatistics {
  /** The percentile or the mean of each side. */
  readonly baseline: number;
  readonly candidate: number;
  /** Candidate over baseline; `null` when a side is 0. */
  readonly ratio: number | null;
  /** Cases with a value on both sides. */
  readonly n: number;
  readonly clusters: number;
  /** The interval at level 1 − 2·alpha; `null` when there are too few values to bound the ratio on both sides. */
  readonly intervalAt: (alpha: number) => Interval | null;
}

/** What the answered trials of the cases report, and how many report nothing. In the order of the case ids, whatever the order of the samples. */
export function ratioUnits(
  measure: RatioMeasure,
  cases: readonly Case[],
  samples: readonly Sample[],
): { units: RatioUnit[]; reported: Record<Side, Reported> } {
  const counts = () => ({ valued: 0, lacking: 0, zero: 0 });
  const reported = { baseline: counts(), candidate: counts() };
  const units = new Map(
    cases.map(({ id, cluster = id }) => [
      id,
      { id, cluster, values: { baseline: [] as number[], candidate: [] as number[] } },
    ]),
  );
  const isRepeated = samples.some(({ repetition }) => repetition > 1);
  const ordered = isRepeated ? [...samples].sort((a, b) => a.repetition - b.repetition) : samples;
  for (const sample of ordered) {
    const unit = units.get(sample.caseId);
    if (unit === undefined || sample.output === null) continue;
    const value = measuredOf(measure, sample);
    const side = reported[sample.side];
    if (value === 0 && measure.kind === "mean") side.zero++;
    if (value === null || (value === 0 && measure.kind === "mean")) side.lacking++;
    else {
      side.valued++;
      unit.values[sample.side].push(value);
    }
  }
  return { units: [...units.values()].sort((a, b) => (a.id < b.id ? -1 : 1)), reported };
}

/**
 * The ratio of what is measured over the cases that have a value on both sides, so that neither side is spared the cases that the other
 * one left out.
 *
 * @returns `null` when there is no such case.
 */
export function ratioStatistics(measure: RatioMeasure, units: readonly RatioUnit[]): RatioStatistics | null {
  const judged = units.filter(({ values }) => values.baseline.length > 0 && values.candidate.length > 0);
  if (judged.length === 0) return null;
  return measure.kind === "percentile" ? ofPercentiles(measure.probability, judged) : ofMeans(judged);
}

/**
 * The same with every trial that the candidate gave no value for against it, over the cases of which the baseline has a value. Of a percentile it is
 * slower than any other; of a mean, which one unbounded value would carry away, as dear as the dearest that was seen on either side.
 *
 * @param repetitions planned trials of a case on a side.
 * @returns `null` when nothing is missing, or when there is no such case.
 */
export function worstCaseRatio(
  measure: RatioMeasure,
  units: readonly RatioUnit[],
  repetitions: number,
): RatioStatistics | null {
  const isShort = ({ values }: RatioUnit) =>
    values.baseline.length > 0 && values.candidate.length < repetitions;
  if (!units.some(isShort)) return null;
  const seen = units.flatMap(({ values }) => [...values.baseline, ...values.candidate]);
  const worst =
    measure.kind === "percentile" ? Number.MAX_VALUE : seen.reduce((most, value) => Math.max(most, value));
  const filled = units.filter(isShort).map((unit): RatioUnit => {
    const missing = Array.from({ length: repetitions - unit.values.candidate.length }, () => worst);
    return { ...unit, values: { ...unit.values, candidate: [...unit.values.candidate, ...missing] } };
  });
  return ratioStatistics(measure, [...units.filter((unit) => !isShort(unit)), ...filled]);
}

/**
 * Percentiles over the answered trials: the sides are taken as two groups whose clusters are the cases or what these share. That a case is slow
 * on both sides widens the interval.
 */
function ofPercentiles(probability: number, judged: readonly RatioUnit[]): RatioStatistics {
  const valuesOf = (side: Side): Valued[] => {
    const valued: Valued[] = [];
    for (const { values, cluster } of judged)
      for (const value of values[side]) valued.push({ value, cluster });
    return valued;
  };
  const groups = { baseline: valuesOf("baseline"), candidate: valuesOf("candidate") };
  return { ...sizeOf(judged), ...percentileRatio(groups, probability)! };
}

/**
 * Means over paired cases: the log of their ratio is linear in u = c/mean(c) − b/mean(b) to first order, so its standard error is that of
 * the mean of u (delta method: Deng, Knoblich & Lu 2018, KDD), over clusters with the CR1 factor and t on clusters − 1 degrees of
 * freedom (Cameron & Miller 2015, Journal of Human Resources 50:317).
 */
function ofMeans(judged: readonly RatioUnit[]): RatioStatistics {
  const cases = judged.map(({ values, cluster }) => ({
    baseline: meanOf(values.baseline),
    candidate: meanOf(values.candidate),
    cluster,
  }));
  const baseline = meanOf(cases.map((item) => item.baseline));
  const candidate = meanOf(cases.map((item) => item.candidate));
  const ratio = candidate / baseline;
  const size = sizeOf(judged);
  const shifts = cases.map((item) => item.candidate / candidate - item.baseline / baseline);
  const labels = cases.map(({ cluster }) => cluster);
  const error = clusteredStandardError(shifts, labels, 0.9).clusteredCorrected;
  return {
    ...size,
    baseline,
    candidate,
    ratio,
    intervalAt: (alpha) => {
      if (error === null) return null;
      const half = studentTQuantile(1 - alpha, size.clusters - 1) * error;
      return boundedInterval(ratio * Math.exp(-half), ratio * Math.exp(half), alpha);
    },
  };
}

function sizeOf(judged: readonly RatioUnit[]): { n: number; clusters: number } {
  return { n: judged.length, clusters: new Set(judged.map(({ cluster }) => cluster)).size };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * The smallest number of values on a side of which the largest bounds the percentile from above: 1 − pⁿ ≥ 1 − alpha (Hahn & Meeker 1991,
 * Statistical Intervals, chapter 5). At a one-sided 0.05 that is 59 for the 95th and 299 for the 99th percentile.
 */
export function valuesForPercentile(probability: number, alpha: number): number {
  return Math.ceil(Math.log(alpha) / Math.log(probability) - 1e-9);
}

/**
 * The smallest number of independent cases that may prove a mean to stay below a ratio. Cases that all agree have no variance and would prove
 * it at any number; so many are asked for as rule out that the mean reached the ratio by a few cases that doubled, by the bound for
 * proportions.
 */
export function clustersForMean(maximumRatio: number, alpha: number): number {
  const rise = maximumRatio - 1;
  return rise >= 1 ? 2 : Math.max(2, minimumNForMargin(rise, alpha) ?? 2);
}
