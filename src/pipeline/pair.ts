import type { PairCounts } from "../core/comparison.ts";
import type { Case } from "../core/dataset.ts";
import { readMetric } from "../core/gate.ts";
import type { Sample } from "../core/sample.ts";
import type { Score } from "../core/score.ts";
import type { TrialRate } from "../core/trial-rate.ts";
import { mean } from "../stats/clusters.ts";

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
  const outcomes = new Map<string, Outcome>();
  const { evaluator, isValue } = readMetric(metric);
  const known = new Set(cases.map(({ id }) => id));
  for (const score of scores) {
    if (score.evaluator !== evaluator) continue;
    const place = placeOf(score.side, score.caseId, score.repetition);
    if (!known.has(score.caseId) || score.repetition > repetitions) {
      throw new RangeError(`a ${metric} score for ${place}, which was not planned`);
    }
    if (outcomes.has(place)) throw new RangeError(`two ${metric} scores for ${place}`);
    outcomes.set(place, outcomeOf(score, isValue));
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
  const outcomes = new Map<string, Outcome>();
  for (const sample of samples) {
    const told = happened(sample);
    if (told === null) continue;
    outcomes.set(placeOf(sample.side, sample.caseId, sample.repetition), told !== isHarm ? 1 : 0);
  }
  return cases.map((item) => caseOutcome(item, outcomes, repetitions));
}

function placeOf(side: string, caseId: string, repetition: number): string {
  return `${side}/${repetition}/${caseId}`;
}

function outcomeOf({ evaluation }: Score, isValue: boolean): Outcome {
  if (evaluation.status === "scored") return isValue ? evaluation.value : evaluation.pass ? 1 : 0;
  return evaluation.status === "unscored" ? "not_applicable" : "missing";
}

function caseOutcome(item: Case, outcomes: ReadonlyMap<string, Outcome>, repetitions: number): CaseOutcome {
  const pairs: [Outcome, Outcome][] = [];
  for (let repetition = 1; repetition <= repetitions; repetition++) {
    const baseline = outcomes.get(placeOf("baseline", item.id, repetition)) ?? "missing";
    const candidate = outcomes.get(placeOf("candidate", item.id, repetition)) ?? "missing";
    pairs.push([baseline, candidate]);
  }
  const applicable = pairs.filter((both) => !doesNotApply(both));
  const judged = applicable.filter(([baseline, candidate]) => isScore(baseline) && isScore(candidate));
  const withheld = pairs.filter(([baseline, candidate]) => isScore(baseline) && isNone(candidate)).length;
  const alone = pairs.map(([, candidate]) => candidate).filter(isScore);
  const unanswered = pairs.filter(([, candidate]) => candidate === "missing").length;
  return {
    caseId: item.id,
    tags: item.cohorts,
    cluster: item.cluster ?? item.id,
    counts: countPairs(pairs),
    observed: rates(judged, 0, 0),
    worstCase: rates(applicable, 1, 0),
    candidateAlone: {
      sum: alone.reduce((sum, score) => sum + score, 0),
      scored: alone.length,
      missing: unanswered + withheld,
    },
  };
}

const isScore = (outcome: Outcome): outcome is number => typeof outcome === "number";
const isNone = (outcome: Outcome) => outcome === "not_applicable";

/**
 * Where the baseline had nothing to judge there is nothing to lose by silence, so a candidate that did not answer is not missed here:
 * most metrics apply to a part of the cases only, and \`error_rate\` counts what was not answered. A candidate that was judged there counts.
 */
const doesNotApply = ([baseline, candidate]: readonly [Outcome, Outcome]) =>
  isNone(baseline) && !isScore(candidate);

function rates(
  pairs: readonly [Outcome, Outcome][],
  baselineMissing: number,
  candidateMissing: number,
): { baseline: number; candidate: number } | null {
  if (pairs.length === 0) return null;
  const value = (outcome: Outcome, missing: number) => (isScore(outcome) ? outcome : missing);
  return {
    baseline: mean(pairs.map(([baseline]) => value(baseline, baselineMissing))),
    candidate: mean(pairs.map(([, candidate]) => value(candidate, candidateMissing))),
  };
}

function countPairs(pairs: readonly [Outcome, Outcome][]): PairCounts {
  const counts: PairCounts = {
    planned: pairs.length,
    scored: 0,
    notApplicable: 0,
    candidateMissing: 0,
    baselineMissing: 0,
    bothMissing: 0,
  };
  for (const [baseline, candidate] of pairs) {
    if (isScore(baseline) && isScore(candidate)) counts.scored++;
    else if (doesNotApply([baseline, candidate])) counts.notApplicable++;
    else if (isScore(baseline)) counts.candidateMissing++;
    else if (isScore(candidate)) counts.baselineMissing++;
    else counts.bothMissing++;
  }
  return counts;
}

/** Counts of several cases together. */
export function sumCounts(outcomes: readonly CaseOutcome[]): PairCounts {
  const total: PairCounts = {
    planned: 0,
    scored: 0,
    notApplicable: 0,
    candidateMissing: 0,
    baselineMissing: 0,
    bothMissing: 0,
  };
  for (const { counts } of outcomes) {
    for (const kind of Object.keys(total) as (keyof PairCounts)[]) total[kind] += counts[kind];
  }
  return total;
}
