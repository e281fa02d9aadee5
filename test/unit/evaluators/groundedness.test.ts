import { describe, expect, it } from "vitest";
import {
  type GroundednessInput,
  groundedness,
  groundednessEvaluator,
} from "../../../src/evaluators/index.ts";
import { caseWith, inputWith } from "./input.ts";
import { sharedData } from "./shared-data.ts";

const english = {
  id: "kb-01",
  text: "On the Pro plan we refund any delivered order within 30 days of delivery. Refunds are paid by Acme Bank on 3 March 2024. The fee is $1,250.50.",
};
const german = {
  id: "kb-31",
  text: "Im Tarif Pro erstatten wir jede zugestellte Bestellung innerhalb von 30 Tagen nach der Lieferung. Die Gebühr beträgt 1.250,50 Euro.",
};

function judged(response: string, more: Partial<GroundednessInput> = {}) {
  const evaluation = groundedness({ response, context: [english], ...more });
  if (evaluation.status !== "scored") throw new Error(evaluation.reason);
  return evaluation;
}

describe("a sentence", () => {
  it("taken from the context is supported, with its passage", () => {
    const evaluation = judged("On the Pro plan we refund any delivered order within 30 days of delivery.");
    expect(evaluation).toMatchObject({ value: expect.toSatisfy((value) => value > 0.95), pass: true });
    expect(evaluation.reason).toContain("extractiveness 1.00");
    expect(evaluation.evidence[0]?.finding).toContain("kb-01");
    expect(evaluation.evidence[0]?.supports).toBe(true);
  });

  it("that shares no word is not supported", () => {
    const evaluation = judged("Penguins swim quickly.");
    expect(evaluation).toMatchObject({ value: expect.toSatisfy((value) => value < 0.5), pass: false });
    expect(evaluation.reason).toContain("no passage shares a word with it");
    expect(evaluation.reason).toContain("extractiveness 0.00");
  });

  const half: [string, string, string][] = [
    ["a number", "On the Pro plan we refund any delivered order within 45 days of delivery.", "45"],
    ["a date", "Refunds are paid by Acme Bank on 4 March 2024.", "4 March 2024"],
    ["a name", "Refunds are paid by Globex Bank on 3 March 2024.", "Globex"],
    ["an amount", "The fee is $1,260.50.", "1,260.50"],
    ["an identifier", "On the Pro plan we refund order X77 within 30 days of delivery.", "X77"],
  ];
  it.each(half)("with %s that the context does not have says so", (_what, sentence, missing) => {
    const evaluation = judged(sentence);
    expect(evaluation.value).toBeLessThanOrEqual(0.5);
    expect(evaluation.reason).toContain(missing);
    expect(evaluation.evidence[0]?.supports).toBe(false);
  });

  const same: [string, string][] = [
    ["an ISO date", "Refunds are paid by Acme Bank on 2024-03-03."],
    ["an American date", "Refunds are paid by Acme Bank on March 3, 2024."],
    ["no thousands mark", "The fee is $1250.50."],
    ["another thousands mark", "The fee is 1.250,50."],
  ];
  it.each(same)("with %s finds the same figure", (_what, sentence) => {
    expect(judged(sentence).reason).not.toContain("not in the context");
  });

  it("that negates what the context affirms loses half", () => {
    const evaluation = judged("Refunds are not paid by Acme Bank on 3 March 2024.");
    expect(evaluation).toMatchObject({ value: expect.toSatisfy((value) => value <= 0.5), pass: false });
    expect(evaluation.reason).toContain("negation");
    expect(evaluation.evidence[0]?.supports).toBe(false);
  });

  it("in German is judged by the same rules, its nouns being no names", () => {
    const context = [german];
    expect(judged("Im Tarif Pro erstatten wir innerhalb von 30 Tagen.", { context }).pass).toBe(true);
    const wrong = judged("Die Gebühr beträgt 1.350,50 Euro.", { context });
    expect(wrong.reason).toContain("1.350,50");
    expect(wrong.reason).not.toContain("Gebühr,");
  });
});

