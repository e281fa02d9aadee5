import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Numbers of the value types of GGUF metadata (ggml-org/ggml, docs/gguf.md). */
export const valueTypes = { uint32: 4, string: 8, array: 9 } as const;

/** An unsigned number of 4 or 8 bytes, little endian. */
export function unsigned(value: number | bigint, bytes: 4 | 8): Buffer {
  const buffer = Buffer.alloc(bytes);
  if (bytes === 4) buffer.writeUInt32LE(Number(value));
  else buffer.writeBigUInt64LE(BigInt(value));
  return buffer;
}

/** A text with its length before it. */
export function text(value: string): Buffer {
  return Buffer.concat([unsigned(Buffer.byteLength(value), 8), Buffer.from(value)]);
}

/** What a GGUF file of a test consists of. Counts are those of the lists unless others are claimed. */
export interface TestFile {
  readonly magic?: string;
  readonly version?: number;
  readonly tensorCount?: number | bigint;
  readonly metadataCount?: number | bigint;
  /** Entries of metadata: key, type, bytes of the value. */
  readonly metadata?: readonly (readonly [string, number, Buffer])[];
  /** Tensors: name, dimensions, type, offset. */
  readonly tensors?: readonly (readonly [string, readonly (number | bigint)[], number, number | bigint])[];
  /** Bytes after the header. */
  readonly dataBytes?: number;
}

/** The bytes of a GGUF file. */
export function ggufBytes(file: TestFile): Buffer {
  const { metadata = [], tensors = [] } = file;
  const head = Buffer.concat([
    Buffer.from(file.magic ?? "GGUF"),
    unsigned(file.version ?? 3, 4),
    unsigned(file.tensorCount ?? tensors.length, 8),
    unsigned(file.metadataCount ?? metadata.length, 8),
    ...metadata.flatMap(([key, type, value]) => [text(key), unsigned(type, 4), value]),
    ...tensors.flatMap(([name, dimensions, type, offset]) => [
      text(name),
      unsigned(dimensions.length, 4),
      ...dimensions.map((dimension) => unsigned(dimension, 8)),
      unsigned(type, 4),
      unsigned(offset, 8),
    ]),
  ]);
  const padding = Buffer.alloc((32 - (head.length % 32)) % 32);
  return Buffer.concat([head, padding, Buffer.alloc(file.dataBytes ?? 0)]);
}

/** A file in a folder of its own, with these bytes. */
export function written(bytes: Buffer, name = "model.gguf"): string {
  const path = join(mkdtempSync(join(tmpdir(), "gatewright-gguf-")), name);
  writeFileSync(path, bytes);
  return path;
}
