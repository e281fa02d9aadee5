import { type ContextIndex, type ContextSentence, windowSentences } from "./context.ts";

/** Neighbouring sentences of one passage that have most of some stems. */
export interface BestWindow {
  /** How many of the stems it has. */
  readonly hits: number;
  /** Its sentences; empty when no sentence has any of the stems. */
  readonly sentences: readonly ContextSentence[];
}

/** Finds the windows of one, two, … sentences that have most of the stems with these numbers; the first of equals. */
export function bestWindows(ids: readonly number[], { places, sentences }: ContextIndex): BestWindow[] {
  const best: BestWindow[] = [];
  for (let size = 1; size <= windowSentences; size++) {
    const hits = new Map<number, number>();
    let most = 0;
    let at = 0;
    for (const id of ids) {
      let after = -Infinity;
      for (const place of places[id]!) {
        // The windows of this size that hold the place, without those counted for the place before it.
        for (let start = Math.max(place - size + 1, after); start <= place; start++) {
          const count = (hits.get(start) ?? 0) + 1;
          hits.set(start, count);
          if (count > most || (count === most && start < at)) {
            most = count;
            at = start;
          }
        }
        after = place + 1;
      }
    }
    best.push({ hits: most, sentences: most === 0 ? [] : sentencesFrom(at, size, sentences) });
  }
  return best;
}

function sentencesFrom(
  start: number,
  size: number,
  sentences: readonly (ContextSentence | null)[],
): ContextSentence[] {
  return sentences
    .slice(Math.max(0, start), Math.max(0, start + size))
    .filter((sentence) => sentence !== null);
}

/** True when two ascending lists have a member in common. */
export function meet(left: readonly number[], right: readonly number[]): boolean {
  let other = 0;
  for (const place of left) {
    while (other < right.length && right[other]! < place) other++;
    if (right[other] === place) return true;
  }
  return false;
}

/** Length of the longest common subsequence of two lists of numbers; −1 equals nothing. */
export function longestCommon(left: readonly number[], right: readonly number[]): number {
  const row = new Int32Array(right.length + 1);
  for (const number of left) {
    let diagonal = 0;
    for (let at = 0; at < right.length; at++) {
      const above = row[at + 1]!;
      row[at + 1] = number >= 0 && number === right[at] ? diagonal + 1 : Math.max(above, row[at]!);
      diagonal = above;
    }
  }
  return row[right.length]!;
}
