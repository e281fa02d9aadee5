import { figuresOf, isStated, meaningsOf } from "../figures.ts";
import { languageOf, type Polarity, polarityOf, type Token, tokensOf } from "../words.ts";
import {
  type ContextIndex,
  type ContextSentence,
  familyOf,
  hasFigures,
  togetherOf,
  tripleOf,
} from "./context.ts";
import { aboutSources } from "./phrases.ts";
import { type BestWindow, bestWindows, longestCommon, meet } from "./windows.ts";

/** What comparing one sentence of an answer with a context found. */
export interface SentenceMatch {
  /** The sentence. */
  readonly sentence: string;
  /** Its words. */
  readonly tokens: readonly Token[];
  /** Number of distinct stems with content, at least 1. The counts below are of these unless they say otherwise. */
  readonly stems: number;
  /** Stems that the context has. */
  readonly covered: number;
  /** Stems that the context has itself or in a word of the same family. */
  readonly related: number;
  /** Stems that only the question or what else is known has. */
  readonly known: number;
  /** Stems that nothing has: what the sentence adds. */
  readonly unsupported: number;
  /** Those words, as they stand in the sentence. */
  readonly unsupportedWords: readonly string[];
  /** The longest run of words with content that are all unsupported. */
  readonly unsupportedRun: number;
  /** Stems that the best two neighbouring sentences have. */
  readonly inWindow: number;
  /** Share 0..1 of neighbouring words with content that stand together in a sentence of the context. */
  readonly together: number;
  /** All words, stop words too, that the context has. */
  readonly coveredWords: number;
  /** Length of the longest common subsequence with the best three neighbouring sentences, in words. */
  readonly longestCommon: number;
  /** Triples of neighbouring words that the context has. */
  readonly triples: number;
  /** Words that are part of such a triple: copied ones. */
  readonly copiedWords: number;
  /** Numbers and dates that neither the context nor what is known states. */
  readonly missingFigures: readonly string[];
  /** Names that neither the context nor what is known mentions. */
  readonly missingNames: readonly string[];
  /** Number of words that one of sentence and passage negates and the other does not. */
  readonly negations: number;
  /** The one or two neighbouring sentences that support it best; empty when none shares a word with it. */
  readonly passage: readonly ContextSentence[];
}

/** What is known beside the context, such as the question: stating it again is no finding against an answer. */
export interface Known {
  /** Stems of its words with content. */
  readonly stems: ReadonlySet<string>;
  /** What its numbers and dates mean. */
  readonly figures: ReadonlySet<string>;
  /** Stems that it negates, and those that it does not. */
  readonly polarity: Polarity;
}

/** Prepares texts that are known beside the context. */
export function knownFrom(texts: readonly string[]): Known {
  const tokens = texts.map(tokensOf);
  const content = tokens.flat().filter(({ stop }) => !stop);
  return {
    stems: new Set(content.map(({ stem }) => stem)),
    figures: meaningsOf(texts.flatMap(figuresOf)),
    polarity: togetherOf(tokens.map(polarityOf)),
  };
}

const comparedWords = 128;

/** Compares one sentence of an answer with a context. `null` for a sentence without words of content. */
export function matchSentence(sentence: string, index: ContextIndex, known: Known): SentenceMatch | null {
  const tokens = tokensOf(sentence);
  const content = tokens.filter(hasContent);
  if (content.length === 0) return null;
  const stems = sortStems(content, index, known);
  const [single, pair, triple] = bestWindows(stems.ids, index);
  const ids = tokens.map(({ stem }) => index.stems.get(stem) ?? -1);
  const wide = triple!.sentences.flatMap((part) => part.ids);
  const copied = copiedFrom(ids, index);
  const { figures, names } = missingFrom(sentence, tokens, index, known);
  return {
    sentence,
    tokens,
    ...stems.counts,
    unsupportedWords: [...stems.unsupported.values()],
    unsupportedRun: longestRun(content, stems.unsupported),
    inWindow: pair!.hits,
    together: togetherIn(content, index),
    coveredWords: ids.filter((id) => id >= 0).length,
    longestCommon: longestCommon(ids.slice(0, comparedWords), wide),
    ...copied,
    missingFigures: figures,
    missingNames: names,
    negations: saysTheSame(stems.counts.stems, single!)
      ? negationsAgainst(tokens, single!.sentences, index, known)
      : 0,
    passage: pair!.sentences,
  };
}

