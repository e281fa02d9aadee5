import { seededRandom } from "./random.ts";

/** Units whose signs are packed into one byte. */
const BLOCK = 8;

/** The sign patterns of successive blocks of 8 units: one byte per flip, a set bit means a flipped sign. */
export type SignBlocks = { flips: number; nextBlock(): Uint8Array };

/** Independent fair signs from a seeded generator. */
export function randomSigns(flips: number, seed: string | number): SignBlocks {
  const random = seededRandom(seed);
  const words = new Uint32Array(Math.ceil(flips / 4));
  const bytes = new Uint8Array(flips);
  return {
    flips,
    nextBlock: () => {
      for (let i = 0; i < words.length; i++) words[i] = random.uint32();
      for (let i = 0; i < flips; i++) bytes[i] = words[i >> 2]! >>> ((i & 3) << 3);
      return bytes;
    },
  };
}

/** Every pattern of `units` signs except the identity, each once. */
export function enumeratedSigns(units: number): SignBlocks {
  const flips = 2 ** units - 1;
  const bytes = new Uint8Array(flips);
  let shift = 0;
  return {
    flips,
    nextBlock: () => {
      for (let i = 0; i < flips; i++) bytes[i] = (i + 1) >>> shift;
      shift += BLOCK;
      return bytes;
    },
  };
}

/** All 256 signed sums of up to 8 values; index bit i set means that value i is subtracted. */
function fillSignedSums(table: Float64Array, column: Float64Array, start: number): void {
  table[0] = 0;
  const end = Math.min(column.length, start + BLOCK);
  let size = 1;
  for (let i = start; i < end; i++, size *= 2) {
    const value = column[i]!;
    for (let pattern = 0; pattern < size; pattern++) {
      table[pattern + size] = table[pattern]! - value;
      table[pattern] = table[pattern]! + value;
    }
  }
  for (; size < table.length; size *= 2) table.copyWithin(size, 0, size);
}

function isZeroBlock(column: Float64Array, start: number): boolean {
  const end = Math.min(column.length, start + BLOCK);
  for (let i = start; i < end; i++) if (column[i] !== 0) return false;
  return true;
}

/** The plain sum and the signed sums of every column. */
export type FlippedSums = { observed: number[]; flipped: Float64Array[] };

/**
 * Signed sums of several columns over the same units, all columns under the same signs. Works through blocks
 * of 8 units: a table holds the 256 signed sums of a block, so that one addition serves 8 units, and blocks
 * in which a column has only zeros cost that column nothing.
 */
export function flippedSums(columns: readonly Float64Array[], signs: SignBlocks): FlippedSums {
  const observed = columns.map(() => 0);
  const flipped = columns.map(() => new Float64Array(signs.flips));
  const table = new Float64Array(1 << BLOCK);
  const units = columns[0]?.length ?? 0;
  for (let start = 0; start < units; start += BLOCK) {
    const bytes = signs.nextBlock();
    columns.forEach((column, j) => {
      if (isZeroBlock(column, start)) return;
      fillSignedSums(table, column, start);
      observed[j]! += table[0]!;
      addLookups(flipped[j]!, table, bytes);
    });
  }
  return { observed, flipped };
}

function addLookups(sums: Float64Array, table: Float64Array, bytes: Uint8Array): void {
  for (let flip = 0; flip < sums.length; flip++) sums[flip]! += table[bytes[flip]!]!;
}

/**
 * The units that are not 0 in every column, in an order that depends on their values alone, so that the order
 * in which cases arrive cannot change a p-value. A cluster sum that is 0 but for rounding counts as 0.
 */
export function nonZeroUnits(given: readonly Float64Array[]): { columns: Float64Array[]; count: number } {
  const columns = given.map((column) => {
    const residue = tieTolerance(column) / 1000;
    return column.map((value) => (Math.abs(value) <= residue ? 0 : value));
  });
  const kept: number[] = [];
  const units = columns[0]?.length ?? 0;
  for (let i = 0; i < units; i++) if (columns.some((column) => column[i] !== 0)) kept.push(i);
  kept.sort((i, k) => {
    for (const column of columns) if (column[i] !== column[k]) return column[i]! - column[k]!;
    return 0;
  });
  return { columns: columns.map((column) => Float64Array.from(kept, (i) => column[i]!)), count: kept.length };
}

/** How far two signed sums of these units may differ through rounding and still count as equal. */
export function tieTolerance(units: ArrayLike<number>): number {
  let size = 0;
  for (let i = 0; i < units.length; i++) size += Math.abs(units[i]!);
  return 1e-12 * size;
}
