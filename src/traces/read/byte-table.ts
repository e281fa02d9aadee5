/** Finds values by the bytes of their name, without making a text of them. */
export interface ByteTable<T> {
  /** The value for bytes from `start` to `end`; made on first sight where there is none yet. */
  readonly get: (bytes: Uint8Array, start: number, end: number) => T;
  /** The same where the hash is known: `hash = nextHash(hash, byte)` over all bytes, from 0. */
  readonly find: (bytes: Uint8Array, start: number, end: number, hash: number) => T;
}

interface Entry<T> {
  readonly hash: number;
  readonly name: Uint8Array;
  readonly value: T;
}

const places = 1 << 15;
const mostEntries = places / 2;

/** One step of the hash of a name. */
export function nextHash(hash: number, byte: number): number {
  return (Math.imul(hash, 31) + byte) | 0;
}

/** A table that keeps what `make` gives for each name, up to a fixed number; beyond it, values are made each time. */
export function byteTable<T>(make: (name: string) => T): ByteTable<T> {
  const entries: (Entry<T> | undefined)[] = new Array<Entry<T> | undefined>(places).fill(undefined);
  let size = 0;
  const find: ByteTable<T>["find"] = (bytes, start, end, hash) => {
    let place = (hash ^ (hash >>> 15)) & (places - 1);
    for (let entry = entries[place]; entry !== undefined; entry = entries[place]) {
      if (entry.hash === hash && isSame(entry.name, bytes, start, end)) return entry.value;
      place = (place + 1) & (places - 1);
    }
    const name = Buffer.from(bytes.subarray(start, end));
    const value = make(name.toString("utf8"));
    if (size < mostEntries) {
      entries[place] = { hash, name, value };
      size++;
    }
    return value;
  };
  return {
    find,
    get(bytes, start, end) {
      let hash = 0;
      for (let at = start; at < end; at++) hash = nextHash(hash, bytes[at]!);
      return find(bytes, start, end, hash);
    },
  };
}

/** True when bytes are those of a name. */
export function isSame(name: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  if (name.length !== length) return false;
  for (let at = 0; at < length; at++) if (name[at] !== bytes[start + at]) return false;
  return true;
}
