import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Sample, type Side, usageUnknown } from "../../../src/core/sample.ts";
import {
  clustersForMean,
  type RatioUnit,
  ratioStatistics,
  ratioUnits,
  valuesForPercentile,
} from "../../../src/pipeline/ratio-statistics.ts";
import { casesOf, sampleFor } from "./support.ts";

const p95 = { kind: "percentile", field: "latencyMs", probability: 0.95 } as const;
const p50 = { kind: "percentile", field: "latencyMs", probability: 0.5 } as const;
const tokens = { kind: "mean", field: "inputTokens" } as const;

/** One trial a case; cases of one cluster follow each other. */
function unitsOf(baseline: readonly number[], candidate: readonly number[], perCluster = 1): RatioUnit[] {
  return baseline.map((value, index) => ({
    id: String(index).padStart(4, "0"),
    cluster: `k${Math.floor(index / perCluster)}`,
    values: { baseline: [value], candidate: [candidate[index]!] },
  }));
}
const counted = (n: number, value: (index: number) => number) =>
  Array.from({ length: n }, (_, i) => value(i));

// SciPy 1.17 (binom, t) and NumPy in a script of its own: order-statistic ranks by the binomial tail, type 7 quantiles, MOVER on the log
// scale; linearised log ratio of means with CR1.
describe("the ratio of percentiles", () => {
  const live = counted(120, (i) => 500 + ((i * 37) % 120) * 5);
  const slow = counted(120, (i) => 1.31 * (500 + ((i * 53) % 120) * 5));

  it("has the bounds of an independent computation", () => {
    const found = ratioStatistics(p95, unitsOf(live, slow))!;
    expect(found).toMatchObject({ n: 120, clusters: 120 });
    expect(found.baseline).toBeCloseTo(1065.25, 8);
    expect(found.candidate).toBeCloseTo(1395.4775, 8);
    expect(found.ratio).toBeCloseTo(1.31, 10);
    expect(found.intervalAt(0.05)?.lower).toBeCloseTo(1.2713707412391757, 10);
    expect(found.intervalAt(0.05)?.upper).toBeCloseTo(1.3498029680369688, 10);
    expect(found.intervalAt(0.025)?.lower).toBeCloseTo(1.267207542298005, 10);
    const median = ratioStatistics(p50, unitsOf(live, slow))!.intervalAt(0.05);
    expect(median?.lower).toBeCloseTo(1.204010094928334, 10);
    expect(median?.upper).toBeCloseTo(1.4253202753272156, 10);
  });

  it("needs 59 values on each side for the 95th percentile and 299 for the 99th", () => {
    // Smallest n with 1 − pⁿ ≥ 1 − alpha, found by counting up.
    expect([0.5, 0.95, 0.99].map((p) => valuesForPercentile(p, 0.05))).toEqual([5, 59, 299]);
    expect([0.5, 0.95, 0.99].map((p) => valuesForPercentile(p, 0.01))).toEqual([7, 90, 459]);
    const at = (n: number) =>
      ratioStatistics(p95, unitsOf(live.slice(0, n), slow.slice(0, n)))!.intervalAt(0.05);
    expect(at(58)).toBeNull();
    expect(at(59)).not.toBeNull();
  });

  it("is unknown where a percentile is 0", () => {
    const none = counted(100, () => 0);
    const found = ratioStatistics(p95, unitsOf(none, live.slice(0, 100)))!;
    expect(found.ratio).toBeNull();
    expect(found.intervalAt(0.05)).toBeNull();
  });

  it("multiplies with the candidate's latencies, and so do its bounds", () => {
    const latency = fc.double({ min: 0.5, max: 60_000, noNaN: true });
    const sides = fc.array(fc.tuple(latency, latency), { minLength: 59, maxLength: 80 });
    fc.assert(
      fc.property(sides, fc.double({ min: 0.1, max: 10, noNaN: true }), (pairs, factor) => {
        const [b, c] = [pairs.map(([x]) => x), pairs.map(([, y]) => y)];
        const before = ratioStatistics(p95, unitsOf(b, c))!;
        const scaled = c.map((value) => value * factor);
        const after = ratioStatistics(p95, unitsOf(b, scaled))!;
        const bounds = [before, after].map((each) => each.intervalAt(0.05)!);
        expect(after.ratio! / before.ratio!).toBeCloseTo(factor, 8);
        expect(bounds[1]!.lower / bounds[0]!.lower / factor).toBeCloseTo(1, 8);
        expect(bounds[1]!.upper / bounds[0]!.upper / factor).toBeCloseTo(1, 8);
      }),
      { numRuns: 100 },
    );
  });
});

