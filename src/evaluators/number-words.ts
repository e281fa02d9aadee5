import type { Figure } from "./figures.ts";

const named: Readonly<Record<number, string>> = {
  2: "two zwei",
  3: "three third drei dritte dritten drittes",
  4: "four fourth vier vierte vierten",
  5: "five fifth fünf fünfte fünften",
  6: "six sixth sechs sechste sechsten",
  7: "seven seventh sieben siebte siebten",
  8: "eight eighth acht achten",
  9: "nine ninth neun neunte neunten",
  10: "ten tenth zehn zehnte zehnten",
  11: "eleven eleventh elf elfte elften",
  12: "twelve twelfth dozen zwölf zwölfte zwölften dutzend",
  13: "thirteen dreizehn",
  14: "fourteen vierzehn",
  15: "fifteen fünfzehn",
  16: "sixteen sechzehn",
  17: "seventeen siebzehn",
  18: "eighteen achtzehn",
  19: "nineteen neunzehn",
  20: "twenty zwanzig",
  30: "thirty dreißig",
  40: "forty vierzig",
  50: "fifty fünfzig",
  60: "sixty sechzig",
  70: "seventy siebzig",
  80: "eighty achtzig",
  90: "ninety neunzig",
};
const values = new Map(
  Object.entries(named).flatMap(([value, words]) => words.split(" ").map((word) => [word, Number(value)])),
);

const scales = new Map(
  Object.entries({
    100: "hundred hundert",
    1000: "thousand tausend",
    1000000: "million millions millionen mio",
    1000000000: "billion billions milliarde milliarden mrd",
    1000000000000: "trillion trillions billionen",
  }).flatMap(([value, words]) => words.split(" ").map((word) => [word, Number(value)])),
);

/** A word of scale after a number, as the part of a pattern: `2 million`, `1.5 Mio`. */
export const scalePattern = `[\\s\\u00a0-](${[...scales.keys()].sort((a, b) => b.length - a.length).join("|")})(?!\\p{L})`;

/** What a word of scale multiplies with; 1 for none. */
export function scaleOf(word: string | undefined): number {
  return word === undefined ? 1 : (scales.get(word.toLowerCase()) ?? 1);
}

/** A small number counts what a text lists as often as it states something, unless a unit follows. */
const mostCounted = 3;
const units =
  "seconds?|minutes?|hours?|days?|nights?|weeks?|months?|years?|decades?|percent|dollars?|euros?|cents?|pounds?|miles?|kilomet(?:er|re)s?|met(?:er|re)s?|inch(?:es)?|feet|degrees?|sekunden?|minuten?|stunden?|tagen?|tage|nächten?|wochen?|monaten?|monate|jahren?|jahre|prozent|grad|meter|kilometer|cups?|tablespoons?|teaspoons?";

const pattern = new RegExp(
  `(?<![\\p{L}\\p{N}])(${[...values.keys()].sort((a, b) => b.length - a.length).join("|")})(?!\\p{L})(?:${scalePattern})?(?:[\\s-]+(${units})(?!\\p{L}))?`,
  "giu",
);

/** Numbers that a text states as English or German words: two to twenty, the tens, ordinals to twelfth, also with a word of scale. */
export function wordFigures(text: string): Figure[] {
  const figures: Figure[] = [];
  for (const [, word, scale, unit] of text.matchAll(pattern)) {
    const value = values.get(word!.toLowerCase())!;
    const meanings = [String(value * scaleOf(scale))];
    const found = scale === undefined ? word! : `${word} ${scale}`;
    const counts = value <= mostCounted && scale === undefined && unit === undefined;
    figures.push({ text: found, meanings, ...(counts ? { counts } : {}) });
  }
  return figures;
}

/** True for a word that is a number. */
export function isNumberWord(lower: string): boolean {
  return values.has(lower);
}
