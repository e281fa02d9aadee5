import { describe, expect, it } from "vitest";
import { EvalsError, TargetError } from "../../../src/core/errors.ts";
import { failureSchema } from "../../../src/core/failure.ts";
import { exitCodeOf, verdictSchema, verdictsWorstFirst } from "../../../src/core/gate.ts";
import { evaluationSchema, scored, unscored } from "../../../src/core/score.ts";

describe("a mistake of the user", () => {
  it("carries a stable code, one line of message, one line of hint and what caused it", () => {
    const cause = new Error("ENOENT");
    const error = new EvalsError("DATASET_NOT_FOUND", "no such folder", "check the path", { cause });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: "EvalsError",
      code: "DATASET_NOT_FOUND",
      message: "no such folder",
      hint: "check the path",
      cause,
    });
  });

  it("has no cause where none is given", () => {
    expect(Object.hasOwn(new EvalsError("USAGE", "m", "h"), "cause")).toBe(false);
  });

  it("carries facts for machines", () => {
    expect(new EvalsError("NOT_COMPARABLE", "m", "h", { details: [1] }).details).toEqual([1]);
  });
});

describe("an error that a target throws", () => {
  it("says the failure as it will be stored, and how long to wait", () => {
    const failure = { kind: "rate_limit", message: "slow down", retryable: true, statusCode: 429 } as const;
    const error = new TargetError(failure, { retryAfterMs: 1500 });
    expect(error).toMatchObject({ name: "TargetError", message: "slow down", failure, retryAfterMs: 1500 });
    expect(new TargetError(failure).retryAfterMs).toBeUndefined();
  });

  it("has one of the seven documented kinds", () => {
    const documented = ["timeout", "rate_limit", "provider", "target", "evaluator", "budget", "aborted"];
    for (const kind of documented) {
      expect(failureSchema.safeParse({ kind, message: "", retryable: true }).success).toBe(true);
    }
    expect(failureSchema.safeParse({ kind: "weather", message: "", retryable: false }).success).toBe(false);
  });
});

describe("the verdicts", () => {
  it("are ordered fail, error, inconclusive, pass, and each has its documented exit code", () => {
    expect(verdictsWorstFirst).toEqual(["fail", "error", "inconclusive", "pass"]);
    expect([...verdictSchema.options].sort()).toEqual([...verdictsWorstFirst].sort());
    expect(exitCodeOf).toEqual({ pass: 0, fail: 1, inconclusive: 3, error: 4 });
  });
});

describe("an evaluation", () => {
  it("takes values from 0 to 1 alone", () => {
    expect(evaluationSchema.parse(scored(1, true, "r"))).toEqual({
      status: "scored",
      value: 1,
      pass: true,
      reason: "r",
      evidence: [],
    });
    for (const value of [-0.01, 1.01, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(evaluationSchema.safeParse(scored(value, true, "r")).success).toBe(false);
    }
    expect(evaluationSchema.safeParse(unscored("nothing expected")).success).toBe(true);
  });
});
