import { inCohort, whereOf } from "../core/cohort.ts";
import type { Decision, Interval } from "../core/comparison.ts";
import type { Case } from "../core/dataset.ts";
import type { Verdict } from "../core/gate.ts";
import { changeSize, count, level, plural, signedChange } from "../core/quantities.ts";
import { type RatioMeasure, ratioMeasure, ratioValue } from "../core/ratio.ts";
import type { Sample, Side } from "../core/sample.ts";
import {
  clustersForMean,
  type RatioStatistics,
  type RatioUnit,
  type Reported,
  ratioStatistics,
  ratioUnits,
  valuesForPercentile,
  worstCaseRatio,
} from "./ratio-statistics.ts";
import type { GateCheck } from "./resolve-gate.ts";
import { unpairedDecision } from "./unpaired-decision.ts";

/** What a ratio is decided with. */
export interface RatioOptions {
  readonly repetitions: number;
  /** One-sided error probability of the gate. */
  readonly alpha: number;
  /** Ratio checks of the same severity, over which harm is corrected. */
  readonly family: number;
}

/** What is known of a ratio in a cohort. */
interface Evidence {
  readonly check: GateCheck;
  readonly measure: RatioMeasure;
  readonly found: RatioStatistics | null;
  readonly interval: Interval | null;
  /** False when the bound is not kept were every trial that the candidate gave no value for to speak against it. */
  readonly isKeptAtWorst: boolean;
  readonly cases: number;
  readonly planned: number;
  readonly reported: Readonly<Record<Side, Reported>>;
  /** Values of the side that has fewer for a percentile, independent cases for a mean; and how many may prove anything. */
  readonly have: number;
  readonly needed: number;
}

/**
 * The decision on the largest ratio, candidate over baseline: pass when the upper bound at level 1 − 2·alpha keeps it, also were every trial that
 * the candidate left unanswered to speak against it, and no answered trial lacks a value that could hide a rise; else fail when a rise is proven, at alpha over the number of ratio checks of the same severity (Bonferroni),
 * and the bound is not kept; else inconclusive. `margin` and `threshold` are `null`: the bound stands in the rule.
 */
export function decideRatio(
  check: GateCheck,
  cases: readonly Case[],
  samples: readonly Sample[],
  options: RatioOptions,
): Decision {
  const { metric, severity } = check.criterion;
  const maximumRatio = check.criterion.maximumRatio!;
  const evidence = evidenceOf(check, cases, samples, options);
  const { found, interval, have, needed } = evidence;
  const corrected = found?.intervalAt(options.alpha / options.family) ?? null;
  const isRisen = interval !== null && corrected !== null && corrected.lower > 1;
  const decision = verdictOf(evidence, isRisen);
  return {
    ...unpairedDecision,
    criterion: `${metric} rises by at most ${changeSize(maximumRatio)}`,
    cohort: check.cohort.name,
    metric,
    severity,
    rule: { kind: "ratio", maximumRatio },
    decision,
    reason: reasonFor(evidence, decision),
    n: found?.n ?? 0,
    clusters: found?.clusters ?? 0,
    baseline: found?.baseline ?? null,
    candidate: found?.candidate ?? null,
    estimate: found?.ratio ?? null,
    interval,
    worstCaseInterval: null,
    threshold: null,
    degradedWithinMargin: decision === "pass" && isRisen,
    casesNeeded: found !== null && have < needed ? Math.ceil((needed * found.n) / have) : null,
  };
}

/** Why so few cases can never prove a ratio, whatever the releases do; `null` when they can. */
export function unreachableRatio(
  { criterion, cohort }: GateCheck,
  cases: readonly Case[],
  { repetitions, alpha }: Pick<RatioOptions, "repetitions" | "alpha">,
): string | null {
  const measure = ratioMeasure(criterion.metric);
  if (measure === undefined || criterion.maximumRatio === undefined) return null;
  const members = cases.filter((item) => inCohort(cohort, item.cohorts));
  const isMean = measure.kind === "mean";
  const needed = isMean
    ? clustersForMean(criterion.maximumRatio, alpha)
    : valuesForPercentile(measure.probability, alpha);
  const have = isMean
    ? new Set(members.map(({ id, cluster = id }) => cluster)).size
    : members.length * repetitions;
  if (have >= needed) return null;
  const what = isMean ? "independent cases" : "answered trials on each side";
  return `${criterion.metric} in ${cohort.name} can never pass: it needs at least ${count(needed)} ${what}, and the cohort has ${count(have)}`;
}

function evidenceOf(
  check: GateCheck,
  cases: readonly Case[],
  samples: readonly Sample[],
  { repetitions, alpha }: RatioOptions,
): Evidence {
  const measure = ratioMeasure(check.criterion.metric)!;
  const members = cases.filter((item) => inCohort(check.cohort, item.cohorts));
  const { units, reported } = ratioUnits(measure, members, samples);
  const found = ratioStatistics(measure, units);
  const worst = worstCaseRatio(measure, units, repetitions);
  const shared = {
    check,
    measure,
    found,
    isKeptAtWorst: worst === null || isWithin(worst.intervalAt(alpha), check),
    cases: members.length,
    planned: members.length * repetitions,
    reported,
  };
  const interval = found?.intervalAt(alpha) ?? null;
  if (measure.kind === "percentile") {
    const have = Math.min(judgedValues(units, "baseline"), judgedValues(units, "candidate"));
    return { ...shared, interval, have, needed: valuesForPercentile(measure.probability, alpha) };
  }
  const needed = clustersForMean(check.criterion.maximumRatio!, alpha);
  return { ...shared, interval, have: found?.clusters ?? 0, needed };
}

