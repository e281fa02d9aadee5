import { describe, expect, it } from "vitest";
import type { Decision } from "../../../src/core/comparison.ts";
import type { Verdict } from "../../../src/core/gate.ts";
import { verdictOver } from "../../../src/pipeline/gate.ts";
import { report } from "../../../src/pipeline/report.ts";
import { casesOf, pairsOf, reportInput } from "./support.ts";

const decisions = (...given: [Verdict, Decision["severity"]?][]) =>
  given.map(([decision, severity = "blocking"]) => ({ decision, severity }) as Decision);

describe("the verdict over several decisions", () => {
  it("is the worst: fail before error before inconclusive before pass", () => {
    expect(verdictOver(decisions(["pass"], ["pass"]))).toBe("pass");
    expect(verdictOver(decisions(["pass"], ["inconclusive"]))).toBe("inconclusive");
    expect(verdictOver(decisions(["inconclusive"], ["error"], ["pass"]))).toBe("error");
    expect(verdictOver(decisions(["error"], ["pass"], ["fail"], ["inconclusive"]))).toBe("fail");
  });

  it("does not depend on their order", () => {
    const given: [Verdict][] = [["pass"], ["error"], ["inconclusive"]];
    expect(verdictOver(decisions(...given))).toBe(verdictOver(decisions(...given.reverse())));
  });

  it("is never decided by an advisory criterion, for better or worse", () => {
    expect(verdictOver(decisions(["pass"], ["fail", "advisory"], ["error", "advisory"]))).toBe("pass");
    expect(verdictOver(decisions(["fail"], ["pass", "advisory"]))).toBe("fail");
  });

  it("is inconclusive without a blocking decision: nothing was proven", () => {
    expect(verdictOver([])).toBe("inconclusive");
    expect(verdictOver(decisions(["pass", "advisory"]))).toBe("inconclusive");
    expect(verdictOver(decisions(["fail", "advisory"]))).toBe("inconclusive");
  });
});

describe("the decisions of a gate", () => {
  // Free 60 cases of which 12 got worse, pro 60 without a difference.
  const cases = casesOf(120, (index) => ({ cohorts: { tier: index < 60 ? "free" : "pro" } }));
  const letters = [...pairsOf({ pf: 12, pp: 48 }), ...pairsOf({ pp: 60 })];
  const of = (...criteria: object[]) => report(reportInput(cases, letters, criteria));

  it("are one for each criterion in each of its cohorts", () => {
    const found = of(
      { metric: "task", margin: 0.05, cohorts: ["all", "tier=*"] },
      { metric: "error_rate", atMost: 0.05 },
    );
    expect(found.decisions.map(({ metric, cohort, decision }) => [metric, cohort, decision])).toEqual([
      ["task", "tier=free", "fail"],
      ["task", "all", "fail"],
      ["error_rate", "all", "pass"],
      ["task", "tier=pro", "pass"],
    ]);
    expect(found.verdict).toBe("fail");
  });

  it("stand in the same order whatever the order of the criteria", () => {
    const criteria = [
      { metric: "task", margin: 0.05, cohorts: ["tier=pro"], severity: "advisory" },
      { metric: "task", margin: 0.05, cohorts: ["tier=free"] },
      { metric: "task", atLeast: 0.5 },
    ];
    expect(of(...criteria).decisions).toEqual(of(...[...criteria].reverse()).decisions);
  });

  it("show blocking ones before advisory ones, and worse before better", () => {
    const found = of(
      { metric: "task", margin: 0.05, cohorts: ["tier=free"], severity: "advisory" },
      { metric: "task", margin: 0.05, cohorts: ["tier=pro"] },
      { metric: "task", atLeast: 0.9 },
    );
    expect(found.decisions.map(({ severity, decision }) => [severity, decision])).toEqual([
      ["blocking", "inconclusive"],
      ["blocking", "pass"],
      ["advisory", "fail"],
    ]);
  });

  it("let no harm through that the average hides", () => {
    // Pro rises by 20 of 60 while free falls by 12: the average rises, the free cohort blocks.
    const hiding = [...pairsOf({ pf: 12, pp: 48 }), ...pairsOf({ fp: 20, pp: 40 })];
    const found = report(
      reportInput(cases, hiding, [{ metric: "task", margin: 0.05, cohorts: ["all", "tier=*"] }]),
    );
    expect(found.verdict).toBe("fail");
    expect(found.decisions.find(({ cohort }) => cohort === "all")).toMatchObject({ decision: "pass" });
    expect(found.headline).toContain("tier=free");
  });

  it("pass at alpha alone with many criteria, since all of them must", () => {
    // 52 equal pairs prove 5 points; a correction for the number of criteria would need more.
    const even = casesOf(104, (index) => ({ cohorts: { tier: index < 52 ? "free" : "pro" } }));
    const found = report(
      reportInput(even, pairsOf({ pp: 104 }), [{ metric: "task", margin: 0.05, cohorts: ["all", "tier=*"] }]),
    );
    expect(found.verdict).toBe("pass");
  });

  it("are made for a case in several cohorts in each of them", () => {
    const both = casesOf(80, () => ({ cohorts: { tier: "free", language: "de" } }));
    const found = report(
      reportInput(both, pairsOf({ pp: 60, pf: 20 }), [
        { metric: "task", margin: 0.05, cohorts: ["*", "* & *"] },
      ]),
    );
    expect(found.decisions.map(({ cohort, n, decision }) => [cohort, n, decision])).toEqual([
      ["language=de", 80, "fail"],
      ["tier=free", 80, "fail"],
      ["tier=free & language=de", 80, "fail"],
    ]);
  });
});
