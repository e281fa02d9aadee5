import { describe, expect, it } from "vitest";
import { unreachable } from "../../../src/pipeline/unreachable.ts";
import { casesOf, pairsOf, reportInput } from "./support.ts";

const notes = (n: number, criterion: object, cluster?: (index: number) => string) => {
  const cases = casesOf(n, (index) => (cluster === undefined ? {} : { cluster: cluster(index) }));
  const { resolved, dataset } = reportInput(cases, pairsOf({ pp: n }), [criterion]);
  return unreachable(resolved, dataset.cases, 1, 0.05);
};

describe("a bound that so few cases can never satisfy", () => {
  it("is named with what it needs: a margin, and the narrowest one that could be proven", () => {
    const [note] = notes(34, { metric: "task", margin: 0.03 });
    expect(note).toContain("task in all can never pass: a margin of 3.0 points needs about 88 cases");
    const points = Number(note!.match(/narrowest margin for so few is ([\d.]+) points/)![1]);
    expect(notes(34, { metric: "task", margin: points / 100 })).toEqual([]);
    expect(notes(34, { metric: "task", margin: points / 100 - 0.005 })).toHaveLength(1);
    expect(notes(88, { metric: "task", margin: 0.03 })).toEqual([]);
  });

  // ln 0.05 / ln 0.98 = 148.3: 148 answers without an error prove no rate of at most 2 %.
  it("is named with what it needs: an error rate, and a smallest rate", () => {
    expect(notes(148, { metric: "error_rate", atMost: 0.02 })).toEqual([
      "error_rate in all can never pass: at most 2.0 % needs 149 cases without a bad one, and the cohort has 148",
    ]);
    expect(notes(149, { metric: "error_rate", atMost: 0.02 })).toEqual([]);
    expect(notes(28, { metric: "task", atLeast: 0.9 })).toHaveLength(1);
    expect(notes(29, { metric: "task", atLeast: 0.9 })).toEqual([]);
  });

  it("counts cases that share a cluster once", () => {
    const [note] = notes(200, { metric: "error_rate", atMost: 0.02 }, (index) => `k${index % 100}`);
    expect(note).toContain("and the cohort has 200, 100 of them independent");
  });
});
