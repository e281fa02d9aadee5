import { foldText, plainPunctuation, withoutEmphasis, withoutFinalZeros } from "./text.ts";

/** Text in the form in which facts are looked for: folded, with plain quotes and dashes, without marks of emphasis. */
export function factForm(text: string): string {
  return foldText(plainPunctuation(withoutEmphasis(text)));
}

const wordCharacter = /[\p{L}\p{N}\p{M}]/u;
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/**
 * True when a text states a fact, both in `factForm`: the fact occurs as whole words, so that `5 days` is not found in `15 days`,
 * nor `€15` in `€15.50`. Scripts written without blanks have no such ends of words.
 */
export function states(text: string, fact: string): boolean {
  if (fact === "") return false;
  for (let at = text.indexOf(fact); at !== -1; at = text.indexOf(fact, at + 1)) {
    if (!continuesBefore(text, at) && !continuesAfter(text, at + fact.length)) return true;
  }
  return false;
}

/** True when the word or number at `at` began before it. */
function continuesBefore(text: string, at: number): boolean {
  const first = characterAt(text, at);
  if (!wordCharacter.test(first) || unspaced.test(first)) return false;
  const before = characterBefore(text, at);
  if (wordCharacter.test(before)) return !unspaced.test(before);
  const beforeMark = characterBefore(text, at - before.length);
  return /\d/u.test(first) && /[.,]/u.test(before) && /\d/u.test(beforeMark);
}

/** True when the word or number that ends before `end` goes on. */
function continuesAfter(text: string, end: number): boolean {
  const last = characterBefore(text, end);
  if (!wordCharacter.test(last) || unspaced.test(last)) return false;
  const after = characterAt(text, end);
  if (wordCharacter.test(after)) return !unspaced.test(after);
  return /\d/u.test(last) && /[.,]/u.test(after) && /\d/u.test(characterAt(text, end + 1));
}

function characterAt(text: string, at: number): string {
  const code = text.codePointAt(at);
  return code === undefined ? "" : String.fromCodePoint(code);
}

function characterBefore(text: string, at: number): string {
  if (at <= 0) return "";
  const code = text.codePointAt(at - 2);
  return at >= 2 && code !== undefined && code > 0xffff ? String.fromCodePoint(code) : text[at - 1]!;
}

const decimal = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,9}))?$/iu;

/**
 * A decimal number in a form that is the same for equal numbers (`18`, `18.0`, `+1.8e1`), exact for any number of digits.
 *
 * @returns `null` for what is no number in JSON's notation (a leading `+`, `.5` and `5.` are read too).
 */
export function canonicalNumber(text: string): string | null {
  const match = decimal.exec(text.trim());
  if (match === null || !/^[+-]?\.?\d/u.test(text.trim())) return null;
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = match;
  const digits = (whole + fraction).replace(/^0+/u, "");
  const kept = withoutFinalZeros(digits);
  if (kept === "") return "0";
  const power = Number(exponent) - fraction.length + (digits.length - kept.length);
  return `${sign === "-" ? "-" : ""}${kept}e${power}`;
}

/** True when an answer is the expected one: equal as numbers when both are numbers, otherwise equal in folded form. */
export function isAnswer(text: string, expected: string): boolean {
  const number = canonicalNumber(expected);
  if (number !== null && canonicalNumber(text) === number) return true;
  return foldText(text) === foldText(expected);
}

/** The last number in a text, as it stands there, with thousands marked by commas or not; `null` without one. */
export function lastNumber(text: string): string | null {
  const found = text.match(/(?<![\p{L}\p{N}.])[-\u2212]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|(?<!\d)\.\d+/gu);
  return found?.at(-1) ?? null;
}

/** True when two texts are numbers that differ by no more than the tolerance. Without one they are equal, whatever the number of digits. */
export function isNumber(text: string, expected: string, tolerance: number): boolean {
  const [one, other] = [text, expected].map(withoutThousands) as [string, string];
  const [first, second] = [canonicalNumber(one), canonicalNumber(other)];
  if (first === null || second === null) return false;
  if (first === second) return true;
  const gap = Math.abs(Number(one) - Number(other));
  // The bound itself is within: 0.1 + 0.2 is no more than 0.1 from 0.2.
  return tolerance > 0 && gap <= tolerance * (1 + 1e-9);
}

function withoutThousands(text: string): string {
  const plain = text.trim().replace("\u2212", "-");
  return /^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?$/u.test(plain) ? plain.replaceAll(",", "") : plain;
}

/** Items that a text lists: those of a list in JSON, or what stands between lines, commas and semicolons, without marks and closing points. */
export function itemsOf(text: string): string[] {
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value))
      return value.map((item) => (typeof item === "string" ? item : JSON.stringify(item)));
  } catch {
    // Not JSON: read as prose.
  }
  const parts = text.split(/[\n;]|,(?!\d{3}(?!\d))/u).map((part) =>
    part
      .trim()
      .replace(/^(?:[-*\u2022]|\d{1,3}[.)])\s+/u, "")
      .replace(/^(?:and|und)\s+/iu, "")
      .replace(/[.!]$/u, "")
      .trim(),
  );
  return parts.filter((part) => part !== "");
}
