import { describe, expect, it } from "vitest";
import type { Decision } from "../../../src/core/comparison.ts";
import { type Sample, type Served, servedUnknown } from "../../../src/core/sample.ts";
import { report } from "../../../src/pipeline/report.ts";
import { resolveGate } from "../../../src/pipeline/resolve-gate.ts";
import { casesOf, datasetOf, gateOf, pairsOf, reportInput } from "./support.ts";

/** Which way the answer of a trial came, by the number of its case. */
type Way = (index: number) => Partial<Served> | null;

const reports =
  (threshold: number): Way =>
  (index) => ({ fallback: index < threshold });

/** The decision on one criterion over 200 cases; `null` for a trial that failed. */
function decide(criterion: object, ways: Record<Sample["side"], Way>): Decision {
  const cases = casesOf(200);
  const input = reportInput(cases, pairsOf({ pp: 200 }), [criterion]);
  const place = new Map(cases.map(({ id }, index) => [id, index]));
  const samples = input.samples.map((sample): Sample => {
    const way = ways[sample.side](place.get(sample.caseId)!);
    if (way !== null) return { ...sample, served: { ...servedUnknown, ...way } };
    return { ...sample, output: null, failure: { kind: "timeout", message: "late", retryable: true } };
  });
  return report({ ...input, samples }).decisions[0]!;
}