function judgedValues(units: readonly RatioUnit[], side: Side): number {
  const judged = units.filter(({ values }) => values.baseline.length > 0 && values.candidate.length > 0);
  return judged.reduce((sum, { values }) => sum + values[side].length, 0);
}

function verdictOf(evidence: Evidence, isRisen: boolean): Verdict {
  const { interval } = evidence;
  if (interval === null) return "inconclusive";
  if (isKept(evidence)) return hiding(evidence) === null ? "pass" : "inconclusive";
  return isRisen ? "fail" : "inconclusive";
}

/** True when the bound is kept by what was observed. */
function isKept({ interval, check }: Evidence): boolean {
  return isWithin(interval, check);
}

function isWithin(interval: Interval | null, { criterion }: GateCheck): boolean {
  return interval !== null && interval.upper <= criterion.maximumRatio!;
}

/** What could hide a rise though the bound is kept by what was observed; `null` when nothing could. */
function hiding({ measure, reported, have, needed, planned, isKeptAtWorst }: Evidence): string | null {
  const { lacking, valued } = reported.candidate;
  if (lacking > 0)
    return `${count(lacking)} of ${plural(lacking + valued, "answered trial")} of the candidate report no value`;
  if (reported.baseline.zero > 0)
    return `${plural(reported.baseline.zero, "answered trial")} of the baseline report 0, of which there is no ratio`;
  if (!isKeptAtWorst)
    return `the candidate left ${plural(planned - valued, "trial")} unanswered, and were they the worst of all, it would not`;
  if (measure.kind === "mean" && have < needed)
    return `${plural(have, "independent case")} cannot prove it, at least ${count(needed)} are needed`;
  return null;
}

function reasonFor(evidence: Evidence, decision: Verdict): string {
  const { check, found, interval } = evidence;
  const { metric } = check.criterion;
  const accepted = changeSize(check.criterion.maximumRatio!);
  const where = whereOf(check.cohort.name);
  if (found === null) return `${metric} ${where}: ${nothingJudged(evidence)}`;
  if (interval === null || found.ratio === null) return `${metric} ${where}: ${unbounded(evidence)}`;
  const { lower, upper, level: confidence } = interval;
  const range = `${level(confidence)} interval ${signedChange(lower)} to ${signedChange(upper)}`;
  const values = `${ratioValue(metric, found.baseline)} → ${ratioValue(metric, found.candidate)}`;
  const observed = `${metric} ${where} ${movement(found.ratio)} (${values}; ${range})`;
  return `${observed}: ${conclusion(evidence, decision, found.ratio, accepted)}${withoutValue(evidence)}`;
}

function conclusion(evidence: Evidence, decision: Verdict, ratio: number, accepted: string): string {
  if (decision === "pass") return `a rise of more than ${accepted} is ruled out`;
  if (decision === "fail") {
    const isBeyond = ratio > evidence.check.criterion.maximumRatio!;
    return `${isBeyond ? "more than" : "proven to rise, and not shown to stay within"} the accepted ${accepted}`;
  }
  const hidden = isKept(evidence) ? hiding(evidence) : null;
  if (hidden !== null) return `not proven to stay within the accepted ${accepted}, since ${hidden}`;
  return `neither a rise nor that it stays within the accepted ${accepted} is proven`;
}

function movement(ratio: number): string {
  const size = changeSize(ratio);
  if (size === "0.0 %") return "stayed the same";
  return `${ratio < 1 ? "fell" : "rose"} by ${size}`;
}

function nothingJudged({ cases, reported: { baseline, candidate } }: Evidence): string {
  if (cases === 0) return "the cohort has no cases in this run";
  const trials = `${plural(baseline.valued, "trial")} of the baseline and ${count(candidate.valued)} of the candidate report one`;
  return `not one of ${plural(cases, "case")} has a value on both sides; ${trials}`;
}

function unbounded({ measure, have, needed }: Evidence): string {
  if (measure.kind === "mean")
    return `${plural(have, "independent case")} cannot bound the ratio; at least ${count(needed)} are needed`;
  if (have < needed)
    return `${plural(have, "trial")} on a side cannot bound the percentile; at least ${count(needed)} on each side are needed`;
  return "the percentile or a bound of it is 0 ms, of which there is no ratio";
}

/** How many planned trials each side has no value for: unanswered, or answered without it. */
function withoutValue({ planned, reported }: Evidence): string {
  const gaps = (["baseline", "candidate"] as const)
    .map((side) => ({ side, gap: planned - reported[side].valued }))
    .filter(({ gap }) => gap > 0)
    .map(({ side, gap }) => `${count(gap)} of ${plural(planned, "trial")} of the ${side}`);
  return gaps.length === 0 ? "" : `; without a value: ${gaps.join(" and ")}`;
}
