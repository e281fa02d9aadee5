import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type ReporterName, reporterByName, terminalReporter } from "../../../src/reporters/index.ts";
import {
  canaryReport,
  failingReport,
  inconclusiveReport,
  passingReport,
  refusedReport,
  traceReport,
  waivedReport,
} from "../../fixtures/report-example.ts";

const reports = {
  fail: failingReport(3),
  inconclusive: inconclusiveReport(3),
  pass: passingReport(),
  refused: refusedReport(),
  traces: traceReport(),
  canary: canaryReport(),
  waived: waivedReport(),
};
const endings: Record<ReporterName, string> = {
  terminal: "txt",
  json: "json",
  junit: "xml",
  markdown: "md",
  html: "html",
};
const files: [string, string][] = Object.entries(reports).flatMap(([name, report]) => [
  ...(Object.keys(endings) as ReporterName[]).map((reporter): [string, string] => [
    `report-${name}.${endings[reporter]}`,
    staticPart(reporterByName[reporter].render(report)),
  ]),
  [`report-${name}-colour-150.txt`, terminalReporter({ colour: true, width: 150 }).render(report)] satisfies [
    string,
    string,
  ],
]);

/** Without the script of the page, which every build makes anew. The compressed cases are the same bytes on every Node. */
function staticPart(text: string): string {
  return text.replace(/<script>[\s\S]*<\/script>/, "").replace(/ script-src '[^']*';/, "");
}

describe("golden files, written anew only with UPDATE_GOLDEN=1", () => {
  it.each(files)("%s", (name, text) => {
    const file = new URL(`../../golden/${name}`, import.meta.url);
    if (process.env.UPDATE_GOLDEN === "1") writeFileSync(file, text);
    expect(text).toBe(readFileSync(file, "utf8"));
  });
});
