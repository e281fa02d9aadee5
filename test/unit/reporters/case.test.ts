import { describe, expect, it } from "vitest";
import type { StoredCase } from "../../../src/core/report.ts";
import { caseReporter } from "../../../src/reporters/case.ts";
import { columnsOf } from "../../../src/reporters/terminal-layout.ts";
import { casesOf, sampleFor } from "../pipeline/support.ts";

const long = Array.from({ length: 900 }, (_, i) => `word${i}`);

function found(): StoredCase {
  const [item] = casesOf(1);
  const trials = (["baseline", "candidate"] as const).flatMap((side) =>
    [1, 2].map((repetition) => {
      const sample = sampleFor(item!.id, side, "p", repetition);
      return {
        sample: {
          ...sample,
          output: {
            text: `answer of the ${side} ${repetition}`,
            toolCalls: [{ name: "look_up", arguments: { side }, result: { rows: long.join(" ") } }],
            context: [{ id: "p-1", text: `${long.join(" ")}\nsecond line` }],
            state: null,
            refused: false,
            finishReason: null,
          },
        },
        scores: [],
      };
    }),
  );
  trials.sort((a, b) => a.sample.repetition - b.sample.repetition);
  return { runId: "run-1", case: item!, releases: { baseline: "live", candidate: "next" }, trials };
}

describe("one case on a terminal", () => {
  it("cuts nothing, however long", () => {
    const text = caseReporter({ colour: false }).render(found());
    const last = long.at(-1)!;
    // A tool result and a passage on each side of each repetition.
    expect(text.split(last)).toHaveLength(1 + 2 * 2 * 2);
    expect(text).not.toContain("…");
  });

  it("puts both sides beside each other on a wide terminal, repetition by repetition, and still cuts nothing", () => {
    for (const width of [100, 120, 161]) {
      const text = caseReporter({ colour: false, width }).render(found());
      const lines = text.split("\n");
      for (const line of lines) expect(columnsOf(line)).toBeLessThanOrEqual(width);
      for (const repetition of [1, 2])
        expect(text).toMatch(
          new RegExp(`answer of the baseline ${repetition} +│ +answer of the candidate ${repetition}`),
        );
      expect(text.split(long.at(-1)!)).toHaveLength(1 + 2 * 2 * 2);
    }
  });

  it("stays one below the other where the terminal is narrow", () => {
    const text = caseReporter({ colour: false, width: 80 }).render(found());
    expect(text).toBe(caseReporter({ colour: false }).render(found()));
    expect(text).not.toContain("│");
  });
});
