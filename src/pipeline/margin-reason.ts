import { whereOf } from "../core/cohort.ts";
import type { Verdict } from "../core/gate.ts";
import { count, level, percent, plural, points, signedPoints } from "../core/quantities.ts";
import type { JudgeQuality } from "../core/score.ts";
import type { CohortComparison } from "./compare.ts";
import type { Shown } from "./decide-margin.ts";
import { ratesOf, tellsNothing } from "./judge-error.ts";
import { asHarm } from "./rate-of-harm.ts";

/** What the sentence tells. */
export interface MarginReason {
  readonly decision: Verdict;
  readonly found: CohortComparison;
  readonly shown: Shown;
  readonly margin: number;
  readonly judge: JudgeQuality | null;
  /** True for a rate of harm: what is shown is then its absence, and the sentence speaks of the rise. */
  readonly isRise: boolean;
  readonly casesNeeded: number | null;
  readonly repetitionsNeeded: number | null;
}

/** Why a decision on a margin is what it is, in one sentence: metric, cohort, loss, interval, cases and margin. */
export function marginReason({
  decision,
  found,
  shown,
  margin,
  judge,
  isRise,
  ...needed
}: MarginReason): string {
  const { comparison, worstCase } = found;
  const { metric, pairs } = comparison;
  const where = whereOf(comparison.cohort);
  if (shown.interval === null || shown.difference === null) return reasonWithout(comparison, where);
  const harm = isRise ? "rise" : "loss";
  const seen = isRise ? asHarm(shown) : shown;
  const { lower, upper, level: confidence } = seen.interval!;
  const evidence = [
    `${metric} ${where} ${movement(seen.baseline!, seen.candidate!)}`,
    `${level(confidence)} interval ${signedPoints(lower)} to ${signedPoints(upper)}`,
    `${plural(comparison.regressed, "case")} worse, ${count(comparison.improved)} better of ${count(comparison.n)}${judgeText(judge, shown.isTelling)})`,
  ].join("; ");
  if (!shown.isTelling) return `${evidence}: ${tellsNothing}`;
  if (decision === "pass") return `${evidence}: a ${harm} of ${points(margin)} or more is ruled out`;
  if (decision === "fail") {
    const isBeyond = shown.difference < -margin;
    return `${evidence}: ${isBeyond ? "more than" : "proven worse, and not shown to stay within"} the margin of ${points(margin)}`;
  }
  const missing = pairs.candidateMissing + pairs.baselineMissing + pairs.bothMissing;
  if (worstCase !== null && shown.interval.lower >= -margin) {
    return `${evidence}: ${plural(missing, "answer is", "answers are")} missing, and were they all bad, a ${harm} of ${points(margin)} could not be ruled out`;
  }
  return `${evidence}: neither harm nor a ${harm} below the margin of ${points(margin)} is proven${neededText(needed)}`;
}

function neededText({
  casesNeeded,
  repetitionsNeeded,
}: Pick<MarginReason, "casesNeeded" | "repetitionsNeeded">): string {
  const ways: string[] = [];
  if (casesNeeded !== null) ways.push(`about ${plural(casesNeeded, "case")} in this cohort`);
  if (repetitionsNeeded !== null) ways.push(`about ${plural(repetitionsNeeded, "repetition")}`);
  return ways.length === 0 ? "" : `; ${ways.join(" or ")} would settle it`;
}

function judgeText(judge: JudgeQuality | null, isTelling: boolean): string {
  if (judge === null) return "";
  const { sensitivity, specificity } = ratesOf(judge);
  const shown = isTelling ? "without the judge's error" : "as the judge says";
  return `; ${shown}, at sensitivity ${percent(sensitivity)} and specificity ${percent(specificity)}`;
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
