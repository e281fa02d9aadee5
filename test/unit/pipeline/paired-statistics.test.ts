import { describe, expect, it } from "vitest";
import { pairedStatistics, type Unit } from "../../../src/pipeline/paired-statistics.ts";

/** z(0.95), as in every table of the normal distribution. */
const z = 1.6448536269514722;

/** Differences by value: `{ "-1": 5, "0": 20 }` is five cases worse and twenty the same, each a cluster of its own. */
function unitsOf(counts: Readonly<Record<string, number>>): Unit[] {
  const differences = Object.entries(counts).flatMap(([value, n]) => Array<number>(n).fill(Number(value)));
  return differences.map((difference, index) => ({ difference, cluster: `case ${index}` }));
}

/** The same, so many consecutive cases to a cluster. */
const clustered = (units: readonly Unit[], size: number): Unit[] =>
  units.map(({ difference }, index) => ({ difference, cluster: `cluster ${Math.floor(index / size)}` }));

const statistics = (units: readonly Unit[], alpha = 0.05) => pairedStatistics(units, alpha)!;

/** Tango 1998, Statistics in Medicine 17:891, equations 9 and 10, with b improvements and c regressions. */
function tangoZ(b: number, c: number, n: number, delta: number): number {
  const linear = -b - c + (2 * n - b + c) * delta;
  const root = Math.sqrt(linear ** 2 + 8 * n * c * delta * (1 - delta));
  const q = (root - linear) / (4 * n);
  return (b - c - n * delta) / Math.sqrt(n * (2 * q + delta * (1 - delta)));
}

describe("one repetition of independent cases", () => {
  it("is judged by Tango's interval", () => {
    const found = statistics(unitsOf({ "-1": 5, 0: 95 }));
    expect(found).toMatchObject({ method: "tango", n: 100, clusters: 100, regressed: 5, improved: 0 });
    expect(found.difference).toBeCloseTo(-0.05, 12);
    expect(found.interval.level).toBeCloseTo(0.9, 12);
  });

  it.each([
    [51, 0.05, false],
    [52, 0.05, true],
    [24, 0.1, false],
    [25, 0.1, true],
  ])("without a difference %d cases prove a margin of %d: %s", (n, margin, proven) => {
    // z²(1−m)/m: 51.4 cases for 5 points, 24.3 for 10. The interval ends at ∓z²/(n + z²).
    const found = statistics(unitsOf({ 0: n }));
    expect(found.nonInferiorityP(margin) <= 0.05).toBe(proven);
    expect(found.interval.lower).toBeCloseTo(-(z * z) / (n + z * z), 9);
    expect(found.interval.upper).toBeCloseTo((z * z) / (n + z * z), 9);
  });

  it("has an interval whose ends solve Tango's equation", () => {
    for (const [b, c, n] of [
      [2, 7, 60],
      [0, 3, 40],
      [11, 4, 500],
    ] as const) {
      const { lower, upper } = statistics(unitsOf({ 1: b, "-1": c, 0: n - b - c })).interval;
      expect(tangoZ(b, c, n, lower)).toBeCloseTo(z, 6);
      expect(tangoZ(b, c, n, upper)).toBeCloseTo(-z, 6);
    }
  });

  it("proves a margin exactly when the interval lies above it", () => {
    for (let worse = 0; worse <= 12; worse++) {
      const found = statistics(unitsOf({ "-1": worse, 1: 3, 0: 200 }));
      for (const margin of [0.02, 0.05, 0.1]) {
        expect(found.nonInferiorityP(margin) <= 0.05).toBe(found.interval.lower >= -margin);
      }
    }
  });

  it("is nothing without a case", () => {
    expect(pairedStatistics([], 0.05)).toBeNull();
  });
});

describe("repetitions", () => {
  it("are judged by case means", () => {
    const found = statistics(unitsOf({ "-1": 1, "-0.5": 1, 0.5: 1, 0: 20 }));
    expect(found).toMatchObject({ method: "empirical-likelihood", regressed: 2, improved: 1, n: 23 });
    expect(found.difference).toBeCloseTo(-1 / 23, 12);
  });

  it("that always agree say what one repetition of each case would say", () => {
    const whole = statistics(unitsOf({ "-1": 4, 1: 2, 0: 60 }));
    const mixed = statistics([...unitsOf({ "-1": 4, 1: 2, 0: 60 }), { difference: 1e-9, cluster: "odd" }]);
    expect(whole.method).not.toBe(mixed.method);
    const near = statistics(unitsOf({ "-1": 4, 1: 2, 0: 61 }));
    expect(mixed.interval.lower).toBeCloseTo(near.interval.lower, 5);
    expect(mixed.interval.upper).toBeCloseTo(near.interval.upper, 5);
    expect(mixed.nonInferiorityP(0.1)).toBeCloseTo(near.nonInferiorityP(0.1), 5);
  });
});

describe("clusters", () => {
  it("count as one unit each, however many cases they hold", () => {
    const found = statistics(clustered(unitsOf({ "-1": 10, 0: 40 }), 2));
    expect(found).toMatchObject({ method: "empirical-likelihood", n: 50, clusters: 25, regressed: 10 });
  });

  it("whose cases always agree give the interval of one case for each cluster", () => {
    const each = statistics(unitsOf({ "-1": 3, 1: 1, 0: 46 }));
    const doubled = statistics(clustered(unitsOf({ "-1": 6, 1: 2, 0: 92 }), 2));
    expect(doubled.difference).toBeCloseTo(each.difference, 12);
    expect(doubled.interval.lower).toBeCloseTo(each.interval.lower, 9);
    expect(doubled.interval.upper).toBeCloseTo(each.interval.upper, 9);
    expect(doubled.nonInferiorityP(0.2)).toBeCloseTo(each.nonInferiorityP(0.2), 9);
  });

  it("of one case are no clusters", () => {
    expect(statistics(clustered(unitsOf({ "-1": 3, 0: 20 }), 1)).method).toBe("tango");
  });

  it("that are one alone prove nothing", () => {
    const { nonInferiorityP, interval } = statistics(clustered(unitsOf({ 0: 500 }), 500));
    expect(nonInferiorityP(0.2)).toBeGreaterThan(0.05);
    expect(interval.lower).toBeLessThan(-0.5);
  });
});
