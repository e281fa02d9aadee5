import { whereOf } from "../core/cohort.ts";
import type { Decision } from "../core/comparison.ts";
import type { NextStep } from "../core/next-step.ts";
import { count, plural } from "../core/quantities.ts";
import type { Comparability } from "../core/report.ts";
import type { ReportedWaiver } from "../core/waiver.ts";

/** An exception that is meant to last longer than this has become the rule. */
const longDays = 90;

/** What became of a waiver and what to do, in one sentence without its full stop. */
export function waiverMessage(waiver: Omit<ReportedWaiver, "message">, candidate: string | null): string {
  const { name, metric, cohort } = waiver;
  const itself = `waiver ${name}`;
  const where = `${metric} ${whereOf(cohort)}`;
  switch (waiver.state) {
    case "waived": {
      const what = waiver.decision === "fail" ? "the fail of" : "the open decision on";
      return `${itself} waives ${what} ${where}${dueText(waiver)}`;
    }
    case "not_needed":
      return `${itself} had nothing to waive: ${where} passed; remove it from the gate`;
    case "cannot_waive":
      return `${itself} does not cover ${where}, which could not be measured: only what was measured can be waived`;
    case "expired":
      return `${itself} has expired and has no effect: ${aftermath(waiver, where)}`;
    case "other_release":
      return `${itself} has no effect: it is for release ${waiver.candidate} alone, and the candidate is ${candidate ?? "not one release by name"}`;
    case "not_decided":
      return `${itself} has no effect here: ${where} was not decided`;
    default:
      return `${itself} has no effect: the looks at a canary obey no waiver, and harm ends it`;
  }
}

function lastDay({ expires, daysLeft }: ReportedWaiver): string {
  if (daysLeft < 0)
    return `its last day was ${expires} UTC, ${plural(-daysLeft, "day")} before this was decided`;
  return `valid to the end of ${expires} UTC, ${daysLeft === 0 ? "the day on which this was decided" : `${plural(daysLeft, "day")} after this was decided`}`;
}

function approval({ approvedBy, reason, link }: ReportedWaiver): string {
  return `approved by ${approvedBy}: ${reason}${link === undefined ? "" : `; ${link}`}`;
}

function dueText({ isExpiringSoon, daysLeft }: Omit<ReportedWaiver, "message">): string {
  if (isExpiringSoon) return "; it expires soon, and then the gate blocks again";
  return daysLeft > longDays ? `; more than ${longDays} days are long for an exception` : "";
}

function aftermath({ decision }: Omit<ReportedWaiver, "message">, where: string): string {
  if (decision === null) return `${where} was not decided; remove it from the gate`;
  if (decision === "pass") return `${where} passed; remove it from the gate`;
  return `${where} counts again; repair it, or have the waiver approved anew with a later \`expires\``;
}

/** Every waiver as a finding: it is always shown. Those with an effect come first, then those that have lost it. */
export function waiverFindings(waivers: readonly ReportedWaiver[]): Comparability[] {
  const rank = ({ state }: ReportedWaiver) => (state === "waived" ? 0 : state === "expired" ? 1 : 2);
  return [...waivers]
    .sort((a, b) => rank(a) - rank(b))
    .map((waiver) => ({
      level: "note",
      subject: `waiver ${waiver.name}`,
      message: `${waiver.message} (${lastDay(waiver)}; ${approval(waiver)})`,
    }));
}

/** A waived decision in a sentence: what is wrong, and by whose word it does not block. */
export function waivedText({ reason, waiver }: Decision): string {
  return `${reason}; waived by ${waiver!.name} to the end of ${waiver!.expires} UTC (approved by ${waiver!.approvedBy})`;
}

/** What to do about waivers: repair what one covers before its last day, and remove what covers nothing. */
export function waiverSteps(decisions: readonly Decision[], waivers: readonly ReportedWaiver[]): NextStep[] {
  const states = new Map(waivers.map((waiver) => [waiver.name, waiver]));
  const due = decisions.flatMap((decision): NextStep[] => {
    const { waiver, metric, cohort } = decision;
    const told = waiver === undefined ? undefined : states.get(waiver.name);
    if (waiver === undefined || told === undefined) return [];
    const isHarm = decision.decision === "fail";
    const left = told.daysLeft === 0 ? "that is today" : `${plural(told.daysLeft, "day")} left`;
    return [
      {
        kind: "settle_waiver",
        action: `${isHarm ? "Repair" : "Settle"} ${metric} ${whereOf(cohort, decision.unit)} by ${waiver.expires} (${left}): then the waiver ${waiver.name} ends, and the gate blocks again.`,
        because: `${isHarm ? "harm is proven there" : "nothing is proven there"}, and only the waiver lets it pass: ${decision.reason}.`,
      },
    ];
  });
  const idle = waivers.filter(
    ({ state, decision }) =>
      state === "not_needed" || (state === "expired" && (decision === null || decision === "pass")),
  );
  if (idle.length === 0) return due;
  const names = idle
    .slice(0, 3)
    .map(({ name }) => name)
    .join(", ");
  return [
    ...due,
    {
      kind: "remove_waiver",
      action: `Remove ${idle.length === 1 ? "the waiver" : "the waivers"} ${names}${idle.length > 3 ? ` and ${count(idle.length - 3)} more` : ""} from the gate.`,
      because: "what is waived without need would hide harm that comes later.",
    },
  ];
}