describe("an answer", () => {
  it("with one invented sentence is worth less than the mean of its sentences", () => {
    const good = "On the Pro plan we refund any delivered order within 30 days of delivery.";
    const mixed = judged(`${good} Penguins swim quickly on Sunday mornings.`);
    const mean = (judged(good).value + judged("Penguins swim quickly on Sunday mornings.").value) / 2;
    expect(mixed.value).toBeLessThan(mean);
    expect(mixed.pass).toBe(false);
    expect(mixed.evidence.map(({ supports }) => supports)).toEqual([true, false]);
  });

  it("may repeat figures and names of the question", () => {
    const response = "On the Pro plan we refund order 20353 within 30 days of delivery.";
    expect(judged(response).reason).toContain("20353");
    expect(judged(response, { question: "Is order 20353 refunded?" }).reason).not.toContain(
      "not in the context",
    );
  });

  it.each([
    ["an empty answer", { response: " " }],
    ["no context", { response: "x", context: [] }],
    ["blank context", { response: "x", context: " " }],
    ["a refusal", { response: "I cannot say.", refused: true }],
    ["no content", { response: "Yes, it is." }],
  ])("stays unscored for %s", (_why, input) => {
    expect(groundedness({ context: [english], ...input }).status).toBe("unscored");
  });

  it("of JSON stays unscored when asked", () => {
    const input = { response: '{"handoff": "billing"}', context: [english] };
    expect(groundedness(input, { skipJson: true }).status).toBe("unscored");
    expect(groundedness(input).status).toBe("scored");
    expect(groundedness({ ...input, response: "[1]" }, { skipJson: true }).status).toBe("scored");
  });

  it("passes by the threshold", () => {
    const input = { response: "On the Pro plan we refund penguins.", context: [english] };
    expect(groundedness(input, { passAt: 0 })).toMatchObject({ pass: true });
    expect(groundedness(input, { passAt: 1 })).toMatchObject({ pass: false });
    expect(() => groundedness(input, { passAt: 1.5 })).toThrow(RangeError);
    expect(() => groundednessEvaluator({ passAt: Number.NaN })).toThrow(RangeError);
  });

  it("may be hostile and is judged within the time of a test", () => {
    for (const piece of ["!", "a", "1,", "A.", "May ", "'", "0", "“A", "\n"]) {
      const context = `The sum is 5. ${piece.repeat(100_000)}`;
      expect(groundedness({ response: piece.repeat(100_000), context }).status).not.toBe("error");
    }
  });
});

describe("the evaluator", () => {
  const evaluator = groundednessEvaluator();
  const text = "On the Pro plan we refund any delivered order within 30 days of delivery.";

  it("takes the context from the sample and from the case", () => {
    const bare = caseWith(undefined);
    expect(evaluator.evaluate(inputWith(bare, { text }))).toMatchObject({ status: "unscored" });
    expect(evaluator.evaluate(inputWith(bare, { text, context: [english] }))).toMatchObject({ pass: true });
    expect(
      evaluator.evaluate(inputWith(caseWith(undefined, { context: [english] }), { text })),
    ).toMatchObject({ pass: true });
    expect(evaluator.evaluate(inputWith(bare, { text, context: [english], refused: true }))).toMatchObject({
      status: "unscored",
    });
  });

  it("lets numbers of tool results be repeated", () => {
    const output = { text: "We refund the delivered order with 99 points.", context: [english] };
    const toolCalls = [{ name: "points", arguments: {}, result: { points: 99 } }];
    const item = caseWith(undefined);
    expect(evaluator.evaluate(inputWith(item, output))).toMatchObject({
      reason: expect.stringContaining("99"),
    });
    expect(evaluator.evaluate(inputWith(item, { ...output, toolCalls }))).toMatchObject({
      reason: expect.not.stringContaining("not in the context"),
    });
  });

  it("is labelled lexical and names its options in its version", () => {
    expect(evaluator.version).toMatch(/^lexical-2 weights:\w{8} task-by-shape pass>=calibrated$/);
    const other = groundednessEvaluator({ passAt: 0.6, skipJson: true, task: "summary" }).version;
    expect(other).toMatch(/^lexical-2 weights:\w{8} summary pass>=0.6 skip-json$/);
    expect(
      evaluator.evaluate(inputWith(caseWith(undefined, { context: [english] }), { text })),
    ).toMatchObject({
      reason: expect.stringContaining("lexical"),
    });
  });
});

describe("against the labels of RAGTruth", () => {
  const rows = sharedData("groundedness/ragtruth_qa.rows.jsonl");
  const responses = sharedData("groundedness/ragtruth_qa.responses.jsonl");

  it.skipIf(!rows.present)(
    `ranks grounded answers above invented ones, AUROC at least 0.8${rows.note}`,
    () => {
      const contexts = new Map(
        rows.rows<{ id: string; context: string }>().map(({ id, context }) => [id, context]),
      );
      const scores = responses
        .rows<{ row_id: string; output: string; hallucinated: 0 | 1 }>()
        .map(({ row_id, output, hallucinated }) => {
          const evaluation = groundedness({ response: output, context: contexts.get(row_id)! });
          return { value: evaluation.status === "scored" ? evaluation.value : 0.5, hallucinated };
        });
      const grounded = scores.filter(({ hallucinated }) => hallucinated === 0);
      const invented = scores.filter(({ hallucinated }) => hallucinated === 1);
      let wins = 0;
      for (const one of grounded) {
        for (const other of invented)
          wins += one.value > other.value ? 1 : one.value === other.value ? 0.5 : 0;
      }
      expect(wins / (grounded.length * invented.length)).toBeGreaterThanOrEqual(0.8);
    },
  );
});
