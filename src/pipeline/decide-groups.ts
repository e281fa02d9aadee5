import type { TestedCriterion } from "../core/canary.ts";
import type { Decision, Interval, Rule } from "../core/comparison.ts";
import type { Criterion, Verdict } from "../core/gate.ts";
import { clustersOf, type GroupCheck, type GroupMeasure, type ShownGroups } from "./group-check.ts";
import { boundReason, demandOf, groupReason } from "./group-reason.ts";
import { groupsNeeded } from "./group-sizes.ts";
import {
  type GroupRatio,
  type Groups,
  meanRatio,
  percentileRatio,
  type RateDifference,
  rateDifference,
  riseP,
  type Valued,
} from "./group-statistics.ts";
import { type HarmTest, oneTest, type TestedHarm } from "./harm-test.ts";
import { rateStatistics } from "./rate-statistics.ts";
import { clustersForMean } from "./ratio-statistics.ts";
import { unpairedDecision } from "./unpaired-decision.ts";

// The gate's decisions on two groups that share no cases: the traces of two releases.

/** What was found for a check: over what was observed, and with every missing value against the candidate. */
interface Found {
  readonly rate: RateDifference | null;
  readonly ratio: GroupRatio | null;
  readonly worstRate: RateDifference | null;
  readonly worstRatio: GroupRatio | null;
  /** One-sided p value for "the candidate is worse"; 1 where nothing is known. */
  readonly harmP: number;
}

/**
 * Decides checks on two groups: pass when the bound is proven to be kept, also were every missing value to speak against the candidate; else
 * fail when harm is proven after correction over all checks of the same severity (Holm 1979), and over the looks where there are several; else
 * inconclusive. Before the planned end of several looks nothing passes.
 */
export function decideGroups(
  checks: readonly GroupCheck[],
  alpha: number,
  test: HarmTest = oneTest(alpha),
): Decision[] {
  const found = checks.map(findingsOf);
  const adjusted = adjustedHarm(checks, found, test);
  return checks.map((check, index) => decide(check, found[index]!, adjusted[index]!, { alpha, test }));
}

/** What all decisions have in common. */
interface Terms {
  readonly alpha: number;
  readonly test: HarmTest;
}

/** The name of a check, the same at each look, with the number of its values on each side. */
export function testedOf({ check, measure, groups }: GroupCheck): TestedCriterion {
  const rule = ruleOf(check.criterion, measure);
  return {
    key: `${check.criterion.severity}: ${check.criterion.metric} ${demandOf(rule)} in ${check.cohort.name}`,
    baseline: isBound(rule) ? 0 : groups.baseline.length,
    candidate: groups.candidate.length,
  };
}

function findingsOf({ measure, groups, missing, obstacle }: GroupCheck): Found {
  const nothing = { rate: null, ratio: null, worstRate: null, worstRatio: null, harmP: 1 };
  if (obstacle !== null) return nothing;
  const isMissing = missing.baseline + missing.candidate > 0;
  const worst = isMissing ? withMissing(measure, groups, missing) : null;
  if (measure.kind === "rate") {
    const rate = rateDifference(groups);
    const worstRate = worst === null ? null : rateDifference(worst);
    return { ...nothing, rate, worstRate, harmP: rate?.harmP ?? 1 };
  }
  const ratioOf = (both: Groups) =>
    measure.kind === "percentile" ? percentileRatio(both, measure.probability) : meanRatio(both);
  const ratio = ratioOf(groups);
  return {
    ...nothing,
    ratio,
    worstRatio: worst === null ? null : ratioOf(worst),
    harmP: ratio === null ? 1 : riseP(ratio),
  };
}

/** Larger than anything that is measured, and small enough to be added to and divided by. */
const slowest = 1e100;

/**
 * The groups with every missing value against the candidate: of a rate harm, of a percentile slower than any, of a mean, which one unbounded value
 * would carry away, the largest value that was seen. For the baseline the reverse: no harm, else the smallest that was seen.
 */
function withMissing(measure: GroupMeasure, groups: Groups, missing: GroupCheck["missing"]): Groups {
  const seen = [...groups.baseline, ...groups.candidate].map(({ value }) => value);
  const isRate = measure.kind === "rate";
  const largest = isRate ? 1 : seen.reduce((most, value) => Math.max(most, value), 0);
  const smallest = isRate ? 0 : seen.reduce((least, value) => Math.min(least, value), largest);
  const worst = measure.kind === "percentile" ? slowest : largest;
  const filled = (side: keyof Groups, value: number): Valued[] => [
    ...groups[side],
    ...Array.from({ length: missing[side] }, (_, index) => ({ value, cluster: `missing ${index}` })),
  ];
  return { baseline: filled("baseline", smallest), candidate: filled("candidate", worst) };
}

