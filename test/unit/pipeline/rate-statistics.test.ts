import { describe, expect, it } from "vitest";
import { type RateUnit, rateStatistics } from "../../../src/pipeline/rate-statistics.ts";

/** So many independent cases of one trial each, of which so many passed. */
function passes(successes: number, n: number): RateUnit[] {
  return Array.from({ length: n }, (_, index) => ({
    rate: index < successes ? 1 : 0,
    trials: 1,
    cluster: `case ${index}`,
  }));
}

/** Clusters of so many cases each that all passed or all did not. */
function agreeing(passed: number, clusters: number, size: number): RateUnit[] {
  return Array.from({ length: clusters * size }, (_, index) => {
    const cluster = Math.floor(index / size);
    return { rate: cluster < passed ? 1 : 0, trials: 1, cluster: `cluster ${cluster}` };
  });
}

const intervalOf = (units: readonly RateUnit[], alpha = 0.05) => rateStatistics(units, alpha)!.interval;
const width = ({ lower, upper }: { lower: number; upper: number }) => upper - lower;

/** P(X ≥ k) of n tosses of a coin that shows heads at a rate, summed term by term. */
function atLeast(k: number, n: number, rate: number): number {
  let term = (1 - rate) ** n;
  let below = 0;
  for (let i = 0; i < k; i++) {
    below += term;
    term *= ((n - i) / (i + 1)) * (rate / (1 - rate));
  }
  return 1 - below;
}

describe("the rate of independent cases", () => {
  it("has the closed form of Clopper and Pearson where none passed: up to 1 − α^(1/n)", () => {
    for (const n of [1, 20, 100, 299]) {
      const { lower, upper } = intervalOf(passes(0, n));
      expect(lower).toBe(0);
      expect(upper).toBeCloseTo(1 - 0.05 ** (1 / n), 10);
    }
  });

  it("has the closed form where all passed: from α^(1/n)", () => {
    for (const n of [1, 20, 100, 299]) {
      const { lower, upper } = intervalOf(passes(n, n), 0.01);
      expect(lower).toBeCloseTo(0.01 ** (1 / n), 10);
      expect(upper).toBe(1);
    }
  });

  it("has ends at which the observed count is exactly as unlikely as α", () => {
    for (const [successes, n] of [
      [1, 10],
      [10, 100],
      [37, 40],
    ] as const) {
      const { lower, upper, level } = intervalOf(passes(successes, n));
      expect(level).toBeCloseTo(0.9, 12);
      expect(atLeast(successes, n, lower)).toBeCloseTo(0.05, 8);
      expect(1 - atLeast(successes + 1, n, upper)).toBeCloseTo(0.05, 8);
    }
  });

  it("is known from R: binom.test(10, 100) gives 0.0490 to 0.1762", () => {
    const { lower, upper } = intervalOf(passes(10, 100), 0.025);
    expect(lower).toBeCloseTo(0.04900469, 7);
    expect(upper).toBeCloseTo(0.1762226, 7);
  });

  it("is counted in cases, and unknown without one", () => {
    expect(rateStatistics(passes(3, 4), 0.05)).toMatchObject({ rate: 0.75, n: 4, clusters: 4 });
    expect(rateStatistics([], 0.05)).toBeNull();
  });
});

describe("the rate of clustered cases", () => {
  it("is never known better than by one case of each cluster, where their cases always agree", () => {
    for (const [passed, clusters, size] of [
      [15, 20, 5],
      [2, 12, 10],
      [49, 50, 2],
      [3, 4, 25],
    ] as const) {
      const whole = intervalOf(agreeing(passed, clusters, size));
      const one = intervalOf(passes(passed, clusters));
      expect(whole.lower).toBeLessThanOrEqual(one.lower + 1e-12);
      expect(whole.upper).toBeGreaterThanOrEqual(one.upper - 1e-12);
    }
  });

  it("has the effective sample size of Korn and Graubard where the cases of a cluster always agree", () => {
    // Equal clusters have a variance of r(1−r)/(C−1), so C−1 cases, times (t(n−1)/t(C−1))²: a cluster's size matters through t alone.
    const ofTen = intervalOf(agreeing(10, 20, 10));
    const ofTwenty = intervalOf(agreeing(10, 20, 20));
    // t(0.95, 199) = 1.65255 and t(0.95, 399) = 1.64868: the larger clusters are worth 0.5 % less.
    expect(width(ofTwenty)).toBeGreaterThan(width(ofTen));
    expect(width(ofTwenty) / width(ofTen)).toBeLessThan(1.005);
  });

  it("counts each cluster once where all clusters agree: α^(1/C)", () => {
    const { lower, upper } = intervalOf(agreeing(30, 30, 4));
    expect(lower).toBeCloseTo(0.05 ** (1 / 30), 10);
    expect(upper).toBe(1);
    expect(intervalOf(agreeing(0, 30, 4)).upper).toBeCloseTo(1 - 0.05 ** (1 / 30), 10);
  });

  it("says next to nothing from one cluster", () => {
    const { lower, upper } = intervalOf(agreeing(1, 1, 500));
    expect(lower).toBeCloseTo(0.05, 10);
    expect(upper).toBe(1);
  });

  it("is not known better than by as many independent trials, where clusters differ less than chance would have it", () => {
    // Each cluster has one pass and one failure: the variance between them is 0, or 0 but for one odd case.
    const balanced = Array.from({ length: 41 }, (_, index) => ({
      rate: index % 2,
      trials: 1,
      cluster: `cluster ${index >> 1}`,
    }));
    expect(width(intervalOf(balanced))).toBeGreaterThanOrEqual(width(intervalOf(passes(20, 41))) - 1e-12);
  });

  it("does not depend on the order of the cases", () => {
    const units = agreeing(3, 9, 3);
    expect(rateStatistics([...units].reverse(), 0.05)).toEqual(rateStatistics(units, 0.05));
  });
});

describe("the rate of repeated cases", () => {
  const repeated = (rates: readonly number[], trials: number): RateUnit[] =>
    rates.map((rate, index) => ({ rate, trials, cluster: `case ${index}` }));

  it("counts each case once where all repetitions of all cases agree", () => {
    expect(intervalOf(repeated(Array(30).fill(1), 5)).lower).toBeCloseTo(0.05 ** (1 / 30), 10);
  });

  it("lies between that of the cases and that of all trials", () => {
    const rates = Array.from({ length: 40 }, (_, index) => [0, 0.5, 1, 1][index % 4]!);
    const found = width(intervalOf(repeated(rates, 2)));
    expect(found).toBeGreaterThanOrEqual(width(intervalOf(passes(50, 80))) - 1e-12);
    expect(found).toBeLessThanOrEqual(width(intervalOf(passes(25, 40))) + 1e-12);
  });

  // Guarded against: "all clusters agree" is asked as `error === 0`, but the mean of ten rates of 1/10 is 0.09999999999999999, so their error is
  // 1e-17: the 100 trials then count in full, and not the ten cases.
  it("counts each case once where all cases have the same rate, whatever the rounding of their mean", () => {
    const rates = Array<number>(10).fill(0.1);
    // One of ten: Clopper and Pearson to 0.3942 (90 %).
    expect(intervalOf(repeated(rates, 10)).upper).toBeCloseTo(intervalOf(passes(1, 10)).upper, 6);
  });
});
