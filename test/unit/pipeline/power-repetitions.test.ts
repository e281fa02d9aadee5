import { describe, expect, it } from "vitest";
import { pair } from "../../../src/pipeline/pair.ts";
import { noiseOf } from "../../../src/pipeline/power-noise.ts";
import { repetitionsNeeded } from "../../../src/pipeline/power-repetitions.ts";
import { casesOf, type Pairs, pairsOf, recordsOf } from "./support.ts";

/** Outcomes of so many cases of each kind of letters; `perCluster` neighbours share a cluster. */
function outcomesOf(counts: Readonly<Record<Pairs, number>>, perCluster = 1) {
  const letters = pairsOf(counts);
  const cases = casesOf(letters.length, (index) =>
    perCluster === 1 ? {} : { cluster: `talk-${Math.floor(index / perCluster)}` },
  );
  const { scores } = recordsOf(new Map(cases.map(({ id }, index) => [id, letters[index]!])));
  return pair(cases, scores, "task", Math.max(...letters.map((each) => each.split(" ").length)));
}

// Two repetitions of 100 cases: in 10 the candidate failed once, in 10 the baseline. Each side: 10 variances of .5, mean .05. The 20
// differences of ±.5 have the variance 20·.25/99 = .050505, of which (.05 + .05)/2 is noise: ω² = .000505.
const flaky = { "pp pp": 80, "pp pf": 10, "pp fp": 10 };

describe("noise", () => {
  it("is the variance within the cases, and what it leaves of the differences between them", () => {
    const noise = noiseOf(outcomesOf(flaky))!;
    expect(noise).toMatchObject({ repetitions: 2, cases: 100 });
    expect(noise.baseline).toBeCloseTo(0.05, 12);
    expect(noise.candidate).toBeCloseTo(0.05, 12);
    expect(noise.between).toBeCloseTo(5 / 99 - 0.05, 12);
  });

  it("is none where the repetitions of a case agree, however much the sides differ", () => {
    const noise = noiseOf(outcomesOf({ "pp pp": 80, "pf pf": 10, "fp fp": 10 }))!;
    expect(noise).toMatchObject({ baseline: 0, candidate: 0 });
    expect(noise.between).toBeCloseTo(20 / 99, 12);
  });

  it("rests on the cases of which every repetition was judged", () => {
    expect(noiseOf(outcomesOf({ ...flaky, "p- pp": 7, "nn nn": 5 }))).toEqual(noiseOf(outcomesOf(flaky)));
  });

  it("is unknown without repetitions, or with only one repeated case", () => {
    expect(noiseOf(outcomesOf({ pp: 50, pf: 50 }))).toBeNull();
    expect(noiseOf(outcomesOf({ "pp pf": 1, "pp --": 9 }))).toBeNull();
    expect(noiseOf([])).toBeNull();
  });
});

describe("the repetitions that would settle a margin", () => {
  const alpha = 0.05;

  // (z_α + z_β)² = 6.18256; n(k) = 6.18256/δ²·(.000505 + .1/k) ≤ 100
  it("are those at which non-inferiority needs no more cases than there are", () => {
    // δ = .05: 1.249 + 247.3/k, so k ≥ 2.504
    expect(repetitionsNeeded(outcomesOf(flaky), { margin: 0.05, alpha })).toBe(3);
    // δ = .03: 3.469 + 686.95/k, so k ≥ 7.117
    expect(repetitionsNeeded(outcomesOf(flaky), { margin: 0.03, alpha })).toBe(8);
    // (1.644854 + 1.281552)² = 8.56385; δ = .03: 4.806 + 951.5/k, so k ≥ 9.996
    expect(repetitionsNeeded(outcomesOf(flaky), { margin: 0.03, alpha, power: 0.9 })).toBe(10);
  });

  it("count clusters, not cases", () => {
    // 50 clusters, δ = .06: .867 + 171.74/k ≤ 50, so k ≥ 3.495
    expect(repetitionsNeeded(outcomesOf(flaky, 2), { margin: 0.06, alpha })).toBe(4);
  });

  it("are those at which harm is proven, when the loss is beyond the margin", () => {
    // In 40 of 200 cases of four repetitions the candidate failed one time in two: Δ = −.1, variance within 40·(1/3)/200 = .0667;
    // Σ(d − Δ)² = 40·.16 + 160·.01 = 8, 8/199 = .0402, of which .0667/4 is noise: ω² = .02353. δ = .1 with 20 clusters of ten:
    // 14.55 + 41.22/k ≤ 20, so k ≥ 7.56.
    const letters = { "pp pf pp pf": 40, "pp pp pp pp": 160 };
    expect(repetitionsNeeded(outcomesOf(letters, 10), { margin: 0.05, alpha })).toBe(8);
  });

  it("are more than the run had", () => {
    // δ = .1: .312 + 61.8/k ≤ 100 holds for one already.
    expect(repetitionsNeeded(outcomesOf(flaky), { margin: 0.1, alpha })).toBe(3);
  });

  it("do not exist where the margin needs more independent cases, whatever their noise", () => {
    // 2 points need 133 cases; 5 points need 52, and there are 50 clusters.
    expect(repetitionsNeeded(outcomesOf(flaky), { margin: 0.02, alpha })).toBeNull();
    expect(repetitionsNeeded(outcomesOf(flaky, 2), { margin: 0.05, alpha })).toBeNull();
  });

  it("do not exist where the cases really differ: 6.18256/.0025·.20202 = 499.6 of 100 cases", () => {
    const real = outcomesOf({ "pp pp": 80, "pf pf": 10, "fp fp": 10 });
    expect(repetitionsNeeded(real, { margin: 0.05, alpha })).toBeNull();
  });

  it("are not known without repeated data", () => {
    expect(repetitionsNeeded(outcomesOf({ pp: 80, pf: 10, fp: 10 }), { margin: 0.05, alpha })).toBeNull();
    expect(repetitionsNeeded([], { margin: 0.05, alpha })).toBeNull();
  });
});
