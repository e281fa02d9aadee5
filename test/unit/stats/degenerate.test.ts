import { describe, expect, test } from "vitest";
import * as s from "../../../src/stats/index.ts";

const el = { margin: 0.05, confidence: 0.9 };
const plan = { alpha: 0.05, power: 0.8 };

describe("nothing observed", () => {
  const empty = { successes: 0, n: 0 };
  const none = { regressions: 0, improvements: 0, n: 0 };

  test("leaves every rate and every difference open", () => {
    expect(s.clopperPearson(0, 0, 0.95)).toEqual({ lower: 0, upper: 1 });
    expect(s.wilson(0, 0, 0.95)).toEqual({ lower: 0, upper: 1 });
    expect(s.tangoInterval(none, 0.95)).toEqual({ lower: -1, upper: 1 });
    expect(s.elScore([], el)).toEqual({ z: null, pValue: 1, lower: -1, upper: 1 });
    expect(s.elScore([], { ...el, clusterSizes: [] })).toEqual({ z: null, pValue: 1, lower: -1, upper: 1 });
    expect(s.newcombeUnpaired(empty, { successes: 1, n: 2 }, 0.9)).toEqual({ lower: -1, upper: 1 });
    expect(s.bettingInterval([], { alpha: 0.05, sequential: false, cap: 0.5, theta: 0.5 })).toEqual({
      lower: 0,
      upper: 1,
    });
  });

  test("is no evidence in any test", () => {
    expect(s.tangoNonInferiority(none, 0.05)).toEqual({ z: null, pValue: 1 });
    expect(s.nonInferiorityExactUnconditional(none, 0.05)).toBe(1);
    expect(s.mannWhitney([], [1])).toMatchObject({
      effectSize: null,
      z: null,
      pTwoSided: 1,
      pGreater: 1,
      pLess: 1,
    });
    expect(s.mcnemarEValue(none, 0.5)).toEqual({
      twoSided: expect.closeTo(0, 14),
      harm: expect.closeTo(0, 14),
    });
    const options = { confidence: 0.9, difference: 0 };
    expect(s.miettinenNurminen(empty, empty, options)).toMatchObject({ z: null, pGreater: 1, pLess: 1 });
    expect(s.decidePaired([], { alpha: 0.05, multiplicity: "holm" })).toEqual({
      decisions: [],
      verdict: "inconclusive",
    });
  });

  test("has no statistic, where null says so", () => {
    expect(s.quantileType7([], 0.5)).toBeNull();
    expect(s.quantileInterval([], 0.5, 0.9)).toEqual({
      estimate: null,
      lower: null,
      upper: null,
      lowerRank: null,
      upperRank: null,
    });
    expect(Object.values(s.quantileCompare([], [1, 2], 0.5, 0.9)).every((value) => value === null)).toBe(
      true,
    );
    expect(s.percentileMean([], [], 0.9)).toEqual({ lower: null, upper: null });
    expect(s.percentileMean([], [[]], 0.9)).toEqual({ lower: null, upper: null });
    expect(s.bcaMean([], [[]], 0.9)).toMatchObject({ estimate: null, lower: null, upper: null });
    expect(s.bcaMean([1], [], 0.9)).toMatchObject({ estimate: 1, biasCorrection: null, lower: null });
    expect(s.bootstrapT([], [], 0.9)).toEqual({ lower: null, upper: null, used: 0 });
    expect(s.clusterPercentile([], [], [], 0.9)).toEqual({ lower: null, upper: null });
    expect(s.clusteredStandardError([], [], 0.9)).toMatchObject({
      mean: null,
      n: 0,
      clusters: 0,
      lower: null,
    });
    expect(s.varianceComponents([])).toMatchObject({
      within: null,
      between: null,
      standardErrorOfMean: null,
    });
    expect(s.predictablePlugInSequence([], { alpha: 0.05, cap: 0.5 })).toEqual({ lower: [], upper: [] });
    expect(s.lanDemetsBoundaries([], 0.05, "pocock")).toEqual([]);
    const sequence = { standardDeviation: 1, alpha: 0.05, plannedN: 10 };
    expect(s.asymptoticConfidenceSequence({ ...sequence, n: 0 }).halfWidth).toBeNull();
  });

  test("leaves nothing to adjust", () => {
    expect(s.holm([])).toEqual([]);
    expect(s.weightedHolm([], [])).toEqual([]);
    expect(s.weightedHolm([0, 0.01, 0], [0, 1, 0])).toEqual([1, 0.01, 1]);
    expect(s.benjaminiHochberg([])).toEqual([]);
    expect(s.discreteHolmMcnemar([])).toEqual({ pValues: [], adjusted: [] });
  });
});

