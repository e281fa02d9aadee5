import type { Case } from "../core/dataset.ts";
import type { Json } from "../core/json.ts";
import type { CaseChange, CaseReport } from "../core/report.ts";
import type { Sample, Side } from "../core/sample.ts";
import type { Score } from "../core/score.ts";

const longestText = 4000;
const longestInput = 2000;

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

/** The cases of a report, and how many of all became what. */
export interface ReportedCases {
  readonly counts: Record<CaseChange, number>;
  /** Those that did not stay the same, the ones to look at first in front: by kind, then by how many metrics got worse, then by id. */
  readonly changed: CaseReport[];
}

/**
 * What became of every case.
 *
 * @param metrics names of the evaluators, in the order in which they are told.
 */
export function reportCases(
  cases: readonly Case[],
  samples: readonly Sample[],
  scores: readonly Score[],
  repetitions: number,
  metrics: readonly string[],
): ReportedCases {
  const trials = pairTrials(samples, scores);
  const counts: Record<CaseChange, number> = {
    regressed: 0,
    improved: 0,
    unchanged: 0,
    errored: 0,
    unscored: 0,
  };
  const changed: CaseReport[] = [];
  for (const item of cases) {
    const found = Array.from({ length: repetitions }, (_, index) => {
      const trial = trialAt(trials, item.id, index + 1);
      return { trial, ...changeOf(trial) };
    });
    const worst = found.reduce((a, b) =>
      changesInOrder.indexOf(b.change) < changesInOrder.indexOf(a.change) ? b : a,
    );
    counts[worst.change]++;
    if (worst.change !== "unchanged") changed.push(caseReport(item, worst, found, metrics));
  }
  const rank = ({ change }: CaseReport) => changesInOrder.indexOf(change);
  const harm = ({ regressedMetrics }: CaseReport) => regressedMetrics.length;
  changed.sort((a, b) => rank(a) - rank(b) || harm(b) - harm(a) || (a.caseId < b.caseId ? -1 : 1));
  return { counts, changed };
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

function caseReport(
  item: Case,
  worst: ChangedTrial,
  found: readonly ChangedTrial[],
  metrics: readonly string[],
): CaseReport {
  const names = (kind: "regressed" | "improved") =>
    metrics.filter((metric) => found.some((entry) => entry[kind].includes(metric)));
  return {
    caseId: item.id,
    cohorts: item.cohorts,
    policyLabels: item.policyLabels ?? [],
    change: worst.change,
    regressedMetrics: names("regressed"),
    improvedMetrics: names("improved"),
    input: (item.input.messages?.at(-1)?.content ?? JSON.stringify(item.input.variables)).slice(
      0,
      longestInput,
    ),
    expected: (item.expected ?? null) as Json,
    repetition: worst.trial.repetition,
    baseline: sideOf(worst.trial, "baseline"),
    candidate: sideOf(worst.trial, "candidate"),
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

function sideOf({ samples, scores }: PairOfTrials, side: Side): CaseReport["baseline"] {
  const sample = samples[side];
  const notRun = { kind: "aborted" as const, message: "the trial was not run", retryable: true };
  return {
    text: sample?.output?.text.slice(0, longestText) ?? null,
    toolCalls: sample?.output?.toolCalls ?? [],
    failure: sample === undefined ? notRun : sample.failure,
    evaluations: Object.fromEntries([...scores[side]].map(([name, { evaluation }]) => [name, evaluation])),
  };
}