function hasContent({ stop, lower }: Token): boolean {
  return !stop && !aboutSources.has(lower);
}

interface SortedStems {
  readonly counts: Pick<SentenceMatch, "stems" | "covered" | "related" | "known" | "unsupported">;
  /** Numbers of the stems that the context has. */
  readonly ids: readonly number[];
  /** Stems that nothing has, each with its word. */
  readonly unsupported: ReadonlyMap<string, string>;
}

function sortStems(content: readonly Token[], index: ContextIndex, known: Known): SortedStems {
  const distinct = new Map(content.map((token) => [token.stem, token]));
  const ids: number[] = [];
  const unsupported = new Map<string, string>();
  const counts = { stems: distinct.size, covered: 0, related: 0, known: 0, unsupported: 0 };
  for (const token of distinct.values()) {
    const id = index.stems.get(token.stem);
    if (id !== undefined) ids.push(id);
    if (id !== undefined || statesFigure(token, index.figures)) counts.covered++;
    else if (index.families.has(familyOf(token.stem) ?? "")) counts.related++;
    else if (known.stems.has(token.stem)) counts.known++;
    else unsupported.set(token.stem, token.text);
  }
  counts.related += counts.covered;
  counts.unsupported = unsupported.size;
  return { counts, ids, unsupported };
}

function statesFigure({ text, shape }: Token, meanings: ReadonlySet<string>): boolean {
  if (shape !== "number" && shape !== "mixed") return false;
  const figures = figuresOf(text);
  return figures.length > 0 && figures.every((figure) => isStated(figure, meanings));
}

