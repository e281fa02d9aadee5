import type { Decision } from "../core/comparison.ts";
import type { Reporter } from "../core/extensions.ts";
import type { CaseReport, Report } from "../core/report.ts";
import { verdictInWords } from "../core/waived.ts";
import * as format from "./format.ts";
import { lookColumns, planText } from "./looks.ts";
import { escapeMarkdown as safe } from "./markdown-escape.ts";
import { knownFacts, operationsOfAll } from "./operations.ts";
import {
  bySeverity,
  capital,
  caseCount,
  casesOf,
  comparabilitySymbol,
  decisionWord,
  evidenceText,
  findingText,
  firstReason,
  hintsOf,
  levelPrefix,
  meaningOf,
  promoteCommand,
  ratesText,
  refusalText,
  rollbackText,
  ruleText,
  tagsText,
  tally,
  verdictSymbol,
  waiverText,
} from "./words.ts";

/** Characters that a comment may have: the hosts refuse more than 65,536. */
const longest = 60_000;
/** Of them for notes, for decisions, and the rest for cases. */
const notesRoom = 8_000;
const decisionsRoom = 30_000;
/** Kept free for the lines that say what was cut. */
const reserve = 1_000;

/** Markdown for a comment on a pull request: verdict, decisions worst first, regressed cases folded, and what was compared. */
export const markdownReporter: Reporter = { name: "markdown", render };

function render(report: Report): string {
  const head = [...headLines(report), ...nextLines(report), "", ...lookLines(report), ...noteLines(report)];
  const foot = footLines(report);
  const decisions = decisionLines(report.decisions, decisionsRoom);
  const operations = operationLines(report);
  const used = lengthOf(head) + lengthOf(decisions) + lengthOf(operations) + lengthOf(foot);
  const cases = caseLines(report, longest - used - reserve);
  return `${[...head, ...decisions, ...operations, ...cases, ...foot]
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim()}\n`;
}

function lengthOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.length + 1, 0);
}

/** The lines that fit into `room`, and how many were left out. */
function within(lines: readonly string[], room: number): { kept: string[]; left: number } {
  let used = 0;
  const kept: string[] = [];
  for (const line of lines) {
    used += line.length + 1;
    if (used > room) break;
    kept.push(line);
  }
  return { kept, left: lines.length - kept.length };
}

function nextLines(report: Report): string[] {
  if (report.nextSteps.length === 0) return [];
  const rollback = rollbackText(report);
  const promote = promoteCommand(report);
  return [
    "",
    "**What to do next**",
    "",
    ...report.nextSteps.map(({ action, because }) => `- ${safe(action, 500)} (${safe(because, 500)})`),
    ...(rollback === null ? [] : ["", safe(rollback, 500)]),
    ...(promote === null ? [] : ["", `Once it is live, record that: <code>${safe(promote, 500)}</code>`]),
  ];
}

function headLines(report: Report): string[] {
  const { verdict, error } = report;
  const title = `## ${verdictSymbol[verdict]} ${capital(verdictInWords(report))}: the candidate ${meaningOf(report)}`;
  const message = refusalText(report);
  const refusal =
    error === undefined
      ? []
      : [
          "",
          `Refused (${safe(error.code)})${message === null ? "" : `: ${safe(message, 1000)}`}`,
          "",
          `Remedy: ${safe(error.hint, 1000)}`,
        ];
  return [title, "", `**${safe(report.headline, 1000)}**`, ...refusal];
}

function noteLines(report: Report): string[] {
  if (report.comparability.length === 0) return [];
  const lines = report.comparability.map(
    (finding) => `- ${comparabilitySymbol[finding.level]} ${safe(findingText(finding), 3000)}`,
  );
  const { kept, left } = within(lines, notesRoom);
  return ["### Before you trust this", "", ...kept, ...leftOut(left, "note"), ""];
}

function lookLines({ canary }: Report): string[] {
  if (canary === undefined) return [];
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    "### Looks",
    "",
    `${safe(planText(canary), 500)}`,
    "",
    ...(canary.looks.length === 0
      ? []
      : [
          row(lookColumns.map(({ heading }) => heading)),
          row(lookColumns.map(() => "---")),
          ...canary.looks.map((look) => row(lookColumns.map(({ cell }) => safe(cell(look), 200)))),
          "",
        ]),
  ];
}

