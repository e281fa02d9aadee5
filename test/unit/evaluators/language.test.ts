import { describe, expect, it } from "vitest";
import { figuresOf, isStated, meaningsOf } from "../../../src/evaluators/figures.ts";
import { sentencesOf } from "../../../src/evaluators/sentences.ts";
import { clip, digest, foldText, show } from "../../../src/evaluators/text.ts";
import { languageOf, stemOf, tokensOf } from "../../../src/evaluators/words.ts";

describe("sentences", () => {
  const table: [string, string[]][] = [
    ["One. Two! Three?", ["One.", "Two!", "Three?"]],
    ["It costs 3.50 today. Dr. Who pays.", ["It costs 3.50 today.", "Dr. Who pays."]],
    ["Das gilt z. B. hier. Am 3. März endet es.", ["Das gilt z. B. hier.", "Am 3. März endet es."]],
    ["Use it, e.g. here. Done.", ["Use it, e.g. here.", "Done."]],
    ["- one\n- two\n1. three", ["one", "two", "three"]],
    ['He said "Stop." Then he left.', ['He said "Stop."', "Then he left."]],
    ["No end", ["No end"]],
    ["行きます。来ます。", ["行きます。", "来ます。"]],
    [" \n ", []],
  ];
  it.each(table)("%j", (text, sentences) => {
    expect(sentencesOf(text)).toEqual(sentences);
  });
});

describe("figures", () => {
  const agreeing: [string, string][] = [
    ["1,000", "1000"],
    ["1.000", "1000"],
    ["3,5", "3.50"],
    ["1.250,50", "1,250.50"],
    ["three", "3"],
    ["zwölf", "12"],
    ["3rd", "3"],
    ["3 March 2024", "2024-03-03"],
    ["March 3rd, 2024", "03.03.2024"],
    ["3. März 2024", "3 March 2024"],
    ["3 March", "3 March 2024"],
    ["2024", "3 March 2024"],
    ["2 million", "2,000,000"],
    ["1,5 Millionen", "1.5 million"],
    ["two thousand", "2000"],
    ["fourteen", "14"],
    ["seven times", "the seventh time"],
    ["2008", "2007-08"],
    ["2007–2011", "2007 -- 11"],
  ];
  it.each(agreeing)("%j is stated by %j", (one, other) => {
    const meanings = meaningsOf(figuresOf(`from ${other} on`));
    expect(figuresOf(one).every((figure) => isStated(figure, meanings))).toBe(true);
  });

  const differing: [string, string][] = [
    ["45", "30"],
    ["3 March 2024", "4 March 2024"],
    ["3 March 2025", "3 March 2024"],
    ["4.6.2", "4.7.1"],
    ["1.5", "15"],
    ["20353", "20354"],
    ["2 million", "2 billion"],
    ["two days", "three days"],
    ["2009", "2007-08"],
  ];
  it.each(differing)("%j is not stated by %j", (one, other) => {
    const meanings = meaningsOf(figuresOf(`from ${other} on`));
    expect(figuresOf(one).every((figure) => isStated(figure, meanings))).toBe(false);
  });

  it("tell a count from a statement", () => {
    const counting = (text: string) => figuresOf(text).map(({ counts = false }) => counts);
    expect(counting("two reasons, zwei Gründe, the third passage")).toEqual([true, true, true]);
    expect(counting("two days, zwei Wochen, two million, four reasons, 2 reasons")).toEqual(
      new Array(5).fill(false),
    );
  });
});

describe("words", () => {
  it("meet their inflected forms", () => {
    const pairs = [
      ["refunds", "refunded"],
      ["delivery", "deliveries"],
      ["tagen", "tage"],
      ["erstattung", "erstattungen"],
      ["customer", "customers"],
    ];
    for (const [one, other] of pairs) expect(stemOf(one!)).toBe(stemOf(other!));
    expect(stemOf("2024")).toBe("2024");
  });

  it("are found in any script", () => {
    expect(tokensOf("Größe don't 3.5 Ελλάδα").map(({ lower }) => lower)).toEqual([
      "größe",
      "don't",
      "3.5",
      "ελλάδα",
    ]);
    expect(tokensOf("東京").map(({ lower }) => lower)).toEqual(["東", "京"]);
  });

  it("tell English from German", () => {
    expect(languageOf(tokensOf("The order is on its way to you"))).toBe("en");
    expect(languageOf(tokensOf("Die Bestellung ist auf dem Weg zu Ihnen"))).toBe("de");
  });
});

describe("text", () => {
  it("folds case and form by Unicode", () => {
    expect(foldText(" Stra\u00adße\n\tA\u0308 ")).toBe("strasse ä");
  });

  it("is cut between characters", () => {
    expect(clip("abc", 3)).toBe("abc");
    expect(clip("abcd", 3)).toBe("ab…");
    expect(clip("a😀b", 3)).toBe("a…");
  });

  it("shows any value shortly", () => {
    expect(show({ a: [1, "x"], b: null })).toBe('{a: [1, "x"], b: null}');
    expect(show("x".repeat(1000)).length).toBeLessThanOrEqual(80);
    expect(show(JSON.parse("[".repeat(100_000) + "]".repeat(100_000)))).toBe("[[[[…]]]]");
  });

  it("has the published FNV-1a digest", () => {
    // Test vectors of draft-eastlake-fnv: "" and "foobar", 64 bits.
    expect(digest("")).toBe(0xcbf29ce484222325n.toString(36));
    expect(digest("foobar")).toBe(0x85944171f73967e8n.toString(36));
  });
});
