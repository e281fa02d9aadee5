import { createHash } from "node:crypto";
import type { Case } from "../core/dataset.ts";
import type { CaseChange, CaseReport } from "../core/report.ts";
import type { Sample, Side } from "../core/sample.ts";
import type { Score } from "../core/score.ts";
import { expectedOf, inputOf, passagesOf, sideOf } from "./report-case-side.ts";

/** Cases that a report holds before it leaves out some that stayed the same or got better. */
const mostCases = 2000;

/** Order of the cases in a report, the one to look at first in front. */
const changesInOrder: readonly CaseChange[] = ["regressed", "errored", "unscored", "improved", "unchanged"];

/** One repetition of a case on both sides. */
interface PairOfTrials {
  readonly repetition: number;
  readonly samples: Partial<Record<Side, Sample>>;
  readonly scores: Record<Side, Map<string, Score>>;
}

/** One repetition with what became of it. */
interface ChangedTrial {
  readonly trial: PairOfTrials;
  readonly change: CaseChange;
  readonly regressed: readonly string[];
  readonly improved: readonly string[];
}

/** A case with what became of it: the worst of its repetitions, and all of them. */
interface JudgedCase {
  readonly item: Case;
  readonly worst: ChangedTrial;
  readonly found: readonly ChangedTrial[];
}

/** The cases of a report, and how many of all became what. */
export interface ReportedCases {
  readonly counts: Record<CaseChange, number>;
  /** The ones to look at first in front: by kind, then by how many metrics got worse, then by id. */
  readonly cases: CaseReport[];
}

/**
 * What became of every case.
 *
 * @param metrics names of the evaluators, in the order in which they are told.
 * @param seed decides which cases are left out of a report of many.
 */
export function reportCases(
  cases: readonly Case[],
  samples: readonly Sample[],
  scores: readonly Score[],
  repetitions: number,
  metrics: readonly string[],
  seed: number,
): ReportedCases {
  const trials = pairTrials(samples, scores);
  const judged = cases.map((item) => judge(item, trials, repetitions));
  const counts: Record<CaseChange, number> = {
    regressed: 0,
    improved: 0,
    unchanged: 0,
    errored: 0,
    unscored: 0,
  };
  for (const { worst } of judged) counts[worst.change]++;
  const reported = chosen(judged, seed).map((each) => caseReport(each, metrics));
  const rank = ({ change }: CaseReport) => changesInOrder.indexOf(change);
  const harm = ({ regressedMetrics }: CaseReport) => regressedMetrics.length;
  reported.sort((a, b) => rank(a) - rank(b) || harm(b) - harm(a) || (a.caseId < b.caseId ? -1 : 1));
  return { counts, cases: reported };
}

function judge(item: Case, trials: Trials, repetitions: number): JudgedCase {
  const found = Array.from({ length: repetitions }, (_, index) => {
    const trial = trialAt(trials, item.id, index + 1);
    return { trial, ...changeOf(trial) };
  });
  const worst = found.reduce((a, b) =>
    changesInOrder.indexOf(b.change) < changesInOrder.indexOf(a.change) ? b : a,
  );
  return { item, worst, found };
}

/** All cases; of too many those that regressed or errored, and a sample of the others that does not depend on their order. */
function chosen(judged: readonly JudgedCase[], seed: number): readonly JudgedCase[] {
  if (judged.length <= mostCases) return judged;
  const isHarmed = ({ worst }: JudgedCase) => worst.change === "regressed" || worst.change === "errored";
  const harmed = judged.filter(isHarmed);
  const others = judged
    .filter((each) => !isHarmed(each))
    .map((each) => ({ each, lot: createHash("sha256").update(`${seed}/${each.item.id}`).digest("hex") }))
    .sort((a, b) => (a.lot < b.lot ? -1 : 1))
    .slice(0, Math.max(0, mostCases - harmed.length));
  return [...harmed, ...others.map(({ each }) => each)];
}

type Trials = Map<string, PairOfTrials[]>;

function pairTrials(samples: readonly Sample[], scores: readonly Score[]): Trials {
  const trials: Trials = new Map();
  const at = (caseId: string, repetition: number) => {
    const found = trialAt(trials, caseId, repetition);
    const own = trials.get(caseId);
    if (own === undefined) trials.set(caseId, placed([], repetition, found));
    else placed(own, repetition, found);
    return found;
  };
  for (const sample of samples) at(sample.caseId, sample.repetition).samples[sample.side] = sample;
  for (const score of scores)
    at(score.caseId, score.repetition).scores[score.side].set(score.evaluator, score);
  return trials;
}

function placed(own: PairOfTrials[], repetition: number, trial: PairOfTrials): PairOfTrials[] {
  own[repetition - 1] = trial;
  return own;
}

function trialAt(trials: Trials, caseId: string, repetition: number): PairOfTrials {
  const known = trials.get(caseId)?.[repetition - 1];
  return known ?? { repetition, samples: {}, scores: { baseline: new Map(), candidate: new Map() } };
}

function caseReport({ item, worst, found }: JudgedCase, metrics: readonly string[]): CaseReport {
  const names = (kind: "regressed" | "improved") =>
    metrics.filter((metric) => found.some((entry) => entry[kind].includes(metric)));
  const { samples, scores, repetition } = worst.trial;
  return {
    caseId: item.id,
    cohorts: item.cohorts,
    policyLabels: item.policyLabels ?? [],
    change: worst.change,
    regressedMetrics: names("regressed"),
    improvedMetrics: names("improved"),
    input: inputOf(item),
    expected: expectedOf(item),
    ...(item.context && { context: passagesOf(item.context) }),
    repetition,
    baseline: sideOf(samples.baseline, scores.baseline),
    candidate: sideOf(samples.candidate, scores.candidate),
  };
}

/** Regressed when any evaluator that passed no longer does; errored when a side has no answer or no score where there should be one. */
function changeOf(trial: PairOfTrials): { change: CaseChange; regressed: string[]; improved: string[] } {
  const { samples, scores } = trial;
  const regressed: string[] = [];
  const improved: string[] = [];
  const isAnswered = samples.baseline?.output != null && samples.candidate?.output != null;
  let hasError = !isAnswered;
  let hasScore = false;
  for (const [name, { evaluation: before }] of scores.baseline) {
    const after = scores.candidate.get(name)?.evaluation;
    if (before.status === "error" || after?.status === "error") hasError = true;
    if (before.status !== "scored") continue;
    hasScore = true;
    const holds = after?.status === "scored" && after.pass;
    if (before.pass && after?.status !== "error" && isAnswered && !holds) regressed.push(name);
    if (!before.pass && holds) improved.push(name);
  }
  const change =
    regressed.length > 0
      ? "regressed"
      : hasError
        ? "errored"
        : !hasScore
          ? "unscored"
          : improved.length > 0
            ? "improved"
            : "unchanged";
  return { change, regressed, improved };
}