describe("the ratio of means", () => {
  const live = counted(30, (i) => 100 + ((i * 7) % 11) * 10);
  const dear = live.map((value, i) => value * (1.1 + (i % 3) * 0.05));

  it("has the bounds of an independent computation", () => {
    const found = ratioStatistics(tokens, unitsOf(live, dear))!;
    expect(found.baseline).toBeCloseTo(150.66666666666666, 9);
    expect(found.candidate).toBeCloseTo(173.21666666666667, 9);
    expect(found.ratio).toBeCloseTo(1.1496681415929204, 10);
    expect(found.intervalAt(0.05)?.lower).toBeCloseTo(1.1364283583367243, 9);
    expect(found.intervalAt(0.05)?.upper).toBeCloseTo(1.1630621729012574, 9);
    expect(found.intervalAt(0.025)?.lower).toBeCloseTo(1.1337502383588547, 9);
    expect(found.intervalAt(0.025)?.level).toBe(0.95);
  });

  it("takes clusters for its independent units", () => {
    const found = ratioStatistics(tokens, unitsOf(live, dear, 3))!;
    expect(found).toMatchObject({ n: 30, clusters: 10 });
    expect(found.intervalAt(0.05)?.lower).toBeCloseTo(1.1462653355949162, 9);
    expect(found.intervalAt(0.05)?.upper).toBeCloseTo(1.153081049168893, 9);
    expect(ratioStatistics(tokens, unitsOf(live, dear, 30))!.intervalAt(0.05)).toBeNull();
  });

  it("asks for as many cases as rule out that a few of them doubled", () => {
    // z²(1−m)/m at z = 1.6449 for a rise by m: 8.1, 24.4 and 51.4.
    expect([1.25, 1.1, 1.05, 2, 3].map((ratio) => clustersForMean(ratio, 0.05))).toEqual([9, 25, 52, 2, 2]);
  });
});

describe("both kinds of ratio", () => {
  it("never show a rise of the same data against itself", () => {
    const values = fc.array(fc.double({ min: 0.5, max: 60_000, noNaN: true }), {
      minLength: 2,
      maxLength: 100,
    });
    fc.assert(
      fc.property(values, fc.constantFrom(p50, p95, tokens), (data, measure) => {
        const found = ratioStatistics(measure, unitsOf(data, data))!;
        expect(found.ratio).toBe(1);
        expect(found.intervalAt(0.2)?.lower ?? 0).toBeLessThanOrEqual(1);
      }),
      { numRuns: 100 },
    );
  });

  it("say nothing without a case that has a value on both sides", () => {
    const alone = [{ id: "a", cluster: "a", values: { baseline: [1], candidate: [] } }];
    for (const measure of [p95, tokens]) {
      expect(ratioStatistics(measure, alone)).toBeNull();
      expect(ratioStatistics(measure, [])).toBeNull();
    }
  });
});

describe("what trials report", () => {
  const cases = casesOf(2);
  const sample = (side: Side, inputTokens: number | null, more: Partial<Sample> = {}): Sample => ({
    ...sampleFor("c0000", side, "p"),
    latencyMs: 0,
    usage: { inputTokens, outputTokens: null, cachedInputTokens: null, reasoningTokens: null, costUsd: null },
    ...more,
  });
  const samples = [
    sample("baseline", 10),
    sample("baseline", 0, { repetition: 2 }),
    sample("candidate", null),
    {
      ...sampleFor("c0001", "candidate", "-"),
      usage: { ...usageUnknown, inputTokens: 5, outputTokens: 1, costUsd: 1 },
    },
    { ...sampleFor("elsewhere", "candidate", "p") },
  ];

  it("is their usage, of which none and 0 are lacking, and only what was answered", () => {
    const { units, reported } = ratioUnits(tokens, cases, samples);
    expect(units.map(({ values }) => values)).toEqual([
      { baseline: [10], candidate: [] },
      { baseline: [], candidate: [] },
    ]);
    expect(reported).toEqual({
      baseline: { valued: 1, lacking: 1, zero: 1 },
      candidate: { valued: 0, lacking: 1, zero: 0 },
    });
  });

  it("is their latency, also of 0 ms", () => {
    const { reported } = ratioUnits(p95, cases, samples);
    expect(reported).toEqual({
      baseline: { valued: 2, lacking: 0, zero: 0 },
      candidate: { valued: 1, lacking: 0, zero: 0 },
    });
  });

  it("does not depend on the order of the samples or cases", () => {
    expect(ratioUnits(tokens, [...cases].reverse(), [...samples].reverse())).toEqual(
      ratioUnits(tokens, cases, samples),
    );
  });
});
