import { describe, expect, it } from "vitest";
import type { Decision } from "../../../src/core/comparison.ts";
import type { Sample } from "../../../src/core/sample.ts";
import { unreachableRatio } from "../../../src/pipeline/decide-ratio.ts";
import { report } from "../../../src/pipeline/report.ts";
import { resolveGate } from "../../../src/pipeline/resolve-gate.ts";
import { casesOf, datasetOf, gateOf, type Pairs, reportInput } from "./support.ts";

/** What a trial reports, by the number of its case. */
interface Measured {
  readonly latencyMs?: number;
  readonly costUsd?: number | null;
  readonly inputTokens?: number | null;
}
type Measure = (index: number, side: Sample["side"]) => Measured;

const p95 = { metric: "latency_ms.p95", maximumRatio: 1.25 };
const cost = { metric: "cost_usd", maximumRatio: 1.25 };

function reportOf(n: number, criteria: readonly object[], measure: Measure, letters: Pairs = "pp") {
  const cases = casesOf(n, (index) => ({ cohorts: { tier: index % 2 === 0 ? "free" : "pro" } }));
  return reportOn(reportInput(cases, Array(n).fill(letters) as Pairs[], criteria), measure);
}
function reportOn(input: ReturnType<typeof reportInput>, measure: Measure) {
  const samples = input.samples.map((sample): Sample => {
    const { latencyMs = 100, ...usage } = measure(Number(sample.caseId.slice(1)), sample.side);
    return { ...sample, latencyMs, usage: { ...sample.usage, ...usage } };
  });
  return report({ ...input, samples });
}
function decide(n: number, criterion: object, measure: Measure, letters?: Pairs): Decision {
  return reportOf(n, [criterion], measure, letters).decisions[0]!;
}
/** The decision where each case came out in a way of its own. */
function decideEach(letters: readonly string[], criterion: object, measure: Measure): Decision {
  const input = reportInput(casesOf(letters.length), letters as Pairs[], [criterion]);
  return reportOn(input, measure).decisions[0]!;
}
/** Latencies of 500 to 1,095 ms in an order of their own on each side; the candidate's times a factor. */
const slower =
  (factor: number): Measure =>
  (index, side) => ({
    latencyMs:
      side === "baseline" ? 500 + ((index * 37) % 120) * 5 : factor * (500 + ((index * 53) % 120) * 5),
  });
/** Costs of 100 to 200 µ$ by case; the candidate's times a factor that differs by case. */
const dearer =
  (factor: number): Measure =>
  (index, side) => ({
    costUsd:
      (100 + ((index * 7) % 11) * 10) * 1e-6 * (side === "baseline" ? 1 : factor + ((index % 3) - 1) * 0.05),
  });

