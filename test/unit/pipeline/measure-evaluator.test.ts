import { describe, expect, it } from "vitest";
import { scored } from "../../../src/core/score.ts";
import {
  bestThreshold,
  type LabelledScore,
  measure,
  qualityOf,
} from "../../../src/pipeline/measure-evaluator.ts";
import { seededRandom } from "../../../src/stats/index.ts";

const one = (isGood: boolean, value: number, source: string, pass = value >= 0.5): LabelledScore => ({
  isGood,
  evaluation: scored(value, pass, "said"),
  source,
  cohorts: {},
});

/** So many of each: good and passed, good and not, bad and passed, bad and not. */
function table(
  goodPassed: number,
  goodFailed: number,
  badPassed: number,
  badFailed: number,
): LabelledScore[] {
  const counts: [boolean, number, number][] = [
    [true, 1, goodPassed],
    [true, 0, goodFailed],
    [false, 1, badPassed],
    [false, 0, badFailed],
  ];
  return counts.flatMap(([isGood, value, count]) =>
    Array.from({ length: count }, (_, index) => one(isGood, value, `${isGood}${value}${index}`)),
  );
}

describe("how well an evaluator agrees with labels", () => {
  it("is told by sensitivity, specificity, balanced accuracy, area and kappa", () => {
    const found = measure(table(90, 10, 20, 80));
    expect(found).toMatchObject({ n: 200, good: 100, sources: 200 });
    expect(found.sensitivity.estimate).toBeCloseTo(0.9);
    expect(found.specificity.estimate).toBeCloseTo(0.8);
    expect(found.balancedAccuracy.estimate).toBeCloseTo(0.85);
    // Binary values: the area is the balanced accuracy. Kappa: p_o = .85, p_e = .5.
    expect(found.auroc.estimate).toBeCloseTo(0.85);
    expect(found.kappa.estimate).toBeCloseTo(0.7);
    // Clopper & Pearson for 90 of 100, as in R's binom.test: .8238, .9510.
    expect(found.sensitivity.lower).toBeCloseTo(0.8237774, 5);
    expect(found.sensitivity.upper).toBeCloseTo(0.9509953, 5);
  });

  it("says nothing where a class is not there", () => {
    const found = measure(table(5, 0, 0, 0));
    expect(found.specificity.estimate).toBeNull();
    expect(found.balancedAccuracy.estimate).toBeNull();
    expect(found.auroc.estimate).toBeNull();
    expect(qualityOf(table(5, 0, 0, 0))).toBeNull();
  });

  it("gives the gate plain counts for independent answers, and fewer for answers that share sources", () => {
    expect(qualityOf(table(90, 10, 20, 80))).toEqual({
      sensitivity: { right: 90, of: 100 },
      specificity: { right: 80, of: 100 },
    });
    const together = table(90, 10, 20, 80).map((score, index) => ({
      ...score,
      source: `s${Math.floor(index / 10)}`,
    }));
    const quality = qualityOf(together)!;
    expect(quality.sensitivity.of).toBeLessThan(30);
    expect(quality.sensitivity.right / quality.sensitivity.of).toBeLessThanOrEqual(0.9);
  });
});

describe("the best threshold", () => {
  it("lies between the good and the bad, and is tried on sources that it was not chosen on", () => {
    const scores = Array.from({ length: 60 }, (_, index) => {
      const isGood = index % 2 === 0;
      return one(isGood, isGood ? 0.8 : 0.6, `s${index}`);
    });
    expect(bestThreshold(scores)).toEqual({ passAt: 0.7, chosenOn: 1, crossValidated: 1 });
  });

  it("does not look good on values that mean nothing", () => {
    // Values that follow from the index alone, labels from another residue: no bound can know them.
    const scores = Array.from({ length: 400 }, (_, index) =>
      one((index * 7919) % 101 < 50, ((index * 104_729) % 997) / 997, `s${index}`),
    );
    const found = bestThreshold(scores)!;
    expect(found.chosenOn).toBeGreaterThan(0.5);
    expect(Math.abs(found.crossValidated - 0.5)).toBeLessThan(0.08);
  });

  it("keeps answers of one source on one side: what holds of a source alone is worth nothing for another", () => {
    const { uniform } = seededRandom("sources");
    const runs = Array.from({ length: 40 }, () => {
      const sources = Array.from({ length: 12 }, () => ({ isGood: uniform() < 0.5, value: uniform() }));
      const scores = sources.flatMap(({ isGood, value }, source) =>
        Array.from({ length: 10 }, () => one(isGood, value, `s${source}`)),
      );
      return bestThreshold(scores);
    }).filter((found) => found !== null);
    const meanOf = (values: readonly number[]) =>
      values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(meanOf(runs.map(({ chosenOn }) => chosenOn))).toBeGreaterThan(0.65);
    expect(meanOf(runs.map(({ crossValidated }) => crossValidated))).toBeLessThan(0.56);
  });

  it("is not chosen from too few sources or equal values", () => {
    expect(bestThreshold(table(2, 1, 1, 2))).toBeNull();
    expect(
      bestThreshold(Array.from({ length: 40 }, (_, index) => one(index % 2 === 0, 1, `s${index}`))),
    ).toBeNull();
  });
});
