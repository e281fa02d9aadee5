/** Identifiers of one span as signed 32-bit words: four of the trace, two of the span, two of its parent. */
export type IdentifierWords = Int32Array;

/** Room for the identifiers of one span. */
export function identifierWords(): IdentifierWords {
  return new Int32Array(8);
}

/** Where the words of an identifier begin. */
export const wordsAt = { trace: 0, span: 4, parent: 6 } as const;

const nibbles = new Int8Array(128).fill(-1);
for (let digit = 0; digit < 16; digit++) {
  nibbles[digit.toString(16).charCodeAt(0)] = digit;
  nibbles[digit.toString(16).toUpperCase().charCodeAt(0)] = digit;
}

/**
 * Reads the identifier of a trace or span. Takes hexadecimal digits (fewer of them are filled up with zeros in front, as Jaeger leaves
 * them out) and Base64, which a generic protobuf-to-JSON writer makes.
 *
 * @returns false for what is no identifier, and for zeros.
 */
export function readIdentifier(
  value: unknown,
  of: "trace" | "span" | "parent",
  into: IdentifierWords,
): boolean {
  if (typeof value !== "string") return false;
  const words = of === "trace" ? 4 : 2;
  const at = wordsAt[of];
  if (value.length === words * 8) return readHex(value, at, words, into);
  if (value.length === Math.ceil((words * 4) / 3) * 4 && value.endsWith("=")) {
    const bytes = Buffer.from(value, "base64");
    return bytes.length === words * 4 && readHex(bytes.toString("hex"), at, words, into);
  }
  if (value.length === 0 || value.length > words * 8) return false;
  return readHex(value.padStart(words * 8, "0"), at, words, into);
}

/** The same from the bytes of hexadecimal digits, of which none may be missing. */
export function readIdentifierBytes(
  bytes: Uint8Array,
  from: number,
  end: number,
  of: "trace" | "span" | "parent",
  into: IdentifierWords,
): boolean {
  const words = of === "trace" ? 4 : 2;
  if (end - from !== words * 8) return false;
  let any = 0;
  let bad = 0;
  let at = from;
  for (let word = 0; word < words; word++) {
    let bits = 0;
    for (let i = 0; i < 8; i++) {
      const code = bytes[at++]!;
      const nibble = code < 128 ? nibbles[code]! : -1;
      bad |= nibble;
      bits = (bits << 4) | nibble;
    }
    into[wordsAt[of] + word] = bits;
    any |= bits;
  }
  return bad >= 0 && any !== 0;
}

function readHex(text: string, at: number, words: number, into: IdentifierWords): boolean {
  let any = 0;
  let bad = 0;
  for (let word = 0; word < words; word++) {
    let bits = 0;
    for (let i = word * 8; i < word * 8 + 8; i++) {
      const code = text.charCodeAt(i);
      const nibble = code < 128 ? nibbles[code]! : -1;
      bad |= nibble;
      bits = (bits << 4) | nibble;
    }
    into[at + word] = bits;
    any |= bits;
  }
  return bad >= 0 && any !== 0;
}

/**
 * Reads the identifier of a parent: zeros for a root (nothing, or zeros), ones for what is no identifier, so that the span counts as an
 * orphan.
 */
export function readParent(value: unknown, into: IdentifierWords): void {
  if (value === undefined || value === null || value === "" || value === "0000000000000000")
    setParent(into, 0);
  else if (!readIdentifier(value, "parent", into)) setParent(into, value === "AAAAAAAAAAA=" ? 0 : -1);
}

/** Sets both words of a parent. */
export function setParent(into: IdentifierWords, word: number): void {
  into[wordsAt.parent] = word;
  into[wordsAt.parent + 1] = word;
}

const sixteen = Buffer.alloc(16);

/** The identifier of a trace as 32 hexadecimal digits. */
export function hexOf(words: readonly number[]): string {
  for (let i = 0; i < 4; i++) sixteen.writeInt32BE(words[i]!, i * 4);
  return sixteen.toString("hex");
}
