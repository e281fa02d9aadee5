import type { Comparison, Decision } from "../core/comparison.ts";
import type { Verdict } from "../core/gate.ts";
import { plural, points } from "../core/quantities.ts";
import { trialRate } from "../core/trial-rate.ts";
import { waivedOf } from "../core/waived.ts";
import { waivedText } from "./waiver-words.ts";

/** The verdict in one sentence: what decided it, or what is missing. */
export function headline(
  verdict: Verdict,
  decisions: readonly Decision[],
  comparisons: readonly Comparison[],
): string {
  const waived = waivedOf(decisions);
  const blocking = decisions.filter(
    ({ severity, waiver }) => severity === "blocking" && waiver === undefined,
  );
  if (blocking.length === 0 && waived.length > 0)
    return `Not settled: every blocking criterion is waived (${waived.map(({ waiver }) => waiver!.name).join(", ")}), so nothing is proven.`;
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
      if (waived.length > 0) return passingBy(waived, blocking.length);
      return `All ${plural(blocking.length, "blocking criterion", "blocking criteria")} hold: for each one a loss beyond its margin or bound is ruled out.`;
    case "fail":
      return `Blocked: ${first.reason}.${averageOf(first, comparisons)}${more.replace("did", "failed")}${alsoWaived(waived)}`;
    case "error":
      return `It could not be measured: ${first.reason}.${more.replace("did", "could not be measured")}${alsoWaived(waived)}`;
    default:
      return `Not settled: ${first.reason}.${more.replace("did", "are open")}${alsoWaived(waived)}`;
  }
}

/** Waived decisions that the sentence names one by one. */
const namedWaived = 3;

/** A pass that rests on waivers: what is wrong comes first. */
function passingBy(waived: readonly Decision[], holding: number): string {
  const named = waived.slice(0, namedWaived).map(waivedText).join(". ");
  const rest = waived.length - Math.min(waived.length, namedWaived);
  const more = rest === 0 ? "" : ` And ${plural(rest, "more decision is", "more decisions are")} waived.`;
  const others = `The other ${holding === 1 ? "blocking criterion holds" : `${plural(holding, "blocking criterion", "blocking criteria")} hold`}.`;
  return `Passes with ${plural(waived.length, "waiver")}: ${named}.${more} ${others}`;
}

function alsoWaived(waived: readonly Decision[]): string {
  return waived.length === 0
    ? ""
    : ` And ${plural(waived.length, "blocking criterion is", "blocking criteria are")} waived.`;
}

/** What the average did while a cohort fell: it is what hides the harm. */
function averageOf({ metric, cohort }: Decision, comparisons: readonly Comparison[]): string {
  const average = comparisons.find((found) => found.metric === metric && found.cohort === "all")?.difference;
  if (cohort === "all" || average === undefined || average === null) return "";
  const isHarm = trialRate(metric)?.isHarm === true;
  if (isHarm ? average >= 0 : average <= 0) return "";
  return ` Over all cases it ${isHarm ? "fell" : "rose"} by ${points(average)}, which hides this.`;
}
