import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { everyCase } from "../../../src/core/cohort.ts";
import { criterionSchema } from "../../../src/core/gate.ts";
import { decideGroups } from "../../../src/pipeline/decide-groups.ts";
import type { GroupCheck, GroupMeasure } from "../../../src/pipeline/group-check.ts";
import type { Groups, Valued } from "../../../src/pipeline/group-statistics.ts";
import { seededRandom } from "../../../src/stats/index.ts";

const rate: GroupMeasure = { kind: "rate", isPassRate: false };
const p95: GroupMeasure = { kind: "percentile", probability: 0.95 };
const mean: GroupMeasure = { kind: "mean" };

function checkOf(
  measure: GroupMeasure,
  criterion: Record<string, unknown>,
  groups: Groups,
  more: Partial<GroupCheck> = {},
): GroupCheck {
  return {
    check: { criterion: criterionSchema.parse(criterion), cohort: everyCase },
    measure,
    groups,
    missing: { baseline: 0, candidate: 0 },
    obstacle: null,
    ...more,
  };
}

/** So many ones and the rest zeros, each in a cluster of its own. */
function counts(ones: number, n: number): Valued[] {
  return Array.from({ length: n }, (_, i) => ({ value: i < ones ? 1 : 0, cluster: `t${i}` }));
}

function only(check: GroupCheck) {
  return decideGroups([check], 0.05)[0]!;
}

const rise = { metric: "error_rate", margin: 0.02 };

