import { describe, expect, it } from "vitest";
import { rateStatistics } from "../../../src/pipeline/rate-statistics.ts";
import { casesForThreshold, leastForThreshold } from "../../../src/pipeline/threshold-sizes.ts";

const alpha = 0.05;
const rateOf = (successes: number, n: number) =>
  rateStatistics(
    Array.from({ length: n }, (_, at) => ({ rate: at < successes ? 1 : 0, trials: 1, cluster: String(at) })),
    alpha,
  )!;
const atMost = (threshold: number) => ({ kind: "at_most", threshold }) as const;
const atLeast = (threshold: number) => ({ kind: "at_least", threshold }) as const;

// Hanley & Lippman-Hand 1983, "If nothing goes wrong, is everything all right?": with no event in n, the bound at 95 % is 1 − 0.05^(1/n).
describe("the cases that a bound on a rate needs", () => {
  it("are at least ln(alpha) / ln(1 − bound) without a bad one", () => {
    expect([0.1, 0.05, 0.02, 0.01].map((bound) => leastForThreshold(atMost(bound), alpha))).toEqual([
      29, 59, 149, 299,
    ]);
    expect(leastForThreshold(atLeast(0.9), alpha)).toBe(29);
  });

  it("are that many where none was bad", () => {
    expect(casesForThreshold(rateOf(0, 120), atMost(0.02), alpha)).toBe(149);
    expect(casesForThreshold(rateOf(28, 28), atLeast(0.9), alpha)).toBe(29);
  });

  // The interval itself is the independent source: at the number that is named it lies on one side of the bound.
  it.each([
    [1, 100, atMost(0.05)],
    [7, 100, atMost(0.05)],
    [88, 100, atLeast(0.85)],
    [80, 100, atLeast(0.85)],
  ])("settle the bound when the rate stays at %i of %i", (successes, n, bound) => {
    const needed = casesForThreshold(rateOf(successes, n), bound, alpha)!;
    const whole = Math.ceil(needed / n) * n;
    const { interval } = rateOf((successes * whole) / n, whole);
    expect(interval.upper < bound.threshold || interval.lower > bound.threshold).toBe(true);
    expect(needed).toBeGreaterThan(n);
  });

  it("are unknown for a rate on its bound", () => {
    expect(casesForThreshold(rateOf(5, 100), atMost(0.05), alpha)).toBeNull();
  });
});
