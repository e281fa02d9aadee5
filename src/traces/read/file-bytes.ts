import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { Decompress } from "fzstd";

/** Why the rest of a file is not read. */
export class UnreadableBytes extends Error {
  override readonly name = "UnreadableBytes";
}

const chunkBytes = 1 << 20;
/** A compressed file may be so many times larger when it is unpacked; traces shrink to a tenth, at best to a fiftieth. */
const mostExpansion = 250;
/** Nothing is said about files that stay below this. */
const harmlessBytes = 256 << 20;

/** The first bytes of a compressed file. */
export const magic = { gzip: [0x1f, 0x8b], zstd: [0x28, 0xb5, 0x2f, 0xfd] } as const;

/** True when bytes begin with others. */
export function beginsWith(bytes: Uint8Array, first: readonly number[], at = 0): boolean {
  return first.every((byte, i) => bytes[at + i] === byte);
}

/**
 * The bytes of a file, unpacked where it is gzip or zstd, in pieces.
 *
 * @throws UnreadableBytes where the compressed data are broken, or unpack to far more than traces would.
 */
export async function* fileBytes(file: string): AsyncGenerator<Buffer> {
  const pieces = createReadStream(file, { highWaterMark: chunkBytes });
  const source = pieces[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const first = await source.next();
  if (first.done === true) return;
  const all = resumed(first.value, source);
  if (beginsWith(first.value, magic.gzip)) yield* limited(all, gunzipped);
  else if (beginsWith(first.value, magic.zstd)) yield* limited(all, unzstd);
  else yield* all;
}

async function* resumed(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield first;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

type Unpack = (packed: AsyncIterable<Buffer>) => AsyncIterable<Buffer>;

/** Stops when little unpacks to much: traces do not, a decompression bomb does. */
async function* limited(packed: AsyncIterable<Buffer>, unpack: Unpack): AsyncGenerator<Buffer> {
  let packedBytes = 0;
  let unpackedBytes = 0;
  const counted = (async function* () {
    for await (const piece of packed) {
      packedBytes += piece.length;
      yield piece;
    }
  })();
  try {
    for await (const piece of unpack(counted)) {
      unpackedBytes += piece.length;
      if (unpackedBytes > harmlessBytes && unpackedBytes > packedBytes * mostExpansion) {
        throw new UnreadableBytes(
          `the compressed data unpack to more than ${mostExpansion} times their size; the rest is not read`,
        );
      }
      yield piece;
    }
  } catch (error) {
    if (error instanceof UnreadableBytes) throw error;
    throw new UnreadableBytes(
      `the compressed data are broken or end too early (${(error as Error).message})`,
    );
  }
}

async function* gunzipped(packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const { Readable, pipeline } = await import("node:stream");
  const gunzip = createGunzip({ chunkSize: chunkBytes });
  pipeline(Readable.from(packed, { objectMode: false }), gunzip, () => {});
  for await (const piece of gunzip) yield piece as Buffer;
}

async function* unzstd(packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let unpacked: Buffer[] = [];
  let isEnded = false;
  const stream = new Decompress((piece, isLast) => {
    unpacked.push(Buffer.from(piece.buffer, piece.byteOffset, piece.length));
    isEnded = isLast === true;
  });
  for await (const piece of packed) {
    for (let at = 0; at < piece.length; at += 1 << 16) {
      stream.push(piece.subarray(at, at + (1 << 16)));
      yield* unpacked;
      unpacked = [];
    }
  }
  stream.push(new Uint8Array(0), true);
  yield* unpacked;
  if (!isEnded) throw new Error("unexpected end of file");
}

/**
 * Unpacks one zstd message.
 *
 * @throws UnreadableBytes where it is broken, or larger than so many bytes.
 */
export function unpackZstd(packed: Buffer, mostBytes: number): Buffer {
  const pieces: Buffer[] = [];
  let size = 0;
  const stream = new Decompress((piece) => {
    size += piece.length;
    if (size > mostBytes) throw new UnreadableBytes(`a message unpacks to more than ${mostBytes} bytes`);
    pieces.push(Buffer.from(piece.buffer, piece.byteOffset, piece.length));
  });
  try {
    stream.push(packed, true);
  } catch (error) {
    if (error instanceof UnreadableBytes) throw error;
    throw new UnreadableBytes(`zstd data that are broken (${(error as Error).message})`);
  }
  return Buffer.concat(pieces);
}
