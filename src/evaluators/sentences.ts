const abbreviations = new Set(
  "mr mrs ms dr prof sr jr st vs etc e.g i.e eg ie no nr bzw ca z.b d.h u.a usw inkl zzgl evtl ggf max min mind tel str art abs jan feb mar apr jun jul aug sep sept oct okt nov dec dez inc ltd co corp approx fig vol u.s u.k a.m p.m".split(
    " ",
  ),
);

const listMarker = /^\s*(?:[-*•‣–+]|\(?\d{1,3}[.)]|[a-z]\)|#{1,6}|>)\s+/u;
// The look-behind keeps a long run of marks from being tried from each of its positions.
const possibleEnd = /(?<![.!?…。！？])[.!?…。！？]+["'”’»)\]*]*(?=\s|$)|(?<=[。！？])(?=[^\s.!?…。！？])/gu;

/**
 * Sentences of an English or German text in their order, trimmed, none empty. Lines are never joined: an item of a list or a heading
 * is a sentence of its own, without its marker. A full stop after a usual abbreviation, an initial or (in a German date) an
 * ordinal number ends nothing.
 */
export function sentencesOf(text: string): string[] {
  const sentences: string[] = [];
  for (const line of text.split(/\r?\n|\r|\u2028|\u2029/u)) {
    const body = line.replace(listMarker, "").trim();
    if (body !== "") splitLine(body, sentences);
  }
  return sentences;
}

function splitLine(line: string, into: string[]): void {
  let start = 0;
  for (const match of line.matchAll(possibleEnd)) {
    const end = match.index + match[0].length;
    if (end < line.length && match[0].startsWith(".") && isAbbreviation(line, start, match.index, end))
      continue;
    push(line.slice(start, end), into);
    start = end;
  }
  push(line.slice(start), into);
}

function push(sentence: string, into: string[]): void {
  const trimmed = sentence.trim();
  if (trimmed !== "") into.push(trimmed);
}

/** True when the full stop at `stop` belongs to the word before it. */
function isAbbreviation(line: string, start: number, stop: number, end: number): boolean {
  const from = Math.max(start, stop - 12);
  const word = /[\p{L}\p{N}.]+$/u.exec(line.slice(from, stop))?.[0] ?? "";
  if (abbreviations.has(word.toLowerCase())) return true;
  if (/^\p{Lu}$/u.test(word) && word !== "I") return true;
  if (/^\p{L}$/u.test(word) && /^\s?\p{L}\./u.test(line.slice(end, end + 4))) return true;
  const next = /^\s*(\p{L})/u.exec(line.slice(end, end + 8))?.[1];
  if (next === undefined) return false;
  if (/^\d{1,2}$/u.test(word)) return isOrdinal(line.slice(end, end + 24));
  return next === next.toLowerCase() && next !== next.toUpperCase();
}

const months = /^\s*(?:Jan|Feb|Mär|März|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez)/u;

/** True when what follows a number with a full stop shows that the number is an ordinal, as in German dates. */
function isOrdinal(rest: string): boolean {
  return months.test(rest) || /^\s*\p{Ll}/u.test(rest);
}
