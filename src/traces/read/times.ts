/** A point in time that keeps nanoseconds apart. */
export interface TimePoint {
  seconds: number;
  nanoseconds: number;
}

const latestSeconds = 253_402_300_799;

/**
 * Reads nanoseconds since 1970, as digits in a string or as a number.
 *
 * @returns false for what is no such time, and for zero.
 */
export function readNanoseconds(value: unknown, into: TimePoint): boolean {
  if (typeof value === "string") return readDigits(value, into);
  if (typeof value === "bigint") return readDigits(String(value), into);
  if (typeof value !== "number" || !(value > 0)) return false;
  into.seconds = Math.floor(value / 1e9);
  into.nanoseconds = value - into.seconds * 1e9;
  return into.seconds <= latestSeconds;
}

/** The same from the bytes of digits. */
export function readNanosecondBytes(bytes: Uint8Array, from: number, end: number, into: TimePoint): boolean {
  if (end === from || end - from > 21) return false;
  let seconds = 0;
  let nanoseconds = 0;
  const split = end - 9;
  for (let at = from; at < end; at++) {
    const digit = bytes[at]! - 48;
    if (digit < 0 || digit > 9) return false;
    if (at < split) seconds = seconds * 10 + digit;
    else nanoseconds = nanoseconds * 10 + digit;
  }
  into.seconds = seconds;
  into.nanoseconds = nanoseconds;
  return seconds <= latestSeconds && (seconds > 0 || nanoseconds > 0);
}

function readDigits(text: string, into: TimePoint): boolean {
  const end = text.length;
  if (end === 0 || end > 21) return false;
  let seconds = 0;
  let nanoseconds = 0;
  const split = end - 9;
  for (let at = 0; at < end; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return false;
    if (at < split) seconds = seconds * 10 + digit;
    else nanoseconds = nanoseconds * 10 + digit;
  }
  into.seconds = seconds;
  into.nanoseconds = nanoseconds;
  return seconds <= latestSeconds && (seconds > 0 || nanoseconds > 0);
}

/**
 * Reads nanoseconds since 1970 from the two halves of an unsigned 64-bit number, without losing a nanosecond: 2³² ns are 4 s and
 * 294,967,296 ns, and no product here exceeds 2⁵³.
 *
 * @returns false for zero and for a time after the year 9999.
 */
export function readFixedNanoseconds(high: number, low: number, into: TimePoint): boolean {
  const upper = (high >>> 16) * 294_967_296;
  const upperSeconds = Math.floor(upper / 1e9);
  const rest = (upper - upperSeconds * 1e9) * 65_536 + (high & 0xffff) * 294_967_296 + low;
  const restSeconds = Math.floor(rest / 1e9);
  into.seconds = high * 4 + upperSeconds * 65_536 + restSeconds;
  into.nanoseconds = rest - restSeconds * 1e9;
  return into.seconds <= latestSeconds && (high !== 0 || low !== 0);
}

/** Milliseconds since 1970. */
export function millisecondsOf({ seconds, nanoseconds }: TimePoint): number {
  return seconds * 1000 + nanoseconds / 1e6;
}

/** Milliseconds from one point to another; −1 where the second one is earlier. */
export function millisecondsBetween(from: TimePoint, to: TimePoint): number {
  const between = (to.seconds - from.seconds) * 1000 + (to.nanoseconds - from.nanoseconds) / 1e6;
  return between < 0 ? -1 : between;
}
