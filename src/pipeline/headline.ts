import type { Comparison, Decision } from "../core/comparison.ts";
import type { Verdict } from "../core/gate.ts";
import { plural, points } from "../core/quantities.ts";
import { trialRate } from "../core/trial-rate.ts";

/** The verdict in one sentence: what decided it, or what is missing. */
export function headline(
  verdict: Verdict,
  decisions: readonly Decision[],
  comparisons: readonly Comparison[],
): string {
  const blocking = decisions.filter(({ severity }) => severity === "blocking");
  const deciding = blocking.filter(({ decision }) => decision === verdict);
  const first = deciding[0];
  if (first === undefined) return "No blocking criterion was decided, so nothing is proven.";
  const others = deciding.length - 1;
  const more =
    others === 0
      ? ""
      : ` And ${plural(others, "more blocking criterion", "more blocking criteria")} did too.`;
  switch (verdict) {
    case "pass":
      return `All ${plural(blocking.length, "blocking criterion", "blocking criteria")} hold: for each one a loss beyond its margin or bound is ruled out.`;
    case "fail":
      return `Blocked: ${first.reason}.${averageOf(first, comparisons)}${more.replace("did", "failed")}`;
    case "error":
      return `It could not be measured: ${first.reason}.${more.replace("did", "could not be measured")}`;
    default:
      return `Not settled: ${first.reason}.${more.replace("did", "are open")}`;
  }
}

/** What the average did while a cohort fell: it is what hides the harm. */
function averageOf({ metric, cohort }: Decision, comparisons: readonly Comparison[]): string {
  const average = comparisons.find((found) => found.metric === metric && found.cohort === "all")?.difference;
  if (cohort === "all" || average === undefined || average === null) return "";
  const isHarm = trialRate(metric)?.isHarm === true;
  if (isHarm ? average >= 0 : average <= 0) return "";
  return ` Over all cases it ${isHarm ? "fell" : "rose"} by ${points(average)}, which hides this.`;
}
