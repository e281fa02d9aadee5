import type { Decision, Rule } from "../core/comparison.ts";
import { boundsOf, type Criterion, type Waiver } from "../core/gate.ts";
import { daysLeft, type ReportedWaiver, type WaiverState } from "../core/waiver.ts";
import type { ResolvedWaiver } from "./resolve-waivers.ts";
import { waiverMessage } from "./waiver-words.ts";

/** What decides whether a waiver is valid. */
export interface WaiverTerms {
  /** When the decisions are made, ISO 8601. */
  readonly decidedAt: string;
  /** Name of the candidate; `null` where traces name none or several. */
  readonly candidate: string | null;
  /** False at the looks of a canary, which obey no waiver. */
  readonly isObeyed: boolean;
}

/** Decisions with the waivers that have an effect on them, and what became of every waiver. */
export interface Waived {
  readonly decisions: Decision[];
  readonly waivers: ReportedWaiver[];
}

/** A waiver whose last day is this near is called expiring. */
const soonDays = 14;

/** Attaches each valid waiver to the decision that it covers. No decision changes, and none is added or lost. */
export function waive(
  decisions: readonly Decision[],
  waivers: readonly ResolvedWaiver[],
  terms: WaiverTerms,
): Waived {
  const reported: ReportedWaiver[] = [];
  const covered = new Map<Decision, Waiver>();
  for (const resolved of waivers) {
    const { waiver, cohort, check } = resolved;
    const decision = check === null ? undefined : decisions.find((each) => isOf(each, check));
    const left = daysLeft(waiver.expires, terms.decidedAt);
    const state = stateOf(waiver, decision, left, terms);
    if (state === "waived") covered.set(decision!, waiver);
    const told = {
      ...waiver,
      cohort: cohort.name,
      state,
      decision: decision?.decision ?? null,
      daysLeft: left,
      isExpiringSoon: left >= 0 && left <= soonDays,
    };
    reported.push({ ...told, message: waiverMessage(told, terms.candidate) });
  }
  return {
    decisions: decisions.map((decision) => {
      const waiver = covered.get(decision);
      return waiver === undefined ? decision : { ...decision, waiver };
    }),
    waivers: reported,
  };
}

/** Of several reasons for which a waiver has no effect the one that its owner has to know first. */
function stateOf(
  waiver: Waiver,
  decision: Decision | undefined,
  left: number,
  { candidate, isObeyed }: WaiverTerms,
): WaiverState {
  if (!isObeyed) return "not_obeyed";
  if (left < 0) return "expired";
  if (waiver.candidate !== undefined && waiver.candidate !== candidate) return "other_release";
  if (decision === undefined) return "not_decided";
  if (decision.decision === "pass") return "not_needed";
  return isMeasured(decision) ? "waived" : "cannot_waive";
}

/** An error is never waived, and neither is an open decision of which nothing was measured. */
function isMeasured({ decision, estimate }: Decision): boolean {
  return (decision === "fail" || decision === "inconclusive") && estimate !== null;
}

/** True for the decision on a check: its rule says the bound of the criterion in its own words. */
function isOf(decision: Decision, { criterion, cohort }: NonNullable<ResolvedWaiver["check"]>): boolean {
  const { metric, severity } = criterion;
  const isPlace =
    decision.metric === metric && decision.cohort === cohort.name && decision.severity === severity;
  return isPlace && isBound(decision.rule, criterion);
}

function isBound(rule: Rule, criterion: Criterion): boolean {
  const [bound] = boundsOf(criterion);
  switch (rule.kind) {
    case "margin":
    case "rise":
      return bound?.name === "margin" && bound.value === rule.margin;
    case "at_least":
      return bound?.name === "atLeast" && bound.value === rule.threshold;
    case "at_most":
      return bound?.name === "atMost" && bound.value === rule.threshold;
    default:
      return bound?.name === "maximumRatio" && bound.value === rule.maximumRatio;
  }
}
