import type { CanaryState } from "../core/canary.ts";
import type { NextStep } from "../core/next-step.ts";
import { count, percent, plural } from "../core/quantities.ts";
import type { Report } from "../core/report.ts";

/** Where a canary stands, in one sentence before what decided it. */
export function lookHeadline(
  { verdict, headline }: Pick<Report, "verdict" | "headline">,
  canary: CanaryState,
): string {
  const { plan, looks, traces, state } = canary;
  const number = looks.length;
  if (state === "waiting") {
    const seen = number === 0 ? "No look was taken yet" : `No harm was found in ${plural(number, "look")}`;
    const found = verdict === "error" ? ` ${headline}` : "";
    return `${seen}; the next is due at ${count(canary.ahead[0]?.traces ?? plan.traces)} of ${plural(plan.traces, "planned trace")} on the smaller side, which has ${count(traces)}.${found}`;
  }
  const place = `Look ${number} of ${plan.looks}${state === "ended" ? ", the planned end" : ""}`;
  if (state === "running" && verdict === "inconclusive")
    return `${place}: no harm found yet; ${percent(1 - (looks.at(-1)?.fraction ?? 0))} of the planned traces to go, and nothing passes before the end.`;
  return `${place}: ${headline}`;
}

/** What to do next with a canary: roll back, wait for the next look, or promote. */
export function lookSteps(
  { nextSteps, verdict, rollback }: Pick<Report, "nextSteps" | "verdict" | "rollback">,
  { state, ahead, plan }: CanaryState,
): NextStep[] {
  if (verdict === "fail") return [rollingBack(rollback?.release ?? "the live release"), ...nextSteps];
  if (verdict !== "inconclusive") return nextSteps;
  if (state === "ended") {
    return [
      {
        kind: "declare_anew",
        action:
          "Do not promote it; declare a new canary with more traces under another name, or keep the live release.",
        because: "the planned end is reached, and it is not proven that every criterion holds.",
      },
    ];
  }
  const next = ahead[0];
  return [
    {
      kind: "look_again",
      action: `Keep the canary running, and look again at ${plural(next?.traces ?? plan.traces, "trace")} on the smaller side.`,
      because:
        state === "waiting"
          ? "the next look is not due, so nothing was decided and nothing spent."
          : "no harm is proven so far, and a pass is decided at the planned end alone.",
    },
  ];
}

function rollingBack(release: string): NextStep {
  return {
    kind: "roll_back_canary",
    action: `Roll the canary back to ${release}: all of its bundle, not the part that seems at fault.`,
    because: "harm is proven, whatever the traces after it say.",
  };
}
