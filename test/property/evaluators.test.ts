import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ExpectedToolCalls } from "../../src/core/dataset.ts";
import type { Json } from "../../src/core/json.ts";
import type { Evaluation } from "../../src/core/score.ts";
import {
  contextRelevance,
  groundedness,
  jsonValidation,
  taskCompletion,
  toolSelection,
} from "../../src/evaluators/index.ts";
import { jsonEqual, partialMatch } from "../../src/evaluators/json-equality.ts";
import { maximumMatching, orderedMatching } from "../../src/evaluators/matching.ts";
import { rankingQuality } from "../../src/evaluators/ranking.ts";

/** Value of an evaluation; fails the property when it is not between 0 and 1. */
function valueIn(evaluation: Evaluation): number {
  if (evaluation.status !== "scored") throw new Error(evaluation.reason);
  expect(evaluation.value).toBeGreaterThanOrEqual(0);
  expect(evaluation.value).toBeLessThanOrEqual(1);
  return evaluation.value;
}

const call = fc.record({
  name: fc.constantFrom("a", "b", "c"),
  arguments: fc.record({ x: fc.integer({ min: 0, max: 2 }) }),
});
const calls = fc.array(call, { maxLength: 5 });
const mode = fc.constantFrom<ExpectedToolCalls["mode"]>("exact", "any_order", "in_order", "contains");
const grid = fc
  .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }))
  .chain(([rows, columns]) =>
    fc.array(fc.array(fc.boolean(), { minLength: columns, maxLength: columns }), {
      minLength: rows,
      maxLength: rows,
    }),
  );

/** Size of the largest matching by trying everything. */
function largest(fits: boolean[][], ordered: boolean, row = 0, used: number[] = []): number {
  if (row === fits.length) return 0;
  let best = largest(fits, ordered, row + 1, used);
  fits[row]!.forEach((fit, column) => {
    if (!fit || used.includes(column) || (ordered && used.some((other) => other > column))) return;
    best = Math.max(best, 1 + largest(fits, ordered, row + 1, [...used, column]));
  });
  return best;
}

describe("matching", () => {
  it("is as large as the largest that exists, and is a matching", () => {
    fc.assert(
      fc.property(grid, fc.boolean(), (fits, ordered) => {
        const partners = ordered ? orderedMatching(fits) : maximumMatching(fits);
        const taken = partners.filter((partner) => partner >= 0);
        expect(taken.length).toBe(largest(fits, ordered));
        expect(new Set(taken).size).toBe(taken.length);
        partners.forEach((partner, left) => {
          if (partner >= 0) expect(fits[left]![partner]).toBe(true);
        });
        if (ordered) expect(taken).toEqual([...taken].sort((a, b) => a - b));
      }),
    );
  });
});

describe("tool selection", () => {
  it("never rises by an unexpected call", () => {
    const extra: { name: string; arguments: Json } = { name: "unexpected", arguments: {} };
    fc.assert(
      fc.property(calls, calls, mode, fc.nat(5), (made, expected, how, at) => {
        const wanted = { calls: expected, mode: how, maximumCalls: 9 };
        const more = [...made.slice(0, at), extra, ...made.slice(at)];
        const before = valueIn(toolSelection({ calls: made, expected: wanted }));
        const after = valueIn(toolSelection({ calls: more, expected: wanted }));
        expect(after).toBeLessThanOrEqual(before);
        const strict = how === "exact" || how === "any_order";
        if (strict) expect(toolSelection({ calls: more, expected: wanted })).toMatchObject({ pass: false });
      }),
    );
  });

  it("does not depend on the order of calls where order is free", () => {
    const shuffled = calls.chain((made) =>
      fc.tuple(
        fc.constant(made),
        fc.shuffledSubarray(made, { minLength: made.length, maxLength: made.length }),
      ),
    );
    fc.assert(
      fc.property(
        shuffled,
        calls,
        fc.constantFrom("any_order" as const, "contains" as const),
        (pair, expected, how) => {
          const wanted = { calls: expected, mode: how, maximumCalls: 9 };
          const [one, other] = pair.map((made) => toolSelection({ calls: made, expected: wanted }));
          expect(valueIn(one!)).toBe(valueIn(other!));
          expect(one).toMatchObject({ pass: other?.status === "scored" && other.pass });
        },
      ),
    );
  });

  it("passes exactly what was expected in every mode, and only with value 1", () => {
    fc.assert(
      fc.property(calls, calls, mode, (made, expected, how) => {
        const own = toolSelection({
          calls: expected,
          expected: { calls: expected, mode: how, maximumCalls: 9 },
        });
        expect(own).toMatchObject({ value: 1, pass: true });
        const other = toolSelection({
          calls: made,
          expected: { calls: expected, mode: how, maximumCalls: 9 },
        });
        if (other.status === "scored") expect(other.pass).toBe(other.value === 1);
      }),
    );
  });

  it("is stricter the stricter the mode", () => {
    const passes = (made: { name: string; arguments: Json }[], wanted: ExpectedToolCalls) => {
      const evaluation = toolSelection({ calls: made, expected: wanted });
      return evaluation.status === "scored" && evaluation.pass ? 1 : 0;
    };
    fc.assert(
      fc.property(calls, calls, (made, expected) => {
        const by = (how: ExpectedToolCalls["mode"]) =>
          passes(made, { calls: expected, mode: how, maximumCalls: 9 });
        expect(by("exact")).toBeLessThanOrEqual(Math.min(by("any_order"), by("in_order")));
        expect(Math.max(by("any_order"), by("in_order"))).toBeLessThanOrEqual(by("contains"));
      }),
    );
  });
});

