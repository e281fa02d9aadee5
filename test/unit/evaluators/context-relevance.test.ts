import { describe, expect, it } from "vitest";
import {
  type ContextRelevanceInput,
  contextRelevance,
  contextRelevanceEvaluator,
} from "../../../src/evaluators/index.ts";
import { queryCoverage } from "../../../src/evaluators/query-coverage.ts";
import { belongsTo, rankingQuality } from "../../../src/evaluators/ranking.ts";
import { caseWith, inputWith } from "./input.ts";

const passage = (id: string | undefined, text = "text") => (id === undefined ? { text } : { id, text });

function judged(input: Partial<ContextRelevanceInput>, options = {}) {
  const evaluation = contextRelevance(
    { question: "How long do refunds take?", context: [], ...input },
    options,
  );
  if (evaluation.status !== "scored") throw new Error(evaluation.reason);
  return evaluation;
}

describe("ranking quality", () => {
  it("is recall, precision and nDCG by their definitions", () => {
    const quality = rankingQuality(["x", "a", "y", "b"], ["a", "b", "c"]);
    expect(quality.recall).toBeCloseTo(2 / 3, 12);
    expect(quality.precision).toBe(0.5);
    // DCG = 1/log2(3) + 1/log2(5); ideal = 1/log2(2) + 1/log2(3) + 1/log2(4).
    const dcg = 1 / Math.log2(3) + 1 / Math.log2(5);
    expect(quality.ndcg).toBeCloseTo(dcg / (1 + 1 / Math.log2(3) + 1 / 2), 12);
    expect(quality.missing).toEqual(["c"]);
  });

  it("looks at the first k passages", () => {
    const quality = rankingQuality(["x", "a", "b"], ["a", "b"], 2);
    expect(quality).toMatchObject({ recall: 0.5, precision: 0.5 });
    expect(quality.ndcg).toBeCloseTo(1 / Math.log2(3) / (1 + 1 / Math.log2(3)), 12);
  });

  it("counts a document once for recall and gain, each of its chunks for precision", () => {
    const quality = rankingQuality(["a#1", "a#2", "x"], ["a", "a"]);
    expect(quality).toMatchObject({ recall: 1, ndcg: 1, hits: ["a", "a", null] });
    expect(quality.precision).toBeCloseTo(2 / 3, 12);
  });

  it("knows documents by the part before #", () => {
    expect(belongsTo("kb-01#2", "kb-01")).toBe(true);
    expect(belongsTo("kb-01", "kb-01")).toBe(true);
    expect(belongsTo("kb-010", "kb-01")).toBe(false);
    expect(belongsTo("kb-01#2", "kb-01#2")).toBe(true);
    expect(belongsTo("kb-01#2", "kb-01#1")).toBe(false);
    expect(belongsTo("kb-01", "kb-01#2")).toBe(false);
  });
});

describe("with wanted ids", () => {
  it("is the recall, passing when every document is found", () => {
    const context = [passage("kb-02"), passage("kb-01#3")];
    expect(judged({ context, relevantIds: ["kb-01"] })).toMatchObject({ value: 1, pass: true });
    const partly = judged({ context, relevantIds: ["kb-01", "kb-09"] });
    expect(partly).toMatchObject({ value: 0.5, pass: false });
    expect(partly.reason).toContain("kb-09");
    expect(judged({ context, relevantIds: ["kb-01", "kb-09"] }, { recallPassAt: 0.5 }).pass).toBe(true);
    expect(judged({ context, relevantIds: ["kb-01"] }, { k: 1 })).toMatchObject({ value: 0, pass: false });
  });

  it("has evidence for each passage and for what is missing", () => {
    const { evidence } = judged({
      context: [passage("kb-02"), passage("kb-01#3")],
      relevantIds: ["kb-01", "kb-09"],
    });
    expect(evidence.map(({ subject, supports }) => [subject, supports])).toEqual([
      ["kb-09", false],
      ["kb-02", false],
      ["kb-01#3", true],
    ]);
  });

  it("is 0 for an empty list and unscored for a context that is not reported or has no ids", () => {
    expect(judged({ context: [], relevantIds: ["a"] })).toMatchObject({ value: 0, pass: false });
    const question = "q";
    expect(contextRelevance({ question, context: null, relevantIds: ["a"] }).status).toBe("unscored");
    expect(contextRelevance({ question, context: ["text"], relevantIds: ["a"] }).status).toBe("unscored");
    expect(judged({ context: [passage(undefined), passage("a")], relevantIds: ["a"] }).value).toBe(1);
  });
});