describe("no discordant pair", () => {
  test("never gives an interval without width and passes only from the minimum size on", () => {
    const at = (n: number) => ({ regressions: 0, improvements: 0, n });
    const { lower, upper } = s.tangoInterval(at(51), 0.9);
    expect(lower).toBeCloseTo(-0.0503773592, 9);
    expect(upper).toBe(-lower);
    expect(s.minimumNForMargin(0.05, 0.05)).toBe(52);
    const decide = (n: number) =>
      s.decidePaired([{ ...at(n), id: "all", margin: 0.05 }], { alpha: 0.05, multiplicity: "discreteHolm" })
        .verdict;
    expect([decide(51), decide(52)]).toEqual(["inconclusive", "pass"]);
    expect(s.elScore(Array(51).fill(0), el).pValue).toBeGreaterThan(0.05);
    expect(s.elScore(Array(52).fill(0), el).pValue).toBeLessThan(0.05);
  });

  test("with margin 0 can never pass", () => {
    expect(s.tangoNonInferiority({ regressions: 0, improvements: 0, n: 1000 }, 0)).toEqual({
      z: 0,
      pValue: 0.5,
    });
    expect(s.minimumNForMargin(0, 0.05)).toBeNull();
  });
});

describe("only discordant pairs of one kind", () => {
  test("reach the end of the scale on their side", () => {
    expect(s.tangoInterval({ regressions: 6, improvements: 0, n: 6 }, 0.9).lower).toBe(-1);
    expect(s.tangoInterval({ regressions: 0, improvements: 6, n: 6 }, 0.9).upper).toBe(1);
    expect(s.elScore([-1, -1, -1], el).lower).toBe(-1);
    expect(s.elScore([1, 1, 1], el).upper).toBe(1);
    expect(s.elScore([5, 3], { ...el, clusterSizes: [5, 3] }).upper).toBe(1);
  });
});

describe("few or unequal clusters", () => {
  test("one cluster proves nothing, however large", () => {
    const one = s.elScore([0], { ...el, clusterSizes: [5000] });
    expect(one.pValue).toBeGreaterThan(0.4);
    expect(one.lower).toBeLessThan(-0.7);
    const alone = s.clusteredStandardError([0.2, 0.4], ["a", "a"], 0.9);
    expect(alone).toMatchObject({ clusteredCorrected: null, lower: null, upper: null, degreesOfFreedom: 0 });
    expect(s.signFlip([-1, -1, -1], { seed: 1, clusters: [1, 1, 1] }).pHarm).toBe(0.5);
  });

  test("equal clusters without differences count as that many cases", () => {
    const clustered = s.elScore(Array(30).fill(0), { ...el, clusterSizes: Array(30).fill(12) });
    const flat = s.tangoInterval({ regressions: 0, improvements: 0, n: 30 }, 0.9);
    expect(clustered.lower).toBeCloseTo(flat.lower, 12);
    expect(clustered.upper).toBeCloseTo(flat.upper, 12);
  });

  test("a cluster that holds nearly all cases is not outvoted when the largest one ends the support", () => {
    const sums = Array(60).fill(0);
    const clusterSizes = [1000, ...Array(59).fill(1)];
    const mean = s.elScore(sums, { ...el, clusterSizes });
    const largest = s.elScore(sums, { ...el, clusterSizes, supportEnd: "largestCluster" });
    expect(largest.pValue).toBeGreaterThan(0.4);
    expect(largest.pValue).toBeGreaterThan(mean.pValue);
    expect(largest.lower).toBeLessThan(mean.lower);
  });

  test("sums that exceed their size by rounding alone are accepted", () => {
    expect(s.elScore([-(0.1 + 0.2) / 0.3], el).lower).toBe(-1);
  });
});

