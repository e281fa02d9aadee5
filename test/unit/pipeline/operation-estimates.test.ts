import { describe, expect, it } from "vitest";
import {
  type OperationValues,
  operationEstimates,
  type Told,
} from "../../../src/pipeline/operation-estimates.ts";

const silent: Told = { values: [], clusters: [] };
const nothing: OperationValues = {
  inputTokens: silent,
  outputTokens: silent,
  costUsd: silent,
  failureRate: silent,
  fallbackRate: silent,
};
const apart = (values: readonly number[]): Told => ({ values, clusters: values.map((_, i) => `case-${i}`) });
const repeated = ({ values, clusters }: Told, times: number): Told => ({
  values: values.flatMap((value) => Array(times).fill(value)),
  clusters: clusters.flatMap((cluster) => Array(times).fill(cluster)),
});

describe("what one trial takes", () => {
  it("is a mean with Student's interval: 5.5 ± 1.833113 × 3.027650 / √10 (t table, 9 degrees of freedom)", () => {
    const tokens = apart([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    const { inputTokens, level } = operationEstimates({ ...nothing, inputTokens: tokens }, 0.05);
    expect(level).toBe(0.9);
    expect(inputTokens).toMatchObject({ value: 5.5, n: 10 });
    expect(inputTokens?.lower).toBeCloseTo(3.74493, 4);
    expect(inputTokens?.upper).toBeCloseTo(7.25507, 4);
  });

  it("is not surer for asking the same case twice", () => {
    const once = apart([0.1, 0.4, 0.2, 0.9]);
    const twice = repeated(once, 2);
    const of = (costUsd: OperationValues["costUsd"]) => operationEstimates({ ...nothing, costUsd }, 0.05);
    const [one, two] = [of(once).costUsd!, of(twice).costUsd!];
    expect(two.n).toBe(8);
    expect(two.value).toBeCloseTo(one.value, 12);
    expect(two.lower).toBeCloseTo(one.lower!, 12);
    expect(two.upper).toBeCloseTo(one.upper!, 12);
  });

  it("is never below 0, and has no interval where one case tells", () => {
    const { costUsd, outputTokens } = operationEstimates(
      { ...nothing, costUsd: apart([0, 0, 1]), outputTokens: apart([7]) },
      0.05,
    );
    expect(costUsd?.lower).toBe(0);
    expect(outputTokens).toEqual({ value: 7, n: 1, lower: null, upper: null });
  });
});

describe("how often it goes wrong", () => {
  it("is a rate with its exact interval: none of 600 is at most 1 − 0.05^(1/600) (Clopper & Pearson 1934)", () => {
    const { failureRate } = operationEstimates({ ...nothing, failureRate: apart(Array(600).fill(0)) }, 0.05);
    expect(failureRate).toMatchObject({ value: 0, n: 600, lower: 0 });
    expect(failureRate?.upper).toBeCloseTo(1 - 0.05 ** (1 / 600), 10);
  });

  it("rests on cases, not on repetitions that agree", () => {
    const failing = apart([1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    const of = (fallbackRate: OperationValues["fallbackRate"]) =>
      operationEstimates({ ...nothing, fallbackRate }, 0.05).fallbackRate!;
    const [one, three] = [of(failing), of(repeated(failing, 3))];
    expect(three).toMatchObject({ value: 0.1, n: 30 });
    expect(three.upper! - three.lower!).toBeGreaterThan(0.9 * (one.upper! - one.lower!));
  });

  it("is not known where nothing tells", () => {
    expect(operationEstimates(nothing, 0.05)).toEqual({
      level: 0.9,
      inputTokens: null,
      outputTokens: null,
      costUsd: null,
      failureRate: null,
      fallbackRate: null,
    });
  });
});