describe("the largest ratio of a percentile", () => {
  it("is broken by a proven rise, with the evidence in one sentence", () => {
    // Bounds 1.2714 and 1.3498 by SciPy, see the statistics' own test.
    const found = decide(120, p95, slower(1.31));
    expect(found).toMatchObject({
      criterion: "latency_ms.p95 rises by at most 25.0 %",
      decision: "fail",
      rule: { kind: "ratio", maximumRatio: 1.25 },
      n: 120,
      clusters: 120,
      margin: null,
      threshold: null,
      harmP: null,
    });
    expect(found.estimate).toBeCloseTo(1.31, 10);
    expect(found.reason).toBe(
      "latency_ms.p95 over all cases rose by 31.0 % (1,065 ms → 1,395 ms; 90 % interval +27.1 % to +35.0 %): more than the accepted 25.0 %",
    );
  });

  it("is kept when the upper bound keeps it, though a smaller rise is proven", () => {
    const same = decide(120, p95, slower(1));
    expect(same).toMatchObject({ decision: "pass", degradedWithinMargin: false });
    expect(same.reason).toContain("stayed the same");
    const risen = decide(120, p95, slower(1.15));
    expect(risen).toMatchObject({ decision: "pass", degradedWithinMargin: true });
    expect(risen.reason).toContain("a rise of more than 25.0 % is ruled out");
  });

  it("is open with too few trials, and says how many are needed", () => {
    const found = decide(58, p95, slower(1));
    expect(found).toMatchObject({ decision: "inconclusive", interval: null, n: 58, casesNeeded: 59 });
    expect(found.reason).toBe(
      "latency_ms.p95 over all cases: 58 trials on a side cannot bound the percentile; at least 59 on each side are needed",
    );
    expect(decide(59, p95, () => ({})).decision).toBe("pass");
    expect(decide(298, { ...p95, metric: "latency_ms.p99" }, () => ({})).reason).toContain("at least 299");
    expect(decide(299, { ...p95, metric: "latency_ms.p99" }, () => ({})).decision).toBe("pass");
  });

  it("is open when neither is proven, and where the latency is 0 ms", () => {
    const unclear = decide(120, { ...p95, metric: "latency_ms.p50", maximumRatio: 1.05 }, slower(1.04));
    expect(unclear.decision).toBe("inconclusive");
    expect(unclear.reason).toContain("neither a rise nor that it stays within the accepted 5.0 % is proven");
    const zero = decide(120, p95, () => ({ latencyMs: 0 }));
    expect(zero).toMatchObject({ decision: "inconclusive", estimate: null, casesNeeded: null });
    expect(zero.reason).toContain("0 ms");
  });

  it("proves a rise only after correction over the ratios of the same severity", () => {
    // Lower bounds by SciPy at a factor of 1.31, here times 1.0885 / 1.31: alone at 90 % 1.2040 → 1.0004, as one of two at 95 % 1.1827 → 0.9828.
    const rise = slower(1.0885);
    const median = { metric: "latency_ms.p50", maximumRatio: 1.02 };
    const alone = decide(120, median, rise);
    expect(alone.decision).toBe("fail");
    const of = (severity: string) =>
      reportOf(120, [median, { ...p95, severity }], rise).decisions.find(
        ({ metric }) => metric === median.metric,
      );
    expect(of("advisory")?.decision).toBe("fail");
    expect(of("blocking")?.decision).toBe("inconclusive");
    expect(of("blocking")?.interval).toEqual(alone.interval);
  });

  it("counts trials without an answer, and compares the cases that both sides answered", () => {
    const found = decide(120, p95, slower(1), "p- pp");
    expect(found).toMatchObject({ n: 120, estimate: 1 });
    expect(found.reason).toMatch(/; without a value: 120 of 240 trials of the candidate$/);
  });

  // Invariant 2 of ARCHITECTURE.md: a pass must hold even if every missing value were bad. A candidate that times out on every eighth case, all of
  // them slow, has a 95th percentile that is the time limit or worse.
  it("does not pass a candidate that leaves its slow cases unanswered", () => {
    const everyEighth = Array.from({ length: 200 }, (_, index) => (index % 8 === 0 ? "p-" : "pp"));
    const slow: Measure = (index) => ({ latencyMs: index % 8 === 0 ? 2000 : 100 + index });
    const found = decideEach(everyEighth, p95, slow);
    expect(found).toMatchObject({ decision: "inconclusive", n: 175 });
    expect(found.reason).toContain("the candidate left 25 trials unanswered");
    expect(decideEach(everyEighth, { ...p95, metric: "latency_ms.p50" }, slow).decision).toBe("pass");
  });

  it("bears as many unanswered trials as cannot move it beyond the bound, and any number of the baseline's", () => {
    const few = Array.from({ length: 400 }, (_, index) => (index % 200 === 0 ? "p-" : "pp"));
    expect(decideEach(few, p95, slower(1)).decision).toBe("pass");
    const ofBaseline = Array.from({ length: 400 }, (_, index) => (index % 4 === 0 ? "-p" : "pp"));
    expect(decideEach(ofBaseline, p95, slower(1)).decision).toBe("pass");
  });

  it("is inconclusive and never a pass when nothing was answered", () => {
    const found = reportOf(120, [p95], slower(1), "p-");
    expect(found.verdict).toBe("inconclusive");
    expect(found.decisions[0]).toMatchObject({ n: 0, estimate: null, interval: null });
    expect(found.decisions[0]!.reason).toContain("not one of 120 cases has a value on both sides");
  });
});

