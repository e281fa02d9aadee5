import { describe, expect, it } from "vitest";
import type { Decision } from "../../../src/core/comparison.ts";
import { report } from "../../../src/pipeline/report.ts";
import { casesOf, pairsOf, reportInput } from "./support.ts";

const margin = (size: number) => ({ metric: "task", margin: size });

/** The one decision on so many pairs of each kind. */
function decide(counts: Readonly<Record<string, number>>, size = 0.05, alpha?: number): Decision {
  const letters = pairsOf(counts);
  const input = reportInput(
    casesOf(letters.length),
    letters,
    [margin(size)],
    alpha === undefined ? {} : { alpha },
  );
  return report(input).decisions[0]!;
}

describe("the decision on a margin", () => {
  it("needs 52 equal pairs for a margin of 5 points, and says so with 51", () => {
    // Tango without a discordant pair: n ≥ z²(1−m)/m = 51.4 at z = 1.645.
    expect(decide({ pp: 52 }).decision).toBe("pass");
    const short = decide({ pp: 51 });
    expect(short).toMatchObject({ decision: "inconclusive", casesNeeded: 52 });
    expect(short.reason).toContain("about 52 cases");
    expect(decide({ pp: 30, ff: 22 }).decision).toBe("pass");
  });

  it("needs more for a smaller α: 103 equal pairs at 1 %", () => {
    // z(0.99) = 2.3263: 5.4119 · 19 = 102.8.
    expect(decide({ pp: 102 }, 0.05, 0.01).decision).toBe("inconclusive");
    expect(decide({ pp: 103 }, 0.05, 0.01).decision).toBe("pass");
  });

  it("fails when the candidate is proven worse and not shown to stay within the margin", () => {
    const found = decide({ pp: 80, pf: 20 });
    expect(found).toMatchObject({
      decision: "fail",
      n: 100,
      baseline: 1,
      candidate: 0.8,
      regressed: 20,
      improved: 0,
    });
    expect(found.estimate).toBeCloseTo(-0.2, 12);
    expect(found.harmPAdjusted).toBeCloseTo(2 ** -20, 12);
    expect(found.casesNeeded).toBeNull();
    expect(found.reason).toContain("20.0 points");
    expect(found.reason).toContain("margin of 5.0 points");
  });

  it("needs five regressions for harm: four of four are 1/16, five of five 1/32", () => {
    expect(decide({ pp: 20, pf: 4 }).decision).toBe("inconclusive");
    expect(decide({ pp: 20, pf: 5 }).decision).toBe("fail");
  });

  it("passes and says so when a loss is proven that stays within the margin", () => {
    // 10 of 1000 worse: harm 2^−10; Tango's upper loss is about 1.7 points, far from 5.
    const found = decide({ pp: 990, pf: 10 });
    expect(found).toMatchObject({ decision: "pass", degradedWithinMargin: true });
    expect(decide({ pp: 1000 }).degradedWithinMargin).toBe(false);
    expect(decide({ pp: 80, pf: 20 }).degradedWithinMargin).toBe(false);
  });

  it("is inconclusive when neither is proven", () => {
    const found = decide({ pp: 90, pf: 6, fp: 4 });
    expect(found.decision).toBe("inconclusive");
    expect(found.casesNeeded).toBeGreaterThan(100);
    expect(found.reason).toContain("neither harm nor");
  });

  it("shows the interval at 1 − 2α, and the reason its numbers", () => {
    const { interval, reason } = decide({ pp: 52 }, 0.05);
    expect(interval!.level).toBeCloseTo(0.9, 12);
    // z²/(n + z²) = 2.7055/54.7055 = 4.95 points.
    expect(interval!.lower).toBeCloseTo(-0.049456, 5);
    expect(reason).toContain("90 % interval −4.9 to +4.9");
  });

  it("says how large a drop this many cases could have shown, and grows finer with more", () => {
    const [few, many] = [decide({ pp: 190, pf: 5, fp: 5 }), decide({ pp: 1900, pf: 50, fp: 50 })];
    expect(many.smallestVisibleDrop).toBeLessThan(few.smallestVisibleDrop!);
    // Connor 1987 with ψ = 0.05: n = (1.645·√ψ + 0.842·√(ψ − D²))²/D², solved for n = 200.
    const drop = few.smallestVisibleDrop!;
    const n = (1.644854 * Math.sqrt(0.05) + 0.841621 * Math.sqrt(0.05 - drop ** 2)) ** 2 / drop ** 2;
    expect(n).toBeCloseTo(200, 2);
  });
});

