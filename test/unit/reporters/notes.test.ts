import { describe, expect, it } from "vitest";
import { type Report, reportSchema } from "../../../src/core/report.ts";
import { reporterByName, terminalReporter } from "../../../src/reporters/index.ts";
import { canaryReport, failingReport, refusedReport, waivedReport } from "../../fixtures/report-example.ts";

/** What a report says to people beside its numbers: all of it must reach whoever reads any one format. */
const told = [
  "headline",
  "verdict",
  "comparability",
  "nextSteps",
  "rollback",
  "waivers",
  "error",
  "canary",
] as const satisfies readonly (keyof Report)[];

/** What is evidence, shown as far as a format has room, or what a machine needs. What the judges used stands in `comparability` too. */
const evidence = [
  "schemaVersion",
  "exitCode",
  "decisions",
  "decidedAt",
  "comparisons",
  "operations",
  "judging",
  "caseCounts",
  "cases",
  "provenance",
  "traces",
] as const satisfies readonly (keyof Report)[];

/** Members that are words of our own, names of places, or times; every other text is a note. */
const fixedMembers = new Set(["level", "kind", "state", "decision", "verdict", "fingerprint", "code"]);

/** The value with a word of its own at the end of each text. */
function marked<T>(value: T, words: string[], member = ""): T {
  if (typeof value === "string") {
    if (fixedMembers.has(member)) return value;
    const word = `mark${words.length}x`;
    words.push(word);
    return `${value} ${word}` as T;
  }
  if (Array.isArray(value)) return value.map((each) => marked(each, words, member)) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, own]) => [name, marked(own, words, name)]),
  ) as T;
}

function notesOf(report: Report): { report: Report; words: string[] } {
  const words: string[] = [];
  const comparability = marked(
    [
      ...report.comparability,
      { level: "refused", subject: "a", message: "b" },
      { level: "note", subject: "last promoted", message: "the release that was last promoted is another" },
      {
        level: "note",
        subject: "baseline",
        message: `the baseline was promoted despite ${"a long reason ".repeat(140)}`,
      },
    ] satisfies Report["comparability"],
    words,
  );
  const { headline, nextSteps, rollback, error } = report;
  return {
    report: {
      ...report,
      ...marked({ headline, nextSteps }, words),
      // What may ship needs no rollback.
      rollback: report.verdict === "pass" ? rollback : marked(rollback, words),
      ...(error && { error: marked(error, words) }),
      comparability,
    },
    words,
  };
}

const formats = [
  ...Object.values(reporterByName),
  terminalReporter({ colour: true, width: 40 }),
  terminalReporter({ colour: false, width: 240 }),
];
const reports = {
  failed: notesOf(failingReport()),
  refused: notesOf(refusedReport()),
  waived: notesOf(waivedReport()),
};

describe("what a report says to its reader", () => {
  it.each(
    Object.entries(reports).flatMap(([name, { report, words }]) =>
      formats.map((reporter, index) => ({
        name,
        format: `${reporter.name} ${index}`,
        reporter,
        report,
        words,
      })),
    ),
  )("reaches $format whole: $name", ({ reporter, report, words }) => {
    const text = reporter.render(report);
    expect(words.length).toBeGreaterThan(8);
    expect(words.filter((word) => !text.includes(word))).toEqual([]);
  });

  it.each(formats)("names every waiver and the plan of a canary: $name", (reporter) => {
    const waived = waivedReport();
    const text = reporter.render(waived);
    for (const { name } of waived.waivers ?? [])
      expect(text.replaceAll("\\", "").replace(/\s+/g, " ")).toContain(name);
    const canary = canaryReport();
    expect(reporter.render(canary)).toContain(canary.canary!.plan.name);
  });

  it("is told apart from evidence, member by member", () => {
    // A new member of the report belongs into one of the two lists: what is told must be in every format.
    expect([...told, ...evidence].sort()).toEqual(Object.keys(reportSchema.shape).sort());
  });
});
