import type { Reporter } from "../core/extensions.ts";
import type { CaseReport, Report } from "../core/report.ts";
import { verdictInWords } from "../core/waived.ts";
import * as format from "./format.ts";
import { knownFacts, operationsOfAll } from "./operations.ts";
import { decisionLines } from "./terminal-decisions.ts";
import { columnWidths, flow, type Paint, painter, tableLines, wrap } from "./terminal-layout.ts";
import { lookLines } from "./terminal-looks.ts";
import { trajectoryLines } from "./terminal-traces.ts";
import { cut, oneLine, shellWord } from "./text.ts";
import {
  caseCount,
  casesOf,
  comparabilitySymbol,
  findingText,
  firstReason,
  meaningOf,
  promoteCommand,
  refusalText,
  rollbackText,
  tagsText,
  verdictSymbol,
} from "./words.ts";

/** How the terminal shows a report. */
export interface TerminalOptions {
  /** Whether ANSI colour codes are written. */
  readonly colour: boolean;
  /** Columns of the terminal; fewer than 40 count as 40. */
  readonly width: number;
}

interface Context {
  readonly report: Report;
  readonly paint: Paint;
  readonly width: number;
}

const shownCases = 10;
/** Characters of a case's id and of its tags that are shown. */
const longest = 160;
const narrowest = 40;

/** A reporter for a terminal: the verdict first, then what it rests on, worst first, then the cases that regressed. */
export function terminalReporter(options: TerminalOptions): Reporter {
  const width = Math.max(narrowest, Math.floor(options.width) || narrowest);
  return {
    name: "terminal",
    render: (report) => {
      const context: Context = { report, paint: painter(options.colour), width };
      const sections = [
        verdictLines(context),
        refusalLines(context),
        lookLines(report.canary, context.paint, width),
        decisionLines(report.decisions, context.paint, width),
        nextLines(context),
        operationLines(context),
        trajectoryLines(report.traces, context.paint, width),
        comparabilityLines(context),
        caseLines(context),
        commandLines(context),
      ];
      return `${sections
        .filter((lines) => lines.length > 0)
        .map((lines) => lines.join("\n"))
        .join("\n\n")}\n`;
    },
  };
}

function verdictLines({ report, paint, width }: Context): string[] {
  const word = `${verdictSymbol[report.verdict]} ${verdictInWords(report).toUpperCase()}`;
  const [first = "", ...rest] = wrap(`${word}  ${oneLine(report.headline)}`, width);
  const meaning = `The candidate ${meaningOf(report)}.`;
  return [
    paint(report.verdict, paint("strong", first.slice(0, word.length))) + first.slice(word.length),
    ...rest,
    ...(report.verdict === "error" ? [] : [paint("faint", meaning)]),
  ];
}

function refusalLines({ report, paint, width }: Context): string[] {
  if (report.error === undefined) return [];
  const message = refusalText(report);
  return [
    paint("strong", `Refused: ${oneLine(report.error.code)}`),
    ...(message === null ? [] : flow([oneLine(message)], " ", width, 2)),
    ...flow([`Remedy: ${oneLine(report.error.hint)}`], " ", width, 2),
  ];
}

function nextLines({ report, paint, width }: Context): string[] {
  const steps = report.nextSteps.flatMap(({ action, because }) => {
    const [first = "", ...rest] = wrap(oneLine(action), width - 4);
    return [
      `  → ${first}`,
      ...rest.map((line) => `    ${line}`),
      ...flow([oneLine(because)], " ", width, 4).map((line) => paint("faint", line)),
    ];
  });
  if (steps.length === 0) return [];
  const rollback = rollbackText(report);
  return [
    paint("strong", "What to do next"),
    ...steps,
    ...(rollback === null ? [] : flow([oneLine(rollback)], " ", width, 4)),
  ];
}

function operationLines({ report, paint, width }: Context): string[] {
  const sides = operationsOfAll(report);
  if (sides.length === 0) return [];
  const facts = knownFacts(sides);
  const columns = [
    {
      heading: report.traces === undefined ? "  all cases" : "  all traces",
      cells: facts.map(({ label }) => `  ${label}`),
    },
    ...sides.map((side) => ({
      heading: side.side,
      cells: facts.map(({ text }) => oneLine(text(side))),
      minimum: 6,
    })),
  ];
  const widths = columnWidths(columns, width);
  if (widths === null) return [];
  const [heading = "", ...lines] = tableLines(columns, widths);
  return [paint("strong", "Operations"), paint("faint", heading), ...lines];
}

function comparabilityLines({ report, paint, width }: Context): string[] {
  if (report.comparability.length === 0) return [];
  const lines = report.comparability.flatMap((finding) => {
    const [first = "", ...rest] = wrap(oneLine(findingText(finding)), width - 4);
    return [`  ${comparabilitySymbol[finding.level]} ${first}`, ...rest.map((line) => `    ${line}`)];
  });
  return [paint("strong", "Before you trust this"), ...lines];
}

function caseLines({ report, paint, width }: Context): string[] {
  const cases = casesOf(report, "regressed");
  const total = Math.max(caseCount(report, "regressed"), cases.length);
  if (total === 0) return [];
  const shown = cases.slice(0, shownCases);
  const hidden = total - shown.length;
  return [
    paint("strong", `Regressed cases (${format.count(total)})`),
    ...shown.flatMap((each) => oneCase(each, paint, width)),
    ...(hidden > 0 ? [`  and ${format.count(hidden)} more`] : []),
  ];
}

function oneCase(each: CaseReport, paint: Paint, width: number): string[] {
  const { metric, reason } = firstReason(each);
  const why = [metric, reason].filter((text) => text !== null && text !== "").join(": ");
  const [first = "", ...rest] = flow(
    [cut(oneLine(each.caseId), longest), cut(oneLine(tagsText(each.cohorts)), longest)],
    "  ",
    width,
    2,
  );
  return [paint("strong", first), ...rest, ...flow([oneLine(why)], " ", width, 4).slice(0, 3)];
}

function commandLines({ report, paint }: Context): string[] {
  const promote = promoteCommand(report);
  const shipped = promote === null ? [] : [paint("faint", "Once it is live, record that:"), `  ${promote}`];
  return [...caseCommand(report, report.provenance?.runId, paint), ...shipped];
}

function caseCommand(report: Report, run: string | undefined, paint: Paint): string[] {
  const first = casesOf(report, "regressed", "errored", "unscored", "improved")[0];
  if (run === undefined || first === undefined) return [];
  return [
    paint("faint", "Both sides of a case:"),
    `  npx evals show ${shellWord(run, "RUN")} ${shellWord(first.caseId, "CASE")}`,
  ];
}
