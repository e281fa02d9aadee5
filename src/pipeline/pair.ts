import type { PairCounts } from "../core/comparison.ts";
import type { Case } from "../core/dataset.ts";
import { readMetric } from "../core/gate.ts";
import type { Sample } from "../core/sample.ts";
import type { Score } from "../core/score.ts";
import type { TrialRate } from "../core/trial-rate.ts";
import { putAt, type Slots, slotOf, valueAt } from "./slots.ts";

/** How one side of a pair came out: a number 0..1 (of a pass rate 1 or 0), nothing to judge, or no score. */
type Outcome = number | "not_applicable" | "missing";

/** One case under one metric: what happened in each repetition, and the case's mean rates over the pairs that count. */
export interface CaseOutcome {
  readonly caseId: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Name of the cluster; the case's own id where it shares none. */
  readonly cluster: string;
  readonly counts: PairCounts;
  /** Mean over the pairs that are scored on both sides; `null` when there is none. */
  readonly observed: { readonly baseline: number; readonly candidate: number } | null;
  /** Mean with every missing score counted against the candidate; `null` when the metric does not apply to the case. */
  readonly worstCase: { readonly baseline: number; readonly candidate: number } | null;
  /** The candidate's own trials, whatever the baseline did: the sum of the scores, how many there are, and how many there should be beside them. */
  readonly candidateAlone: { readonly sum: number; readonly scored: number; readonly missing: number };
}

/**
 * Pairs the scores of one metric by case and repetition. The denominator is what was planned: a pair without scores is counted
 * as missing, never left out. The metric is the name of an evaluator, for its pass rate, or the name with `.value`, for its mean score.
 *
 * @throws RangeError for two scores of the same side, case and repetition, and for a score of a case or repetition that was not planned.
 */
export function pair(
  cases: readonly Case[],
  scores: readonly Score[],
  metric: string,
  repetitions: number,
): CaseOutcome[] {
  const outcomes: Slots<Outcome> = new Map();
  const { evaluator, isValue } = readMetric(metric);
  const known = new Set(cases.map(({ id }) => id));
  for (const score of scores) {
    if (score.evaluator !== evaluator) continue;
    if (!known.has(score.caseId) || score.repetition > repetitions) {
      throw new RangeError(`a ${metric} score for ${shownPlace(score)}, which was not planned`);
    }
    if (valueAt(outcomes, score) !== undefined)
      throw new RangeError(`two ${metric} scores for ${shownPlace(score)}`);
    putAt(outcomes, score, outcomeOf(score, isValue));
  }
  return cases.map((item) => caseOutcome(item, outcomes, repetitions));
}

/**
 * Pairs a share of trials by case and repetition. What is good of it counts 1: that it happened, or with `isHarm` that it did not. A trial that
 * does not tell is missing, so that it speaks against the candidate before a pass.
 */
export function pairTrials(
  cases: readonly Case[],
  samples: readonly Sample[],
  { happened, isHarm }: TrialRate,
  repetitions: number,
): CaseOutcome[] {
  const outcomes: Slots<Outcome> = new Map();
  for (const sample of samples) {
    const told = happened(sample);
    if (told === null) continue;
    putAt(outcomes, sample, told !== isHarm ? 1 : 0);
  }
  return cases.map((item) => caseOutcome(item, outcomes, repetitions));
}

function shownPlace({ side, caseId, repetition }: Score): string {
  return `${side}/${repetition}/${caseId}`;
}

function outcomeOf({ evaluation }: Score, isValue: boolean): Outcome {
  if (evaluation.status === "scored") return isValue ? evaluation.value : evaluation.pass ? 1 : 0;
  return evaluation.status === "unscored" ? "not_applicable" : "missing";
}

function caseOutcome(
  item: Case,
  outcomes: ReadonlyMap<string, readonly Outcome[]>,
  repetitions: number,
): CaseOutcome {
  const own = outcomes.get(item.id) ?? [];
  const counts = noPairs();
  const observed = { baseline: 0, candidate: 0 };
  const worst = { baseline: 0, candidate: 0 };
  const candidateAlone = { sum: 0, scored: 0, missing: 0 };
  for (let repetition = 1; repetition <= repetitions; repetition++) {
    const baseline = own[slotOf("baseline", repetition)] ?? "missing";
    const candidate = own[slotOf("candidate", repetition)] ?? "missing";
    counts.planned++;
    countAlone(candidateAlone, baseline, candidate);
    // Where the baseline had nothing to judge there is nothing to lose by silence, so a candidate that did not answer is not missed here:
    // most metrics apply to a part of the cases only, and `error_rate` counts what was not answered. One that was judged there counts.
    if (baseline === "not_applicable" && !isScore(candidate)) {
      counts.notApplicable++;
      continue;
    }
    worst.baseline += isScore(baseline) ? baseline : 1;
    worst.candidate += isScore(candidate) ? candidate : 0;
    if (isScore(baseline) && isScore(candidate)) {
      counts.scored++;
      observed.baseline += baseline;
      observed.candidate += candidate;
    } else if (isScore(baseline)) counts.candidateMissing++;
    else if (isScore(candidate)) counts.baselineMissing++;
    else counts.bothMissing++;
  }
  return {
    caseId: item.id,
    tags: item.cohorts,
    cluster: item.cluster ?? item.id,
    counts,
    observed: meanOver(observed, counts.scored),
    worstCase: meanOver(worst, counts.planned - counts.notApplicable),
    candidateAlone,
  };
}

const isScore = (outcome: Outcome): outcome is number => typeof outcome === "number";

/** A candidate that is silent where the baseline was judged withholds a score; otherwise its own trials count, whatever the baseline did. */
function countAlone(
  alone: { sum: number; scored: number; missing: number },
  baseline: Outcome,
  candidate: Outcome,
): void {
  if (isScore(candidate)) {
    alone.sum += candidate;
    alone.scored++;
  } else if (candidate === "missing" || isScore(baseline)) alone.missing++;
}

function meanOver(
  { baseline, candidate }: { baseline: number; candidate: number },
  pairs: number,
): { baseline: number; candidate: number } | null {
  return pairs === 0 ? null : { baseline: baseline / pairs, candidate: candidate / pairs };
}

function noPairs(): PairCounts {
  return { planned: 0, scored: 0, notApplicable: 0, candidateMissing: 0, baselineMissing: 0, bothMissing: 0 };
}

/** Counts of several cases together. */
export function sumCounts(outcomes: readonly CaseOutcome[]): PairCounts {
  const total = noPairs();
  for (const { counts } of outcomes) {
    total.planned += counts.planned;
    total.scored += counts.scored;
    total.notApplicable += counts.notApplicable;
    total.candidateMissing += counts.candidateMissing;
    total.baselineMissing += counts.baselineMissing;
    total.bothMissing += counts.bothMissing;
  }
  return total;
}
