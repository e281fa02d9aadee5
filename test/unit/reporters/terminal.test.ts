import { describe, expect, it } from "vitest";
import { terminalReporter } from "../../../src/reporters/index.ts";
import { columnsOf, wrap } from "../../../src/reporters/terminal-layout.ts";
import { failingReport, largeReport, passingReport, refusedReport } from "../../fixtures/report-example.ts";

const plain = (width: number) => terminalReporter({ colour: false, width });
const lines = (text: string) => text.split("\n");

describe("terminal", () => {
  it("begins with the verdict and its headline", () => {
    expect(lines(plain(100).render(failingReport()))[0]).toMatch(
      /^✗ FAIL {2}Blocked: tool_selection in tier=free/,
    );
    expect(lines(plain(100).render(passingReport()))[0]).toMatch(/^✓ PASS {2}All 4 blocking criteria hold/);
    expect(lines(plain(100).render(refusedReport()))[0]).toMatch(/^! ERROR {2}Refused before the first call/);
  });

  it.each([40, 60, 80, 100, 120, 150, 200])("fits into %i columns and keeps every verdict", (width) => {
    const text = plain(width).render(failingReport());
    const foldable = lines(text).filter((line) => !line.startsWith("  npx evals show ")); // a command is copied whole
    for (const line of foldable) expect(columnsOf(line), line).toBeLessThanOrEqual(width);
    expect(text.match(/^✗ fail /gm)).toHaveLength(1);
    expect(text.match(/^\? inconclusive /gm)).toHaveLength(2);
    expect(text.match(/^✓ pass /gm)).toHaveLength(4);
    expect(text).toContain("−9.1 points [−13.1, −5.4]");
  });

  it("counts a narrow or unknown width as 40", () => {
    const narrow = plain(40).render(failingReport());
    for (const width of [0, 10, Number.NaN, -5]) expect(plain(width).render(failingReport())).toBe(narrow);
  });

  it("names the whole cohort and the rule beside each decision when there is room", () => {
    const row = lines(plain(150).render(failingReport())).find((line) => line.startsWith("✗ fail"));
    expect(row).toMatch(
      /tool_selection +tier=free & intent=refund +220 +91.4 % → 82.3 % +−9.1 points \[−13.1, −5.4\] +loses at most 5.0 points$/,
    );
  });

  it("says how many cases an inconclusive decision needs", () => {
    expect(plain(100).render(failingReport())).toContain("needs about 190 cases in all");
  });

  it("shows operations of both sides", () => {
    const text = plain(100).render(failingReport());
    expect(text).toMatch(/latency, 95th percentile +1\.91 s +2\.25 s/);
    expect(text).toMatch(/answers +600 of 600 +598 of 600/);
    expect(text).toMatch(/errors +none +2 \(timeout 1, rate limit 1\)/);
  });

  it("shows ten regressed cases and counts the others", () => {
    const text = plain(100).render(failingReport());
    expect(text).toContain("Regressed cases (26)");
    expect(text.match(/^ {2}(refund-\d{3}|hostile-1)/gm)).toHaveLength(10);
    expect(text).toContain("  and 16 more\n");
    expect(lines(text).slice(-2)).toEqual(["  npx evals show 2025-03-04T101502Z-7f3a refund-001", ""]);
  });

  it("never offers a hostile identifier for pasting", () => {
    const report = failingReport();
    const cases = report.cases.map((each) => ({ ...each, caseId: "x'; rm -rf ~ #" }));
    expect(plain(100).render({ ...report, cases })).toContain("evals show 2025-03-04T101502Z-7f3a CASE\n");
  });

  it("counts passes instead of listing them when there are more than 25 decisions", () => {
    const text = plain(100).render(largeReport(60, 5));
    expect(text).toContain("(1 fail, 1 inconclusive, 56 pass)");
    expect(text).toContain("✓ pass  56 more decisions, not listed here");
    expect(text).not.toContain("topic_3");
  });

  it("gives the code and the remedy of a refused run once", () => {
    const text = plain(200).render(refusedReport());
    expect(text).toContain("Refused: NOT_COMPARABLE\n  Remedy: Add `decoding.temperature`");
    expect(text.match(/the releases differ in/g)).toHaveLength(1);
  });

  it("writes no codes without colour", () => {
    expect(plain(100).render(failingReport())).not.toContain("\u001b");
  });
});

describe("layout", () => {
  it("counts wide and combining characters", () => {
    expect(columnsOf("ab")).toBe(2);
    expect(columnsOf("日本")).toBe(4);
    expect(columnsOf("e\u0301")).toBe(1);
  });

  it("wraps at spaces and breaks what is too long", () => {
    expect(wrap("aa bb cc", 5)).toEqual(["aa bb", "cc"]);
    expect(wrap("abcdefgh", 3)).toEqual(["abc", "def", "gh"]);
    expect(wrap("a 90 % b", 5)).toEqual(["a", "90 %", "b"]);
    expect(wrap("", 5)).toEqual([]);
  });
});
