import { describe, expect, it } from "vitest";
import { marginSizes } from "../../../src/pipeline/margin-sizes.ts";
import { pairedStatistics, type Unit } from "../../../src/pipeline/paired-statistics.ts";

/** Units with these differences, so many of each. */
function unitsOf(...groups: readonly [count: number, difference: number, perCluster?: number][]): Unit[] {
  let next = 0;
  return groups.flatMap(([count, difference, perCluster = 1]) =>
    Array.from({ length: count }, (_, i) => ({
      difference,
      cluster: `c${i % perCluster === 0 ? ++next : next}`,
    })),
  );
}

const sizesOf = (units: Unit[], margin = 0.05) =>
  marginSizes(pairedStatistics(units, 0.05)!, margin, null, 0.05);

describe("sizes for the reader of a margin", () => {
  it("are those of the table for paired binary cases: 246 cases show 5 points at a discordance of .10", () => {
    // Connor 1987 at 80 % and one-sided 5 %: 246 pairs for 5 points at a discordance of .10.
    const { smallestVisibleDrop } = sizesOf(unitsOf([12, -1], [12, 1], [222, 0]));
    expect(smallestVisibleDrop).toBeCloseTo(0.05, 2);
  });

  it("do not take a small difference of a repeated case for a wholly different one", () => {
    // Standard deviation 0.1 at 100 cases: (1.645 + 0.842)·0.1/√100 = 0.0249.
    const { smallestVisibleDrop } = sizesOf(unitsOf([50, -0.1], [50, 0.1]));
    expect(smallestVisibleDrop).toBeCloseTo(0.0249, 3);
  });

  it("count cases that hang together as the units that they are", () => {
    const alone = sizesOf(unitsOf([50, -0.2], [50, 0.2]));
    const together = sizesOf(unitsOf([50, -0.2, 5], [50, 0.2, 5]));
    expect(together.smallestVisibleDrop! / alone.smallestVisibleDrop!).toBeCloseTo(Math.sqrt(5), 6);
  });

  it("ask for more with a judge that errs: its scores shrink the drop and the margin alike", () => {
    const observed = pairedStatistics(unitsOf([12, -1], [12, 1], [222, 0]), 0.05)!;
    const judge = { sensitivity: { right: 90, of: 100 }, specificity: { right: 80, of: 100 } };
    const judged = marginSizes(observed, 0.05, judge, 0.05);
    const sure = marginSizes(observed, 0.05, null, 0.05);
    expect(judged.smallestVisibleDrop! / sure.smallestVisibleDrop!).toBeCloseTo(1 / 0.7, 10);
    expect(judged.casesNeeded! / sure.casesNeeded!).toBeCloseTo(1 / 0.49, 1);
  });

  it("say nothing with a judge that is no better than chance", () => {
    const chance = { sensitivity: { right: 50, of: 100 }, specificity: { right: 50, of: 100 } };
    const observed = pairedStatistics(unitsOf([5, -1], [95, 0]), 0.05)!;
    expect(marginSizes(observed, 0.05, chance, 0.05)).toEqual({
      smallestVisibleDrop: null,
      casesNeeded: null,
    });
  });
});
