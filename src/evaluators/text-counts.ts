const word = /[\p{L}\p{M}\p{N}_]+/gu;

/** Number of words: runs of letters with their marks, digits and underscores. */
export function countWords(text: string): number {
  return text.match(word)?.length ?? 0;
}

/** How often a text occurs in another, in any case of letters, without overlap. */
export function countOccurrences(text: string, wanted: string): number {
  return text.match(new RegExp(escaped(wanted), "giu"))?.length ?? 0;
}

/** True when a word or phrase occurs in a text as whole words, in any case of letters. */
export function hasWord(text: string, wanted: string): boolean {
  const wordCharacter = "[\\p{L}\\p{N}_]";
  return new RegExp(`(?<!${wordCharacter})${escaped(wanted)}(?!${wordCharacter})`, "iu").test(text);
}

/** A text as a regular expression that matches nothing else. */
export function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/gu, "\\$&");
}

/** True when a text has letters with case, and all of them are capitals. */
export function isUpperCase(text: string): boolean {
  return text === text.toUpperCase() && /[\p{Lu}\p{Lt}]/u.test(text);
}

/** True when a text has letters with case, and none of them is a capital. */
export function isLowerCase(text: string): boolean {
  return text === text.toLowerCase() && /\p{Ll}/u.test(text);
}

const contraction = /['’](?:s|m|d|ll|re|ve)$|n['’]t$/iu;
const separate = /[?!,;:@#$%&()[\]{}<>"“”„«»…`]+|\.{2,}|--+/gu;

/** Words in capitals, each part of a contraction (`I'M`) by itself; punctuation ends a word, a hyphen or a point inside does not. */
export function countCapitalWords(text: string): number {
  let number = 0;
  for (const run of text.replace(separate, " ").split(/\s+/u)) {
    const bare = run.replace(/^['’]+|['’]+$/gu, "");
    const ending = contraction.exec(bare);
    const parts = ending === null ? [bare] : [bare.slice(0, ending.index), ending[0]];
    number += parts.filter(isUpperCase).length;
  }
  return number;
}

const abbreviations = new Set(
  "adm al alex approx apr assn aug ave bldg bros cal capt cie co col comdr conn corp cos ct dec del dept dist dr e.g eq est etc feb fig fla ft g.k gen gov hon i.e inc ind jan jr kan ky l.a lt ltd maj mar mass messrs mg minn miss mo mr mrs ms nev no nov oct okla ont ore p.m a.m pa ph.d prof pvt rep reps rev s.a sen sens sept sgt sr st tenn tex u.k u.n u.s u.s.a va vol vs vt wash wis wyo".split(
    " ",
  ),
);
const sentenceEnd = /(?:[.?!]+["'”’)\]}*_]*)(?=\s|$)/gu;

/**
 * Number of sentences of a text in the sense of Punkt (Kiss & Strunk 2006), by rules: one ends with a full stop, question or exclamation
 * mark before white space. A full stop does not end one after an abbreviation, an initial, or before a small letter. A line break
 * alone ends nothing; what stands after the last end counts as a sentence.
 */
export function countSentences(text: string): number {
  const trimmed = text.trim();
  let number = 0;
  let start = 0;
  for (const match of trimmed.matchAll(sentenceEnd)) {
    const end = match.index + match[0].length;
    if (end < trimmed.length && match[0].startsWith(".") && !endsSentence(trimmed, start, match.index, end))
      continue;
    number++;
    start = end;
  }
  return number + (trimmed.slice(start).trim() === "" ? 0 : 1);
}

/** Whether the full stop at `stop` ends a sentence that began at `start`; what follows begins at `end`. */
function endsSentence(text: string, start: number, stop: number, end: number): boolean {
  const before = /[\p{L}\p{N}.]+$/u.exec(text.slice(Math.max(start, stop - 24), stop))?.[0] ?? "";
  const next = /^\s*["'“‘([{*_]*(\S)/u.exec(text.slice(end, end + 24))?.[1] ?? "";
  const isSmall = /\p{Ll}/u.test(next);
  if (isSmall) return false;
  if (/^\p{Lu}$/u.test(before)) return before === "I";
  return !abbreviations.has(before.toLowerCase());
}