describe("a rate of harm in two groups", () => {
  it("passes when a rise of the margin is ruled out, with the interval of Miettinen and Nurminen", () => {
    const found = only(checkOf(rate, rise, { baseline: counts(20, 2000), candidate: counts(20, 2000) }));
    expect(found).toMatchObject({
      decision: "pass",
      unit: "trace",
      n: 2000,
      rule: { kind: "rise", margin: 0.02 },
    });
    // 20 of 2,000 on both sides: by the normal approximation ±1.645·√(2·0.01·0.99/2000) = ±0.0052.
    expect(found.interval!.upper).toBeCloseTo(-found.interval!.lower, 10);
    expect(found.interval!.upper).toBeGreaterThan(0.0045);
    expect(found.interval!.upper).toBeLessThan(0.0062);
  });

  it("fails when a rise beyond the margin is proven, and says from what to what", () => {
    const found = only(checkOf(rate, rise, { baseline: counts(20, 2000), candidate: counts(90, 2000) }));
    expect(found.decision).toBe("fail");
    expect(found.reason).toMatch(/^error_rate over all traces rose by 3\.5 points \(1\.0 % → 4\.5 %;/);
    expect(found.reason).toContain("more than the accepted 2.0 points");
  });

  it("is open with few traces, and says how many would settle it", () => {
    const found = only(checkOf(rate, rise, { baseline: counts(1, 60), candidate: counts(1, 60) }));
    expect(found.decision).toBe("inconclusive");
    expect(found.casesNeeded).toBeGreaterThan(60);
    const settled = only(
      checkOf(rate, rise, {
        baseline: counts(Math.round(found.casesNeeded! / 60), found.casesNeeded!),
        candidate: counts(Math.round(found.casesNeeded! / 60), found.casesNeeded!),
      }),
    );
    expect(settled.decision).toBe("pass");
  });

  it("does not pass when the traces that say nothing could hide a rise", () => {
    const groups = { baseline: counts(20, 2000), candidate: counts(20, 2000) };
    const found = only(checkOf(rate, rise, groups, { missing: { baseline: 0, candidate: 100 } }));
    expect(found.decision).toBe("inconclusive");
    expect(found.worstCaseInterval!.upper).toBeGreaterThan(0.04);
    expect(found.reason).toContain("100 of 2,100 traces of the candidate");
  });

  it("is an error where instrumentation differs or a side has no trace", () => {
    const groups = { baseline: counts(20, 2000), candidate: counts(20, 2000) };
    const obstacle = "usage is reported for 98 % of the baseline and 40 % of the candidate";
    expect(only(checkOf(rate, rise, groups, { obstacle }))).toMatchObject({ decision: "error" });
    expect(only(checkOf(rate, rise, { baseline: [], candidate: counts(0, 10) })).decision).toBe("error");
  });

  it("shows a pass rate as what passes, and its loss as a loss", () => {
    const passes: GroupMeasure = { kind: "rate", isPassRate: true };
    const criterion = { metric: "task_completion", margin: 0.05 };
    const found = only(
      checkOf(passes, criterion, { baseline: counts(100, 1000), candidate: counts(250, 1000) }),
    );
    expect(found).toMatchObject({
      decision: "fail",
      rule: { kind: "margin" },
      baseline: 0.9,
      candidate: 0.75,
    });
    expect(found.estimate).toBeCloseTo(-0.15, 12);
    expect(found.interval!.upper).toBeLessThan(0);
  });

  it("bounds the candidate's own rate; a bound that the live release breaks too was not measured", () => {
    const criterion = { metric: "error_rate", atMost: 0.05 };
    const decide = (b: number, c: number) =>
      only(checkOf(rate, criterion, { baseline: counts(b, 1000), candidate: counts(c, 1000) })).decision;
    expect([decide(10, 20), decide(10, 200), decide(200, 200), decide(10, 50)]).toEqual([
      "pass",
      "fail",
      "error",
      "inconclusive",
    ]);
  });
});

/** Log-normal values with a mean of 0 on the log scale, times a factor; several traces a conversation when asked. */
function latencies(seed: string, n: number, factor: number, perCluster = 1, shared = 0): Valued[] {
  const random = seededRandom(seed).uniform;
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  let common = 0;
  return Array.from({ length: n }, (_, i) => {
    if (i % perCluster === 0) common = normal() * shared;
    return {
      value: 1000 * factor * Math.exp(0.5 * normal() + common),
      cluster: `c${Math.floor(i / perCluster)}`,
    };
  });
}

describe("a percentile and a mean of two groups", () => {
  const slower = { baseline: latencies("b", 2000, 1), candidate: latencies("c", 2000, 1.25) };
  const same = { baseline: latencies("b", 2000, 1), candidate: latencies("b", 2000, 1) };

  it.each([
    ["latency_ms.p50", { kind: "percentile", probability: 0.5 } as const],
    ["latency_ms.p95", p95],
    ["input_tokens", mean],
  ])("%s: a quarter more is blocked at 10 %, the same traces are not", (metric, measure) => {
    const criterion = { metric, maximumRatio: 1.1 };
    expect(only(checkOf(measure, criterion, slower)).decision).toBe("fail");
    const unchanged = only(checkOf(measure, { metric, maximumRatio: 1.25 }, same));
    expect(unchanged).toMatchObject({ decision: "pass", estimate: 1 });
  });

  it("says how many traces a percentile needs before it can be bounded", () => {
    const few = { baseline: latencies("b", 40, 1), candidate: latencies("c", 40, 1) };
    const found = only(checkOf(p95, { metric: "latency_ms.p95", maximumRatio: 1.25 }, few));
    expect(found).toMatchObject({ decision: "inconclusive", interval: null, casesNeeded: 59 });
    expect(found.reason).toContain("at least 59 on each side are needed");
  });

  it("does not pass on traces without usage", () => {
    const found = only(
      checkOf(mean, { metric: "input_tokens", maximumRatio: 1.25 }, same, {
        missing: { baseline: 0, candidate: 400 },
      }),
    );
    expect(found.decision).toBe("inconclusive");
  });
});

describe("any two groups", () => {
  const ranks = { fail: 0, error: 1, inconclusive: 2, pass: 3 };
  const sides = fc.record({ n: fc.integer({ min: 1, max: 400 }), m: fc.integer({ min: 1, max: 400 }) });

  it("a worse candidate never gets a better verdict", () => {
    fc.assert(
      fc.property(
        sides,
        fc.float({ min: 0, max: 1, noNaN: true }),
        fc.float({ min: 0, max: 1, noNaN: true }),
        ({ n, m }, b, c) => {
          const baseline = counts(Math.round(b * n), n);
          const events = Math.round(c * (m - 1));
          const verdict = (ones: number) =>
            only(checkOf(rate, rise, { baseline, candidate: counts(ones, m) })).decision;
          expect(ranks[verdict(events + 1)]).toBeLessThanOrEqual(ranks[verdict(events)]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("swapping the sides mirrors the interval, and the order of the traces changes nothing", () => {
    fc.assert(
      fc.property(sides, fc.nat(), fc.nat(), ({ n, m }, b, c) => {
        const [one, two] = [counts(b % (n + 1), n), counts(c % (m + 1), m)];
        const there = only(checkOf(rate, rise, { baseline: one, candidate: two }));
        const back = only(checkOf(rate, rise, { baseline: two, candidate: one }));
        expect(there.interval!.lower).toBeCloseTo(-back.interval!.upper, 8);
        expect(
          only(checkOf(rate, rise, { baseline: one.toReversed(), candidate: two.toReversed() })),
        ).toEqual(there);
      }),
      { numRuns: 60 },
    );
  });
});

describe("many criteria", () => {
  it("corrects proven harm over all of a severity, and never lets that turn into a pass", () => {
    const worse = checkOf(rate, rise, { baseline: counts(40, 1000), candidate: counts(62, 1000) });
    const alone = only(worse);
    expect(alone.decision).toBe("fail");
    const others = Array.from({ length: 9 }, () =>
      checkOf(rate, rise, { baseline: counts(40, 1000), candidate: counts(40, 1000) }),
    );
    const [among] = decideGroups([worse, ...others], 0.05);
    expect(among!.harmPAdjusted).toBeCloseTo(10 * alone.harmP!, 10);
    expect(among!.decision).toBe("inconclusive");
  });
});

/** How often a decision comes out over simulated pairs of groups. */
function shareOf(decision: string, runs: number, check: (run: number) => GroupCheck): number {
  let hits = 0;
  for (let run = 0; run < runs; run++) if (only(check(run)).decision === decision) hits++;
  return hits / runs;
}

// Bounds: the nominal 5 % plus three Monte-Carlo standard errors (0.0103 at 400 runs).
describe("error rates over simulated groups", () => {
  const runs = 400;
  const bound = 0.05 + 3 * Math.sqrt((0.05 * 0.95) / runs);
  const bernoulli = (seed: string, n: number, p: number): Valued[] => {
    const random = seededRandom(seed).uniform;
    return Array.from({ length: n }, (_, i) => ({ value: random() < p ? 1 : 0, cluster: `t${i}` }));
  };

  it("passes a rate that rose by its margin in at most one of twenty runs, and fails an unchanged one as rarely", () => {
    const at = (change: number) => (run: number) =>
      checkOf(
        rate,
        { metric: "error_rate", margin: 0.05 },
        {
          baseline: bernoulli(`b${run}`, 300, 0.05),
          candidate: bernoulli(`c${run}`, 300, 0.05 + change),
        },
      );
    expect(shareOf("pass", runs, at(0.05))).toBeLessThanOrEqual(bound);
    expect(shareOf("fail", runs, at(0))).toBeLessThanOrEqual(bound);
  });

  it("does the same for percentiles of conversations whose traces are slow together", () => {
    const at = (factor: number) => (run: number) =>
      checkOf(
        { kind: "percentile", probability: 0.5 },
        { metric: "latency_ms.p50", maximumRatio: 1.25 },
        {
          baseline: latencies(`b${run}`, 400, 1, 4, 0.5),
          candidate: latencies(`c${run}`, 400, factor, 4, 0.5),
        },
      );
    expect(shareOf("pass", runs, at(1.25))).toBeLessThanOrEqual(bound);
    expect(shareOf("fail", runs, at(1))).toBeLessThanOrEqual(bound);
  });

  it("and for means", () => {
    const at = (factor: number) => (run: number) =>
      checkOf(
        mean,
        { metric: "input_tokens", maximumRatio: 1.25 },
        {
          baseline: latencies(`b${run}`, 300, 1, 3, 0.5),
          candidate: latencies(`c${run}`, 300, factor, 3, 0.5),
        },
      );
    expect(shareOf("pass", runs, at(1.25))).toBeLessThanOrEqual(bound);
    expect(shareOf("fail", runs, at(1))).toBeLessThanOrEqual(bound);
  });
});

describe("a percentile of which the candidate leaves some values out", () => {
  const latencies = Array.from({ length: 2000 }, (_, i) => ({ value: 100 + (i % 30), cluster: `t${i}` }));
  const p99: GroupMeasure = { kind: "percentile", probability: 0.99 };
  const bound = { metric: "latency_ms.p99", maximumRatio: 1.5 };
  const missing = { baseline: 0, candidate: 80 };

  // 4 % of the candidate's requests may have taken a minute: a pass must hold even then (ARCHITECTURE.md, invariant 2).
  it("does not pass where they may all be slower than what was seen", () => {
    const candidate = latencies.slice(0, 1920);
    const found = only(checkOf(p99, bound, { baseline: latencies, candidate }, { missing }));
    expect(found.decision).toBe("inconclusive");
    expect(found.reason).toContain("80");
    expect(found.worstCaseInterval).toBeNull();
    expect(only(checkOf(p99, bound, { baseline: latencies, candidate })).decision).toBe("pass");
  });

  it("passes where they are too few to move it", () => {
    const p50: GroupMeasure = { kind: "percentile", probability: 0.5 };
    const found = only(checkOf(p50, bound, { baseline: latencies, candidate: latencies }, { missing }));
    expect(found.decision).toBe("pass");
    expect(found.worstCaseInterval!.upper).toBeLessThan(1.5);
  });
});
