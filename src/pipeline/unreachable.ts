import { inCohort } from "../core/cohort.ts";
import type { Case } from "../core/dataset.ts";
import { count, percent, plural, points } from "../core/quantities.ts";
import { minimumNForMargin } from "../stats/index.ts";
import { unreachableRatio } from "./decide-ratio.ts";
import { pairedStatistics } from "./paired-statistics.ts";
import type { GateCheck, ResolvedGate } from "./resolve-gate.ts";
import { leastForThreshold } from "./threshold-sizes.ts";

/** Bounds that so few cases can never satisfy, even were no case to differ and none bad: one sentence each, with what could be. */
export function unreachable(
  { checks }: ResolvedGate,
  cases: readonly Case[],
  repetitions: number,
  alpha: number,
): string[] {
  return checks.flatMap((check) => {
    const { criterion, cohort } = check;
    const members = cases.filter((item) => inCohort(cohort, item.cohorts));
    if (criterion.margin !== undefined) return unreachableMargin(check, criterion.margin, members, alpha);
    const ratio = unreachableRatio(check, cases, { repetitions, alpha });
    return ratio === null ? unreachableRate(check, members, alpha) : [ratio];
  });
}

function unreachableMargin(
  { criterion, cohort }: GateCheck,
  margin: number,
  members: readonly Case[],
  alpha: number,
): string[] {
  const alike = members.map(({ id, cluster = id }) => ({ difference: 0, cluster }));
  const best = pairedStatistics(alike, alpha);
  if (best !== null && best.nonInferiorityP(margin) <= alpha) return [];
  const sizes = new Map<string, number>();
  for (const { cluster } of alike) sizes.set(cluster, (sizes.get(cluster) ?? 0) + 1);
  const largest = Math.max(1, ...sizes.values());
  const needed = (minimumNForMargin(margin, alpha) ?? 0) * largest;
  const sharing = largest === 1 ? "" : `, since up to ${count(largest)} of them share a cluster`;
  const narrowest =
    best === null ? null : narrowestMargin(margin, (wider) => best.nonInferiorityP(wider) <= alpha);
  const remedy = narrowest === null ? "" : `; the narrowest margin for so few is ${points(narrowest)}`;
  return [
    `${criterion.metric} in ${cohort.name} can never pass: a margin of ${points(margin)} needs about ${plural(needed, "case")}${sharing}, and the cohort has ${count(members.length)}${remedy}`,
  ];
}

/** The first wider margin, in steps of half a point, that can be proven; `null` where none of less than a half can. */
function narrowestMargin(from: number, isProven: (margin: number) => boolean): number | null {
  for (let steps = Math.floor(from * 200) + 1; steps < 100; steps++) {
    if (isProven(steps / 200)) return steps / 200;
  }
  return null;
}

/** A bound on a rate that would not be proven were not one case bad. */
function unreachableRate(
  { criterion: { metric, atLeast, atMost }, cohort }: GateCheck,
  members: readonly Case[],
  alpha: number,
): string[] {
  const threshold = atLeast ?? atMost;
  if (threshold === undefined) return [];
  const kind = atLeast === undefined ? "at_most" : "at_least";
  const needed = leastForThreshold({ kind, threshold }, alpha);
  const independent = new Set(members.map(({ id, cluster = id }) => cluster)).size;
  if (independent >= needed) return [];
  const bound = `${kind === "at_most" ? "at most" : "at least"} ${percent(threshold)}`;
  const clustered = independent < members.length ? `, ${count(independent)} of them independent` : "";
  return [
    `${metric} in ${cohort.name} can never pass: ${bound} needs ${plural(needed, "case")} without a bad one, and the cohort has ${count(members.length)}${clustered}`,
  ];
}
