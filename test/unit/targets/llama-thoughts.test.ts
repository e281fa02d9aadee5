import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { withoutThoughts } from "../../../src/targets/llama-thoughts.ts";

// The signs of Qwen 3 and DeepSeek R1.
const signs = { prefix: "<think>", suffix: "</think>" };

describe("what a model thinks", () => {
  it.each([
    ["before its answer", "<think>\nHm.\n</think>\n\nYes.", false, "Yes.", "\nHm.\n"],
    ["not at all", " Yes. ", false, " Yes. ", ""],
    ["an empty thought", "<think>\n\n</think>\n\nYes.", false, "Yes.", "\n\n"],
    ["in a thought that the prompt opened", "Hm.\n</think>\nYes.", true, "Yes.", "Hm.\n"],
    ["until it is cut off", "<think>\nHm, hm", false, "", "\nHm, hm"],
    ["until it is cut off, in a thought that the prompt opened", "Hm, hm", true, "", "Hm, hm"],
    ["twice", "<think>a</think>1<think>b</think>2", false, "12", "ab"],
  ])("is no part of its answer: %s", (_, written, isOpen, text, thoughts) => {
    expect(withoutThoughts(written, signs, isOpen)).toEqual({ text, thoughts });
  });

  it("never holds an answer back or makes one up", () => {
    const parts = fc.array(fc.constantFrom("<think>", "</think>", "a", "b"), { maxLength: 12 });
    fc.assert(
      fc.property(parts, fc.boolean(), (written, isOpen) => {
        const { text, thoughts } = withoutThoughts(written.join(""), signs, isOpen);
        const letters = (value: string) => value.replace(/[^ab]/g, "").split("").sort().join("");
        expect(letters(text + thoughts)).toBe(letters(written.join("").replace(/<\/?think>/g, "")));
      }),
    );
  });
});
