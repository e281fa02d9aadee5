import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { fileTypeName, tensorBytes } from "./gguf-types.ts";

/** What the header of a GGUF file says of its model. */
export interface GgufHeader {
  /** Architecture, such as `llama`; `null` where the file does not name one. */
  readonly architecture: string | null;
  /** Quantisation of most weights, such as `Q4_K_M`; `null` where the file does not name one. */
  readonly quantisation: string | null;
  /** Tokens that the model was trained to see at once; `null` where the file does not say. */
  readonly contextLength: number | null;
  /** Number of weights. */
  readonly parameters: number;
}

/** What is wrong with a file that should be GGUF. Its message begins in lower case and names no path. */
export class GgufError extends Error {
  override readonly name = "GgufError";
}

// A hostile file must not make us read for long: real headers stay far below these.
const mostMetadata = 100_000;
const mostTensors = 1_000_000;
const mostNesting = 8;
const longestKey = 65_535;
const longestKeptText = 1 << 20;
const longestHeader = 256 * 2 ** 20;
const chunkBytes = 1 << 20;

/** Sizes of metadata values by their type; strings (8) and arrays (9) have none. */
const valueBytes: ReadonlyMap<number, number> = new Map([
  [0, 1],
  [1, 1],
  [2, 2],
  [3, 2],
  [4, 4],
  [5, 4],
  [6, 4],
  [7, 1],
  [10, 8],
  [11, 8],
  [12, 8],
]);
const stringType = 8;
const arrayType = 9;

/** Reads a file from its beginning, a chunk at a time. */
class Cursor {
  #chunk = Buffer.alloc(0);
  #chunkAt = 0;
  #at = 0;
  readonly #descriptor: number;
  readonly #size: number;

  constructor(descriptor: number, size: number) {
    this.#descriptor = descriptor;
    this.#size = size;
  }

  get at(): number {
    return this.#at;
  }

