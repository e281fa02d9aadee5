import type { KnownName } from "../facts/names.ts";
import { type ByteTable, byteTable, nextHash } from "./byte-table.ts";
import { byte, type JsonPlace, parsed, parseValue, passText, passValue, peek } from "./json-bytes.ts";
import { readAttribute } from "./otlp-json.ts";
import type { SpanSink } from "./sink.ts";

const longestInterned = 64;
// As 32-bit numbers in little-endian order: comparing four bytes at a time is what makes attributes cheap to pass.
const word = (text: string) => Buffer.from(text).readInt32LE(0);
const keyStart = [word('{"ke'), word('y":"')] as const;
const valueStart = [word(',"va'), word('lue"')] as const;
const intStart = [word('"int'), word("Valu"), word('e":x') & 0xffffff] as const;
const doubleStart = [word('"dou'), word("bleV"), word("alue"), word('":xx') & 0xffff] as const;
const stringStart = [word('"str'), word("ingV"), word("alue"), word('":"x') & 0xffffff] as const;

/** Reads attributes from the bytes of OTLP JSON. */
export class JsonAttributes {
  private readonly sink: SpanSink;
  private readonly keys: ByteTable<KnownName | null>;
  private readonly texts: ByteTable<string> = byteTable((text) => text);

  constructor(sink: SpanSink) {
    this.sink = sink;
    this.keys = byteTable((name) => sink.reader.names.get(name) ?? null);
  }

  /** A text with the place at its first quote. */
  text(place: JsonPlace, isIdentifier: boolean): string {
    const from = place.at + 1;
    const end = passText(place);
    if (place.isEscaped) return parsed(place, from - 1, end + 1) as string;
    if (end - from > longestInterned || isIdentifier) return place.bytes.toString("utf8", from, end);
    return this.texts.get(place.bytes, from, end);
  }

  /** An attribute, as nearly all writers write it; else by JSON.parse. */
  read(place: JsonPlace): void {
    peek(place);
    const from = place.at;
    if (this.usualAttribute(place)) return;
    place.at = from;
    readAttribute(parseValue(place), this.sink);
  }

  /** True for `{"key":"…","value":{"…Value":…}}` without white space and escapes in the key. Reads it, where its name is known. */
  private usualAttribute(place: JsonPlace): boolean {
    const { bytes, end } = place;
    let at = place.at;
    if (int32(bytes, at) !== keyStart[0] || int32(bytes, at + 4) !== keyStart[1]) return false;
    const from = at + 8;
    let hash = 0;
    for (at = from; at < end; at++) {
      const code = bytes[at]!;
      if (code === byte.quote) break;
      if (code === byte.backslash) return false;
      hash = nextHash(hash, code);
    }
    const keyEnd = at++;
    if (int32(bytes, at) !== valueStart[0] || int32(bytes, at + 4) !== valueStart[1]) return false;
    if (bytes[at + 8] !== byte.colon || bytes[at + 9] !== byte.openBrace) return false;
    at += 10;
    const isString =
      int32(bytes, at) === stringStart[0] &&
      int32(bytes, at + 4) === stringStart[1] &&
      int32(bytes, at + 8) === stringStart[2] &&
      (int32(bytes, at + 12) & 0xffffff) === stringStart[3];
    const known = this.keys.find(bytes, from, keyEnd, hash);
    if (isString) {
      place.at = at + 14;
      if (known === null) passText(place);
      else return this.usualString(place, known);
      return closes(place);
    }
    if (known !== null) return this.usualNumber(place, at, known);
    place.at = at - 1;
    passValue(place);
    if (bytes[place.at] !== byte.closeBrace) return false;
    place.at++;
    return true;
  }

  /** A whole number of at most 15 digits, in quotes or not, or a number with a fraction. */
  private usualNumber(place: JsonPlace, at: number, known: KnownName): boolean {
    const { bytes } = place;
    const first = int32(bytes, at);
    let value = 0;
    if (
      first === intStart[0] &&
      int32(bytes, at + 4) === intStart[1] &&
      (int32(bytes, at + 8) & 0xffffff) === intStart[2]
    ) {
      const isQuoted = bytes[at + 11] === byte.quote;
      const from = at + 11 + (isQuoted ? 1 : 0);
      let digits = from;
      for (; isDigit(bytes[digits]!) && digits - from < 16; digits++)
        value = value * 10 + bytes[digits]! - 48;
      if (digits === from || digits - from > 15 || (isQuoted && bytes[digits] !== byte.quote)) return false;
      place.at = digits + (isQuoted ? 1 : 0);
    } else if (
      first === doubleStart[0] &&
      int32(bytes, at + 4) === doubleStart[1] &&
      int32(bytes, at + 8) === doubleStart[2] &&
      (int32(bytes, at + 12) & 0xffff) === doubleStart[3]
    ) {
      place.at = at + 14;
      passValue(place);
      value = Number(bytes.toString("latin1", at + 14, place.at));
      if (!Number.isFinite(value)) return false;
    } else return false;
    if (!closes(place)) return false;
    this.sink.reader.attribute(known, value);
    return true;
  }

  private usualString(place: JsonPlace, known: KnownName): boolean {
    const value = this.text(place, known.isIdentifier);
    if (!closes(place)) return false;
    this.sink.reader.attribute(known, value);
    return true;
  }
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** Passes the end of a value and of its attribute. */
function closes(place: JsonPlace): boolean {
  const { bytes, at } = place;
  if (bytes[at] !== byte.closeBrace || bytes[at + 1] !== byte.closeBrace) return false;
  place.at = at + 2;
  return true;
}

/** Four bytes as a number; what is behind the end is no part of any text. */
function int32(bytes: Buffer, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}
