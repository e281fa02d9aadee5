import type { Decision, Interval } from "../core/comparison.ts";
import type { Verdict } from "../core/gate.ts";
import { points } from "../core/quantities.ts";
import type { JudgeQuality } from "../core/score.ts";
import { trialRate } from "../core/trial-rate.ts";
import type { CohortComparison } from "./compare.ts";
import type { Harm } from "./harm.ts";
import { correctDifference, correctRate, isTelling, ratesOf } from "./judge-error.ts";
import { marginReason } from "./margin-reason.ts";
import { marginSizes } from "./margin-sizes.ts";
import type { PairedStatistics } from "./paired-statistics.ts";
import { asHarm, turned } from "./rate-of-harm.ts";
import type { GateCheck } from "./resolve-gate.ts";

/** What a decision on a margin rests on. */
export interface MarginEvidence {
  readonly found: CohortComparison;
  /** Evidence that the candidate is worse, corrected over the gate's criteria. */
  readonly harm: Harm;
  /** How often the judge of the metric is right; `null` for a rule or an unmeasured judge. */
  readonly judge: JudgeQuality | null;
  /** The number of repetitions that would settle the criterion; `null` when none would or nothing tells. */
  readonly repetitionsNeeded: number | null;
}

/** What is shown of the comparison: as observed, or without the judge's error. */
export interface Shown {
  readonly baseline: number | null;
  readonly candidate: number | null;
  readonly difference: number | null;
  readonly interval: Interval | null;
  /** False when the judge is not proven to tell good from bad. */
  readonly isTelling: boolean;
}

/**
 * The decision on a margin: pass when non-inferiority is proven, also were every missing score to speak against the candidate;
 * else fail when harm is proven; else inconclusive. A judge that is not proven to tell good from bad settles nothing.
 */
export function decideMargin(check: GateCheck, evidence: MarginEvidence, alpha: number): Decision {
  const { criterion, cohort } = check;
  const margin = criterion.margin!;
  const { found, harm, judge } = evidence;
  const { comparison, observed, worstCase } = found;
  const shown = shownOf(found, judge, alpha);
  const isSafe = isProvenSafe(worstCase ?? observed, margin, judge, alpha);
  const isHarmed = observed !== null && harm.adjusted <= alpha && shown.isTelling;
  const decision = verdictOf(found, isSafe, isHarmed);
  const isOpen = decision === "inconclusive";
  // Neither cases nor repetitions make up for a judge that tells nothing.
  const sizes = observed === null || !shown.isTelling ? null : marginSizes(observed, margin, judge, alpha);
  const casesNeeded = isOpen ? (sizes?.casesNeeded ?? null) : null;
  const repetitionsNeeded =
    isOpen && worstCase === null && shown.isTelling ? evidence.repetitionsNeeded : null;
  const isRise = trialRate(criterion.metric)?.isHarm === true;
  const seen = isRise ? asHarm(shown) : shown;
  const worst = worstCase?.interval ?? null;
  return {
    criterion: `${criterion.metric} ${isRise ? "rises by" : "loses"} at most ${points(margin)}`,
    cohort: cohort.name,
    metric: criterion.metric,
    severity: criterion.severity,
    rule: { kind: isRise ? "rise" : "margin", margin },
    decision,
    unit: "case",
    reason: marginReason({ decision, found, shown, margin, judge, isRise, casesNeeded, repetitionsNeeded }),
    n: comparison.n,
    clusters: comparison.clusters,
    baseline: seen.baseline,
    candidate: seen.candidate,
    estimate: seen.difference,
    interval: seen.interval,
    worstCaseInterval: worst !== null && isRise ? turned(worst, 0) : worst,
    margin,
    threshold: null,
    regressed: comparison.regressed,
    improved: comparison.improved,
    harmP: observed === null ? null : harm.p,
    harmPAdjusted: observed === null ? null : harm.adjusted,
    degradedWithinMargin: isSafe && isHarmed,
    smallestVisibleDrop: sizes?.smallestVisibleDrop ?? null,
    judge: judge === null ? null : { ...ratesOf(judge), isTelling: isTelling(judge, alpha) },
    repetitionsNeeded,
    casesNeeded,
  };
}

function shownOf(
  { comparison, observed }: CohortComparison,
  judge: JudgeQuality | null,
  alpha: number,
): Shown {
  const { baseline, candidate, difference, interval } = comparison;
  if (judge === null || observed === null)
    return { baseline, candidate, difference, interval, isTelling: true };
  const corrected = correctDifference(observed, judge, alpha);
  if (!corrected.isTelling) return { baseline, candidate, difference, interval, isTelling: false };
  return {
    baseline: correctRate(baseline!, judge),
    candidate: correctRate(candidate!, judge),
    difference: corrected.difference,
    interval: corrected.interval,
    isTelling: true,
  };
}

function isProvenSafe(
  decisive: PairedStatistics | null,
  margin: number,
  judge: JudgeQuality | null,
  alpha: number,
): boolean {
  if (decisive === null) return false;
  if (judge === null) return decisive.nonInferiorityP(margin) <= alpha;
  const { interval, isTelling } = correctDifference(decisive, judge, alpha);
  return isTelling && interval.lower >= -margin;
}

function verdictOf({ comparison, observed }: CohortComparison, isSafe: boolean, isHarmed: boolean): Verdict {
  if (observed === null)
    return comparison.pairs.notApplicable === comparison.pairs.planned ? "inconclusive" : "error";
  if (isSafe) return "pass";
  return isHarmed ? "fail" : "inconclusive";
}
