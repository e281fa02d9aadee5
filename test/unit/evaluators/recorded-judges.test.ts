import { describe, expect, it } from "vitest";
import { judgePreference } from "../../../src/evaluators/index.ts";
import { functionTarget } from "../../../src/targets/index.ts";
import { readQuestion, verdictsText } from "../../support/judge.ts";
import { sharedData } from "./shared-data.ts";

// LLMBar (Zeng and others 2023): verdicts of real models on pairs of answers, recorded in both orders, beside what people prefer.
interface Pair {
  readonly cohort: string;
  readonly instruction: string;
  readonly output_1: string;
  readonly output_2: string;
  readonly preferred: 1 | 2;
  readonly recorded_judges?: readonly {
    readonly judge: string;
    readonly strategy: string;
    readonly winner_as_given: "1" | "2" | null;
    readonly winner_swapped_order: "1" | "2" | null;
  }[];
}
const data = sharedData("judges/llmbar.jsonl");

/** A judge that says what was recorded: it knows the order in which it is shown the pair. */
function recorded(pair: Pair, winners: { asGiven: string; swapped: string }) {
  return functionTarget({
    name: "recorded",
    call: ({ messages }) => {
      const { ids, materials } = readQuestion(messages);
      const isAsGiven = materials.get("the first answer") === pair.output_1;
      const winner = isAsGiven ? winners.asGiven : winners.swapped;
      return verdictsText(ids, () => ({ verdict: (winner === "1") === isAsGiven ? "first" : "second" }));
    },
  });
}

describe.runIf(data.present)("a judge of pairs on recorded verdicts", () => {
  it.each(["GPT-4", "ChatGPT"])(
    "decides where %s says the same in both orders, and nowhere else",
    async (judge) => {
      let [pairs, decided, right, rightEach] = [0, 0, 0, 0];
      for (const pair of data.rows<Pair>().filter(({ cohort }) => cohort === "natural")) {
        const found = pair.recorded_judges?.find(
          (each) => each.judge === judge && each.strategy === "Vanilla",
        );
        if (found == null || found.winner_as_given === null || found.winner_swapped_order === null) continue;
        if (pair.output_1 === pair.output_2) continue;
        const winners = { asGiven: found.winner_as_given, swapped: found.winner_swapped_order };
        const { instruction: question, output_1: response, output_2: reference } = pair;
        const evaluation = await judgePreference(
          { question, response, reference },
          { judge: recorded(pair, winners) },
        );
        const value = winners.asGiven === winners.swapped ? (winners.asGiven === "1" ? 1 : 0) : 0.5;
        expect(evaluation).toMatchObject({ status: "scored", value });
        pairs++;
        if (value !== 0.5) decided++;
        if (value === (pair.preferred === 1 ? 1 : 0)) right++;
        rightEach +=
          [winners.asGiven, winners.swapped].filter((winner) => winner === `${pair.preferred}`).length / 2;
      }
      expect(pairs).toBeGreaterThan(20);
      expect(decided).toBeLessThan(pairs);
      // What asking in both orders is for: what it decides is right more often than one order alone.
      expect(right / decided).toBeGreaterThan(rightEach / pairs);
    },
  );
});
