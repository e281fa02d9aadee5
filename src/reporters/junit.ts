import type { Decision } from "../core/comparison.ts";
import type { Reporter } from "../core/extensions.ts";
import type { Report } from "../core/report.ts";
import { oneLine, visible } from "./text.ts";
import {
  bySeverity,
  comparabilityWord,
  evidenceText,
  findingText,
  hintsOf,
  ratesText,
  rollbackText,
  ruleText,
  waiverText,
} from "./words.ts";

interface TestCase {
  readonly className: string;
  readonly name: string;
  readonly outcome: "passed" | "skipped" | "failure" | "error";
  /** Elements inside. */
  readonly content: readonly string[];
}

interface TestSuite {
  readonly name: string;
  readonly cases: readonly TestCase[];
}

/**
 * JUnit XML: a test suite for each severity, a test case for each decision. An inconclusive blocking decision is a failure too: a CI
 * system that knows only red and green must not show green for what was not proven. What a waiver covers is skipped, and says so. Advisory
 * decisions never fail. What to know before the verdict is believed, and what to do next, is the output of the first suite.
 */
export const junitReporter: Reporter = { name: "junit", render };

function render(report: Report): string {
  const suites = suitesOf(report);
  const cases = suites.flatMap((suite) => suite.cases);
  const name = attribute(report.provenance?.evaluation.name ?? "gatewright");
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${name}" ${totals(cases)}>`,
    ...suites.flatMap((suite, index) => suiteLines(suite, report, index === 0 ? notesOf(report) : [])),
    "</testsuites>",
    "",
  ].join("\n");
}

function suitesOf(report: Report): TestSuite[] {
  const gate = report.provenance?.gate.name ?? "gate";
  const suites: TestSuite[] = bySeverity(report.decisions).map(({ severity, decisions }) => ({
    name: `${gate}: ${severity}`,
    cases: decisions.map(severity === "blocking" ? blockingCase : advisoryCase),
  }));
  const verdict = verdictCase(report, suites);
  return verdict === null ? suites : [{ name: `${gate}: verdict`, cases: [verdict] }, ...suites];
}

function blockingCase(decision: Decision): TestCase {
  const base = { className: decision.metric, name: `${decision.cohort}: ${ruleText(decision.rule)}` };
  if (decision.decision === "pass") return { ...base, outcome: "passed", content: [] };
  const waived = waiverText(decision);
  if (waived !== null) {
    const text = `${decision.reason}\n${waived}\n${details(decision)}`;
    return {
      ...base,
      name: `[waived: ${decision.decision}] ${base.name}`,
      outcome: "skipped",
      content: [`<skipped message="${attribute(waived)}"/>`, `<system-out>${content(text)}</system-out>`],
    };
  }
  const element = decision.decision === "error" ? "error" : "failure";
  return {
    ...base,
    outcome: element,
    content: [problem(element, decision.decision, decision.reason, details(decision))],
  };
}

function advisoryCase(decision: Decision): TestCase {
  const name = `${decision.cohort}: ${ruleText(decision.rule)}`;
  if (decision.decision === "pass")
    return { className: decision.metric, name, outcome: "passed", content: [] };
  const text = `${decision.reason}\n${details(decision)}`;
  return {
    className: decision.metric,
    name: `[advisory: ${decision.decision}] ${name}`,
    outcome: "passed",
    content: [`<system-out>${content(text)}</system-out>`],
  };
}

/** A test case for the verdict itself, where no decision says that the run must not be read as green: a refused or interrupted run, or one without decisions. */
function verdictCase(report: Report, suites: readonly TestSuite[]): TestCase | null {
  const red = suites.some((suite) =>
    suite.cases.some(({ outcome }) => outcome === "failure" || outcome === "error"),
  );
  const green = report.verdict === "pass" && report.exitCode === 0 && report.decisions.length > 0;
  if (report.error === undefined && (red || green)) return null;
  const element = report.verdict === "fail" || report.verdict === "inconclusive" ? "failure" : "error";
  const text = report.error === undefined ? report.headline : `${report.error.message}\n${report.error.hint}`;
  const type = report.error?.code ?? report.verdict;
  return {
    className: "gatewright",
    name: "verdict",
    outcome: element,
    content: [problem(element, type, report.error?.message ?? report.headline, text)],
  };
}

function details(decision: Decision): string {
  return [`${ratesText(decision)}, ${evidenceText(decision)}`, ...hintsOf(decision)].join("\n");
}

function problem(element: "failure" | "error", type: string, message: string, text: string): string {
  return `<${element} type="${attribute(type)}" message="${attribute(message)}">${content(text)}</${element}>`;
}

function totals(cases: readonly TestCase[]): string {
  const number = (outcome: TestCase["outcome"]) => cases.filter((each) => each.outcome === outcome).length;
  return `tests="${cases.length}" failures="${number("failure")}" errors="${number("error")}" skipped="${number("skipped")}"`;
}

/** What to know before the verdict is believed, and what to do next, a line each. */
function notesOf(report: Report): string[] {
  const rollback = rollbackText(report);
  return [
    ...report.comparability.map((finding) => `${comparabilityWord[finding.level]}: ${findingText(finding)}`),
    ...report.nextSteps.map(({ action, because }) => `next: ${action} (${because})`),
    ...(rollback === null ? [] : [`next: ${rollback}`]),
  ];
}

function suiteLines(suite: TestSuite, report: Report, notes: readonly string[]): string[] {
  const stamp = report.provenance === null ? "" : ` timestamp="${attribute(report.provenance.createdAt)}"`;
  return [
    `  <testsuite name="${attribute(suite.name)}" ${totals(suite.cases)}${stamp}>`,
    "    <properties>",
    ...propertiesOf(report).map(
      ([name, value]) => `      <property name="${attribute(name)}" value="${attribute(value)}"/>`,
    ),
    "    </properties>",
    ...suite.cases.flatMap(caseLines),
    ...(notes.length === 0 ? [] : [`    <system-out>${content(notes.map(oneLine).join("\n"))}</system-out>`]),
    "  </testsuite>",
  ];
}

function propertiesOf(report: Report): [string, string][] {
  const properties: [string, string][] = [
    ["verdict", report.verdict],
    ["exitCode", String(report.exitCode)],
    ["headline", report.headline],
    ...(report.waivers ?? []).map(({ name, message }): [string, string] => [`waiver ${name}`, message]),
  ];
  const { canary, provenance: run } = report;
  if (canary !== undefined)
    properties.push(
      ["canary", canary.plan.name],
      ["state", canary.state],
      ["looks", `${canary.looks.length} of ${canary.plan.looks}`],
      ["traces", `${canary.traces} of ${canary.plan.traces}`],
    );
  if (run === null) return properties;
  return [
    ...properties,
    ["runId", run.runId],
    ["dataset", `${run.dataset.name} ${run.dataset.fingerprint}`],
    ["baseline", `${run.baseline.name} ${run.baseline.fingerprint}`],
    ["candidate", `${run.candidate.name} ${run.candidate.fingerprint}`],
  ];
}

function caseLines(testCase: TestCase): string[] {
  const open = `    <testcase classname="${attribute(testCase.className)}" name="${attribute(testCase.name)}"`;
  if (testCase.content.length === 0) return [`${open}/>`];
  return [`${open}>`, ...testCase.content.map((element) => `      ${element}`), "    </testcase>"];
}

/** Characters that XML 1.0 forbids are made visible before anything is escaped. */
function content(text: string): string {
  return visible(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function attribute(text: string): string {
  return content(oneLine(text)).replaceAll('"', "&quot;").replaceAll("'", "&apos;");
}
