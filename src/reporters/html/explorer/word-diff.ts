import { align } from "./align.ts";

/** A piece of a text: what both texts have, or what this one has alone. */
export interface Piece {
  readonly same: boolean;
  readonly text: string;
}

/** Both texts in pieces; the pieces of each, put together, are the text. */
export interface WordDifference {
  readonly before: readonly Piece[];
  readonly after: readonly Piece[];
}

/** Texts that share less than this part of their words are two texts, not two versions of one. */
const leastShared = 0.3;

/** What differs between two texts, word by word; `null` for texts that share too few words, in which marks would only confuse. */
export function wordDifference(before: string, after: string): WordDifference | null {
  const [from, to] = [wordsOf(before), wordsOf(after)];
  const steps = align(from, to);
  const isWord = (index: number) => /[\p{L}\p{N}]/u.test(from[index]!);
  const shared = steps.filter((step) => step.kind === "same" && isWord(step.before)).length;
  const longest = Math.max(
    ...[from, to].map((words) => words.filter((word) => /[\p{L}\p{N}]/u.test(word)).length),
  );
  if (shared < leastShared * longest) return null;
  const removed = new Set(steps.flatMap((step) => (step.kind === "removed" ? [step.before] : [])));
  const added = new Set(steps.flatMap((step) => (step.kind === "added" ? [step.after] : [])));
  return { before: piecesOf(from, removed), after: piecesOf(to, added) };
}

/** Words, single signs, and the white space between them. */
function wordsOf(text: string): string[] {
  return text.match(/\s+|[\p{L}\p{M}\p{N}_]+|[^\s\p{L}\p{M}\p{N}_]/gu) ?? [];
}

/** Neighbours of one kind together; white space between two words of a kind counts as theirs, so that a phrase is marked as a whole. */
function piecesOf(words: readonly string[], alone: ReadonlySet<number>): Piece[] {
  const pieces: Piece[] = [];
  for (const [index, text] of words.entries()) {
    const isBridge = /^\s+$/.test(text) && alone.has(index - 1) && alone.has(index + 1);
    const same = !alone.has(index) && !isBridge;
    const last = pieces.at(-1);
    if (last?.same === same) pieces[pieces.length - 1] = { same, text: last.text + text };
    else pieces.push({ same, text });
  }
  return pieces;
}
