/** JSON that the fast reader does not follow; the general one decides what it is. */
export class OddJson extends Error {
  override readonly name = "OddJson";
}

/** Bytes that JSON is made of. */
export const byte = {
  quote: 0x22,
  comma: 0x2c,
  colon: 0x3a,
  openBracket: 0x5b,
  backslash: 0x5c,
  closeBracket: 0x5d,
  openBrace: 0x7b,
  closeBrace: 0x7d,
} as const;

/** A place in the bytes of a JSON text. */
export interface JsonPlace {
  readonly bytes: Buffer;
  readonly end: number;
  at: number;
  /** True when the text that was passed last has a backslash in it. */
  isEscaped: boolean;
}

/** Passes white space and gives the byte behind it. */
export function peek(place: JsonPlace): number {
  const { bytes } = place;
  let at = place.at;
  while (bytes[at]! <= 32 && at < place.end) at++;
  place.at = at;
  if (at >= place.end) throw new OddJson("the text ends early");
  return bytes[at]!;
}

/** Passes one byte, and white space before it. */
export function pass(place: JsonPlace, wanted: number): void {
  if (peek(place) !== wanted) throw new OddJson("another byte was expected");
  place.at++;
}

/** Passes a text, with the place at its first quote, and gives where its contents end. */
export function passText(place: JsonPlace): number {
  const { bytes, end } = place;
  place.isEscaped = false;
  let at = place.at + 1;
  for (; at < end; at++) {
    const code = bytes[at]!;
    if (code === byte.quote) {
      place.at = at + 1;
      return at;
    }
    if (code === byte.backslash) {
      place.isEscaped = true;
      at++;
    }
  }
  throw new OddJson("the text ends early");
}

/** Passes a value of any kind. */
export function passValue(place: JsonPlace): void {
  const first = peek(place);
  if (first === byte.quote) {
    passText(place);
    return;
  }
  if (first !== byte.openBrace && first !== byte.openBracket) {
    passLiteral(place);
    return;
  }
  let depth = 0;
  do {
    const code = peek(place);
    if (code === byte.quote) passText(place);
    else {
      if (code === byte.openBrace || code === byte.openBracket) depth++;
      else if (code === byte.closeBrace || code === byte.closeBracket) depth--;
      place.at++;
    }
  } while (depth > 0);
}

/** Passes a number, `true`, `false` or `null`. */
function passLiteral(place: JsonPlace): void {
  const { bytes, end } = place;
  const from = place.at;
  let at = from;
  while (at < end && isLiteral(bytes[at]!)) at++;
  if (at === from) throw new OddJson("a value was expected");
  place.at = at;
}

/** Digits, letters, `+`, `-`, `.`. */
function isLiteral(code: number): boolean {
  return (
    (code >= 0x30 && code <= 0x39) ||
    (code >= 0x61 && code <= 0x7a) ||
    code === 0x2d ||
    code === 0x2e ||
    code === 0x2b ||
    code === 0x45
  );
}

/** Reads the value at the place with JSON.parse. */
export function parseValue(place: JsonPlace): unknown {
  peek(place);
  const from = place.at;
  passValue(place);
  return parsed(place, from, place.at);
}

/** The value that bytes are by JSON.parse. */
export function parsed({ bytes }: JsonPlace, from: number, end: number): unknown {
  try {
    return JSON.parse(bytes.toString("utf8", from, end));
  } catch {
    throw new OddJson("a value that is no JSON");
  }
}

/** After a member or element: true when another one follows, false at the end of the object or list. */
export function hasNext(place: JsonPlace, closing: number): boolean {
  const code = peek(place);
  place.at++;
  if (code === byte.comma) return true;
  if (code === closing) return false;
  throw new OddJson("another byte was expected");
}

/** Passes the opening byte; false when the closing one follows at once. */
export function enters(place: JsonPlace, opening: number, closing: number): boolean {
  pass(place, opening);
  if (peek(place) !== closing) return true;
  place.at++;
  return false;
}
