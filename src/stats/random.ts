import { requireCount, requireFinite } from "./check.ts";

/** A stream of pseudo-random numbers that depends on nothing but its seed. */
export type RandomSource = {
  /** The next 32 random bits as an integer in [0, 2^32). */
  uint32(): number;
  /** The next uniform number in [0, 1), with 53 random bits. */
  uniform(): number;
  /** The next uniform integer in [0, limit); `limit` is an integer from 1 to 2^32. */
  below(limit: number): number;
};

/**
 * One 32-bit step of a Weyl sequence with the MurmurHash3 finalizer (Appleby 2011), used to spread a seed
 * over the state.
 */
function mix(value: number): number {
  let h = value >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function stateFromSeed(seed: string | number): [number, number, number, number] {
  if (typeof seed === "number") requireFinite("seed", seed);
  const text = String(seed);
  const word = (salt: number): number => {
    let hash = 0x811c9dc5 ^ salt;
    for (let i = 0; i < text.length; i++) hash = mix(Math.imul(hash ^ text.charCodeAt(i), 0x01000193) + salt);
    return mix(hash + text.length);
  };
  return [word(0x9e3779b9), word(0x3c6ef372), word(0xdaa66d2b), word(0x78dde6e4)];
}

/**
 * The xoshiro128** generator from four state words that are not all zero (Blackman & Vigna 2021, section 4).
 */
export function xoshiro128(state: readonly [number, number, number, number]): () => number {
  let [s0, s1, s2, s3] = state;
  if ((s0 | s1 | s2 | s3) === 0) throw new RangeError(`state must not be all zero, got ${state.join()}`);
  return () => {
    const scrambled = Math.imul(s1, 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0;
    const shifted = s1 << 9;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= shifted;
    s3 = (s3 << 11) | (s3 >>> 21);
    return result;
  };
}

/**
 * A seeded random number source: xoshiro128** whose state is hashed from `seed`.
 *
 * `seed` is any string or finite number (a number seeds like its decimal text). Equal seeds give equal
 * streams on every platform. Throws RangeError for a NaN or infinite seed.
 *
 * Source: Blackman & Vigna 2021, "Scrambled linear pseudorandom number generators"; not for secrets.
 */
export function seededRandom(seed: string | number): RandomSource {
  const uint32 = xoshiro128(stateFromSeed(seed));
  return {
    uint32,
    uniform: () => ((uint32() >>> 5) * 0x4000000 + (uint32() >>> 6)) / 0x20000000000000,
    below: (limit) => {
      requireCount("limit", limit, 1);
      if (limit > 0x100000000) throw new RangeError(`limit must be at most 2^32, got ${limit}`);
      const accepted = 0x100000000 - (0x100000000 % limit);
      let draw = uint32();
      while (draw >= accepted) draw = uint32();
      return draw % limit;
    },
  };
}
