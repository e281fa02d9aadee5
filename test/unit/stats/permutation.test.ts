import { describe, expect, test } from "vitest";
import { nonZeroUnits, randomSigns } from "../../../src/stats/flips.ts";
import {
  mcnemar,
  seededRandom,
  signFlip,
  signFlipExact,
  signFlipMonteCarlo,
  westfallYoung,
  westfallYoungWithSigns,
} from "../../../src/stats/index.ts";

/** The signs that the seeded tests draw, one row per flip. */
function drawnSigns(units: number, flips: number, seed: string | number): number[][] {
  const rows = Array.from({ length: flips }, (): number[] => []);
  const blocks = randomSigns(flips, seed);
  for (let start = 0; start < units; start += 8) {
    const bytes = blocks.nextBlock();
    rows.forEach((row, flip) => {
      for (let bit = 0; bit < Math.min(8, units - start); bit++) row.push((bytes[flip]! >> bit) & 1 ? -1 : 1);
    });
  }
  return rows;
}

function allSigns(units: number): number[][] {
  return Array.from({ length: 2 ** units - 1 }, (_, i) =>
    Array.from({ length: units }, (_, unit) => (((i + 1) >> unit) & 1 ? -1 : 1)),
  );
}

/** Three overlapping hypotheses on 40 cases. */
function overlapping(): number[][] {
  const random = seededRandom("overlap");
  const base = Array.from({ length: 40 }, () => random.below(5) - 2.2);
  return [base, base.map((d, i) => (i % 2 ? d : 0)), base.map((d, i) => (i < 30 ? d / 3 : 0))];
}

describe("signFlip", () => {
  test("enumerates few units and equals the exact McNemar test on pass/fail cases", () => {
    const differences = [...Array(9).fill(-1), ...Array(4).fill(1), ...Array(200).fill(0)];
    const result = signFlip(differences, { seed: 1 });
    expect(result).toMatchObject({ exact: true, units: 213, flips: 2 ** 13 - 1 });
    expect(result.pHarm).toBeCloseTo(mcnemar({ regressions: 9, improvements: 4 }).exactHarm, 14);
    expect(result.pTwoSided).toBeCloseTo(mcnemar({ regressions: 9, improvements: 4 }).exactTwoSided, 14);
  });

  test("draws flips for more units and equals the test with those signs given", () => {
    const [differences] = overlapping() as [number[]];
    const { columns } = nonZeroUnits([Float64Array.from(differences)]);
    const signs = drawnSigns(columns[0]!.length, 500, "s");
    const result = signFlip(differences, { seed: "s", flips: 500 });
    expect(result).toEqual({
      ...signFlipMonteCarlo(columns[0]!, signs),
      exact: false,
      units: 40,
      flips: 500,
    });
  });

  test("is close to the exact test on 17 units", () => {
    const differences = Array.from({ length: 17 }, (_, i) => Math.sin(i * 12.9) - 0.25);
    const exact = signFlipExact(differences).pHarm;
    const drawn = signFlip(differences, { seed: 3 });
    expect(drawn).toMatchObject({ exact: false, flips: 9999 });
    expect(Math.abs(drawn.pHarm - exact)).toBeLessThan(4 * Math.sqrt((exact * (1 - exact)) / 9999));
  });

  test("flips whole clusters, so that C clusters cannot give less than 2^-C", () => {
    const differences = Array.from({ length: 60 }, () => -1);
    const clusters = differences.map((_, i) => `source ${i % 4}`);
    expect(signFlip(differences, { seed: 1, clusters })).toEqual({
      pHarm: 1 / 16,
      pTwoSided: 2 / 16,
      units: 4,
      exact: true,
      flips: 15,
    });
    expect(signFlipExact([1, -1, 1], ["a", "a", "a"])).toMatchObject({ units: 1, pHarm: 1, pTwoSided: 1 });
  });

  test("counts sums that are equal up to rounding as ties", () => {
    // 0.1 + 0.2 - 0.3 is 5.6e-17 in doubles, so naive comparison depends on the order of summation.
    expect(signFlipExact([0.1, 0.2, -0.3]).pHarm).toBe(5 / 8);
    expect(signFlipExact([-0.3, 0.2, 0.1]).pHarm).toBe(5 / 8);
    expect(signFlipExact([0.3, -0.2, -0.1]).pHarm).toBe(5 / 8);
  });

  test("has no evidence in no data and in zeros", () => {
    expect(signFlip([], { seed: 1 })).toEqual({ pHarm: 1, pTwoSided: 1, units: 0, exact: true, flips: 0 });
    expect(signFlip([0, 0, 0], { seed: 1 })).toMatchObject({ pHarm: 1, pTwoSided: 1, units: 3 });
  });
});

describe("westfallYoung", () => {
  test("equals the version with given signs, fed with the signs that it draws", () => {
    const differences = overlapping();
    const { columns, count } = nonZeroUnits(differences.map((row) => Float64Array.from(row)));
    const signs = drawnSigns(count, 700, 11);
    const expected = westfallYoungWithSigns(columns, signs);
    expect(westfallYoung(differences, { seed: 11, flips: 700 })).toEqual({
      ...expected,
      exact: false,
      flips: 700,
    });
  });

  test("enumerates few units", () => {
    const differences = [
      [-1, -1, 0, -1, 0, -0.5],
      [0, 1, 0, -1, 0, 0.5],
    ];
    const kept = differences.map((row) => [row[0]!, row[1]!, row[3]!, row[5]!]);
    const expected = westfallYoungWithSigns(kept, allSigns(4));
    expect(westfallYoung(differences, { seed: 1 })).toEqual({ ...expected, exact: true, flips: 15 });
  });

  test("with one hypothesis is the sign-flip test", () => {
    const [differences] = overlapping() as [number[]];
    const { pHarm } = signFlip(differences, { seed: 5 });
    expect(westfallYoung([differences], { seed: 5 })).toMatchObject({ pValues: [pHarm], adjusted: [pHarm] });
  });

  test("flips clusters in all hypotheses together", () => {
    const differences = overlapping();
    const clusters = differences[0]!.map((_, i) => i % 6);
    const sums = differences.map((row) =>
      Array.from({ length: 6 }, (_, c) => row.reduce((sum, d, i) => (clusters[i] === c ? sum + d : sum), 0)),
    );
    const expected = westfallYoungWithSigns(sums, allSigns(6));
    expect(westfallYoung(differences, { seed: 1, clusters })).toMatchObject({ exact: true, ...expected });
  });

  test("costs nothing for a copy of a hypothesis or for one without data", () => {
    const [a] = overlapping() as [number[]];
    const empty = a.map(() => 0);
    const alone = westfallYoung([a], { seed: 2 });
    const { adjusted } = westfallYoung([a, a, empty], { seed: 2 });
    expect(adjusted).toEqual([alone.adjusted[0], alone.adjusted[0], 1]);
  });

  test("has no evidence in no data", () => {
    expect(westfallYoung([], { seed: 1 })).toEqual({ pValues: [], adjusted: [], exact: true, flips: 0 });
    expect(westfallYoung([[], []], { seed: 1 })).toMatchObject({ pValues: [1, 1], adjusted: [1, 1] });
    expect(westfallYoungWithSigns([[-1]], [])).toEqual({ pValues: [1], adjusted: [1] });
  });
});