function decisionLines(decisions: readonly Decision[], room: number): string[] {
  return bySeverity(decisions).flatMap(({ severity, decisions: group }) => {
    const title =
      severity === "blocking" ? "Decisions" : "Advisory decisions, which do not decide the verdict";
    const { kept, left } = within(group.map(decisionRow), room / 2);
    return [
      `### ${title}`,
      "",
      `${capital(tally(group))}.`,
      "",
      `| Decision | Metric | Cohort | Cases | Baseline → candidate | Change [${levelPrefix(group)}interval] | Rule | Notes |`,
      "| --- | --- | --- | ---: | --- | --- | --- | --- |",
      ...kept,
      ...leftOut(left, "decision"),
      "",
    ];
  });
}

function decisionRow(decision: Decision): string {
  const word = decisionWord(decision);
  const waived = waiverText(decision);
  const quiet = decision.decision === "pass" && !decision.degradedWithinMargin;
  const cells = [
    decision.decision === "pass" ? word : `**${word}**`,
    safe(decision.metric),
    safe(decision.cohort),
    format.count(decision.n),
    ratesText(decision),
    evidenceText(decision),
    ruleText(decision.rule),
    quiet ? "" : [...(waived === null ? [] : [safe(waived, 400)]), ...hintsOf(decision)].join("; "),
  ];
  return `| ${cells.join(" | ")} |`;
}

/** Latency, tokens, cost and which way the answers came, over all cases. */
function operationLines(report: Report): string[] {
  const sides = operationsOfAll(report);
  if (sides.length === 0) return [];
  const rows = knownFacts(sides).map(
    ({ label, text }) => `| ${capital(label)} | ${sides.map((side) => safe(text(side))).join(" | ")} |`,
  );
  return [
    "<details>",
    `<summary>Operations over all ${report.traces === undefined ? "cases" : "traces"}</summary>`,
    "",
    `| | ${sides.map(({ side }) => capital(side)).join(" | ")} |`,
    `| --- |${" ---: |".repeat(sides.length)}`,
    ...rows,
    "",
    "</details>",
    "",
  ];
}

function caseLines(report: Report, room: number): string[] {
  const cases = casesOf(report, "regressed");
  const total = Math.max(caseCount(report, "regressed"), cases.length);
  if (total === 0) return [];
  const { kept, left } = within(cases.map(oneCase), room);
  const head = ["<details>", `<summary>Regressed cases (${format.count(total)})</summary>`, ""];
  return [...head, ...kept, ...leftOut(left + total - cases.length, "regressed case"), "", "</details>", ""];
}

function oneCase(each: CaseReport): string {
  const { metric, reason } = firstReason(each);
  const why = [metric, reason].filter((text) => text !== null && text !== "").map((text) => safe(text ?? ""));
  return [
    `- **${safe(each.caseId, 120)}** (${safe(tagsText(each.cohorts), 200)}): ${why.join(" – ")}`,
    `  - asked: ${safe(each.input)}`,
    `  - baseline: ${answer(each.baseline)}`,
    `  - candidate: ${answer(each.candidate)}`,
  ].join("\n");
}

function answer(side: CaseReport["baseline"]): string {
  if (side.failure !== null) return `no answer, ${safe(side.failure.kind)}: ${safe(side.failure.message)}`;
  const calls = side.toolCalls.map(({ name }) => safe(name, 60));
  const called =
    calls.length === 0 ? [] : [`calls ${calls.slice(0, 8).join(", ")}${calls.length > 8 ? ", …" : ""}`];
  return [safe(side.text ?? "") || "no text", ...called].join("; ");
}

function leftOut(left: number, noun: string): string[] {
  if (left === 0) return [];
  return [
    "",
    `${capital(format.plural(left, `more ${noun}`))} not shown: a comment is cut at 60,000 characters.`,
  ];
}

function footLines(report: Report): string[] {
  const run = report.provenance;
  if (run === null) return [];
  const { dataset } = run;
  const version = dataset.version === null ? "" : ` version ${dataset.version}`;
  const parts = [
    `baseline ${safe(run.baseline.name)} (${hash(run.baseline.fingerprint)})`,
    `candidate ${safe(run.candidate.name)} (${hash(run.candidate.fingerprint)})`,
    `dataset ${safe(dataset.name)}${version}, ${format.plural(dataset.cases, "case")} (${hash(dataset.fingerprint)})`,
    `gate ${safe(run.gate.name)} (${hash(run.gate.hash)})`,
    `seed ${run.seed}`,
    ...(run.git === null ? [] : [`commit ${hash(run.git.commit)}${run.git.dirty ? ", with changes" : ""}`]),
    `run ${safe(run.runId)}`,
    `gatewright ${safe(run.software.gatewright)}`,
  ];
  return [`<sub>Compared: ${parts.join("; ")}.</sub>`];
}

function hash(fingerprint: string): string {
  return `<code>${safe(format.shortFingerprint(fingerprint))}</code>`;
}