describe("all values equal", () => {
  test("give no false precision and no error", () => {
    expect(s.mannWhitney([2, 2], [2, 2, 2])).toMatchObject({ u: 3, effectSize: 0.5, z: 0, pTwoSided: 1 });
    expect(s.hodgesLehmann([2, 2], [2, 2, 2], 0.9)).toEqual({ estimate: 0, lower: 0, upper: 0, rank: 1 });
    expect(s.harrellDavis([7, 7, 7, 7], 0.9)).toEqual({ estimate: 7, standardError: 0 });
    expect(
      s.bcaMean(
        [4, 4, 4],
        [
          [0, 1, 2],
          [2, 2, 2],
        ],
        0.9,
      ),
    ).toMatchObject({ acceleration: 0, biasCorrection: 0, lower: 4 });
    expect(s.quantileCompare(Array(200).fill(5), Array(200).fill(5), 0.5, 0.9)).toEqual({
      difference: 0,
      differenceLower: 0,
      differenceUpper: 0,
      ratio: 1,
      ratioLower: 1,
      ratioUpper: 1,
    });
    const still = s.elScore(Array(20).fill(0.3), el);
    expect(still.lower).toBeLessThan(0.25);
    expect(still.upper).toBeGreaterThan(0.35);
  });
});

describe("extremes of a quantile", () => {
  test("have no ratio unless both quantiles are above 0", () => {
    const zeros = Array(100).fill(0);
    const ones = Array(100).fill(1);
    expect(s.quantileCompare(ones, zeros, 0.5, 0.9)).toMatchObject({
      difference: 1,
      ratio: null,
      ratioLower: null,
    });
    expect(s.quantileCompare(zeros, ones, 0.5, 0.9)).toMatchObject({
      difference: -1,
      ratio: null,
      ratioUpper: null,
    });
  });

  test("are the smallest and the largest value, bounded on one side only", () => {
    const values = [3, 1, 2];
    expect(s.quantileInterval(values, 0, 0.9)).toMatchObject({
      estimate: 1,
      lower: null,
      lowerRank: null,
      upper: 1,
    });
    expect(s.quantileInterval(values, 1, 0.9)).toMatchObject({
      estimate: 3,
      lower: 3,
      upper: null,
      upperRank: null,
    });
    expect(s.harrellDavis(values, 0).estimate).toBe(1);
    expect(s.harrellDavis(values, 1).estimate).toBe(3);
  });

  test("compare exactly tied tail probabilities as equal", () => {
    // P(Bin(3, 1/2) <= 0) is 1/8, which is exactly the tail of a 75 % interval.
    expect(s.quantileOrderRanks(3, 0.5, 0.75)).toEqual({ lower: 1, upper: 3 });
  });
});

describe("plans that cannot work", () => {
  test("say null instead of a number", () => {
    expect(s.pairedBinaryN({ ...plan, drop: 0, discordance: 0.1 })).toBeNull();
    expect(s.pairedBinaryN({ ...plan, drop: 0.2, discordance: 0.1 })).toBeNull();
    expect(s.nonInferiorityN({ ...plan, margin: 0.05, discordance: 0.1, difference: -0.05 })).toBeNull();
    expect(s.nonInferiorityN({ ...plan, margin: 0.5, discordance: 0.1, difference: -0.2 })).toBeNull();
    expect(s.minimumDetectableEffectPairedBinary({ ...plan, n: 0, discordance: 0.1 })).toBeNull();
    expect(s.minimumDetectableEffectPairedBinary({ ...plan, n: 1, discordance: 1 })).toBeNull();
    expect(s.minimumDetectableEffectPairedBinary({ ...plan, n: 100, discordance: 0 })).toBeNull();
    expect(s.minimumDetectableEffectMean({ ...plan, standardDeviation: 1, n: 0 })).toBeNull();
    expect(s.mcnemarPowerExact({ n: 0, regressionRate: 0.1, improvementRate: 0, alpha: 0.05 })).toBe(0);
    expect(s.mcnemarPowerExact({ n: 9, regressionRate: 0, improvementRate: 0, alpha: 0.05 })).toBe(0);
    const nothing = { n: 0, regressionRate: 0, improvementRate: 0, margin: 0.1, alpha: 0.05 };
    expect(s.tangoNonInferiorityPower(nothing)).toBe(0);
  });
});

