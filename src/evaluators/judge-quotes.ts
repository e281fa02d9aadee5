import { foldText, plainPunctuation } from "./text.ts";
import { tokensOf } from "./words.ts";

/** A text that may be quoted, with the id that it is named by. */
export interface Quotable {
  readonly id: string;
  readonly text: string;
}

/** A function that says which text holds a quote word for word; `null` when none does. */
export type FindQuote = (quote: string) => string | null;

/**
 * Looks quotes up. White space, case and the form of quotes and dashes do not matter, every word does. Parts with an ellipsis between them
 * must stand in the same text in their order. A part of a single word proves nothing, unless it is the whole text.
 */
export function quoteFinder(texts: readonly Quotable[]): FindQuote {
  const folded = texts.map(({ id, text }) => ({ id, text: fold(text) }));
  return (quote) => {
    const parts = quote
      .split(/\.{3,}|…|\[\.\.\.\]|\[…\]/u)
      .map((part) => fold(part).replace(/^[\s"'[\]]+|[\s"'[\]]+$/gu, ""))
      .filter((part) => part !== "");
    if (parts.length === 0) return null;
    return folded.find(({ text }) => holds(text, parts))?.id ?? null;
  };
}

function holds(text: string, parts: readonly string[]): boolean {
  let from = 0;
  for (const part of parts) {
    const at = text.indexOf(part, from);
    if (at < 0 || (tokensOf(part).length < 2 && !isWhole(text, part))) return false;
    from = at + part.length;
  }
  return true;
}

function isWhole(text: string, part: string): boolean {
  return text.replace(/[.!?]$/u, "") === part.replace(/[.!?]$/u, "");
}

function fold(text: string): string {
  return plainPunctuation(foldText(text));
}
