const invisible = /[\u00ad\u200b\u2060\ufeff]/gu;
const singleQuotes = /[\u2018\u2019\u201a\u201b\u2032\u02bc]/gu;
const doubleQuotes = /[\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033]/gu;
const dashes = /[\u2010-\u2015\u2212]/gu;

/**
 * Text in the form in which two texts are compared: Unicode NFC, any white space as one blank, trimmed, full case folding
 * (`Straße` and `STRASSE` are equal), soft hyphens and zero-width marks removed.
 */
export function foldText(text: string): string {
  const plain = text.normalize("NFC").replace(invisible, "").replace(/\s+/gu, " ").trim();
  return plain.toUpperCase().toLowerCase().replaceAll("ς", "σ").normalize("NFC");
}

/** Text with typographic quotes and dashes replaced by the plain ones. */
export function plainPunctuation(text: string): string {
  return text.replace(singleQuotes, "'").replace(doubleQuotes, '"').replace(dashes, "-");
}

/** Text without marks of emphasis and code (`**30** days`); a sign between two characters of a word (`2*3`) stays. */
export function withoutEmphasis(text: string): string {
  return text
    .replace(/(?<![\p{L}\p{N}*`])[*`]{1,3}(?=[^\s*`])/gu, "")
    .replace(/(?<=[^\s*`])[*`]{1,3}(?![\p{L}\p{N}*`])/gu, "");
}

/** The beginning of a text, at most so many characters, with an ellipsis where something was cut. */
export function clip(text: string, characters: number): string {
  if (text.length <= characters) return text;
  const cut = text.slice(0, Math.max(0, characters - 1));
  const last = cut.charCodeAt(cut.length - 1);
  return `${last >= 0xd800 && last <= 0xdbff ? cut.slice(0, -1) : cut}…`;
}

/** A JSON value as short text for people. Never throws and never gets long, however deep or large the value is. */
export function show(value: unknown, characters = 80): string {
  return clip(write(value, 4, characters), characters);
}

function write(value: unknown, depth: number, characters: number): string {
  if (typeof value === "string") return JSON.stringify(clip(value, characters));
  if (typeof value !== "object" || value === null) return String(value);
  if (depth === 0) return "…";
  const parts: string[] = [];
  let length = 0;
  const isList = Array.isArray(value);
  for (const key of isList ? value.keys() : Object.keys(value)) {
    if (length > characters) break;
    const member = write((value as Record<string | number, unknown>)[key], depth - 1, characters);
    const part = isList ? member : `${clip(String(key), characters)}: ${member}`;
    parts.push(part);
    length += part.length + 2;
  }
  return isList ? `[${parts.join(", ")}]` : `{${parts.join(", ")}}`;
}

/** `1 call`, `2 calls`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** A share 0..1 for people, with two digits after the point. */
export function share(value: number): string {
  return value.toFixed(2);
}

/** A short fingerprint of a text, for version names: FNV-1a, 64 bits, in base 36 (draft-eastlake-fnv). */
export function digest(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash.toString(36);
}

/** An option between 0 and 1. @throws RangeError for anything else. */
export function proportion(name: string, value: number): number {
  if (value >= 0 && value <= 1) return value;
  throw new RangeError(`${name} must be between 0 and 1, not ${String(value)}`);
}

/** Digits without the zeros at their end, in linear time. */
export function withoutFinalZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits[end - 1] === "0") end--;
  return digits.slice(0, end);
}
