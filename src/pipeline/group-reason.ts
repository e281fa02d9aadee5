import { whereOf } from "../core/cohort.ts";
import type { Rule } from "../core/comparison.ts";
import type { Verdict } from "../core/gate.ts";
import { changeSize, count, level, percent, points, signedChange, signedPoints } from "../core/quantities.ts";
import { ratioValue } from "../core/ratio.ts";
import type { GroupCheck, ShownGroups } from "./group-check.ts";
import type { Groups } from "./group-statistics.ts";
import { valuesForPercentile } from "./ratio-statistics.ts";

/** What a rule demands of its metric, in words. */
export function demandOf(rule: Rule): string {
  if (rule.kind === "margin") return `loses at most ${points(rule.margin)}`;
  if (rule.kind === "rise") return `rises by at most ${points(rule.margin)}`;
  if (rule.kind === "ratio") return `rises by at most ${changeSize(rule.maximumRatio)}`;
  return `is ${rule.kind === "at_least" ? "at least" : "at most"} ${percent(rule.threshold)}`;
}

const notProvenYet = "is not proven at this look, and a pass is decided at the planned end alone";

/** What a reason tells of. */
interface Outcome {
  readonly decision: Verdict;
  /** True before the planned end of several looks, where nothing passes. */
  readonly isEarly: boolean;
}

/** Why a bound on the candidate's own rate is decided as it is, in one sentence. */
export function boundReason(
  group: GroupCheck,
  shown: ShownGroups,
  rule: Rule,
  { decision, isEarly }: Outcome,
): string {
  const { metric } = group.check.criterion;
  const where = whereOf(group.check.cohort.name, "trace");
  if (shown.interval === null) return `${metric} ${where}: ${nothingKnown(group)}`;
  const { lower, upper, level: confidence } = shown.interval;
  const evidence = `${metric} ${where} is ${percent(shown.candidate)} (${level(confidence)} interval ${percent(lower)} to ${percent(upper)}, ${count(group.groups.candidate.length)} traces)`;
  const demand = demandOf(rule).replace(/^is /, "");
  if (decision === "pass") return `${evidence}: ${demand} is proven`;
  if (decision === "fail") return `${evidence}: it must be ${demand}`;
  if (decision === "error")
    return `${evidence}: it must be ${demand}; the baseline breaks it too, so this was not measured`;
  if (isEarly) return `${evidence}: that it is not ${demand} ${notProvenYet}${lacking(group)}`;
  return `${evidence}: whether it is ${demand} is not settled${lacking(group)}`;
}

/** Why a comparison of two groups is decided as it is, in one sentence: metric, cohort, change, interval, traces and bound. */
export function groupReason(
  group: GroupCheck,
  shown: ShownGroups,
  rule: Rule,
  outcome: Outcome & { readonly needed: number | null; readonly alpha: number },
): string {
  const { metric } = group.check.criterion;
  const where = whereOf(group.check.cohort.name, "trace");
  if (shown.estimate === null) return `${metric} ${where}: ${nothingKnown(group)}`;
  const isRatio = rule.kind === "ratio";
  const values = isRatio
    ? `${ratioValue(metric, shown.baseline)} → ${ratioValue(metric, shown.candidate)}`
    : `${percent(shown.baseline)} → ${percent(shown.candidate)}`;
  const signed = isRatio ? signedChange : signedPoints;
  const range =
    shown.interval === null
      ? `too few traces to bound it`
      : `${level(shown.interval.level)} interval ${signed(shown.interval.lower)} to ${signed(shown.interval.upper)}`;
  const { baseline, candidate } = group.groups;
  const size = `${count(baseline.length)} and ${count(candidate.length)} traces`;
  const evidence = `${metric} ${where} ${movement(shown, isRatio)} (${values}; ${range}; ${size})`;
  return `${evidence}: ${conclusion(group, shown, rule, outcome)}${lacking(group)}${neededText(outcome.needed)}`;
}

function movement({ estimate }: ShownGroups, isRatio: boolean): string {
  const change = isRatio ? estimate! - 1 : estimate!;
  const size = isRatio ? changeSize(estimate!) : points(change);
  if (/^0\.0 /.test(size)) return "stayed the same";
  return `${change < 0 ? "fell" : "rose"} by ${size}`;
}

function conclusion(
  group: GroupCheck,
  shown: ShownGroups,
  rule: Rule,
  { decision, alpha, isEarly }: Outcome & { readonly alpha: number },
): string {
  const bound = acceptedOf(rule);
  const what = rule.kind === "margin" ? "a loss" : "a rise";
  if (decision === "pass") return `${what} of more than ${bound} is ruled out`;
  if (decision === "fail") {
    const isBeyond = beyond(shown.estimate!, rule);
    return isBeyond
      ? `more than the accepted ${bound}`
      : `proven ${rule.kind === "margin" ? "worse" : "to rise"}, and not shown to stay within the accepted ${bound}`;
  }
  if (isEarly) return `${rule.kind === "margin" ? "a loss" : "a rise"} ${notProvenYet}`;
  const { measure, groups } = group;
  if (measure.kind === "percentile" && shown.interval === null) {
    const least = valuesForPercentile(measure.probability, alpha);
    return `${count(Math.min(groups.baseline.length, groups.candidate.length))} traces on a side cannot bound the percentile; at least ${count(least)} on each side are needed`;
  }
  return `neither ${what} nor that it stays within the accepted ${bound} is proven`;
}

function acceptedOf(rule: Rule): string {
  if (rule.kind === "ratio") return changeSize(rule.maximumRatio);
  return rule.kind === "margin" || rule.kind === "rise" ? points(rule.margin) : "";
}

function beyond(estimate: number, rule: Rule): boolean {
  if (rule.kind === "ratio") return estimate > rule.maximumRatio;
  if (rule.kind === "rise") return estimate > rule.margin;
  return rule.kind === "margin" && estimate < -rule.margin;
}

function nothingKnown({ groups, missing, obstacle }: GroupCheck): string {
  if (obstacle !== null) return obstacle;
  const side = (name: keyof Groups) =>
    `${count(groups[name].length)} of ${count(groups[name].length + missing[name])} traces of the ${name}`;
  return `${side("baseline")} and ${side("candidate")} say anything of it`;
}

function lacking({ missing, groups }: GroupCheck): string {
  const gaps = (["baseline", "candidate"] as const)
    .filter((side) => missing[side] > 0)
    .map(
      (side) =>
        `${count(missing[side])} of ${count(missing[side] + groups[side].length)} traces of the ${side}`,
    );
  return gaps.length === 0 ? "" : `; without a value: ${gaps.join(" and ")}`;
}

function neededText(needed: number | null): string {
  return needed === null ? "" : `; about ${count(needed)} traces on each side would settle it`;
}