function longestRun(content: readonly Token[], unsupported: ReadonlyMap<string, string>): number {
  let run = 0;
  let longest = 0;
  for (const { stem } of content) {
    run = unsupported.has(stem) ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}

function togetherIn(content: readonly Token[], index: ContextIndex): number {
  if (content.length < 2) return index.stems.has(content[0]!.stem) ? 1 : 0;
  let together = 0;
  for (let at = 1; at < content.length; at++) {
    const before = index.stems.get(content[at - 1]!.stem);
    const here = index.stems.get(content[at]!.stem);
    if (before === undefined || here === undefined) continue;
    if (meet(index.places[before]!, index.places[here]!)) together++;
  }
  return together / (content.length - 1);
}

function copiedFrom(ids: readonly number[], { triples: known }: ContextIndex) {
  let triples = 0;
  let copiedWords = 0;
  let copiedTo = 0;
  for (let at = 0; at + 2 < ids.length; at++) {
    if (!known.has(tripleOf(ids[at]!, ids[at + 1]!, ids[at + 2]!))) continue;
    triples++;
    copiedWords += at + 3 - Math.max(at, copiedTo);
    copiedTo = at + 3;
  }
  return { triples, copiedWords };
}

/** A sentence and one of the context say the same but for a negation only when they share at least this part of their words. */
const sameMatter = 0.85;
const mostLonger = 2;

function saysTheSame(stems: number, { hits, sentences }: BestWindow): boolean {
  const words = sentences.reduce((sum, { tokens }) => sum + tokens.filter(({ stop }) => !stop).length, 0);
  return hits >= sameMatter * stems && words <= mostLonger * stems;
}

/** Words that the sentence negates where the context never does, and words that the nearest passage negates where only the sentence does not. */
function negationsAgainst(
  tokens: readonly Token[],
  window: readonly ContextSentence[],
  { polarity: everywhere }: ContextIndex,
  { polarity: asked }: Known,
): number {
  const own = polarityOf(tokens);
  const near = togetherOf(window.map((part) => polarityOf(part.tokens)));
  const negates = [...own.negated].filter(
    (stem) => near.plain.has(stem) && !everywhere.negated.has(stem) && !asked.negated.has(stem),
  );
  const omits = [...near.negated].filter(
    (stem) =>
      own.plain.has(stem) && !own.negated.has(stem) && !everywhere.plain.has(stem) && !asked.plain.has(stem),
  );
  return negates.length + omits.length;
}

const pointer =
  /\b(?:step|passage|document|source|section|schritt|quelle|dokument|abschnitt)(?:s|e|en|n)?\s+\d+(?:(?:,|,? (?:and|or|und|oder)|-) ?\d+)*/giu;

/** Numbers, dates and names of a sentence that neither the context nor what is known has; `step 4` counts nothing. */
function missingFrom(sentence: string, tokens: readonly Token[], index: ContextIndex, known: Known) {
  const figures = (hasFigures(tokens) ? figuresOf(sentence.replace(pointer, " ")) : [])
    .filter((figure) => figure.counts !== true)
    .filter((figure) => !isStated(figure, index.figures) && !isStated(figure, known.figures))
    .map(({ text }) => text)
    .filter((text) => !index.stems.has(text.toLowerCase()));
  const unknown = namesOf(sentence, tokens)
    .filter(({ stem }) => !index.stems.has(stem) && !known.stems.has(stem))
    .filter(({ stem }) => !index.families.has(familyOf(stem) ?? ""));
  const initials = unknown.length === 0 ? new Map<Token, string>() : initialsOf(tokens);
  const names = unknown
    .filter((token) => !index.stems.has(initials.get(token) ?? ""))
    .map(({ text }) => text);
  return { figures: [...new Set(figures)], names: [...new Set(names)] };
}

const capital = /^\p{Lu}/u;
const joining = new Set("of the and for de von und für".split(" "));

/** For each word of a name of several words its initials in lower case: the context may say `BLS` for the Bureau of Labor Statistics. */
function initialsOf(tokens: readonly Token[]): Map<Token, string> {
  const initials = new Map<Token, string>();
  let name: Token[] = [];
  for (const token of [...tokens, null]) {
    if (token !== null && capital.test(token.text)) name.push(token);
    else if (token === null || !joining.has(token.lower)) {
      const letters = name.map(({ lower }) => lower[0]).join("");
      if (name.length > 1) for (const part of name) initials.set(part, letters);
      name = [];
    }
  }
  return initials;
}

const opening = /(?:^|[:;.!?"'“„«‘([*/])\s*(\p{Lu}[\p{L}\p{M}]*)/gu;
const quantity = /^\p{N}+(?:[.,]\p{N}+)*(?:\p{L}{1,4}|x\p{N}+\p{L}?)$/u;
const units = new Set(["fahrenheit", "celsius", "kelvin"]);

/**
 * Words that look like names. English: capitalised inside of a sentence, not after a colon or an opening quote. In every language: an
 * identifier of letters and digits, or capitals inside of a word (`McKay`, `IBM`). German capitalises every noun, so a capital at
 * the beginning of a word says nothing there.
 */
function namesOf(sentence: string, tokens: readonly Token[]): Token[] {
  const candidates = tokens.filter(
    (token) => mayBeName(token) && hasContent(token) && !units.has(token.lower),
  );
  if (candidates.length === 0 || sentence === sentence.toUpperCase()) return [];
  const english = languageOf(tokens) === "en";
  const openers = new Set([...sentence.matchAll(opening)].map((match) => match[1]!));
  return candidates.filter(({ shape, text }) => shape !== "capital" || (english && !openers.has(text)));
}

function mayBeName({ shape, text }: Token): boolean {
  return shape === "capital" || shape === "inner" || (shape === "mixed" && !quantity.test(text));
}
