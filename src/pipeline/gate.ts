import { inCohort } from "../core/cohort.ts";
import type { Decision } from "../core/comparison.ts";
import type { Case } from "../core/dataset.ts";
import { errorRateMetric, type Verdict, verdictsWorstFirst } from "../core/gate.ts";
import type { Sample } from "../core/sample.ts";
import type { JudgeQuality } from "../core/score.ts";
import { trialRate } from "../core/trial-rate.ts";
import { compare } from "./compare.ts";
import { decideMargin } from "./decide-margin.ts";
import { decideRatio } from "./decide-ratio.ts";
import { decideAtLeast, decideErrorRate, decideTrialRate } from "./decide-threshold.ts";
import { harmOf } from "./harm.ts";
import { type CaseOutcome, pairTrials } from "./pair.ts";
import { repetitionsNeeded } from "./power-repetitions.ts";
import type { GateCheck } from "./resolve-gate.ts";
import { withUnreported } from "./unreported.ts";

/** What the gate decides on. */
export interface GateInput {
  readonly checks: readonly GateCheck[];
  readonly cases: readonly Case[];
  readonly samples: readonly Sample[];
  /** Outcomes of the cases by metric. */
  readonly outcomes: ReadonlyMap<string, readonly CaseOutcome[]>;
  /** How often the judge of a metric is right, where it is measured. */
  readonly judges: ReadonlyMap<string, JudgeQuality>;
  readonly repetitions: number;
  readonly alpha: number;
  /** Seed of everything random in the statistics. */
  readonly seed: string;
}

/** Decides every check, worst first; blocking before advisory. */
export function gate(input: GateInput): Decision[] {
  const decisions = [...decideMargins(input), ...decideThresholds(input), ...decideRatios(input)];
  return worstFirst(decisions);
}

/** Decisions in the order of the report: worst first, blocking before advisory. */
export function worstFirst(decisions: readonly Decision[]): Decision[] {
  return [...decisions].sort(
    (a, b) =>
      severityRank(a) - severityRank(b) ||
      verdictRank(a.decision) - verdictRank(b.decision) ||
      lossOf(a) - lossOf(b) ||
      compareText(a.metric, b.metric) ||
      compareText(a.cohort, b.cohort),
  );
}

/** The verdict over decisions: the worst of the blocking ones that are not waived. Without one nothing was proven. */
export function verdictOver(decisions: readonly Decision[]): Verdict {
  const blocking = decisions
    .filter(({ severity, waiver }) => severity === "blocking" && waiver === undefined)
    .map(({ decision }) => decision);
  return verdictsWorstFirst.find((verdict) => blocking.includes(verdict)) ?? "inconclusive";
}

/** Passing a margin needs no correction, since every criterion must pass; failing one is corrected over all of the same severity. */
function decideMargins(input: GateInput): Decision[] {
  const { checks, cases: allCases, samples, outcomes, judges, repetitions, alpha, seed } = input;
  return (["blocking", "advisory"] as const).flatMap((severity) => {
    const family = checks.filter(
      ({ criterion }) => criterion.margin !== undefined && criterion.severity === severity,
    );
    const tested = family.map((check) => {
      const cases = outcomes.get(check.criterion.metric)!;
      return { check, cases, found: compare(check.criterion.metric, check.cohort, cases, alpha) };
    });
    const harm = harmOf(tested, seed);
    return tested.map(({ check, cases, found }, index) => {
      const { metric, margin } = check.criterion;
      const members = cases.filter(({ tags }) => inCohort(check.cohort, tags));
      const evidence = {
        found,
        harm: harm[index]!,
        judge: judges.get(metric) ?? null,
        repetitionsNeeded: repetitions > 1 ? repetitionsNeeded(members, { margin: margin!, alpha }) : null,
      };
      return withUnreported(decideMargin(check, evidence, alpha), check, { cases: allCases, samples });
    });
  });
}

function decideThresholds({
  checks,
  cases,
  samples,
  outcomes,
  judges,
  repetitions,
  alpha,
}: GateInput): Decision[] {
  return checks.flatMap((check) => {
    const { metric, margin, maximumRatio, atMost } = check.criterion;
    if (margin !== undefined || maximumRatio !== undefined) return [];
    const rate = trialRate(metric);
    if (rate !== undefined) {
      const bounded = { ...rate, isHarm: atMost !== undefined };
      const paired = pairTrials(cases, samples, bounded, repetitions);
      return [withUnreported(decideTrialRate(check, paired, alpha), check, { cases, samples })];
    }
    if (metric === errorRateMetric) return [decideErrorRate(check, cases, samples, repetitions, alpha)];
    return [decideAtLeast(check, outcomes.get(metric)!, judges.get(metric) ?? null, alpha)];
  });
}

/** As for margins: passing needs no correction, a proven rise is corrected over the ratios of the same severity. */
function decideRatios({ checks, cases, samples, repetitions, alpha }: GateInput): Decision[] {
  const ratios = checks.filter(({ criterion }) => criterion.maximumRatio !== undefined);
  return ratios.map((check) => {
    const { severity } = check.criterion;
    const family = ratios.filter(({ criterion }) => criterion.severity === severity).length;
    return decideRatio(check, cases, samples, { repetitions, alpha, family });
  });
}

function severityRank({ severity }: Decision): number {
  return severity === "blocking" ? 0 : 1;
}

function verdictRank(verdict: Verdict): number {
  return verdictsWorstFirst.indexOf(verdict);
}

/** Orders by how bad it is: the largest loss or rise first, a threshold before them. */
function lossOf({ rule, margin, estimate }: Decision): number {
  if (rule.kind === "rise") return -(estimate ?? 1);
  if (rule.kind === "ratio") return estimate === null ? -1 : 1 - estimate;
  return margin === null ? -2 : (estimate ?? -1);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
