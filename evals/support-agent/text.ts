/** Words, stems, languages and seeded chance: what the other parts share. */
import type { Language } from "./config.ts";

const umlauts: Record<string, string> = { ä: "ae", ö: "oe", ü: "ue", ß: "ss" };

/** Lower case without accents; umlauts as two letters, so that "zurück" and "zurueck" are the same. */
export function fold(text: string): string {
  return text
    .toLowerCase()
    .normalize("NFC")
    .replace(/[äöüß]/g, (letter) => umlauts[letter] ?? letter)
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/['’`´]/g, "");
}

export function words(text: string): string[] {
  return fold(text).match(/[a-z0-9]+/g) ?? [];
}

const stopwords = new Set(
  words(
    `a an the and or but if of to in on at by for from with as is are was were be been am do does did it its this that
     these those i you we they he she my your our their me us them so not no yes there here than then which who whom
     will would can could may might shall should have has had just about into up out over only also any some very
     please hi hello thanks thank what when where why how much many long get got
     der die das den dem des ein eine einen einem einer eines und oder aber wenn von vom zu zum zur im am an auf bei
     fuer mit als ist sind war waren sein bin es dies diese dieser dieses ich du sie wir ihr er mein meine meinen
     meiner meinem ihre ihren ihrem ihrer unser unsere mir mich uns ihnen so nicht kein keine ja nein da dann welche
     wer wird werden wuerde kann koennte koennen hat habe haben hatte nur auch sehr bitte hallo danke was wann wo wie
     viel viele lange noch mal dass man sich um nach aus schon`,
  ),
);

export function isStopword(word: string): boolean {
  return stopwords.has(word);
}

/** A light stemmer for both languages: cuts one common ending and leaves at least four letters. */
export function stem(word: string): string {
  if (/\d/.test(word)) return word;
  const short = word.replace(/(?:ungen|ung|ies|ing|ern|est|ed|en|er|es|em|ly|e|s|n|y)$/, "");
  return short.length >= 4 ? short : word;
}

/** Stems of the words that carry meaning. */
export function terms(text: string): string[] {
  return words(text)
    .filter((word) => !stopwords.has(word))
    .map(stem);
}

const germanWords = new Set(
  words(
    `der die das den dem ein eine einen ich sie wir mein meine meinen ist sind nicht und oder mit fuer auf von zu zum
     zur bitte danke hallo wie was wann wo warum wieviel kann koennen koennten haben habe hat bestellung geld tarif
     konto passwort rechnung paket moechte will wurde wird noch schon aber nur guten tag moin mir mich es bei im wenn
     seit steht sich hinter unter sie uns mal heute etwas ja moin stornierung storno erstattung dringend stornieren storniere erstatten rechnung retoure kuendigung nein kein keine dass hab nach wieder immer jetzt meiner meinem ihr ihre ihnen eure euer ihr lieferung geht`,
  ),
);
const englishWords = new Set(
  words(
    `the a an i you we my your is are was not and or with for on of to please thanks hello hi hey how what when where
     why can could have has had order money plan account password invoice parcel want would like will it this that do
     does did from at be been there they just but if in yes no me still cancel refund return pls thx send change status tracking invoice label reset upgrade delete
     its im ive dont cant get got any about`,
  ),
);

/** The language of the last text that tells; otherwise the customer's. */
export function detectLanguage(texts: readonly string[], otherwise: Language): Language {
  for (const text of texts.toReversed()) {
    const tokens = words(text.replace(/\bA[- ]?\d{5}\b/gi, ""));
    const german = tokens.filter((word) => germanWords.has(word)).length + (/[äöüß]/i.test(text) ? 1 : 0);
    const english = tokens.filter((word) => englishWords.has(word)).length;
    if (german !== english) return german > english ? "de" : "en";
  }
  return otherwise;
}

/** True when one insertion, deletion, change or swap of neighbours turns one word into the other. */
export function isNear(left: string, right: string): boolean {
  if (left === right) return true;
  if (Math.abs(left.length - right.length) > 1) return false;
  let start = 0;
  while (start < left.length && left[start] === right[start]) start += 1;
  const [a, b] = [left.slice(start), right.slice(start)];
  if (a.slice(1) === b.slice(1) || a.slice(1) === b || a === b.slice(1)) return true;
  return a[0] === b[1] && a[1] === b[0] && a.slice(2) === b.slice(2);
}

export type Random = () => number;

/** A small seeded generator (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = (seed ^ 0x9e3779b9) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Index of the highest score at temperature 0, otherwise one drawn from the softmax. */
export function pick(scores: readonly number[], temperature: number, random: Random): number {
  const top = Math.max(...scores);
  if (temperature === 0) return scores.indexOf(top);
  const weights = scores.map((score) => Math.exp((score - top) / temperature));
  let left = random() * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [index, weight] of weights.entries()) {
    left -= weight;
    if (left <= 0) return index;
  }
  return scores.length - 1;
}
