import { bestWindows, type ContextIndex, type Window } from "./context-index.ts";
import { figuresOf, isStated, meaningsOf } from "./figures.ts";
import { languageOf, negationDifferences, polarityOf, type Token, tokensOf } from "./words.ts";

/** How far a context supports one sentence. */
export interface SentenceSupport {
  /** The sentence. */
  readonly sentence: string;
  /** Support 0..1. */
  readonly support: number;
  /** The passage that supports it best; `null` when none shares a word with it. */
  readonly passage: string | null;
  /** Id of the document that the passage is from; `undefined` when it has none. */
  readonly passageId: string | undefined;
  /** Numbers and dates that the context does not state. */
  readonly missingFigures: readonly string[];
  /** Names that the context does not mention. */
  readonly missingNames: readonly string[];
  /** True when one of sentence and passage negates a word that the other has without negation. */
  readonly negationDiffers: boolean;
}

/** Words with which an answer speaks of its sources; they claim nothing. */
const aboutSources = new Set(
  "based according provided given context passage passages document documents source sources information text mentioned stated answer question article articles laut gemäß kontext dokument dokumente quelle quellen textstelle angaben angegebenen bereitgestellten".split(
    " ",
  ),
);

/** Halves the support, once for each kind of finding: unstated figures, unknown names, a different negation. */
const penalty = 0.5;

/** What is known beside the context, such as the question: stating its numbers and names again is no finding against an answer. */
export interface Known {
  /** Words in lower case. */
  readonly words: ReadonlySet<string>;
  /** What its numbers and dates mean. */
  readonly figures: ReadonlySet<string>;
}

/** Prepares texts that are known beside the context. */
export function knownFrom(texts: readonly string[]): Known {
  return {
    words: new Set(texts.flatMap((text) => tokensOf(text).map(({ lower }) => lower))),
    figures: meaningsOf(texts.flatMap(figuresOf)),
  };
}

/**
 * Support of one sentence: the mean of the shares of its content words that the best window (one or two sentences) and that the
 * whole context have, halved for each kind of finding against it. `null` for a sentence without content words.
 */
export function supportOf(sentence: string, index: ContextIndex, known: Known): SentenceSupport | null {
  const tokens = tokensOf(sentence);
  const stems = new Set(tokens.filter(isContent).map(({ stem }) => stem));
  if (stems.size === 0) return null;
  const best = bestWindows(stems, index);
  const missingFigures = missingFiguresOf(sentence, index, known);
  const missingNames = namesOf(sentence, tokens).filter(({ lower, stem }) => {
    return !index.words.has(lower) && !index.byStem.has(stem) && !known.words.has(lower);
  });
  const close = best.inWindow / stems.size >= 0.5;
  const agreeing = best.windows.find((window) => !close || agree(tokens, window));
  const window = agreeing ?? best.windows[0];
  const negationDiffers = window !== undefined && agreeing === undefined;
  const findings = [missingFigures.length > 0, missingNames.length > 0, negationDiffers].filter(
    Boolean,
  ).length;
  return {
    sentence,
    support: ((best.inWindow + best.inContext) / (2 * stems.size)) * penalty ** findings,
    passage: window?.text ?? null,
    passageId: window?.passageId,
    missingFigures: [...new Set(missingFigures)],
    missingNames: [...new Set(missingNames.map(({ text }) => text))],
    negationDiffers,
  };
}

const pointer = /\b(?:step|passage|document|source|section|schritt|quelle|dokument|abschnitt)s?\s+\d+/giu;

/** Numbers and dates of a sentence that neither the context nor what is known states; `step 4` counts nothing. */
function missingFiguresOf(sentence: string, index: ContextIndex, known: Known): string[] {
  return figuresOf(sentence.replace(pointer, " "))
    .filter((figure) => !isStated(figure, index.figures) && !isStated(figure, known.figures))
    .map(({ text }) => text)
    .filter((text) => !index.words.has(text.toLowerCase()));
}

/** True when sentence and window negate no word differently. */
function agree(tokens: readonly Token[], window: Window): boolean {
  return negationDifferences(polarityOf(tokens), polarityOf(window.tokens)).length === 0;
}

function isContent({ stop, lower }: Token): boolean {
  return !stop && !aboutSources.has(lower);
}

const opening = /(?:^|[:;.!?"'“„«‘([*/])\s*(\p{Lu}[\p{L}\p{M}]*)/gu;
const quantity = /^\p{N}+(?:[.,]\p{N}+)*\p{L}{1,4}$/u;

/**
 * Words that look like names. English: capitalised inside of a sentence, not after a colon or an opening quote. In every language: an
 * identifier of letters and digits, or capitals inside of a word (`McKay`, `IBM`). German capitalises every noun, so a capital at
 * the beginning of a word says nothing there.
 */
function namesOf(sentence: string, tokens: readonly Token[]): Token[] {
  if (sentence === sentence.toUpperCase()) return [];
  const english = languageOf(tokens) === "en";
  const openers = new Set([...sentence.matchAll(opening)].map((match) => match[1]!));
  return tokens.filter((token) => {
    if (!isContent(token)) return false;
    if (/^\p{L}.*\p{Lu}/u.test(token.text)) return true;
    if (/\p{N}/u.test(token.text)) return /\p{L}/u.test(token.text) && !quantity.test(token.text);
    return english && /^\p{Lu}./u.test(token.text) && !openers.has(token.text);
  });
}