describe("missing answers", () => {
  it("count against the candidate before it may pass", () => {
    expect(decide({ pp: 200 }, 0.05).decision).toBe("pass");
    for (const kind of ["p-", "pe", "pn"]) {
      const found = decide({ pp: 190, [kind]: 10 }, 0.05);
      expect(found).toMatchObject({ decision: "inconclusive", n: 190, regressed: 0 });
      expect(found.worstCaseInterval!.lower).toBeLessThan(-0.05);
      expect(found.interval!.lower).toBeGreaterThan(-0.05);
      expect(found.reason).toContain("10 answers are missing");
    }
  });

  it("of the baseline count too, as if it had passed", () => {
    expect(decide({ pp: 190, "-f": 10 }).decision).toBe("inconclusive");
    expect(decide({ pp: 190, "-p": 10 }).decision).toBe("pass");
    expect(decide({ pp: 190, "--": 10 }).decision).toBe("inconclusive");
  });

  it("that are few do not stand in the way", () => {
    expect(decide({ pp: 990, "p-": 10 }).decision).toBe("pass");
  });

  it("are never harm by themselves: nothing is made up to block a release", () => {
    const found = decide({ pp: 50, "p-": 50 });
    expect(found).toMatchObject({ decision: "inconclusive", harmP: 1 });
  });

  it("do not hide harm that was observed", () => {
    expect(decide({ pp: 60, pf: 20, "p-": 20 }).decision).toBe("fail");
  });

  it("that are all there is could not be measured", () => {
    const found = decide({ "p-": 40, "--": 20 });
    expect(found).toMatchObject({ decision: "error", n: 0, baseline: null, estimate: null, interval: null });
    expect(found.reason).toContain("not one of 60 planned pairs has a score on both sides");
    expect(decide({ "p-": 1, nn: 99 }).decision).toBe("error");
  });

  it("are something else than nothing to judge, which is never a pass either", () => {
    const found = decide({ nn: 100 });
    expect(found).toMatchObject({ decision: "inconclusive", n: 0, worstCaseInterval: null });
    expect(found.reason).toContain("not one of 100 planned pairs could be judged");
    // Cases that the metric does not apply to leave the others as they are.
    expect(decide({ pp: 52, nn: 500 })).toMatchObject({ decision: "pass", n: 52, worstCaseInterval: null });
    expect(decide({ pp: 51, nn: 500 }).decision).toBe("inconclusive");
  });

  // Most metrics apply to a part of the cases. A timeout on a case that no side could be judged on is a matter of error_rate; an answer
  // there that was judged and failed is not proven harmless.
  it("count where the metric applies: silence is for error_rate, a judged failure is not", () => {
    expect(decide({ pp: 100, "n-": 8 }).decision).toBe("pass");
    expect(decide({ pp: 100, nf: 8 }).decision).not.toBe("pass");
    expect(decide({ pp: 100, "p-": 8 }).decision).not.toBe("pass");
  });
});

describe("repetitions and clusters", () => {
  it("do not stand in for cases: three repetitions of 51 cases prove no more than one", () => {
    const repeated = pairsOf({ "pp pp pp": 51 });
    expect(report(reportInput(casesOf(51), repeated, [margin(0.05)])).verdict).toBe("inconclusive");
    expect(report(reportInput(casesOf(52), pairsOf({ "pp pp pp": 52 }), [margin(0.05)])).verdict).toBe(
      "pass",
    );
  });

  it("count clusters, not cases, and say so in cases needed", () => {
    const cases = casesOf(102, (index) => ({ cluster: `talk ${index >> 1}` }));
    const [found] = report(reportInput(cases, pairsOf({ pp: 102 }), [margin(0.05)])).decisions;
    expect(found).toMatchObject({ decision: "inconclusive", n: 102, clusters: 51, casesNeeded: 104 });
    const more = casesOf(104, (index) => ({ cluster: `talk ${index >> 1}` }));
    expect(report(reportInput(more, pairsOf({ pp: 104 }), [margin(0.05)])).verdict).toBe("pass");
  });
});
