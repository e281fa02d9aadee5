import type { Evaluation } from "../../../core/score.ts";
import type { Piece } from "./word-diff.ts";

/** Shorter quotations than this are found by accident. */
const shortestQuote = 12;

/** What the evaluators quote: the subjects of their evidence, and what stands in quotation marks in their findings. */
export function quotesOf(evaluations: Readonly<Record<string, Evaluation>>): string[] {
  const quotes = Object.values(evaluations).flatMap((evaluation) =>
    evaluation.status === "scored"
      ? evaluation.evidence.flatMap(({ subject, finding }) => [
          subject,
          ...[...finding.matchAll(/"([^"]+)"/g)].map(([, quote]) => quote ?? ""),
        ])
      : [],
  );
  const cleaned = quotes.map((quote) => squeezed(quote).replace(/(…|\.\.\.)$/, ""));
  return [...new Set(cleaned)].filter((quote) => quote.length >= shortestQuote);
}

/** A passage on one line, in pieces: `same` is false for what an evaluator quotes. */
export function highlighted(passage: string, quotes: readonly string[]): Piece[] {
  const text = squeezed(passage);
  const marks = quotes
    .map((quote) => ({ start: text.indexOf(quote), length: quote.length }))
    .filter(({ start }) => start >= 0)
    .sort((a, b) => a.start - b.start || b.length - a.length);
  const pieces: Piece[] = [];
  let at = 0;
  for (const { start, length } of marks) {
    const from = Math.max(at, start);
    const to = start + length;
    if (to <= from) continue;
    if (from > at) pieces.push({ same: true, text: text.slice(at, from) });
    pieces.push({ same: false, text: text.slice(from, to) });
    at = to;
  }
  if (at < text.length) pieces.push({ same: true, text: text.slice(at) });
  return pieces;
}

function squeezed(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
