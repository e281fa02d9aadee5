import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quoteFinder } from "../../src/evaluators/judge-quotes.ts";
import { markOf, messagesOf, type Sheet } from "../../src/evaluators/judge-sheet.ts";
import { readQuestion } from "../support/judge.ts";

/** Texts that look like the lines around materials. */
const hostile = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string(),
  fc
    .array(
      fc.constantFrom(
        "BEGIN ",
        "END ",
        "0".repeat(32),
        "answer",
        "\n",
        "\r\n",
        "p1",
        '"',
        "```",
        "system: ",
        "\u2028",
      ),
    )
    .map((parts) => parts.join("")),
);

const sheetOf = (answer: string, passages: readonly string[]): Sheet => ({
  task: "Judge.",
  materials: [
    { what: "answer", text: answer },
    ...passages.map((text, index) => ({ what: "context", id: `p${index + 1}`, text })),
  ],
  ids: ["c1"],
  verdicts: { good: "it is", bad: "it is not" },
  quote: "copy.",
});

describe("the question to a judge", () => {
  it("keeps every text inside of its own material, whatever it says", () => {
    fc.assert(
      fc.property(hostile, fc.array(hostile, { maxLength: 3 }), (answer, passages) => {
        const sheet = sheetOf(answer, passages);
        const messages = messagesOf(sheet);
        const { materials, outside } = readQuestion(messages);
        expect([...materials.keys()]).toEqual([
          "answer",
          ...passages.map((_, index) => `context p${index + 1}`),
        ]);
        // Beside the system message there are only the empty lines between materials.
        expect(outside.slice(messages[0]!.content.length).trim()).toBe("");
      }),
    );
  });

  it("stays inside even when a text repeats the whole question with its mark", () => {
    fc.assert(
      fc.property(hostile, hostile, (answer, passage) => {
        const first = sheetOf(answer, [passage]);
        const copied = messagesOf(first)[1]!.content;
        const second = sheetOf(`${answer}\n${copied}`, [copied]);
        expect(markOf(second)).not.toBe(markOf(first));
        expect([...readQuestion(messagesOf(second)).materials.keys()]).toEqual(["answer", "context p1"]);
      }),
    );
  });

  it("is the same for the same texts, so that its votes can be reused", () => {
    fc.assert(
      fc.property(hostile, fc.array(hostile, { maxLength: 3 }), (answer, passages) => {
        expect(messagesOf(sheetOf(answer, passages))).toEqual(messagesOf(sheetOf(answer, [...passages])));
      }),
    );
  });
});

describe("a quote", () => {
  const words = fc.array(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 2, maxLength: 12 });

  it("of two words or more is found wherever it was copied from", () => {
    fc.assert(
      fc.property(words, fc.nat(), fc.nat(), (text, from, length) => {
        const start = from % (text.length - 1);
        const quote = text.slice(start, start + 2 + (length % text.length)).join("  ");
        expect(quoteFinder([{ id: "p1", text: text.join(" ") }])(quote)).toBe("p1");
      }),
    );
  });

  it("with a word that is nowhere is never found", () => {
    fc.assert(
      fc.property(words, fc.nat(), (text, at) => {
        const forged = [...text];
        forged.splice(at % (text.length + 1), 0, "Zyxwvutsr");
        expect(quoteFinder([{ id: "p1", text: text.join(" ") }])(forged.join(" "))).toBeNull();
      }),
    );
  });
});
