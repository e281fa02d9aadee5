import { describe, expect, it } from "vitest";
import { ratioValue } from "../../../src/core/ratio.ts";
import { reportSchema } from "../../../src/core/report.ts";
import { reporterByName, terminalReporter } from "../../../src/reporters/index.ts";
import { ratioDecision } from "../../fixtures/report-decisions.ts";
import { passingReport } from "../../fixtures/report-example.ts";

const example = () => {
  const decision = ratioDecision();
  const base = passingReport();
  return {
    ...base,
    verdict: "fail" as const,
    exitCode: 1,
    headline: `Blocked: ${decision.reason}.`,
    decisions: [decision, ...base.decisions],
  };
};
/** What a reader sees of markup: no tags, no escapes, one space between words. */
const plain = (text: string) =>
  text
    .replace(/<[^>]*>/g, " ")
    .replaceAll("\\", "")
    .replace(/\s+/g, " ");

describe("a ratio", () => {
  it("has a place in the report's contract", () => {
    expect(reportSchema.parse(example())).toEqual(example());
  });

  it.each(Object.entries(reporterByName).filter(([name]) => name !== "json"))(
    "is a change in per cent with its values and rule: %s",
    (_, reporter) => {
      const text = plain(reporter.render(example()));
      expect(text).toContain("812 ms → 1,064 ms");
      expect(text).toContain("[+12.0 %, +52.0 %]");
      expect(text.match(/\+31\.0 %/)).not.toBeNull();
      expect(text).not.toContain("131.0 %");
      expect(text).not.toContain("81200");
    },
  );

  it("is named by its rule", () => {
    const wide = terminalReporter({ colour: false, width: 160 }).render(example());
    expect(wide).toContain("rises by at most 25.0 %");
    expect(reporterByName.junit!.render(example())).toContain(
      'classname="latency_ms.p95" name="tier=free: rises by at most 25.0 %"',
    );
  });

  it("is explained on the page and not drawn among the margins", () => {
    const html = reporterByName.html!.render(example());
    expect(plain(html)).toContain("A ratio compares latency, cost or tokens");
    const plot = html.slice(html.indexOf('id="plot"'), html.indexOf("</section>", html.indexOf('id="plot"')));
    expect(plot).not.toContain("latency_ms.p95");
    expect(plain(reporterByName.html!.render(passingReport()))).not.toContain("A ratio compares");
  });
});

describe("a value of a ratio metric", () => {
  it.each([
    ["latency_ms.p95", 1064.4, "1,064 ms"],
    ["latency_ms.p50", 8.26, "8.3 ms"],
    ["cost_usd", 0.00123456, "0.00123 USD"],
    ["cost_usd", 0.0000012, "0.00000120 USD"],
    ["cost_usd", 1234.5, "1,234.50 USD"],
    ["output_tokens", 312.4, "312 tokens"],
    ["input_tokens", 12_400.2, "12,400 tokens"],
    ["input_tokens", null, "–"],
    ["task_completion", 0.5, "–"],
  ])("%s of %s is %s", (metric, value, text) => {
    expect(ratioValue(metric, value)).toBe(text);
  });
});
