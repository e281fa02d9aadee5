import { describe, expect, it } from "vitest";
import { cut, jsonText, oneLine, visible } from "../../../src/reporters/text.ts";

describe("text", () => {
  it("shows what would be hidden", () => {
    expect(visible("\u001b[31mred\u0000\u007f\u009b")).toBe("⟨U+001B⟩[31mred⟨U+0000⟩⟨U+007F⟩⟨U+009B⟩");
    expect(visible("a\u202eb\u2066c\u200bd\ufeff")).toBe("a⟨U+202E⟩b⟨U+2066⟩c⟨U+200B⟩d⟨U+FEFF⟩");
    expect(visible("\u{e0041}")).toBe("⟨U+E0041⟩");
    expect(visible("\ud83d.")).toBe("\ufffd.");
  });

  it("leaves languages and emoji alone", () => {
    const text = "Grüße, 日本語, العربية, 👩‍👧, नमस्ते";
    expect(visible(text)).toBe(text);
  });

  it("keeps lines, or makes one of them", () => {
    expect(visible("a\r\nb\n\tc\rd")).toBe("a\nb\n  c⟨U+000D⟩d");
    expect(oneLine("  a\r\nb \n\n c ")).toBe("a b c");
  });

  it("cuts without halving a character", () => {
    expect(cut("abcdef", 6)).toBe("abcdef");
    expect(cut("abcdefg", 6)).toBe("abcde…");
    expect(cut("ab👩cd", 4)).toBe("ab…");
  });

  it("writes JSON with nothing hidden", () => {
    expect(jsonText({ a: "\u202e" })).toBe('{"a":"⟨U+202E⟩"}');
    expect(jsonText(undefined)).toBe("");
  });
});
