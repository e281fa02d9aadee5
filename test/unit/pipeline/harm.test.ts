import { describe, expect, it } from "vitest";
import type { Case } from "../../../src/core/dataset.ts";
import { report } from "../../../src/pipeline/report.ts";
import { casesOf, type Pairs, pairsOf, reportInput } from "./support.ts";

const free = { metric: "task", margin: 0.01, cohorts: ["tier=free"] };
const pro = { ...free, cohorts: ["tier=pro"] };

/** Decisions by cohort for the pairs of free cases and those of pro cases. */
function decisionsOf(
  pairs: { free: readonly Pairs[]; pro?: readonly Pairs[] },
  criteria: readonly object[] = [free],
  cluster: (index: number) => Partial<Case> = () => ({}),
) {
  const letters = [...pairs.free, ...(pairs.pro ?? [])];
  const cases = casesOf(letters.length, (index) => ({
    cohorts: { tier: index < pairs.free.length ? "free" : "pro" },
    ...cluster(index),
  }));
  const { decisions, verdict } = report(reportInput(cases, letters, criteria));
  const of = (cohort: string) => decisions.find((decision) => decision.cohort === cohort)!;
  return { free: of("tier=free"), pro: of("tier=pro"), verdict };
}

const inClusters = (size: number) => (index: number) => ({ cluster: `cluster ${Math.floor(index / size)}` });

describe("the evidence that a candidate is worse", () => {
  it.each([
    // McNemar's exact test: P(X ≥ b) of a fair coin tossed b + c times.
    [5, 0, 1 / 32],
    [4, 0, 1 / 16],
    [8, 1, 10 / 512],
    [3, 2, 16 / 32],
    [0, 4, 1],
    [0, 0, 1],
  ])("is McNemar's for independent cases: %d worse, %d better", (worse, better, p) => {
    const { harmP, harmPAdjusted } = decisionsOf({
      free: pairsOf({ pf: worse, fp: better, pp: 20, ff: 3 }),
    }).free;
    expect(harmP).toBeCloseTo(p, 12);
    expect(harmPAdjusted).toBeCloseTo(p, 12);
  });

  it("counts a cluster once, however many cases it holds", () => {
    // Ten cases got worse, but only five clusters: 1/2^5, not 1/2^10.
    const decision = decisionsOf({ free: pairsOf({ pf: 10, pp: 40 }) }, [free], inClusters(2)).free;
    expect(decision).toMatchObject({ n: 50, clusters: 25, regressed: 10 });
    expect(decision.harmP).toBeCloseTo(1 / 32, 12);
  });

  it("is nothing where the cases of each cluster cancel each other out", () => {
    const decision = decisionsOf({ free: ["pf", "fp", "pf", "fp", "pp", "pp"] }, [free], inClusters(2)).free;
    expect(decision).toMatchObject({ regressed: 2, improved: 2, estimate: 0, harmP: 1 });
  });

  it("is that of the sign-flip test on case means with repetitions", () => {
    // Differences −1, −½, +½: of the 8 sums of ±1 ±½ ±½ three are at most the observed −1.
    const letters = ["pf pf", "pf pp", "fp pp", ...Array<string>(20).fill("pp pp")];
    expect(decisionsOf({ free: letters }).free.harmP).toBeCloseTo(3 / 8, 12);
    // Four cases half worse: 1/2^4.
    const half = [...Array<string>(4).fill("pf pp"), ...Array<string>(20).fill("pp pp")];
    expect(decisionsOf({ free: half }).free.harmP).toBeCloseTo(1 / 16, 12);
  });

  it("is close to the exact value where there are too many differences to enumerate", () => {
    const letters = pairsOf({ "pf pp": 20, "fp pp": 10, "pp pp": 30 });
    const { harmP } = decisionsOf({ free: letters }).free;
    // P(X ≥ 20) of 30 fair tosses is 0.0494; four standard errors of 9,999 random flips are 0.009.
    expect(Math.abs(harmP! - 0.0494)).toBeLessThan(0.009);
  });
});

describe("the correction over several criteria", () => {
  it("is Holm's where every criterion could have reached the smallest p value", () => {
    // 1/32 in both of two separate cohorts: twice the smaller one.
    const both = pairsOf({ pf: 5, pp: 20 });
    const found = decisionsOf({ free: both, pro: both }, [free, pro]);
    expect(found.free.harmP).toBeCloseTo(1 / 32, 12);
    expect(found.free.harmPAdjusted).toBeCloseTo(2 / 32, 12);
    expect(found.pro.harmPAdjusted).toBeCloseTo(2 / 32, 12);
  });

  it("costs nothing for a criterion that could not have shown harm at all", () => {
    // Tarone 1990: with no discordant pair the other cohort has no p value below 1.
    const found = decisionsOf({ free: pairsOf({ pf: 5, pp: 20 }), pro: pairsOf({ pp: 25 }) }, [free, pro]);
    expect(found.free.harmPAdjusted).toBeCloseTo(1 / 32, 12);
  });

  it("never makes a p value smaller, and never more than as often larger as there are criteria", () => {
    const letters = pairsOf({ pf: 7, fp: 1, pp: 20 });
    const other = pairsOf({ pf: 6, pp: 20 });
    for (const cluster of [() => ({}), inClusters(2)]) {
      const found = decisionsOf(
        { free: letters, pro: other },
        [free, pro, { ...free, cohorts: ["all"] }],
        cluster,
      );
      for (const { harmP, harmPAdjusted } of [found.free, found.pro]) {
        expect(harmPAdjusted).toBeGreaterThanOrEqual(harmP!);
        expect(harmPAdjusted).toBeLessThanOrEqual(3 * harmP! + 1e-12);
      }
    }
  });

  it("does not let advisory criteria weaken the evidence of a blocking one", () => {
    const pairs = { free: pairsOf({ pf: 5, pp: 20 }), pro: pairsOf({ pf: 5, pp: 20 }) };
    const found = decisionsOf(pairs, [free, { ...pro, severity: "advisory" }]);
    expect(found.free.harmPAdjusted).toBeCloseTo(1 / 32, 12);
    expect(found.verdict).toBe("fail");
  });

  // The discrete correction counts only criteria that could have shown harm with the discordant pairs that they have, which is where its
  // power comes from. When one more cohort gets worse it may begin to count, and take so much of the error probability that another one's
  // fail is no longer proven. Such a candidate is still never passed: both cohorts would have to be proven safe.
  it("may leave harm unproven when another cohort got worse too, but never turns it into a pass", () => {
    const before = decisionsOf({ free: pairsOf({ pf: 5, pp: 20 }), pro: pairsOf({ pp: 21, fp: 4 }) }, [
      free,
      pro,
    ]);
    const after = decisionsOf({ free: pairsOf({ pf: 5, pp: 20 }), pro: pairsOf({ pf: 1, pp: 20, fp: 4 }) }, [
      free,
      pro,
    ]);
    expect(before.verdict).toBe("fail");
    expect(["fail", "inconclusive"]).toContain(after.verdict);
    expect(after.free.harmPAdjusted).toBeLessThanOrEqual(2 * after.free.harmP!);
  });
});
