import { scaleOf, scalePattern, wordFigures } from "./number-words.ts";
import { withoutFinalZeros } from "./text.ts";

/** A number or date that a text states. */
export interface Figure {
  /** As it stands in the text. */
  readonly text: string;
  /** What it may mean; `1.000` may be one or a thousand. Two figures agree when they share a meaning. */
  readonly meanings: readonly string[];
  /** True for a small number word without a unit, which may count what the text lists (`two reasons`) instead of stating something. */
  readonly counts?: true;
}

const monthNames: Readonly<Record<string, number>> = Object.fromEntries(
  [
    "january januar jan jän",
    "february februar feb",
    "march märz mar mär",
    "april apr",
    "may mai",
    "june juni jun",
    "july juli jul",
    "august aug",
    "september sept sep",
    "october oktober oct okt",
    "november nov",
    "december dezember dec dez",
  ].flatMap((names, index) => names.split(" ").map((name) => [name, index + 1] as const)),
);
const month = Object.keys(monthNames)
  .sort((a, b) => b.length - a.length)
  .join("|");

const isoDate = /\b(\d{4})-(\d{2})-(\d{2})\b/gu;
const dottedDate = /\b(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})\b/gu;
const dayMonth = new RegExp(
  `\\b(\\d{1,2})(?:\\.|st|nd|rd|th)?\\s(?:of\\s)?(${month})\\b\\.?(?:,?\\s(\\d{4}))?`,
  "giu",
);
const monthDay = new RegExp(
  `\\b(${month})\\b\\.?\\s(\\d{1,2})(?:st|nd|rd|th)?\\b(?!\\s?%)(?:,?\\s(\\d{4}))?`,
  "giu",
);

const numeral = new RegExp(`(\\d+(?:[.,'’\\u00a0\\u202f]\\d+)*)(?:${scalePattern})?`, "giu");
const shortenedYear = /\b((?:1\d|20)\d\d)(\s?(?:--?|[–—/])\s?)(\d\d)(?![\d-])/gu;
// Almost every text has no month; this tells faster than the patterns of dates.
const anyMonth = /jan|jän|feb|mar|mär|apr|ma[iy]|ju[nl]|aug|sep|o[ck]t|nov|de[cz]/iu;

/**
 * Numbers and dates of an English or German text. Thousands may be marked by point, comma, apostrophe or narrow blank; a mark before
 * exactly three digits is read both ways. Ordinals count as their number, number words as the digits, `2 million` as 2,000,000; `2007-08`
 * also states 2008.
 * A date (`3 March 2024`, `March 3, 2024`, `3. März 2024`, `03.03.2024`, `2024-03-03`) is one figure.
 */
export function figuresOf(text: string): Figure[] {
  if (!/\d/u.test(text)) return wordFigures(text);
  const figures: Figure[] = [];
  const rest = takeDates(text, figures);
  for (const [match, digits, scale] of rest.matchAll(numeral)) {
    const meanings = readNumber(digits!);
    figures.push(
      scale === undefined
        ? { text: digits!, meanings }
        : { text: match, meanings: meanings.map((meaning) => scaled(meaning, scaleOf(scale))) },
    );
  }
  return [...figures, ...wordFigures(rest)];
}

function scaled(meaning: string, factor: number): string {
  const value = Math.round(Number(meaning) * factor);
  return Number.isSafeInteger(value) ? String(value) : meaning;
}

/** Takes the dates out of a text. */
function takeDates(text: string, into: Figure[]): string {
  const take = (found: string, year: string | undefined, monthOf: string, day: string): string => {
    const number = monthNames[monthOf.toLowerCase()] ?? Number(monthOf);
    if (number < 1 || number > 12 || Number(day) < 1 || Number(day) > 31) return found;
    const monthAndDay = `--${number}-${Number(day)}`;
    into.push({ text: found, meanings: [year === undefined ? monthAndDay : `${year}${monthAndDay}`] });
    return " ";
  };
  const years = (_: string, year: string, dash: string, short: string) =>
    `${year}${dash}${year.slice(0, 2)}${short}`;
  const plain = text
    .replace(isoDate, (found, year: string, monthOf: string, day: string) => take(found, year, monthOf, day))
    .replace(shortenedYear, years)
    .replace(dottedDate, (found, day: string, monthOf: string, year: string) =>
      take(found, year, monthOf, day),
    );
  if (!anyMonth.test(plain)) return plain;
  return plain
    .replace(dayMonth, (found, day: string, name: string, year?: string) => take(found, year, name, day))
    .replace(monthDay, (found, name: string, day: string, year?: string) => take(found, year, name, day));
}

/** What a numeral may mean, in canonical decimal notation. */
function readNumber(numeral: string): string[] {
  const marks = numeral.replace(/\d/gu, "");
  const meanings = new Set<string>();
  const last = Math.max(numeral.lastIndexOf("."), numeral.lastIndexOf(","));
  const groups = numeral.split(/[^\d]/u);
  if (groups.slice(1).every((group) => group.length === 3) && new Set(marks).size <= 1) {
    meanings.add(canonical(groups.join(""), ""));
  }
  const decimalMark = last < 0 ? "" : numeral[last]!;
  if (last >= 0 && marks.split(decimalMark).length === 2) {
    meanings.add(canonical(numeral.slice(0, last).replace(/[^\d]/gu, ""), numeral.slice(last + 1)));
  }
  // Anything else is a version, a telephone number or a time: compared as it stands.
  if (meanings.size === 0) meanings.add(numeral);
  return [...meanings];
}

function canonical(whole: string, fraction: string): string {
  const kept = withoutFinalZeros(fraction);
  const left = whole.replace(/^0+(?=\d)/u, "");
  return kept === "" ? left : `${left}.${kept}`;
}

/** What a set of texts states: all meanings of all figures, and each part of its dates. */
export function meaningsOf(figures: readonly Figure[]): Set<string> {
  const meanings = new Set<string>();
  for (const figure of figures) {
    for (const meaning of figure.meanings) {
      meanings.add(meaning);
      const date = /^(\d{4})?--(\d+)-(\d+)$/u.exec(meaning);
      if (date === null) continue;
      meanings.add(`--${date[2]}-${date[3]}`);
      meanings.add(date[3]!);
      if (date[1] !== undefined) meanings.add(date[1]);
    }
  }
  return meanings;
}

/**
 * True when a text with these meanings states the figure. A full date may also be put together from its day and month and,
 * elsewhere in the text, its year.
 */
export function isStated(figure: Figure, meanings: ReadonlySet<string>): boolean {
  return figure.meanings.some((meaning) => {
    if (meanings.has(meaning)) return true;
    const date = /^(\d{4})(--\d+-\d+)$/u.exec(meaning);
    return date !== null && meanings.has(date[1]!) && meanings.has(date[2]!);
  });
}