  skip(bytes: number): void {
    if (bytes > this.#size - this.#at)
      throw new GgufError("it is cut off: it ends in the middle of its header");
    this.#at += bytes;
    if (this.#at > longestHeader) throw new GgufError("its header is longer than 256 MiB");
  }

  take(bytes: number): Buffer {
    const from = this.#at;
    this.skip(bytes);
    const offset = from - this.#chunkAt;
    if (offset < 0 || offset + bytes > this.#chunk.length) {
      this.#chunk = Buffer.alloc(Math.min(Math.max(bytes, chunkBytes), this.#size - from));
      this.#chunk = this.#chunk.subarray(
        0,
        readSync(this.#descriptor, this.#chunk, 0, this.#chunk.length, from),
      );
      this.#chunkAt = from;
      if (this.#chunk.length < bytes) throw new GgufError("it became shorter while it was read");
      return this.#chunk.subarray(0, bytes);
    }
    return this.#chunk.subarray(offset, offset + bytes);
  }

  uint32(): number {
    return this.take(4).readUInt32LE();
  }

  /** A count or a length. What is beyond the exact integers is beyond every file too. */
  uint64(): number {
    const value = this.take(8).readBigUInt64LE();
    return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value);
  }
}

function skipText(cursor: Cursor): void {
  cursor.skip(cursor.uint64());
}

function readText(cursor: Cursor, longest: number, what: string): string {
  const length = cursor.uint64();
  if (length > longest) throw new GgufError(`${what} is ${length} bytes long`);
  return cursor.take(length).toString("utf8");
}

/** Reads a text or a whole number without a sign; passes over everything else, and over what is too long to keep. */
function readValue(cursor: Cursor, type: number): number | string | null {
  if (type === arrayType) {
    skipArray(cursor, 0);
    return null;
  }
  if (type === stringType) {
    const length = cursor.uint64();
    if (length <= longestKeptText) return cursor.take(length).toString("utf8");
    cursor.skip(length);
    return null;
  }
  const bytes = valueBytes.get(type);
  if (bytes === undefined) throw new GgufError(`its metadata have a value of the unknown type ${type}`);
  const value = cursor.take(bytes);
  if (type === 2) return value.readUInt16LE();
  if (type === 4) return value.readUInt32LE();
  return null;
}

function skipArray(cursor: Cursor, depth: number): void {
  if (depth >= mostNesting) throw new GgufError("its metadata are nested too deeply");
  const type = cursor.uint32();
  const count = cursor.uint64();
  const bytes = valueBytes.get(type);
  if (bytes !== undefined) {
    cursor.skip(count * bytes);
    return;
  }
  if (type !== stringType && type !== arrayType) {
    throw new GgufError(`its metadata have a list of the unknown type ${type}`);
  }
  // Every item takes 8 bytes at least, so the size of the file bounds the loop.
  for (let index = 0; index < count; index++) {
    if (type === stringType) skipText(cursor);
    else skipArray(cursor, depth + 1);
  }
}

function readMetadata(cursor: Cursor, count: number): Map<string, number | string> {
  if (count > mostMetadata) throw new GgufError(`it claims to have ${count} entries of metadata`);
  const found = new Map<string, number | string>();
  for (let index = 0; index < count; index++) {
    const key = readText(cursor, longestKey, "a key of its metadata");
    const value = readValue(cursor, cursor.uint32());
    if (value !== null) found.set(key, value);
  }
  return found;
}

/** Passes over the tensors: how many weights there are, and where the last byte of them is, counted from the first. */
function readTensors(cursor: Cursor, count: number): { parameters: number; end: number } {
  if (count > mostTensors) throw new GgufError(`it claims to have ${count} tensors`);
  let parameters = 0;
  let end = 0;
  for (let index = 0; index < count; index++) {
    skipText(cursor);
    const dimensions = cursor.uint32();
    if (dimensions > 4) throw new GgufError(`a tensor claims to have ${dimensions} dimensions`);
    let weights = 1;
    for (let dimension = 0; dimension < dimensions; dimension++) weights *= cursor.uint64();
    if (weights > Number.MAX_SAFE_INTEGER) throw new GgufError("a tensor claims to be larger than any file");
    const type = cursor.uint32();
    const offset = cursor.uint64();
    parameters += weights;
    end = Math.max(end, offset + (tensorBytes(type, weights) ?? 0));
  }
  return { parameters, end };
}

function readHeader(cursor: Cursor, size: number): GgufHeader {
  if (size < 24 || cursor.take(4).toString("latin1") !== "GGUF") {
    throw new GgufError("it is no GGUF file: it does not begin with the letters GGUF");
  }
  const version = cursor.uint32();
  if (version !== 2 && version !== 3) {
    throw new GgufError(`its GGUF version is ${version}, only 2 and 3 can be read`);
  }
  const tensorCount = cursor.uint64();
  const metadata = readMetadata(cursor, cursor.uint64());
  const { parameters, end } = readTensors(cursor, tensorCount);
  const named = metadata.get("general.alignment");
  const alignment = typeof named === "number" && named > 0 ? named : 32;
  const needed = Math.ceil(cursor.at / alignment) * alignment + end;
  if (needed > size) {
    throw new GgufError(`it is cut off: its tensors need ${needed} bytes, it has ${size}`);
  }
  const parts = metadata.get("split.count");
  if (typeof parts === "number" && parts > 1) {
    throw new GgufError(`it is one of ${parts} parts; join them with llama-gguf-split --merge`);
  }
  const architecture = metadata.get("general.architecture");
  const fileType = metadata.get("general.file_type");
  const contextLength = metadata.get(`${architecture}.context_length`);
  return {
    architecture: typeof architecture === "string" ? architecture : null,
    quantisation: typeof fileType === "number" ? fileTypeName(fileType) : null,
    contextLength: typeof contextLength === "number" ? contextLength : null,
    parameters,
  };
}

/**
 * Reads the header of a GGUF file (version 2 or 3, little endian) and checks that the file is long enough for its tensors.
 * The weights are not read. Source: the GGUF specification, ggml-org/ggml, docs/gguf.md.
 *
 * @throws GgufError for a file that is none or is cut off; an error of the file system for one that cannot be read.
 */
export function readGgufHeader(path: string): GgufHeader {
  const descriptor = openSync(path, "r");
  try {
    const { size } = fstatSync(descriptor);
    return readHeader(new Cursor(descriptor, size), size);
  } finally {
    closeSync(descriptor);
  }
}
