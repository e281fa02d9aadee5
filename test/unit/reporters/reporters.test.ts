import { describe, expect, it } from "vitest";
import { reportSchema } from "../../../src/core/report.ts";
import { reporterByName, terminalReporter } from "../../../src/reporters/index.ts";
import { isUnseen } from "../../../src/reporters/text.ts";
import {
  failingReport,
  inconclusiveReport,
  largeReport,
  passingReport,
  refusedReport,
  waivedReport,
} from "../../fixtures/report-example.ts";

const reports = {
  fail: failingReport(),
  inconclusive: inconclusiveReport(),
  pass: passingReport(),
  refused: refusedReport(),
  large: largeReport(80, 350),
  waived: waivedReport(),
};
const pairs = Object.entries(reporterByName).flatMap(([name, reporter]) =>
  Object.entries(reports).map(([kind, report]) => ({ name, reporter, kind, report })),
);

/** Characters that a terminal or a page would act on, or that bytes cannot hold. */
function unwanted(text: string): string[] {
  return [...text]
    .filter((character) => {
      const code = character.codePointAt(0)!;
      return character !== "\n" && (isUnseen(code) || (code >= 0xd800 && code <= 0xdfff));
    })
    .map((character) => character.codePointAt(0)!.toString(16));
}

describe("every reporter", () => {
  it.each(Object.entries(reports))("has a fixture that is a report: %s", (_, report) => {
    expect(reportSchema.parse(report)).toEqual(report);
  });

  it.each(pairs)(
    "$name of $kind gives the same bytes twice and leaves the report as it was",
    ({ reporter, report }) => {
      const before = JSON.stringify(report);
      const text = reporter.render(report);
      expect(reporter.render(structuredClone(report))).toBe(text);
      expect(JSON.stringify(report)).toBe(before);
      expect(text.endsWith("\n")).toBe(true);
    },
  );

  it.each(pairs)("$name of $kind lets no control character through", ({ reporter, report }) => {
    expect(unwanted(reporter.render(report))).toEqual([]);
  });

  it.each(pairs)("$name of $kind says the verdict", ({ reporter, report }) => {
    expect(reporter.render(report).toLowerCase()).toContain(report.verdict);
  });

  it("writes only its own codes on a terminal with colour", () => {
    const text = terminalReporter({ colour: true, width: 100 }).render(failingReport());
    const own = new RegExp(`${String.fromCharCode(27)}\\[(?:0|1|2|31|32|33|35)m`, "g");
    expect(text).toMatch(own);
    expect(unwanted(text.replace(own, ""))).toEqual([]);
  });

  it("is found under its own name", () => {
    for (const [name, reporter] of Object.entries(reporterByName)) expect(reporter.name).toBe(name);
  });
});
