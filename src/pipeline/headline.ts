import type { Decision } from "../core/comparison.ts";
import type { Verdict } from "../core/gate.ts";
import { plural } from "../core/quantities.ts";

/** The verdict in one sentence: what decided it, or what is missing. */
export function headline(verdict: Verdict, decisions: readonly Decision[]): string {
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
      return `Blocked: ${first.reason}.${more.replace("did", "failed")}`;
    case "error":
      return `It could not be measured: ${first.reason}.${more.replace("did", "could not be measured")}`;
    default:
      return `Not settled: ${first.reason}.${more.replace("did", "are open")}`;
  }
}
