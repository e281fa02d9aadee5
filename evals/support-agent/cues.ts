/** Phrases that the prompt table looks for, and the reading of a text for them. */
import type { Language } from "./config.ts";
import { isNear, words } from "./text.ts";

/** Weight to phrases. `refund*` matches a beginning, `send .. back` leaves up to three words between. */
export type CueTable = Partial<Record<Language, Record<string, string[]>>>;

interface CuePart {
  text: string;
  isPrefix: boolean;
  afterGap: boolean;
}
export interface Cue {
  parts: CuePart[];
  weight: number;
}
export function compileCues(cues: CueTable): Cue[] {
  return Object.values(cues)
    .filter((byWeight) => typeof byWeight === "object" && !Array.isArray(byWeight))
    .flatMap((byWeight) => Object.entries(byWeight))
    .flatMap(([weight, phrases]) => phrases.map((phrase) => compileCue(phrase, Number(weight))));
}

export function compileCue(phrase: string, weight: number): Cue {
  const parts: CuePart[] = [];
  let afterGap = false;
  for (const piece of phrase.split(/\s+/)) {
    if (piece === "..") afterGap = true;
    for (const text of words(piece)) {
      parts.push({ text, isPrefix: piece.endsWith("*"), afterGap });
      afterGap = false;
    }
  }
  return { parts, weight };
}

/** "A-20493" reads as "order": which one it is does not matter for the route. */
function withoutIds(text: string): string {
  return text.replace(
    /(?:\b(?:order|bestellung|auftrag)\s+(?:(?:number|nummer|nr|no)\.?\s+)?)?(?<![\w-])A\s?[-–_]?\s?\d{5}(?!\d)/gi,
    " order ",
  );
}

/** The words of a text, with a memory of where each part of a cue occurs. */
export class Reading {
  /** Positions by first letter, which even a slip of the pen keeps. */
  readonly #byLetter = new Map<string, { word: string; at: number }[]>();
  readonly #places = new Map<string, number[]>();

  constructor(text: string) {
    for (const [at, word] of words(withoutIds(text)).entries()) {
      const letter = word[0] ?? "";
      this.#byLetter.set(letter, [...(this.#byLetter.get(letter) ?? []), { word, at }]);
    }
  }

  score(cues: readonly Cue[]): number {
    return cues.reduce((sum, cue) => (this.has(cue) ? sum + cue.weight : sum), 0);
  }

  has(cue: Cue): boolean {
    let ends: number[] = [];
    for (const [index, part] of cue.parts.entries()) {
      const places = this.#find(part);
      const reach = part.afterGap ? 4 : 1;
      ends = index === 0 ? places : places.filter((at) => ends.some((end) => at > end && at - end <= reach));
      if (ends.length === 0) return false;
    }
    return cue.parts.length > 0;
  }

  #find(part: CuePart): number[] {
    const key = part.isPrefix ? `${part.text}*` : part.text;
    let places = this.#places.get(key);
    if (places === undefined) {
      const candidates = this.#byLetter.get(part.text[0] ?? "") ?? [];
      places = candidates.filter(({ word }) => matches(word, part)).map(({ at }) => at);
      this.#places.set(key, places);
    }
    return places;
  }
}

/** Equality, or one slip of the pen in a long word. */
function matches(word: string, part: CuePart): boolean {
  const { text, isPrefix } = part;
  if (isPrefix ? word.startsWith(text) : word === text) return true;
  if (text.length < 6 || word.length < text.length - 1) return false;
  if (!isPrefix) return word.length >= 6 && isSlip(word, text);
  const lengths = word.length < text.length + 2 ? [0, -1, 1] : [0, 1];
  return lengths.some((more) => isSlip(word.slice(0, text.length + more), text));
}

/** Up to seven letters, one other letter or a shift inside makes another word: "charged" is not "chargen". */
function isSlip(written: string, meant: string): boolean {
  if (!isNear(written, meant)) return false;
  if (meant.length > 7) return true;
  return written.length === meant.length
    ? sorted(written) === sorted(meant)
    : written.slice(0, 3) === meant.slice(0, 3);
}

function sorted(word: string): string {
  return [...word].sort().join("");
}