describe("the largest ratio of a mean", () => {
  it("fails, passes and is open by its interval", () => {
    expect(decide(60, cost, dearer(1.4))).toMatchObject({ decision: "fail", n: 60 });
    expect(decide(60, cost, dearer(1.1))).toMatchObject({ decision: "pass", degradedWithinMargin: true });
    expect(decide(60, cost, dearer(1))).toMatchObject({ decision: "pass", degradedWithinMargin: false });
    expect(decide(60, cost, dearer(1.4)).reason).toMatch(
      /rose by 4\d\.\d % \(0\.000\d+ USD → 0\.000\d+ USD; .*: more than the accepted 25\.0 %$/,
    );
  });

  it("is judged in its cohort alone", () => {
    const measure: Measure = (index, side) => ({
      inputTokens: side === "candidate" && index % 2 === 0 ? 200 : 100,
    });
    const criterion = { metric: "input_tokens", maximumRatio: 1.25, cohorts: ["tier=*"] };
    const { decisions, verdict } = reportOf(60, [criterion], measure);
    expect(decisions.map(({ cohort, decision, estimate }) => [cohort, decision, estimate])).toEqual([
      ["tier=free", "fail", 2],
      ["tier=pro", "pass", 1],
    ]);
    expect(verdict).toBe("fail");
  });

  it("does not pass on a handful of cases that agree by chance", () => {
    // z²(1−m)/m at m = 0.25: 8.1 cases.
    const same: Measure = () => ({ costUsd: 0.01 });
    expect(decide(9, cost, same).decision).toBe("pass");
    const few = decide(8, cost, same);
    expect(few).toMatchObject({ decision: "inconclusive", casesNeeded: 9 });
    expect(few.reason).toContain("at least 9 are needed");
    const one = decide(1, cost, same);
    expect(one).toMatchObject({ decision: "inconclusive", interval: null });
    expect(one.reason).toContain("1 independent case cannot bound the ratio");
  });

  it("does not pass while an answered trial of the candidate lacks a value", () => {
    const missing = (value: null | 0, side: Sample["side"]): Measure => {
      return (index, of) => ({ costUsd: of === side && index === 3 ? value : 0.01 });
    };
    for (const value of [null, 0] as const) {
      const found = decide(60, cost, missing(value, "candidate"));
      expect(found).toMatchObject({ decision: "inconclusive", n: 59 });
      expect(found.reason).toContain("1 of 60 answered trials of the candidate report no value");
    }
    // A baseline that reports none leaves a case out; one that reports 0 may hide that the case became dear.
    expect(decide(60, cost, missing(null, "baseline"))).toMatchObject({ decision: "pass", n: 59 });
    expect(decide(60, cost, missing(0, "baseline")).decision).toBe("inconclusive");
  });

  it("counts what the candidate left unanswered as the dearest that was seen", () => {
    const everyEighth = Array.from({ length: 200 }, (_, index) => (index % 8 === 0 ? "p-" : "pp"));
    const dear: Measure = (index) => ({ costUsd: index % 8 === 0 ? 0.05 : 0.01 });
    // 1/8 at 0.05 on both sides: nothing is dearer than what was seen.
    expect(decideEach(everyEighth, cost, dear).decision).toBe("pass");
    // One case at 0.5 was seen: an eighth like it would make the mean five times as large.
    const dearest: Measure = (index) => ({ costUsd: index === 1 ? 0.5 : 0.01 });
    const found = decideEach(everyEighth, cost, dearest);
    expect(found.decision).toBe("inconclusive");
    expect(found.reason).toContain("the candidate left 25 trials unanswered");
  });

  it("is inconclusive and never a pass when no trial reports one", () => {
    for (const costUsd of [null, 0]) {
      const found = decide(60, cost, () => ({ costUsd }));
      expect(found).toMatchObject({ decision: "inconclusive", n: 0, baseline: null, candidate: null });
      expect(found.reason).toContain("not one of 60 cases has a value on both sides");
    }
  });
});

describe("a ratio that so few cases can never prove", () => {
  const warningFor = (n: number, criterion: object, repetitions = 1) => {
    const dataset = datasetOf(casesOf(n));
    const check = resolveGate(gateOf([criterion]), dataset, ["task"]).checks[0]!;
    return unreachableRatio(check, dataset.cases, { repetitions, alpha: 0.05 });
  };

  it("is known before the run", () => {
    expect(warningFor(58, p95)).toBe(
      "latency_ms.p95 in all can never pass: it needs at least 59 answered trials on each side, and the cohort has 58",
    );
    expect(warningFor(8, cost)).toContain("it needs at least 9 independent cases, and the cohort has 8");
    expect(warningFor(59, p95)).toBeNull();
    expect(warningFor(30, p95, 2)).toBeNull();
    expect(warningFor(9, cost)).toBeNull();
    expect(warningFor(1, { metric: "task", margin: 0.1 })).toBeNull();
  });
});
