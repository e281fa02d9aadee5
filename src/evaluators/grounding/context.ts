import type { Passage } from "../../core/dataset.ts";
import { type Figure, figuresOf, meaningsOf } from "../figures.ts";
import { sentencesOf } from "../sentences.ts";
import { type Polarity, polarityOf, type Token, tokensOf } from "../words.ts";

/** A sentence of the context, or a part of a very long one. */
export interface ContextSentence {
  /** Its words. */
  readonly tokens: readonly Token[];
  /** The number of each word's stem. */
  readonly ids: readonly number[];
  /** The passage that it is from, from 0. */
  readonly passage: number;
  /** The text. */
  readonly text: string;
}

/** A context prepared for comparison. Words are compared by stem; each stem has a number. */
export interface ContextIndex {
  /** The passages as they were given. */
  readonly passages: readonly Passage[];
  /** Sentences in their order; between two passages are gaps, so that no window reaches from one into the other. */
  readonly sentences: readonly (ContextSentence | null)[];
  /** Number of a stem. */
  readonly stems: ReadonlyMap<string, number>;
  /** The first letters of words with content, for words of one family. */
  readonly families: ReadonlySet<string>;
  /** Positions of the sentences that have a stem, by its number, ascending; of a very frequent stem only the first ones. */
  readonly places: readonly (readonly number[])[];
  /** Keys of its triples of neighbouring words. */
  readonly triples: ReadonlySet<number>;
  /** What the numbers and dates of the context mean. */
  readonly figures: ReadonlySet<string>;
  /** Stems that are negated somewhere, and those that stand somewhere without a negation. */
  readonly polarity: Polarity;
}

/** How many sentences a window of support has at most. */
export const windowSentences = 3;

const longestSentenceWords = 80;
const mostPlaces = 256;
const familyLetters = 5;
const shift = 2 ** 17;

/** The key of a triple of neighbouring stems by their numbers; −1 when one of them has none, or one too large for an exact key. */
export function tripleOf(first: number, second: number, third: number): number {
  if (first < 0 || second < 0 || third < 0 || Math.max(first, second, third) >= shift) return -1;
  return (first * shift + second) * shift + third;
}

/** The first letters of a stem, by which words of one family agree (`refunded`, `refundable`); `null` for a short one. */
export function familyOf(stem: string): string | null {
  return stem.length < familyLetters ? null : stem.slice(0, familyLetters);
}

/** Prepares passages for comparison, in time linear in their length. */
export function indexContext(passages: readonly Passage[]): ContextIndex {
  const stems = new Map<string, number>();
  const families = new Set<string>();
  const places: number[][] = [];
  const sentences: (ContextSentence | null)[] = [];
  const triples = new Set<number>();
  const figures: Figure[] = [];
  const polarities: Polarity[] = [];
  const numberOf = ({ stem, stop }: Token): number => {
    const found = stems.get(stem);
    if (found !== undefined) return found;
    const family = stop ? null : familyOf(stem);
    if (family !== null) families.add(family);
    stems.set(stem, places.length);
    places.push([]);
    return places.length - 1;
  };
  for (const [passage, { text }] of passages.entries()) {
    for (let gap = 1; gap < windowSentences && sentences.length > 0; gap++) sentences.push(null);
    for (const sentence of sentencesOf(text)) {
      const tokens = tokensOf(sentence);
      const ids = tokens.map(numberOf);
      polarities.push(polarityOf(tokens));
      for (let at = 2; at < ids.length; at++) triples.add(tripleOf(ids[at - 2]!, ids[at - 1]!, ids[at]!));
      if (hasFigures(tokens)) figures.push(...figuresOf(sentence));
      for (let from = 0; from < tokens.length; from += longestSentenceWords) {
        const part = tokens.slice(from, from + longestSentenceWords);
        const partIds = ids.slice(from, from + longestSentenceWords);
        addPlaces(partIds, sentences.length, places);
        sentences.push({ tokens: part, ids: partIds, passage, text: sentence });
      }
    }
  }
  triples.delete(-1);
  const polarity = togetherOf(polarities);
  return { passages, sentences, stems, families, places, triples, figures: meaningsOf(figures), polarity };
}

/** True when some of the words may state a number or a date. */
export function hasFigures(tokens: readonly Token[]): boolean {
  return tokens.some(({ shape }) => shape === "number" || shape === "mixed");
}

/** What is negated, and what is not, in any of several texts. */
export function togetherOf(polarities: readonly Polarity[]): Polarity {
  const together = { negated: new Set<string>(), plain: new Set<string>() };
  for (const { negated, plain } of polarities) {
    for (const stem of negated) together.negated.add(stem);
    for (const stem of plain) together.plain.add(stem);
  }
  return together;
}

function addPlaces(ids: readonly number[], position: number, places: number[][]): void {
  for (const id of ids) {
    const found = places[id]!;
    if (found.length < mostPlaces && found[found.length - 1] !== position) found.push(position);
  }
}
