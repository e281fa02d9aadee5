import type { Decision } from "../core/comparison.ts";
import * as format from "./format.ts";
import { type Column, columnWidths, flow, type Paint, tableLines } from "./terminal-layout.ts";
import { oneLine } from "./text.ts";
import {
  bySeverity,
  decisionWord,
  evidenceText,
  hintsOf,
  levelPrefix,
  ratesText,
  ruleText,
  tally,
  waiverText,
} from "./words.ts";

const shownDecisions = 25;
const indent = 4;

/** The decisions as tables, blocking before advisory; above 25 all that did not pass and a count of those that did. */
export function decisionLines(decisions: readonly Decision[], paint: Paint, width: number): string[] {
  const few = decisions.length <= shownDecisions;
  return bySeverity(decisions).flatMap((group, i) => {
    const shown = few ? group.decisions : group.decisions.filter(({ decision }) => decision !== "pass");
    const passed = group.decisions.length - shown.length;
    const title =
      group.severity === "blocking" ? "Decisions" : "Advisory decisions, which do not decide the verdict";
    return [
      ...(i === 0 ? [] : [""]),
      ...flow([title, `(${tally(group.decisions)})`], " ", width, 0).map((line) => paint("strong", line)),
      ...(shown.length === 0 ? [] : table(shown, paint, width)),
      ...(passed === 0
        ? []
        : [
            `${decisionWord({ decision: "pass" })}  ${format.plural(passed, "more decision")}, not listed here`,
          ]),
    ];
  });
}

function table(decisions: readonly Decision[], paint: Paint, width: number): string[] {
  const short: Column[] = [
    { heading: "  decision", cells: decisions.map(decisionWord) },
    { heading: "metric", cells: decisions.map(({ metric }) => oneLine(metric)), minimum: 5 },
    { heading: "cohort", cells: decisions.map(({ cohort }) => oneLine(cohort)), minimum: 5 },
    { heading: "n", cells: decisions.map(({ n }) => format.count(n)), align: "right" },
  ];
  const numbers: Column[] = [
    { heading: "baseline → candidate", cells: decisions.map(ratesText) },
    { heading: `change [${levelPrefix(decisions)}interval]`, cells: decisions.map(evidenceText) },
    { heading: "rule", cells: decisions.map(({ rule }) => ruleText(rule)) },
  ];
  // One line each only where metric and cohort stay whole or nearly so: who is hurt matters more than a compact table.
  const wide = short
    .map((column) => (column.minimum === undefined ? column : { ...column, minimum: 30 }))
    .concat(numbers);
  const widths = columnWidths(wide, width);
  if (widths !== null) {
    return rows(decisions, tableLines(wide, widths), paint, (decision) => hintLines(decision, paint, width));
  }
  const narrow = columnWidths(short, width) ?? columnWidths(short, Number.POSITIVE_INFINITY) ?? [];
  const lines = tableLines(short, narrow);
  const more = (decision: Decision) => [
    ...flow([ratesText(decision), evidenceText(decision), ruleText(decision.rule)], "   ", width, indent),
    ...hintLines(decision, paint, width),
  ];
  return rows(decisions, lines, paint, more);
}

/** Hints under a decision that did not pass, or that passed although the candidate got worse. */
function hintLines(decision: Decision, paint: Paint, width: number): string[] {
  if (decision.decision === "pass" && !decision.degradedWithinMargin) return [];
  const waived = waiverText(decision);
  return [
    ...(waived === null ? [] : flow([oneLine(waived)], " ", width, indent)),
    ...flow(hintsOf(decision), "; ", width, indent).map((text) => paint("faint", text)),
  ];
}

function rows(
  decisions: readonly Decision[],
  [heading = "", ...lines]: readonly string[],
  paint: Paint,
  more: (decision: Decision) => string[],
): string[] {
  const body = decisions.flatMap((decision, i) => {
    const line = lines[i] ?? "";
    const label = decisionWord(decision);
    return [
      paint(decision.decision, line.slice(0, label.length)) + line.slice(label.length),
      ...more(decision),
    ];
  });
  return [paint("faint", heading), ...body];
}
