// Deflate finds repetitions within 32 kB. The cases of a report quote each other over megabytes: passages that many of them retrieve, evidence that
// quotes a passage. What repeats from further away is therefore taken out before, as copies of what stands earlier (as rzip and zstd's long mode do).

/** Bytes that are compared by one hash; shorter repetitions are not worth a copy. */
const window = 48;
/** Repetitions that are nearer than this are left to deflate. */
const nearest = 24_000;
/** Places are remembered and looked up where these bits of the hash are 0, at about every sixteenth byte: the same bytes have their places alike. */
const chosenBits = 4;
const hashBits = 19;
const multiplier = 0x01000193;

/**
 * The same bytes, shorter: first how many bytes there are and how many copies, then for each copy the number of bytes before it that are none, how far
 * back it lies, and its length; then all bytes that are no copies.
 */
export function takeFarCopies(bytes: Uint8Array): Uint8Array {
  const places = new Int32Array(1 << hashBits).fill(-1);
  const numbers: number[] = [];
  const literals: Uint8Array[] = [];
  let highest = 1;
  for (let i = 1; i < window; i++) highest = Math.imul(highest, multiplier);
  let written = 0;
  let hash = 0;
  for (let at = 0; at < bytes.length; at++) {
    const start = at - window + 1;
    if (start > written) hash = (hash - Math.imul(bytes[start - 1]!, highest)) | 0;
    hash = (Math.imul(hash, multiplier) + bytes[at]!) | 0;
    if (start < written) continue;
    if (hash >>> (32 - chosenBits) !== 0) continue;
    const slot = Math.imul(hash, 0x9e3779b1) >>> (32 - hashBits);
    const earlier = places[slot]!;
    places[slot] = start;
    if (earlier < 0 || start - earlier < nearest) continue;
    const match = extend(bytes, earlier, start, written);
    if (match === null) continue;
    numbers.push(match.start - written, match.start - match.earlier, match.length);
    literals.push(bytes.subarray(written, match.start));
    written = match.start + match.length;
    // Places within a copy are not remembered: deflate does not see them, so what repeats them near by is a copy from afar too.
    at = written - 1;
    hash = 0;
  }
  literals.push(bytes.subarray(written));
  return joined([numbersOf([bytes.length, numbers.length / 3, ...numbers]), ...literals]);
}

/** The whole repetition around two places; `null` when only their hashes are the same. */
function extend(bytes: Uint8Array, earlier: number, start: number, written: number) {
  let before = 0;
  while (
    start - before > written &&
    earlier - before > 0 &&
    bytes[start - before - 1] === bytes[earlier - before - 1]
  )
    before++;
  let after = 0;
  while (start + after < bytes.length && bytes[start + after] === bytes[earlier + after]) after++;
  const length = before + after;
  return after < window ? null : { start: start - before, earlier: earlier - before, length };
}

/** Seven bits a byte, the lowest first; the eighth says that more follow. */
function numbersOf(values: readonly number[]): Uint8Array {
  const bytes: number[] = [];
  for (const value of values) {
    let rest = value;
    while (rest > 127) {
      bytes.push((rest & 127) | 128);
      rest = Math.floor(rest / 128);
    }
    bytes.push(rest);
  }
  return Uint8Array.from(bytes);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The bytes that {@link takeFarCopies} was given. */
export function putFarCopiesBack(packed: Uint8Array): Uint8Array {
  let at = 0;
  const next = () => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = packed[at++]!;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  const bytes = new Uint8Array(next());
  const copies = Array.from({ length: next() }, () => ({ literal: next(), back: next(), length: next() }));
  let written = 0;
  for (const { literal, back, length } of copies) {
    bytes.set(packed.subarray(at, at + literal), written);
    at += literal;
    written += literal;
    bytes.copyWithin(written, written - back, written - back + length);
    written += length;
  }
  bytes.set(packed.subarray(at), written);
  return bytes;
}
