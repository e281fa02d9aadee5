import { describe, expect, it } from "vitest";
import { fromScorer, type ScorerResult } from "../../../src/evaluators/index.ts";
import { evaluatorContract } from "../../../src/testing.ts";
import { caseWith, inputWith } from "./input.ts";

const input = inputWith(caseWith({ answer: ["14 days", "two weeks"] }), {
  text: "14 days",
  context: [{ text: "Refunds take 14 days." }],
  toolCalls: [{ name: "lookup", arguments: { plan: "pro" } }],
});
const options = { name: "similarity", version: "1" };

// The shape that autoevals documents: one object with `output`, `expected` and what else it needs, to `{ name, score, metadata }`.
const autoevals = (args: { output: string; expected?: string; input: unknown }) => ({
  name: "Exact",
  score: args.output === args.expected ? 1 : 0,
  metadata: { rationale: `${args.output} against ${args.expected}` },
});

// The shape that vitest-evals documents: an async function of `{ input, output, toolCalls }`, to `{ score, metadata: { rationale } }`.
const vitestEvals = async (args: { input: string; output: string; toolCalls?: { name: string }[] }) => ({
  score: args.toolCalls?.some(({ name }) => name === "lookup") ? 1 : 0,
  metadata: { rationale: "looked it up" },
});

describe("an evaluator of another package's scorer", () => {
  it("takes a scorer of autoevals as it is", async () => {
    const evaluator = fromScorer(autoevals, options);
    expect(await evaluator.evaluate(input)).toEqual({
      status: "scored",
      value: 1,
      pass: true,
      reason: "14 days against 14 days",
      evidence: [],
    });
    for (const { run } of evaluatorContract(evaluator, input)) await run();
  });

  it("takes a judge of vitest-evals as it is", async () => {
    expect(await fromScorer(vitestEvals, options).evaluate(input)).toMatchObject({
      value: 1,
      reason: "looked it up",
    });
  });

  it.each<[string, ScorerResult, object]>([
    ["a number", 0.4, { status: "scored", value: 0.4, pass: false }],
    ["true", true, { status: "scored", value: 1, pass: true }],
    ["null", null, { status: "unscored" }],
    ["a score of null", { name: "x", score: null }, { status: "unscored" }],
  ])("takes %s", async (_, result, evaluation) => {
    expect(await fromScorer(() => result, { ...options, passAt: 0.5 }).evaluate(input)).toMatchObject(
      evaluation,
    );
  });

  it.each([
    ["above 1", 7],
    ["not a number", Number.NaN],
    ["a text", "1" as never],
    ["left out", {} as never],
    ["an error beside it", { score: 0, error: new Error("no key") }],
  ])("makes no number of a score that is %s", async (_, result) => {
    await expect(async () =>
      fromScorer(() => result as ScorerResult, options).evaluate(input),
    ).rejects.toThrow();
  });

  it("makes other arguments where the scorer wants them", async () => {
    const evaluator = fromScorer((answer: string) => answer.length / 10, {
      ...options,
      argumentsOf: ({ sample }) => sample.output.text,
    });
    expect(await evaluator.evaluate(input)).toMatchObject({ value: 0.7 });
  });

  it("says that a scorer which asks a model is an unmeasured judge", () => {
    expect(fromScorer(autoevals, { ...options, judge: "unmeasured" }).judge).toBe("unmeasured");
    expect(fromScorer(autoevals, options)).not.toHaveProperty("judge");
    expect(() => fromScorer(autoevals, { ...options, passat: 1 } as never)).toThrow(/did you mean "?passAt/);
  });
});
