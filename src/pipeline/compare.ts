import { type Cohort, inCohort } from "../core/cohort.ts";
import type { Comparison } from "../core/comparison.ts";
import { mean } from "../stats/clusters.ts";
import { type CaseOutcome, sumCounts } from "./pair.ts";
import { type PairedStatistics, pairedStatistics, type Unit } from "./paired-statistics.ts";

/** A metric in a cohort: what is reported of it, and the statistics that the gate asks. */
export interface CohortComparison {
  readonly comparison: Comparison;
  /** Over the pairs that were scored on both sides; `null` when there is none. */
  readonly observed: PairedStatistics | null;
  /** With every missing score counted against the candidate; `null` when nothing is missing or nothing applies. */
  readonly worstCase: PairedStatistics | null;
}

/** What was compared already, since the gate and the report ask for the same. */
const known = new WeakMap<readonly CaseOutcome[], Map<string, CohortComparison>>();

/** Compares the sides for one metric in one cohort. Of a rate of harm the comparison is that of its absence. */
export function compare(
  metric: string,
  cohort: Cohort,
  outcomes: readonly CaseOutcome[],
  alpha: number,
): CohortComparison {
  const own = known.get(outcomes) ?? new Map<string, CohortComparison>();
  known.set(outcomes, own);
  const key = JSON.stringify([metric, cohort.name, alpha]);
  const found = own.get(key) ?? compareMembers(metric, cohort, outcomes, alpha);
  own.set(key, found);
  return found;
}

function compareMembers(
  metric: string,
  cohort: Cohort,
  outcomes: readonly CaseOutcome[],
  alpha: number,
): CohortComparison {
  const members = outcomes.filter(({ tags }) => inCohort(cohort, tags));
  const pairs = sumCounts(members);
  const observed = pairedStatistics(unitsOf(members, "observed"), alpha);
  const isMissing = pairs.candidateMissing + pairs.baselineMissing + pairs.bothMissing > 0;
  const worstCase = isMissing ? pairedStatistics(unitsOf(members, "worstCase"), alpha) : null;
  const comparison: Comparison = {
    metric,
    cohort: cohort.name,
    n: observed?.n ?? 0,
    clusters: observed?.clusters ?? 0,
    pairs,
    baseline: meanOf(members, "baseline"),
    candidate: meanOf(members, "candidate"),
    difference: observed?.difference ?? null,
    interval: observed?.interval ?? null,
    regressed: observed?.regressed ?? 0,
    improved: observed?.improved ?? 0,
    method: observed?.method ?? "none",
  };
  return { comparison, observed, worstCase };
}

function unitsOf(members: readonly CaseOutcome[], which: "observed" | "worstCase"): Unit[] {
  const units: Unit[] = [];
  for (const member of members) {
    const rates = member[which];
    if (rates !== null) units.push({ difference: rates.candidate - rates.baseline, cluster: member.cluster });
  }
  return units;
}

function meanOf(members: readonly CaseOutcome[], side: "baseline" | "candidate"): number | null {
  const rates: number[] = [];
  for (const { observed } of members) if (observed !== null) rates.push(observed[side]);
  return rates.length === 0 ? null : mean(rates);
}
