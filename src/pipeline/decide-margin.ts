import type { Decision } from "../core/comparison.ts";
import type { Verdict } from "../core/gate.ts";
import { percent, plural, points, signedPoints } from "../core/quantities.ts";
import {
  minimumDetectableEffectPairedBinary,
  minimumNForMargin,
  nonInferiorityN,
  pairedBinaryN,
} from "../stats/index.ts";
import type { CohortComparison } from "./compare.ts";
import type { Harm } from "./harm.ts";
import type { PairedStatistics } from "./paired-statistics.ts";
import type { GateCheck } from "./resolve-gate.ts";

/** Probability with which a drop should be seen, where the report speaks of numbers of cases. */
const power = 0.8;

/**
 * The decision on a margin: pass when non-inferiority is proven, also were every missing score to speak against the candidate;
 * else fail when harm is proven; else inconclusive.
 *
 * @param harm evidence that the candidate is worse, corrected over the gate's criteria.
 */
export function decideMargin(check: GateCheck, found: CohortComparison, harm: Harm, alpha: number): Decision {
  const { criterion, cohort } = check;
  const margin = criterion.margin!;
  const { comparison, observed, worstCase } = found;
  const decisive = worstCase ?? observed;
  const isSafe = decisive !== null && decisive.nonInferiorityP(margin) <= alpha;
  const isHarmed = observed !== null && harm.adjusted <= alpha;
  const decision = verdictOf(found, isSafe, isHarmed);
  const sums = observed === null ? null : sizes(observed, margin, alpha);
  return {
    criterion: `${criterion.metric} loses at most ${points(margin)}`,
    cohort: cohort.name,
    metric: criterion.metric,
    severity: criterion.severity,
    rule: { kind: "margin", margin },
    decision,
    reason: reasonFor(decision, found, margin, sums?.casesNeeded ?? null),
    n: comparison.n,
    clusters: comparison.clusters,
    baseline: comparison.baseline,
    candidate: comparison.candidate,
    estimate: comparison.difference,
    interval: comparison.interval,
    worstCaseInterval: worstCase?.interval ?? null,
    margin,
    threshold: null,
    regressed: comparison.regressed,
    improved: comparison.improved,
    harmP: observed === null ? null : harm.p,
    harmPAdjusted: observed === null ? null : harm.adjusted,
    degradedWithinMargin: isSafe && isHarmed,
    smallestVisibleDrop: sums?.smallestVisibleDrop ?? null,
    casesNeeded: decision === "inconclusive" ? (sums?.casesNeeded ?? null) : null,
  };
}

function verdictOf({ comparison, observed }: CohortComparison, isSafe: boolean, isHarmed: boolean): Verdict {
  if (observed === null)
    return comparison.pairs.notApplicable === comparison.pairs.planned ? "inconclusive" : "error";
  if (isSafe) return "pass";
  return isHarmed ? "fail" : "inconclusive";
}

/** Sizes for the reader, by the formulas for independent binary cases, stretched by how much the clusters hold together. */
function sizes(
  observed: PairedStatistics,
  margin: number,
  alpha: number,
): { smallestVisibleDrop: number | null; casesNeeded: number | null } {
  const { n, clusters, regressed, improved, difference } = observed;
  const discordance = Math.min(1, Math.max((regressed + improved) / n, Math.abs(difference)));
  const perCluster = n / clusters;
  const rates = { alpha, power };
  const drop = minimumDetectableEffectPairedBinary({
    n: clusters,
    discordance: Math.max(discordance, 1 / n),
    ...rates,
  });
  const toProveHarm =
    difference < 0
      ? pairedBinaryN({ drop: Math.min(-difference, discordance), discordance, ...rates })
      : null;
  const toProveSafety =
    difference > -margin ? nonInferiorityN({ margin, discordance, difference, ...rates }) : null;
  const wanted = difference > -margin ? toProveSafety : toProveHarm;
  const least = minimumNForMargin(margin, alpha) ?? 0;
  const needed = wanted === null ? null : Math.ceil(Math.max(wanted, least, clusters + 1) * perCluster);
  return { smallestVisibleDrop: drop, casesNeeded: needed };
}

function reasonFor(
  decision: Verdict,
  found: CohortComparison,
  margin: number,
  casesNeeded: number | null,
): string {
  const { comparison, observed, worstCase } = found;
  const { metric, pairs } = comparison;
  const where = comparison.cohort === "all" ? "over all cases" : `in ${comparison.cohort}`;
  if (observed === null) return reasonWithout(comparison, where);
  const moved = `${metric} ${where} ${movement(comparison.baseline!, comparison.candidate!)}`;
  const { lower, upper, level } = observed.interval;
  const range = `${Math.round(level * 100)} % interval ${signedPoints(lower)} to ${signedPoints(upper)}`;
  const cases = `${plural(comparison.regressed, "case")} worse, ${comparison.improved} better of ${comparison.n}`;
  const evidence = `${moved}; ${range}; ${cases})`;
  const missing = pairs.candidateMissing + pairs.baselineMissing + pairs.bothMissing;
  if (decision === "pass") return `${evidence}: a loss of ${points(margin)} or more is ruled out`;
  if (decision === "fail") {
    const isBeyond = observed.difference < -margin;
    return `${evidence}: ${isBeyond ? "more than" : "proven worse, and not shown to stay within"} the margin of ${points(margin)}`;
  }
  const more = casesNeeded === null ? "" : `; about ${casesNeeded} cases in this cohort would settle it`;
  if (worstCase !== null && observed.interval.lower >= -margin) {
    return `${evidence}: ${plural(missing, "answer is", "answers are")} missing, and were they all bad, a loss of ${points(margin)} could not be ruled out`;
  }
  return `${evidence}: neither harm nor a loss below the margin of ${points(margin)} is proven${more}`;
}

/** Leaves its bracket open for what follows. */
function movement(baseline: number, candidate: number): string {
  const from = percent(baseline);
  const to = percent(candidate);
  if (from === to) return `stayed the same (${to}`;
  return `${candidate < baseline ? "fell" : "rose"} by ${points(candidate - baseline)} (${from} → ${to}`;
}

function reasonWithout({ metric, pairs }: CohortComparison["comparison"], where: string): string {
  if (pairs.planned === 0) return `${metric} ${where}: the cohort has no cases in this run`;
  if (pairs.notApplicable === pairs.planned) {
    return `${metric} ${where}: not one of ${plural(pairs.planned, "planned pair")} could be judged, since no case says what is expected`;
  }
  return `${metric} ${where}: not one of ${plural(pairs.planned, "planned pair")} has a score on both sides`;
}