describe("task completion", () => {
  const fact = fc.stringMatching(/^[a-z0-9€.]{0,4}[a-z0-9]$/);

  it("never falls by a fact added to the text", () => {
    fc.assert(
      fc.property(
        fc.array(fact, { minLength: 1, maxLength: 4 }),
        fc.string(),
        fc.nat(3),
        (facts, text, index) => {
          const added = `${text}\n${facts[index % facts.length]}`;
          const before = valueIn(taskCompletion({ response: text, expected: { facts } }));
          const after = valueIn(taskCompletion({ response: added, expected: { facts } }));
          expect(after).toBeGreaterThanOrEqual(before);
          expect(after).toBeGreaterThan(0);
        },
      ),
    );
  });

  it("finds what a fact forbids exactly where the same fact would be stated", () => {
    fc.assert(
      fc.property(fact, fc.string(), (one, text) => {
        const stated = valueIn(taskCompletion({ response: text, expected: { facts: [one] } }));
        expect(valueIn(taskCompletion({ response: text, expected: { forbiddenFacts: [one] } }))).toBe(
          1 - stated,
        );
      }),
    );
  });

  it("takes any answer as its own", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(taskCompletion({ response: text, expected: { answer: text } })).toMatchObject({ pass: true });
      }),
    );
  });
});

describe("JSON", () => {
  it("equals itself and is a partial match of itself", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const copy: unknown = JSON.parse(JSON.stringify(value));
        const own: unknown = JSON.parse(JSON.stringify(value));
        expect(jsonEqual(own, copy)).toBe(true);
        expect(partialMatch(own, copy).differences).toEqual([]);
      }),
    );
  });

  it("satisfies the schema of its own constant and no other text does", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), (value, text) => {
        const schema = { const: JSON.parse(JSON.stringify(value)) as Json };
        const evaluation = jsonValidation({ text: JSON.stringify(value), schema });
        expect(evaluation).toMatchObject({ value: 1, pass: true });
        expect(["scored", "error"]).toContain(jsonValidation({ text, schema }).status);
      }),
      { numRuns: 40 },
    );
  });
});

describe("groundedness and context relevance", () => {
  const words = fc.constantFrom(
    "refund",
    "order",
    "plan",
    "30",
    "days",
    "penguin",
    "not",
    "Acme",
    "the",
    "bank.",
  );
  const text = fc.array(words, { minLength: 1, maxLength: 15 }).map((list) => list.join(" "));

  it("stay between 0 and 1 for any text and never throw", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary" }),
        fc.array(fc.string({ unit: "binary" })),
        (response, context) => {
          for (const evaluation of [
            groundedness({ response, context }),
            contextRelevance({ question: response, context }),
          ]) {
            if (evaluation.status === "scored") valueIn(evaluation);
            else expect(evaluation.status).toBe("unscored");
          }
        },
      ),
    );
  });

  it("support every sentence of an answer by a context that has it word for word", () => {
    fc.assert(
      fc.property(text, text, (response, other) => {
        const evaluation = groundedness({ response, context: [other, response] });
        if (evaluation.status !== "scored") return;
        expect(evaluation.pass).toBe(true);
        expect(evaluation.evidence.every(({ supports }) => supports)).toBe(true);
      }),
    );
  });

  it("recall never falls by a passage more", () => {
    const id = fc.constantFrom("a", "b", "c#1", "d");
    fc.assert(
      fc.property(fc.array(id), fc.uniqueArray(id, { minLength: 1 }), id, (ids, wanted, more) => {
        const before = rankingQuality(ids, wanted);
        const after = rankingQuality([...ids, more], wanted);
        expect(after.recall).toBeGreaterThanOrEqual(before.recall);
        expect(after.ndcg).toBeGreaterThanOrEqual(before.ndcg);
        for (const share of [after.recall, after.precision, after.ndcg]) {
          expect(share).toBeGreaterThanOrEqual(0);
          expect(share).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});
