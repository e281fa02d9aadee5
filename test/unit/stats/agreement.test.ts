import { describe, expect, it } from "vitest";
import { auroc, cohenKappa, seededRandom } from "../../../src/stats/index.ts";

const own = (n: number) => Array.from({ length: n }, (_, index) => `${index}`);

/** Categories of two raters from a table of counts: rows are the first rater's. */
function raters(table: readonly (readonly number[])[]): [string[], string[]] {
  const first: string[] = [];
  const second: string[] = [];
  for (const [i, row] of table.entries()) {
    for (const [j, count] of row.entries()) {
      for (let k = 0; k < count; k++) {
        first.push(`${i}`);
        second.push(`${j}`);
      }
    }
  }
  return [first, second];
}

describe("Cohen's kappa", () => {
  it("is .4 for the table 20, 5, 10, 15: p_o = .7, p_e = .5", () => {
    const [first, second] = raters([
      [20, 5],
      [10, 15],
    ]);
    expect(cohenKappa(first, second, own(50), 0.95).estimate).toBeCloseTo(0.4, 12);
  });

  it("has nearly the standard error of Fleiss, Cohen & Everitt 1969 for independent units", () => {
    // Their formula in Python for the same table eight times: κ = .4, error .0448999 (n = 400).
    const [first, second] = raters([
      [160, 40],
      [80, 120],
    ]);
    const { lower, upper } = cohenKappa(first, second, own(400), 0.95);
    expect((upper! - lower!) / 2 / 1.966).toBeCloseTo(0.04489988864128729, 3);
  });

  it("is not certain of raters who always agreed", () => {
    const [first, second] = raters([
      [10, 0],
      [0, 10],
    ]);
    const { estimate, lower, upper } = cohenKappa(first, second, own(20), 0.95);
    expect(estimate).toBe(1);
    expect(upper).toBe(1);
    // Clopper–Pearson for 20 of 20: .025^(1/20) = .8316; with p_e = .5 that is .663.
    expect(lower).toBeCloseTo((0.025 ** (1 / 20) - 0.5) / 0.5, 6);
  });

  it("is nothing where both gave one label throughout, or without units", () => {
    expect(cohenKappa(["a", "a"], ["a", "a"], own(2), 0.95).estimate).toBeNull();
    expect(cohenKappa([], [], [], 0.95)).toEqual({ estimate: null, lower: null, upper: null });
  });

  it("is wider where units come in clusters that hold together", () => {
    const [first, second] = raters([
      [160, 40],
      [80, 120],
    ]);
    const together = first.map((_, index) => `${Math.floor(index / 20)}`);
    const alone = cohenKappa(first, second, own(400), 0.95);
    const clustered = cohenKappa(first, second, together, 0.95);
    expect(clustered.upper! - clustered.lower!).toBeGreaterThan(1.5 * (alone.upper! - alone.lower!));
  });
});

describe("the area under the curve", () => {
  it("counts the pairs that are in order, ties half: 5 of 6, and 5½ of 6", () => {
    const labels = [true, true, true, false, false];
    expect(auroc([0.8, 0.6, 0.4, 0.5, 0.3], labels, own(5), 0.95).estimate).toBeCloseTo(5 / 6, 12);
    expect(auroc([0.8, 0.6, 0.5, 0.5, 0.3], labels, own(5), 0.95).estimate).toBeCloseTo(5.5 / 6, 12);
  });

  it("has nearly the standard error of DeLong and others 1988 for independent units", () => {
    // Worked out in Python over the same numbers: area .838062, error .027150.
    const random = lcg(7);
    const values: number[] = [];
    const labels: boolean[] = [];
    for (let index = 0; index < 200; index++) {
      const isPositive = random() < 0.6;
      const value = random() * 0.7;
      values.push(value + (isPositive ? 0.3 : 0) * random() * 2);
      labels.push(isPositive);
    }
    const { estimate, lower, upper } = auroc(values, labels, own(200), 0.95);
    expect(estimate).toBeCloseTo(0.8380622110130304, 9);
    const logit = (x: number) => Math.log(x / (1 - x));
    const error = ((logit(upper!) - logit(lower!)) / 2 / 1.972) * estimate! * (1 - estimate!);
    expect(error).toBeCloseTo(0.027149532289582334, 3);
  });

  it("is not certain where every good one is above every bad one", () => {
    const { estimate, lower, upper } = auroc(
      [3, 3.5, 4, 1, 2],
      [true, true, true, false, false],
      own(5),
      0.95,
    );
    expect([estimate, upper]).toEqual([1, 1]);
    // Two bad ones: .025^(1/2).
    expect(lower).toBeCloseTo(Math.sqrt(0.025), 6);
  });

  it("is nothing without one of the classes", () => {
    expect(auroc([1, 2], [true, true], own(2), 0.95)).toEqual({ estimate: null, lower: null, upper: null });
    expect(() => auroc([Number.NaN], [true], ["a"], 0.95)).toThrow(RangeError);
  });

  it("holds the truth about as often as it says, for clustered labels too", () => {
    // Values of good and bad ones are uniform on [.2, 1] and [0, .8]: P(good > bad) = 1 − .75²/2 = .71875.
    const { uniform: random } = seededRandom("area");
    let held = 0;
    const runs = 300;
    for (let run = 0; run < runs; run++) {
      const values: number[] = [];
      const labels: boolean[] = [];
      const clusters: string[] = [];
      for (let cluster = 0; cluster < 40; cluster++) {
        const isGood = random() < 0.5;
        const value = random() * 0.8 + (isGood ? 0.2 : 0);
        // Copies hold together wholly: they must not make the interval narrower.
        for (let copy = 0; copy < 3; copy++) {
          values.push(value);
          labels.push(isGood);
          clusters.push(`${cluster}`);
        }
      }
      const { lower, upper } = auroc(values, labels, clusters, 0.95);
      if (lower! <= 0.71875 && 0.71875 <= upper!) held++;
    }
    expect(held / runs).toBeGreaterThan(0.915);
  });
});

/** The generator of ANSI C's example, so that the reference can be worked out elsewhere. */
function lcg(seed: number): () => number {
  let state = BigInt(seed);
  return () => {
    state = (state * 1103515245n + 12345n) % 2147483648n;
    return Number(state) / 2147483648;
  };
}
