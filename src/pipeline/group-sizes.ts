import type { Rule } from "../core/comparison.ts";
import { normalQuantile } from "../stats/index.ts";
import type { GroupMeasure, ShownGroups } from "./group-check.ts";
import type { Groups } from "./group-statistics.ts";
import { clustersForMean, valuesForPercentile } from "./ratio-statistics.ts";

/** Probability with which the question should be settled, where the report speaks of numbers of traces. */
const power = 0.8;

/**
 * About how many traces on each side would settle an open criterion, were the estimate true: the width of the interval shrinks with the root of
 * the number, so that n·(needed distance / present half-width)² of them are enough (normal approximation). `null` where the estimate lies on the
 * very edge, or no interval tells how wide it is.
 */
export function groupsNeeded(
  measure: GroupMeasure,
  { baseline, candidate }: Groups,
  { estimate, interval }: ShownGroups,
  rule: Rule,
  alpha: number,
): number | null {
  const have = Math.min(baseline.length, candidate.length);
  if (rule.kind === "ratio" && interval === null && measure.kind === "percentile")
    return have === 0 ? null : valuesForPercentile(measure.probability, alpha);
  if (estimate === null || interval === null || have === 0) return null;
  const { at, bound, lower, upper } = scaleOf(estimate, interval, rule);
  const distance = at < bound ? bound - at : at;
  const z = normalQuantile(1 - alpha);
  const standardError = (upper - lower) / (2 * z);
  if (distance <= 0 || standardError === 0) return null;
  const wanted = ((z + normalQuantile(power)) * standardError) / distance;
  const least =
    rule.kind === "ratio" && measure.kind === "mean" ? clustersForMean(rule.maximumRatio, alpha) : 1;
  const needed = Math.ceil(Math.max(have * wanted ** 2, least, have + 1));
  return Number.isSafeInteger(needed) && needed < 1e9 ? needed : null;
}

/** Estimate, bound and interval on the scale on which harm is above 0: differences as they are, ratios as logarithms. */
function scaleOf(estimate: number, interval: { lower: number; upper: number }, rule: Rule) {
  if (rule.kind === "ratio") {
    const { log } = Math;
    const lower = interval.lower > 0 ? log(interval.lower) : log(estimate) - 1;
    return { at: log(estimate), bound: log(rule.maximumRatio), lower, upper: log(interval.upper) };
  }
  const margin = rule.kind === "rise" || rule.kind === "margin" ? rule.margin : 0;
  const sign = rule.kind === "margin" ? -1 : 1;
  const [lower, upper] = sign === 1 ? [interval.lower, interval.upper] : [-interval.upper, -interval.lower];
  return { at: sign * estimate, bound: margin, lower, upper };
}