describe("without wanted ids", () => {
  it("is the weighted share of the question's words by definition", () => {
    // Weights 1 + ln((N+1)/(df+1)) with N = 2: refund in one passage, weekend in none.
    const coverage = queryCoverage("refunds at the weekend", ["Refunds take long.", "Nothing."]);
    const refund = 1 + Math.log(3 / 2);
    const weekend = 1 + Math.log(3);
    expect(coverage?.together).toBeCloseTo(refund / (refund + weekend), 12);
    expect(coverage?.each[0]).toBeCloseTo(refund / (refund + weekend), 12);
    expect(coverage?.each[1]).toBe(0);
    expect(coverage?.missing).toEqual(["weekend"]);
  });

  it("knows how closely and how often a passage has them", () => {
    const relevanceOf = (...passages: string[]) =>
      queryCoverage("refunds at the weekend", passages)!.relevance;
    const filler = (words: number) => "word ".repeat(words);
    // By the definition: closely (within 30 words) 1, often (once in 100 words) 1.
    expect(relevanceOf("A refund at the weekend.")).toEqual([1]);
    // Both words, never within 30 words of each other: of two equal weights one is close, both are there.
    expect(relevanceOf(`refund ${filler(40)} weekend`)[0]).toBeCloseTo((1 / 2 + 1) / 2, 12);
    // Together, but once in 200 words: half of what is expected of a passage about them.
    expect(relevanceOf(`refund weekend ${filler(198)}`)[0]).toBeCloseTo((1 + 1 / 2) / 2, 12);
  });

  it("is labelled lexical, ranks and passes by the threshold", () => {
    const context = ["Penguins swim.", "A refund takes long: 5 days."];
    const good = judged({ context });
    expect(good.pass).toBe(true);
    expect(good.reason).toContain("lexical");
    expect(good.evidence.map(({ supports }) => supports)).toEqual([false, true]);
    expect(judged({ context: ["Penguins swim."] })).toMatchObject({ value: 0, pass: false });
    expect(
      judged({ question: "Wie lange dauern Erstattungen?", context: "Die Erstattung dauert lange." }).pass,
    ).toBe(true);
  });

  it("is unscored without passages or without words in the question", () => {
    expect(contextRelevance({ question: "refund", context: [] }).status).toBe("unscored");
    expect(contextRelevance({ question: "how is it?", context: ["text"] }).status).toBe("unscored");
  });
});

describe("the evaluator", () => {
  it("takes the last user message and the sample's passages", () => {
    const messages = [
      { role: "user" as const, content: "Tell me about penguins" },
      { role: "assistant" as const, content: "They swim." },
      { role: "user" as const, content: "And the refund?" },
      { role: "assistant" as const, content: "…" },
    ];
    const item = caseWith(undefined, { input: { messages } });
    const evaluator = contextRelevanceEvaluator();
    expect(evaluator.evaluate(inputWith(item, { context: [passage("a", "A refund.")] }))).toMatchObject({
      value: 1,
    });
    expect(evaluator.evaluate(inputWith(item, {}))).toMatchObject({ status: "unscored" });
    const asked = caseWith(undefined, { input: { variables: { question: "refund" } } });
    expect(evaluator.evaluate(inputWith(asked, { context: [passage("a", "A refund.")] }))).toMatchObject({
      value: 1,
    });
    const wanted = caseWith({ contextIds: ["b"] });
    expect(evaluator.evaluate(inputWith(wanted, { context: [passage("a")] }))).toMatchObject({
      value: 0,
      pass: false,
    });
  });

  it("names its options in its version and refuses bad ones", () => {
    const options = [{}, { k: 3 }, { recallPassAt: 0.5 }, { coveragePassAt: 0.4 }];
    expect(new Set(options.map((option) => contextRelevanceEvaluator(option).version)).size).toBe(4);
    for (const bad of [{ k: 0 }, { k: 1.5 }, { recallPassAt: 2 }, { coveragePassAt: -1 }]) {
      expect(() => contextRelevanceEvaluator(bad)).toThrow(RangeError);
    }
  });
});
