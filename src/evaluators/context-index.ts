import type { Passage } from "../core/dataset.ts";
import { figuresOf, meaningsOf } from "./figures.ts";
import { sentencesOf } from "./sentences.ts";
import { type Token, tokensOf } from "./words.ts";

/** One or two neighbouring sentences of a passage. */
export interface Window {
  /** The text. */
  readonly text: string;
  /** Id of the passage; `undefined` when it has none. */
  readonly passageId: string | undefined;
  /** Its words. */
  readonly tokens: readonly Token[];
}

/** A context prepared for comparison. */
export interface ContextIndex {
  /** Windows of one and of two sentences. */
  readonly windows: readonly Window[];
  /** Positions in `windows` by stem, of every word that is no stop word. */
  readonly byStem: ReadonlyMap<string, readonly number[]>;
  /** Every word of the context in lower case, stop words too. */
  readonly words: ReadonlySet<string>;
  /** What the numbers and dates of the context mean. */
  readonly figures: ReadonlySet<string>;
}

/** The window of a context that has most of some stems, and how many of them it and the whole context have. */
export interface Best {
  /** The window; `null` when none has any of them. */
  readonly window: Window | null;
  /** Stems that the window has. */
  readonly inWindow: number;
  /** Stems that the context has somewhere. */
  readonly inContext: number;
}

/** Prepares passages for comparison. Windows never reach over the end of a passage. */
export function indexContext(passages: readonly Passage[]): ContextIndex {
  const windows: Window[] = [];
  const byStem = new Map<string, number[]>();
  const words = new Set<string>();
  for (const { text, id } of passages) {
    let before: Sentence | undefined;
    for (const sentence of sentencesOf(text)) {
      const here = prepare(sentence);
      for (const { lower } of here.tokens) words.add(lower);
      addWindow([here], id, windows, byStem);
      if (before !== undefined) addWindow([before, here], id, windows, byStem);
      before = here;
    }
  }
  const figures = meaningsOf(passages.flatMap(({ text }) => figuresOf(text)));
  return { windows, byStem, words, figures };
}

interface Sentence {
  readonly text: string;
  readonly tokens: readonly Token[];
  readonly stems: readonly string[];
}

function prepare(text: string): Sentence {
  const tokens = tokensOf(text);
  const stems = tokens.filter(({ stop }) => !stop).map(({ stem }) => stem);
  return { text, tokens, stems };
}

function addWindow(
  parts: readonly Sentence[],
  passageId: string | undefined,
  windows: Window[],
  byStem: Map<string, number[]>,
): void {
  const position = windows.length;
  const text = parts.map((part) => part.text).join(" ");
  windows.push({ text, passageId, tokens: parts.flatMap(({ tokens }) => tokens) });
  for (const { stems } of parts) {
    for (const stem of stems) {
      const places = byStem.get(stem);
      if (places === undefined) byStem.set(stem, [position]);
      else if (places[places.length - 1] !== position) places.push(position);
    }
  }
}

/** Finds the window with most of the stems; of equal ones the first, so that a single sentence goes before a pair. */
export function bestWindow(stems: Iterable<string>, index: ContextIndex): Best {
  const hits = new Map<number, number>();
  let inContext = 0;
  for (const stem of stems) {
    const places = index.byStem.get(stem);
    if (places === undefined) continue;
    inContext++;
    for (const place of places) hits.set(place, (hits.get(place) ?? 0) + 1);
  }
  let best = -1;
  let inWindow = 0;
  for (const [place, number] of hits) {
    if (number > inWindow || (number === inWindow && place < best)) {
      best = place;
      inWindow = number;
    }
  }
  return { window: index.windows[best] ?? null, inWindow, inContext };
}
