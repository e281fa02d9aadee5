import { describe, expect, it } from "vitest";
import { markdownReporter } from "../../../src/reporters/index.ts";
import { escapeMarkdown } from "../../../src/reporters/markdown-escape.ts";
import { hostile } from "../../fixtures/report-cases.ts";
import { failingReport, largeReport, passingReport, refusedReport } from "../../fixtures/report-example.ts";

const ownTags = /<\/?(?:details|summary|sub|code|span)>|&(?:#\d+|\w+);/g;

describe("markdown", () => {
  it("begins with the verdict and lists decisions worst first", () => {
    const text = markdownReporter.render(failingReport());
    expect(text.startsWith("## ✗ Fail: the candidate must not ship\n")).toBe(true);
    const rows = text.split("\n").filter((line) => /^\| (\*\*)?[✗?!✓]/.test(line));
    expect(rows.map((row) => row.split(" ")[2]?.replaceAll("*", ""))).toEqual([
      "fail",
      "inconclusive",
      "pass",
      "pass",
      "pass",
      "inconclusive",
      "pass",
    ]);
    for (const row of rows) expect(row.match(/\|/g)).toHaveLength(9);
  });

  it("says what was compared", () => {
    expect(markdownReporter.render(passingReport())).toMatch(
      /<sub>Compared: baseline support-12 .*; candidate support-13 .*; dataset support-agent version 4, 600 cases/,
    );
  });

  it("gives code and remedy of a refused run", () => {
    const text = markdownReporter.render(refusedReport());
    expect(text).toContain("## ! Error: the candidate could not be measured");
    expect(text).toContain("Refused (NOT\\_COMPARABLE)");
    expect(text).toContain("Remedy: Add \\`decoding.temperature\\`");
  });

  it("lets no markup of a case through", () => {
    const text = markdownReporter.render(failingReport());
    expect(text.replace(ownTags, "")).not.toMatch(/<[a-z/!]/i);
    expect(text).not.toMatch(/@\w/);
    expect(text.match(/(?<!&)#\w/g)).toBeNull();
    expect(text).not.toMatch(/https?:/);
    expect(text).not.toMatch(/(?<!\\)\]\(/);
    expect(text).not.toMatch(/^\s*(\/|```|- \[)/m);
  });

  it.each(Object.entries(hostile))("escapes %s into one line without markup", (_, text) => {
    const escaped = escapeMarkdown(text);
    expect(escaped).not.toContain("\n");
    expect(escaped).not.toMatch(/@\w|(?<!&)#\w|:\/\/|www\./);
    expect(escaped.replace(ownTags, "")).not.toMatch(/[<>|]|(?<!\\)[`*_[\]]/);
  });

  it("stays below the limit and says what was cut", () => {
    const text = markdownReporter.render(largeReport(2000, 3000));
    expect(text.length).toBeLessThanOrEqual(60_000);
    expect(text.length).toBeGreaterThan(50_000);
    expect(text).toMatch(/[\d,]+ more decisions not shown: a comment is cut at 60,000 characters\./);
    expect(text).toMatch(/[\d,]+ more regressed cases not shown/);
    expect(text).toContain("<sub>Compared:");
    expect(text.match(/<details>/g)).toHaveLength(text.match(/<\/details>/g)?.length ?? 0);
  });

  it("stays below the limit when every text is as long as it can be", () => {
    const long = "|".repeat(20_000);
    const report = largeReport(300, 300);
    const text = markdownReporter.render({
      ...report,
      headline: long,
      decisions: report.decisions.map((each) => ({ ...each, cohort: long, metric: long })),
      comparability: Array.from({ length: 500 }, () => ({
        level: "note" as const,
        subject: long,
        message: long,
      })),
      cases: report.cases.map((each) => ({ ...each, caseId: long, input: long })),
      error: { code: long, message: long, hint: long },
    });
    expect(text.length).toBeLessThanOrEqual(60_000);
  });
});
