import { describe, expect, it } from "vitest";
import { didYouMean, nearestWord } from "../../../src/core/suggest.ts";

const keys = ["margin", "metric", "cohorts", "severity", "atLeast", "atMost"];

describe("the suggestion for a misspelt word", () => {
  it.each([
    ["margn", "margin"],
    ["marginn", "margin"],
    ["mergin", "margin"],
    ["mragin", "margin"],
    ["Margin", "margin"],
    ["MARGIN", "margin"],
    ["atleast", "atLeast"],
    ["sevreity", "severity"],
    ["cohort", "cohorts"],
  ])("for %s is %s", (word, meant) => {
    expect(nearestWord(word, keys)).toBe(meant);
    expect(didYouMean(word, keys)).toBe(`did you mean "${meant}"?`);
  });

  it("counts a swap of neighbours as one edit, so that it beats two replaced letters", () => {
    // "from" is one swap from "form" and two replacements from "fund".
    expect(nearestWord("from", ["fund", "form"])).toBe("form");
  });

  it("takes the nearest, not the first", () => {
    expect(nearestWord("tier=fre", ["tier=pro", "tier=free"])).toBe("tier=free");
  });

  it("is nothing when nothing is near; then the known words are listed", () => {
    expect(nearestWord("temperature", keys)).toBeUndefined();
    expect(didYouMean("temperature", keys)).toBe("known: margin, metric, cohorts, severity, atLeast, atMost");
  });

  it("names at most twelve known words, and says how many there are", () => {
    const many = Array.from({ length: 30 }, (_, index) => `evaluator_number_${index}`);
    const hint = didYouMean("x", many);
    expect(hint).toContain("evaluator_number_11");
    expect(hint).not.toContain("evaluator_number_12");
    expect(hint).toContain("30 in all");
  });

  it("says so when nothing of the kind is defined", () => {
    expect(nearestWord("anything", [])).toBeUndefined();
    expect(didYouMean("anything", [])).toBe("nothing of that kind is defined");
  });

  // Guarded against: every word of two letters is within the reach of two edits of every other, so an unknown language `fr` is
  // answered by `did you mean "de"?` in place of the list of languages.
  it("does not propose a word that shares no letter with what was written", () => {
    expect(nearestWord("fr", ["de", "it"])).toBeUndefined();
  });
});
