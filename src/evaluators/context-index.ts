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

/** The windows of a context that have most of some stems, and how many of them they and the whole context have. */
export interface Best {
  /** The windows, at most 20, in the order of the context; empty when none has any of the stems. */
  readonly windows: readonly Window[];
  /** Stems that each of the windows has. */
  readonly inWindow: number;
  /** Stems that the context has somewhere. */
  readonly inContext: number;
}

const mostWindows = 20;

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

/** Finds the windows with most of the stems. */
export function bestWindows(stems: Iterable<string>, index: ContextIndex): Best {
  const hits = new Map<number, number>();
  let inContext = 0;
  let inWindow = 0;
  for (const stem of stems) {
    const places = index.byStem.get(stem);
    if (places === undefined) continue;
    inContext++;
    for (const place of places) {
      const number = (hits.get(place) ?? 0) + 1;
      hits.set(place, number);
      if (number > inWindow) inWindow = number;
    }
  }
  const best = [...hits].filter(([, number]) => number === inWindow).map(([place]) => place);
  const windows = best.sort((a, b) => a - b).slice(0, mostWindows);
  return { windows: windows.map((place) => index.windows[place]!), inWindow, inContext };
}