/** Only what is compared with the baseline can be harmed by it; a bound on the candidate's own rate needs no correction. */
function adjustedHarm(checks: readonly GroupCheck[], found: readonly Found[], test: HarmTest): number[] {
  const adjusted = checks.map(() => 1);
  for (const severity of ["blocking", "advisory"] as const) {
    const family = checks.flatMap(({ check: { criterion } }, index) =>
      criterion.severity === severity && !isBound(ruleOf(criterion)) ? [index] : [],
    );
    const harm = family.map(
      (index): TestedHarm => ({
        ...testedOf(checks[index]!),
        p: found[index]!.harmP,
      }),
    );
    const corrected = test.corrected(harm, severity);
    family.forEach((index, position) => {
      adjusted[index] = corrected[position]!;
    });
  }
  return adjusted;
}

type Bound = Extract<Rule, { readonly threshold: number }>;

/** True for a bound on the candidate's own rate, which is compared with no baseline. */
export function isBound(rule: Rule): rule is Bound {
  return rule.kind === "at_most" || rule.kind === "at_least";
}

/** The rule of a criterion on two groups: a margin bounds a rise of harm, and of a pass rate a loss. */
function ruleOf({ margin, atLeast, atMost, maximumRatio }: Criterion, measure?: GroupMeasure): Rule {
  if (maximumRatio !== undefined) return { kind: "ratio", maximumRatio };
  if (atMost !== undefined) return { kind: "at_most", threshold: atMost };
  if (atLeast !== undefined) return { kind: "at_least", threshold: atLeast };
  const isPassRate = measure?.kind === "rate" && measure.isPassRate;
  return { kind: isPassRate ? "margin" : "rise", margin: margin! };
}

function decide(group: GroupCheck, found: Found, adjusted: number, { alpha, test }: Terms): Decision {
  const rule = ruleOf(group.check.criterion, group.measure);
  if (isBound(rule)) return decideBound(group, rule, { alpha, test });
  const isSafe = isProvenSafe(group, found, rule, alpha);
  const isHarmed = adjusted <= alpha;
  const isKnown = found.rate !== null || found.ratio !== null;
  const isOpen = !test.isEnd && (isKnown ? isSafe || !isHarmed : isStillEmpty(group));
  const decision = isOpen ? "inconclusive" : isKnown ? verdictOf(isSafe, isHarmed) : "error";
  const shown = shownOf(group, found, alpha);
  const casesNeeded =
    decision === "inconclusive" && !isOpen
      ? groupsNeeded(group.measure, group.groups, shown, rule, alpha)
      : null;
  return {
    ...base(group, rule),
    ...shown,
    decision,
    reason: groupReason(group, shown, rule, { decision, needed: casesNeeded, alpha, isEarly: !test.isEnd }),
    harmP: isKnown ? found.harmP : null,
    harmPAdjusted: isKnown ? adjusted : null,
    degradedWithinMargin: isSafe && isHarmed,
    casesNeeded,
  };
}

/** Nothing is wrong with a side of which no trace came so far. */
function isStillEmpty({ groups, missing, obstacle }: GroupCheck): boolean {
  if (obstacle !== null) return false;
  return (["baseline", "candidate"] as const).some((side) => groups[side].length + missing[side] === 0);
}

function verdictOf(isSafe: boolean, isHarmed: boolean): Verdict {
  if (isSafe) return "pass";
  return isHarmed ? "fail" : "inconclusive";
}

function isProvenSafe(group: GroupCheck, found: Found, rule: Rule, alpha: number): boolean {
  if (rule.kind === "margin" || rule.kind === "rise") {
    const rate = found.worstRate ?? found.rate;
    return rate !== null && rate.nonInferiorityP(rule.margin) <= alpha;
  }
  if (rule.kind !== "ratio" || !hasEnough(group, rule.maximumRatio, alpha)) return false;
  const interval = (found.worstRatio ?? found.ratio)?.intervalAt(alpha) ?? null;
  return interval !== null && interval.upper <= rule.maximumRatio;
}

/** Values that all agree have no variance: a mean needs so many clusters a side as for replayed cases. */
function hasEnough({ measure, groups }: GroupCheck, maximumRatio: number, alpha: number): boolean {
  if (measure.kind !== "mean") return true;
  return clustersOf(groups) >= clustersForMean(maximumRatio, alpha);
}

