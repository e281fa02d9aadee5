import { describe, expect, it } from "vitest";
import { correctDifference, correctRate, correctRateStatistics } from "../../../src/pipeline/judge-error.ts";
import type { PairedStatistics } from "../../../src/pipeline/paired-statistics.ts";

// Expected values: Rogan & Gladen 1978, worked out in Python; limits of a difference by halving on where the limit of d − θ·J is 0 (Fieller 1954).

const judge = { sensitivity: { right: 90, of: 100 }, specificity: { right: 80, of: 100 } };
const chance = { sensitivity: { right: 52, of: 100 }, specificity: { right: 50, of: 100 } };

function observed(difference: number, lower: number, upper: number): PairedStatistics {
  const interval = { lower, upper, level: 0.9 };
  const counts = { n: 200, clusters: 200, regressed: 24, improved: 4, meanSquare: 0.14 };
  return { ...counts, method: "tango", difference, interval, nonInferiorityP: () => 1 };
}

/** The probability of so many of so many (binomial). */
function chanceOf(right: number, of: number, rate: number): number {
  let ways = 1;
  for (let each = 1; each <= right; each++) ways *= (of - right + each) / each;
  return ways * rate ** right * (1 - rate) ** (of - right);
}

/** A rate of 74 % over 200 independent cases, as a judge says it. */
const rate = {
  rate: 0.74,
  n: 200,
  clusters: 200,
  effective: 200,
  interval: { lower: 0.68, upper: 0.79, level: 0.9 },
};

describe("the error of a judge", () => {
  it("is taken out of a rate: a judge that passes 90 % of the good and 20 % of the bad shows .74 for .771", () => {
    expect(correctRate(0.74, judge)).toBeCloseTo(0.54 / 0.7, 12);
    // The same the other way: .771·.9 + .229·.2 = .74.
    const truth = correctRate(0.74, judge);
    expect(truth * 0.9 + (1 - truth) * 0.2).toBeCloseTo(0.74, 12);
  });

  it("never makes a rate of more than all or less than none", () => {
    expect(correctRate(0.95, judge)).toBe(1);
    expect(correctRate(0.1, judge)).toBe(0);
  });

  it("is taken out of a difference, which grows, and what is not known of the judge widens the interval", () => {
    const corrected = correctDifference(observed(-0.1, -0.15, -0.05), judge, 0.05);
    expect(corrected.difference).toBeCloseTo(-0.1 / 0.7, 12);
    expect(corrected.interval.lower).toBeCloseTo(-0.22342063295313103, 9);
    expect(corrected.interval.upper).toBeCloseTo(-0.07233382280702808, 9);
    const wellMeasured = { sensitivity: { right: 9000, of: 10000 }, specificity: { right: 8000, of: 10000 } };
    const narrower = correctDifference(observed(-0.1, -0.15, -0.05), wellMeasured, 0.05);
    expect(narrower.interval.lower).toBeGreaterThan(corrected.interval.lower);
    expect(narrower.interval.lower).toBeCloseTo(-0.2143729808635346, 9);
  });

  it("settles nothing for a judge that is not proven better than chance", () => {
    const corrected = correctDifference(observed(-0.1, -0.15, -0.05), chance, 0.05);
    expect(corrected).toMatchObject({ isTelling: false, interval: { lower: -1, upper: 1 } });
    expect(correctRateStatistics(rate, chance, 0.05)).toBeNull();
  });

  // What is not known of a judge must not let it pass what it cannot tell. Given that everything else is known, the true loss being the margin, a pass is
  // false; so often it may be: alpha, and a little for the discreteness of counts. Sums of binomial probabilities over all calibrations.
  it.each([1, 2, 3, 5, 10, 20, 50])(
    "proves a loss of the margin to be smaller in at most 6 % of the calibrations on %d labels of each kind",
    (labels) => {
      for (const rate of [0.5, 0.55, 0.65, 0.75, 0.85, 0.95]) {
        const youden = 2 * rate - 1;
        const loss = 0.1 * youden;
        let wrong = 0;
        for (let sensitive = 0; sensitive <= labels; sensitive++)
          for (let specific = 0; specific <= labels; specific++) {
            const quality = {
              sensitivity: { right: sensitive, of: labels },
              specificity: { right: specific, of: labels },
            };
            const { interval, isTelling } = correctDifference(observed(-loss, -loss, -loss), quality, 0.05);
            if (isTelling && interval.lower >= -0.1)
              wrong += chanceOf(sensitive, labels, rate) * chanceOf(specific, labels, rate);
          }
        expect(wrong).toBeLessThan(0.06);
      }
    },
  );

  it("widens the interval of a rate", () => {
    const corrected = correctRateStatistics(rate, judge, 0.05)!;
    expect(corrected.rate).toBeCloseTo(0.54 / 0.7, 12);
    expect(corrected.interval.lower).toBeCloseTo(0.6669835248727272, 9);
    expect(corrected.interval.upper).toBeCloseTo(0.8645084822088722, 9);
  });

  it("leaves the interval as it is for a judge that is nearly never wrong", () => {
    const perfect = { sensitivity: { right: 1e6, of: 1e6 }, specificity: { right: 1e6, of: 1e6 } };
    const corrected = correctDifference(observed(-0.1, -0.15, -0.05), perfect, 0.05);
    expect(corrected.interval.lower).toBeCloseTo(-0.15, 5);
    expect(corrected.interval.upper).toBeCloseTo(-0.05, 5);
  });
});
