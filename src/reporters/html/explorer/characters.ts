// Bytes as text that an element may hold: 13 bits in two of 91 characters, as in basE91 (Henke 2005). Base64 takes 8 % more.

/** What is seen of ASCII but for `"`, `<` and `\`. */
const alphabet = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index))
  .filter((character) => !'"<\\'.includes(character))
  .join("");
const base = alphabet.length;
const bits = 13;

/** The bytes as text. */
export function toCharacters(bytes: Uint8Array): string {
  const codes = new Uint8Array(2 * Math.ceil((bytes.length * 8) / bits));
  let written = 0;
  let held = 0;
  let width = 0;
  const put = (value: number) => {
    codes[written++] = alphabet.charCodeAt(value % base);
    codes[written++] = alphabet.charCodeAt(Math.floor(value / base));
  };
  for (const byte of bytes) {
    held |= byte << width;
    width += 8;
    if (width < bits) continue;
    put(held & ((1 << bits) - 1));
    held >>>= bits;
    width -= bits;
  }
  if (width > 0) put(held);
  return new TextDecoder().decode(codes);
}

/** The bytes that {@link toCharacters} was given, and perhaps one more, which is 0. */
export function fromCharacters(text: string): Uint8Array<ArrayBuffer> {
  const values = new Uint8Array(128);
  for (let index = 0; index < base; index++) values[alphabet.charCodeAt(index)] = index;
  const bytes = new Uint8Array(Math.floor(((text.length / 2) * bits) / 8));
  let written = 0;
  let held = 0;
  let width = 0;
  for (let at = 0; at < text.length; at += 2) {
    held |= (values[text.charCodeAt(at)]! + values[text.charCodeAt(at + 1)]! * base) << width;
    width += bits;
    for (; width >= 8; width -= 8) {
      bytes[written++] = held & 255;
      held >>>= 8;
    }
  }
  return bytes;
}