/** `null` for an interval whose upper end is that of a value that is not there. */
function boundedAtWorst(interval: Interval | null): Interval | null {
  return interval === null || interval.upper > Math.sqrt(slowest) ? null : interval;
}

function shownOf(
  { measure }: GroupCheck,
  { rate, ratio, worstRate, worstRatio }: Found,
  alpha: number,
): ShownGroups {
  if (rate !== null) {
    const isPassRate = measure.kind === "rate" && measure.isPassRate;
    const turned = (interval: Interval) =>
      isPassRate ? { ...interval, lower: -interval.upper, upper: -interval.lower } : interval;
    return {
      baseline: isPassRate ? 1 - rate.baseline : rate.baseline,
      candidate: isPassRate ? 1 - rate.candidate : rate.candidate,
      estimate: isPassRate ? -rate.difference : rate.difference,
      interval: turned(rate.intervalAt(alpha)),
      worstCaseInterval: worstRate === null ? null : turned(worstRate.intervalAt(alpha)),
    };
  }
  return {
    baseline: ratio?.baseline ?? null,
    candidate: ratio?.candidate ?? null,
    estimate: ratio?.ratio ?? null,
    interval: ratio?.intervalAt(alpha) ?? null,
    worstCaseInterval: boundedAtWorst(worstRatio?.intervalAt(alpha) ?? null),
  };
}

function base({ check, groups }: GroupCheck, rule: Rule) {
  const { metric, severity } = check.criterion;
  return {
    ...unpairedDecision,
    criterion: `${metric} ${demandOf(rule)}`,
    cohort: check.cohort.name,
    metric,
    severity,
    rule,
    unit: "trace",
    n: Math.min(groups.baseline.length, groups.candidate.length),
    clusters: clustersOf(groups),
    margin: rule.kind === "margin" || rule.kind === "rise" ? rule.margin : null,
    threshold: isBound(rule) ? rule.threshold : null,
  } as const;
}

/** A bound on the candidate's own rate. Where the baseline breaks it too, what failed is not the candidate. */
function decideBound(group: GroupCheck, rule: Bound, { alpha, test }: Terms): Decision {
  const { measure, groups, missing, obstacle } = group;
  const isPassRate = measure.kind === "rate" && measure.isPassRate;
  const rateOf = (values: readonly Valued[], isMissingBad: number, level = alpha) => {
    const units = values.map(({ value, cluster }) => ({ rate: value, trials: 1, cluster }));
    const added = Array.from({ length: isMissingBad }, (_, i) => ({
      rate: 1,
      trials: 1,
      cluster: `missing ${i}`,
    }));
    return obstacle === null ? rateStatistics([...units, ...added], level) : null;
  };
  const bound = rule.kind === "at_most" ? rule.threshold : 1 - rule.threshold;
  const candidate = rateOf(groups.candidate, 0);
  const worst = missing.candidate === 0 ? candidate : rateOf(groups.candidate, missing.candidate);
  const baseline = rateOf(groups.baseline, 0);
  const level = test.levelOf(testedOf(group));
  const isBroken = (side: readonly Valued[]) =>
    level !== null && (rateOf(side, 0, level)?.interval.lower ?? 0) > bound;
  let decision: Verdict = "inconclusive";
  if (candidate === null) decision = test.isEnd || !isStillEmpty(group) ? "error" : "inconclusive";
  else if (worst !== null && worst.interval.upper <= bound) decision = test.isEnd ? "pass" : "inconclusive";
  else if (isBroken(groups.candidate)) decision = isBroken(groups.baseline) ? "error" : "fail";
  const turned = (rate: number) => (isPassRate ? 1 - rate : rate);
  const turnedInterval = (interval: Interval): Interval =>
    isPassRate ? { ...interval, lower: 1 - interval.upper, upper: 1 - interval.lower } : interval;
  const shown: ShownGroups = {
    baseline: baseline === null ? null : turned(baseline.rate),
    candidate: candidate === null ? null : turned(candidate.rate),
    estimate: candidate === null ? null : turned(candidate.rate),
    interval: candidate === null ? null : turnedInterval(candidate.interval),
    worstCaseInterval: missing.candidate === 0 || worst === null ? null : turnedInterval(worst.interval),
  };
  return {
    ...base(group, rule),
    ...shown,
    n: groups.candidate.length,
    clusters: new Set(groups.candidate.map(({ cluster }) => cluster)).size,
    decision,
    reason: boundReason(group, shown, rule, { decision, isEarly: !test.isEnd }),
    degradedWithinMargin: false,
    casesNeeded: null,
  };
}