describe("a bound on a share of trials", () => {
  const atMost = { metric: "fallback_rate", atMost: 0.05 };

  // 200 trials without one: Clopper and Pearson's upper bound is 1 − 0.05^(1/200) = 1.49 %; with 2: 3.12 %; with 20: 6.71 % to 14.2 %.
  it("passes below it, fails above it, and stays open between", () => {
    const verdicts = [0, 2, 6, 20].map((n) =>
      decide(atMost, { baseline: reports(0), candidate: reports(n) }),
    );
    expect(verdicts.map(({ decision }) => decision)).toEqual(["pass", "pass", "inconclusive", "fail"]);
    const [none, , , many] = verdicts;
    expect(none!.interval!.upper).toBeCloseTo(1 - 0.05 ** (1 / 200), 10);
    expect(none!.candidate).toBe(0);
    expect(many).toMatchObject({ candidate: 0.1, rule: { kind: "at_most", threshold: 0.05 } });
    expect(many!.reason).toMatch(/^fallback_rate over all cases is 10\.0 % \(.*: it must be at most 5\.0 %$/);
  });

  it("counts what failed as if it had been a fallback before it passes", () => {
    const candidate: Way = (index) => (index < 10 ? null : { fallback: false });
    const decision = decide(atMost, { baseline: reports(0), candidate });
    expect(decision).toMatchObject({ decision: "inconclusive", candidate: 0 });
    expect(decision.worstCaseInterval!.upper).toBeGreaterThan(0.05);
    expect(decision.reason).toContain("10 answers are missing");
  });

  it("takes silence for no rate of 0", () => {
    const decision = decide(atMost, { baseline: reports(0), candidate: () => ({}) });
    expect(decision).toMatchObject({ decision: "inconclusive", candidate: null, estimate: null });
    expect(decision.reason).toBe(
      "fallback_rate over all cases is not known: 200 of 200 answered trials of the candidate do not report it, and what a target does not report is no rate of 0",
    );
    const partly = decide(atMost, {
      baseline: reports(0),
      candidate: (i) => (i < 100 ? {} : { fallback: false }),
    });
    expect(partly.decision).toBe("inconclusive");
    expect(partly.reason).toContain("not reported by 100 of 200 answered trials of the candidate");
  });

  it("holds from below too", () => {
    const cache = { metric: "cache_hit_rate", atLeast: 0.3 };
    const hits =
      (n: number): Way =>
      (index) => ({ cacheHit: index < n });
    expect(decide(cache, { baseline: hits(0), candidate: hits(100) })).toMatchObject({
      decision: "pass",
      candidate: 0.5,
    });
    expect(decide(cache, { baseline: hits(0), candidate: hits(20) }).decision).toBe("fail");
  });

  it("knows what passed no guardrail from what passed one and from what says nothing", () => {
    const bypass = { metric: "guardrail_bypass_rate", atMost: 0.1 };
    const guarded: Way = (index) => ({ guardrails: index < 4 ? [] : ["policy"] });
    expect(decide(bypass, { baseline: guarded, candidate: guarded })).toMatchObject({
      decision: "pass",
      candidate: 0.02,
    });
    expect(decide(bypass, { baseline: guarded, candidate: () => ({}) }).decision).toBe("inconclusive");
  });
});

describe("a margin on a share of trials", () => {
  const margin = { metric: "fallback_rate", margin: 0.05 };

  it("bounds the rise of a rate of harm, and shows it as a rise", () => {
    const kept = decide(margin, { baseline: reports(4), candidate: reports(6) });
    expect(kept).toMatchObject({
      decision: "pass",
      rule: { kind: "rise", margin: 0.05 },
      baseline: 0.02,
      regressed: 2,
      improved: 0,
      criterion: "fallback_rate rises by at most 5.0 points",
    });
    expect(kept.estimate).toBeCloseTo(0.01, 12);
    const broken = decide(margin, { baseline: reports(4), candidate: reports(40) });
    expect(broken.decision).toBe("fail");
    expect(broken.estimate).toBeCloseTo(0.18, 12);
    expect(broken.interval!.lower).toBeGreaterThan(0.05);
    expect(broken.reason).toMatch(
      /^fallback_rate over all cases rose by 18\.0 points \(2\.0 % → 20\.0 %; .*: more than the margin of 5\.0 points$/,
    );
  });

  it("does not mind a fall", () => {
    const fewer = decide(margin, { baseline: reports(40), candidate: reports(4) });
    expect(fewer).toMatchObject({ decision: "pass", regressed: 0, improved: 36 });
    expect(fewer.reason).toContain("fell by 18.0 points");
  });

  it("bounds the loss of a rate that is good", () => {
    const first = { metric: "first_attempt_rate", margin: 0.05 };
    const failing: Way = (index) => (index < 30 ? null : {});
    const decision = decide(first, { baseline: () => ({}), candidate: failing });
    expect(decision).toMatchObject({
      decision: "fail",
      rule: { kind: "margin" },
      baseline: 1,
      candidate: 0.85,
    });
  });

  it("is open where a side does not report it", () => {
    const decision = decide(margin, { baseline: () => ({}), candidate: reports(0) });
    expect(decision.decision).toBe("inconclusive");
    expect(decision.reason).toContain("200 of 200 answered trials of the baseline do not report it");
  });
});

describe("the gate", () => {
  const dataset = datasetOf(casesOf(3));

  it("suggests the metric that a misspelt one is near to", () => {
    const resolve = () => resolveGate(gateOf([{ metric: "falback_rate", atMost: 0.1 }]), dataset, ["task"]);
    expect(resolve).toThrow(expect.objectContaining({ hint: 'did you mean "fallback_rate"?' }));
  });

  it("bounds no share of trials by a ratio", () => {
    const resolve = () =>
      resolveGate(gateOf([{ metric: "fallback_rate", maximumRatio: 2 }]), dataset, ["task"]);
    expect(resolve).toThrow("cannot be bounded by `maximumRatio`");
  });
});

describe("the operations", () => {
  it("show shares and times to the first token over the trials that report them", () => {
    const input = reportInput(casesOf(4), pairsOf({ pp: 4 }));
    const samples = input.samples.map((sample, index): Sample => {
      if (sample.side === "baseline") return sample;
      const served = {
        ...servedUnknown,
        fallback: index < 2,
        cacheHit: index < 4 ? null : false,
        guardrails: [],
      };
      return { ...sample, served, timeToFirstTokenMs: 40 };
    });
    const [baseline, candidate] = report({ ...input, samples }).operations;
    const unknown = {
      fallbackRate: null,
      cacheHitRate: null,
      guardrailBypassRate: null,
      timeToFirstTokenMs: null,
    };
    expect(baseline).toMatchObject(unknown);
    expect(candidate).toMatchObject({
      fallbackRate: 0.25,
      cacheHitRate: 0,
      guardrailBypassRate: 1,
      timeToFirstTokenMs: { p50: 40, p95: 40, p99: 40 },
    });
  });
});