describe("looks", () => {
  test("that spend nothing are closed and leave the rest unchanged", () => {
    const [closed, ...rest] = s.lanDemetsBoundaries([0.02, 0.5, 1], 0.025, "obrienFleming");
    expect(closed).toBe(8);
    const without = s.lanDemetsBoundaries([0.5, 1], 0.025, "obrienFleming");
    rest.forEach((z, i) => {
      expect(z).toBeCloseTo(without[i]!, 6);
    });
    expect(s.lanDemetsBoundaries([0, 0.5, 0.5, 1], 0.025, "pocock")[2]).toBe(8);
  });

  test("at the end alone are a plain test", () => {
    expect(s.lanDemetsBoundaries([1], 0.05, "pocock")[0]).toBeCloseTo(1.6448536269514722, 9);
  });

  test("in great number approach the boundary of continuous looks from below", () => {
    const many = s.lanDemetsBoundaries(
      Array.from({ length: 50 }, (_, i) => (i + 1) / 50),
      0.025,
      "obrienFleming",
    );
    expect(many.at(-1)).toBeGreaterThan(2.1);
    // For Brownian motion this spending belongs to a constant boundary at the upper alpha/2 quantile.
    expect(many.at(-1)).toBeLessThan(2.2414027276);
    expect([...many].sort((a, b) => b - a)).toEqual(many);
  });
});

describe("ends of distributions", () => {
  test("have their limits", () => {
    expect([s.normalCdf(Number.NEGATIVE_INFINITY), s.normalCdf(Number.POSITIVE_INFINITY)]).toEqual([0, 1]);
    expect([s.normalQuantile(0), s.normalQuantile(1)]).toEqual([
      Number.NEGATIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ]);
    expect([s.studentTCdf(0, 3), s.studentTCdf(Number.NEGATIVE_INFINITY, 3)]).toEqual([0.5, 0]);
    expect([0, 0.5, 1].map((p) => s.studentTQuantile(p, 3))).toEqual([
      Number.NEGATIVE_INFINITY,
      0,
      Number.POSITIVE_INFINITY,
    ]);
    expect([s.betaQuantile(0, 2, 3), s.betaQuantile(1, 2, 3)]).toEqual([0, 1]);
    expect([s.betaCdf(0, 2, 3), s.betaCdf(1, 2, 3)]).toEqual([0, 1]);
    expect([s.binomialCdf(5, 5, 0.2), s.binomialCdf(0, 5, 0), s.binomialCdf(4, 5, 1)]).toEqual([1, 1, 0]);
    expect(s.fisherMidP({ successes: 0, n: 0 }, { successes: 0, n: 0 })).toBe(0.5);
  });

  test("with infinitely many degrees of freedom are the normal's", () => {
    expect(s.studentTCdf(-1.5, Number.POSITIVE_INFINITY)).toBe(s.normalCdf(-1.5));
    expect(s.studentTQuantile(0.2, Number.POSITIVE_INFINITY)).toBe(s.normalQuantile(0.2));
  });

  test("are reached by quantiles too small for a double", () => {
    expect(s.betaQuantile(1e-20, 0.01, 3)).toBe(0);
    // Far out, I_x(a, 1/2) = x^a / (a·B(a, 1/2)), so that t follows in closed form.
    expect(s.studentTQuantile(1e-12, 0.05) / -1.0876044676e233).toBeCloseTo(1, 9);
  });
});
