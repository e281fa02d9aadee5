import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hexOf, type IdentifierWords } from "../read/identifiers.ts";
import {
  type Cursor,
  cursorAt,
  head,
  readSpanRecord,
  recordType,
  type SharedValues,
  writeLost,
  writeSpan,
} from "./span-codec.ts";
import type { SpanRecord, TraceRecord } from "./span-record.ts";

/**
 * Spans in the order in which they were read, to be given back trace by trace. The spans of a trace may be anywhere in the files: they are
 * parted by a hash of the trace, and what does not fit into memory waits in a temporary file, so that memory does not grow with the files
 * (the partitioning of a hash join; Kitsuregawa, Tanaka and Moto-oka 1983).
 */
export interface SpanLog {
  readonly addSpan: (ids: IdentifierWords, span: SpanRecord) => void;
  /** Notes that a part of a trace is lost. */
  readonly addLost: (ids: IdentifierWords) => void;
  /** Gives each trace once. The log is empty afterwards. */
  readonly traces: () => Generator<TraceRecord & { readonly dropped: number }>;
  /** Removes the temporary file. */
  readonly close: () => void;
}

/** Sizes of a log. */
export interface SpanLogLimits {
  /** Parts; one of them is in memory at a time when traces are given back. A power of two. */
  readonly parts: number;
  /** Bytes of a part that wait in memory. */
  readonly partBytes: number;
  /** Largest number of spans that are kept of one trace. */
  readonly spansOfTrace: number;
}

/** The limits of a reading. */
export const spanLogLimits: SpanLogLimits = { parts: 64, partBytes: 1 << 18, spansOfTrace: 200_000 };

interface Part {
  cursor: Cursor | null;
  /** Where its blocks are in the temporary file. */
  readonly blocks: { readonly at: number; readonly length: number }[];
}

/** An empty log. */
export function spanLog(shared: SharedValues, limits: SpanLogLimits = spanLogLimits): SpanLog {
  const parts: Part[] = Array.from({ length: limits.parts }, () => ({ cursor: null, blocks: [] }));
  const file = temporaryFile();

  /** The cursor of the part of a trace, with room for so many bytes. */
  const roomFor = (ids: IdentifierWords, bytes: number): Cursor => {
    const part = parts[partOf(ids, limits.parts)]!;
    const { cursor } = part;
    if (cursor !== null && cursor.at + bytes <= cursor.bytes.length) return cursor;
    if (cursor !== null && cursor.bytes.length >= limits.partBytes) {
      part.blocks.push(file.append(cursor.bytes.subarray(0, cursor.at)));
      cursor.at = 0;
      if (bytes <= cursor.bytes.length) return cursor;
    }
    part.cursor = grown(cursor, bytes, limits.partBytes);
    return part.cursor;
  };
  return {
    addSpan(ids, span) {
      writeSpan(roomFor(ids, bytesFor(span)), ids, span, shared);
    },
    addLost(ids) {
      writeLost(roomFor(ids, head.bytes), ids);
    },
    *traces() {
      for (const part of parts) {
        const table = traceTable(limits.spansOfTrace);
        for (const block of part.blocks) table.add(file.read(block));
        if (part.cursor !== null) table.add(part.cursor.bytes.subarray(0, part.cursor.at));
        part.blocks.length = 0;
        part.cursor = null;
        yield* table.traces(shared);
      }
    },
    close: file.close,
  };
}

/** At least as many bytes as a span takes. */
function bytesFor({ label, model, tags, evaluations }: SpanRecord): number {
  const textBytes = (text: string) => 8 + text.length * 3;
  let bytes = 160 + textBytes(label) + textBytes(model);
  for (const { value } of tags ?? []) bytes += 3 + textBytes(value);
  for (const { name, label: word } of evaluations ?? []) bytes += 9 + textBytes(name) + textBytes(word ?? "");
  return bytes;
}

function partOf(ids: IdentifierWords, parts: number): number {
  return mixed(ids[0]!, ids[1]!, ids[2]!, ids[3]!) & (parts - 1);
}

/** A hash of a trace identifier. Its low bits choose the part, the ones above the place in a table. */
function mixed(a: number, b: number, c: number, d: number): number {
  let hash = Math.imul(a ^ (b >>> 15), 0x85ebca6b) ^ Math.imul(c ^ (d >>> 13), 0xc2b2ae35) ^ b ^ d;
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return hash ^ (hash >>> 15);
}

/** A part begins small, so that a small file takes little memory. */
function grown(cursor: Cursor | null, bytes: number, most: number): Cursor {
  const size = Math.max(Math.min(cursor === null ? 4096 : cursor.bytes.length * 8, most), bytes);
  const next = cursorAt(Buffer.allocUnsafeSlow(Math.max(size, (cursor?.at ?? 0) + bytes)));
  if (cursor !== null) {
    cursor.bytes.copy(next.bytes, 0, 0, cursor.at);
    next.at = cursor.at;
  }
  return next;
}

/** A file that is made when it is first written to. */
function temporaryFile() {
  let folder: string | null = null;
  let descriptor = -1;
  let size = 0;
  return {
    append(bytes: Buffer) {
      if (folder === null) {
        folder = mkdtempSync(join(tmpdir(), "gatewright-traces-"));
        descriptor = openSync(join(folder, "spans"), "w+", 0o600);
      }
      for (let done = 0; done < bytes.length; ) {
        done += writeSync(descriptor, bytes, done, bytes.length - done, size + done);
      }
      const block = { at: size, length: bytes.length };
      size += bytes.length;
      return block;
    },
    read({ at, length }: { readonly at: number; readonly length: number }): Buffer {
      const bytes = Buffer.allocUnsafeSlow(length);
      for (let done = 0; done < length; ) {
        const got = readSync(descriptor, bytes, done, length - done, at + done);
        if (got === 0) throw new Error("the temporary file of spans is shorter than what was written to it");
        done += got;
      }
      return bytes;
    },
    close() {
      if (folder === null) return;
      closeSync(descriptor);
      rmSync(folder, { recursive: true, force: true });
      folder = null;
    },
  };
}

interface TraceEntry {
  /** Where its records begin, as block and byte. */
  readonly records: number[];
  spans: number;
  dropped: number;
  incomplete: boolean;
  readonly words: readonly [number, number, number, number];
  next: TraceEntry | null;
}

/** Groups the records of one part by trace. */
function traceTable(spansOfTrace: number) {
  const blocks: Cursor[] = [];
  const buckets = new Map<number, TraceEntry>();
  const entries: TraceEntry[] = [];

  const entryAt = ({ view, at }: Cursor): TraceEntry => {
    const a = view.getInt32(at + head.trace, true);
    const b = view.getInt32(at + head.trace + 4, true);
    const c = view.getInt32(at + head.trace + 8, true);
    const d = view.getInt32(at + head.trace + 12, true);
    const hash = mixed(a, b, c, d);
    const first = buckets.get(hash) ?? null;
    for (let entry = first; entry !== null; entry = entry.next) {
      const [w, x, y, z] = entry.words;
      if (w === a && x === b && y === c && z === d) return entry;
    }
    const entry = {
      records: [],
      spans: 0,
      dropped: 0,
      incomplete: false,
      words: [a, b, c, d] as const,
      next: first,
    };
    buckets.set(hash, entry);
    entries.push(entry);
    return entry;
  };
  return {
    add(bytes: Buffer) {
      const cursor = cursorAt(bytes);
      const block = blocks.length;
      let kept = 0;
      while (cursor.at < bytes.length) {
        const entry = entryAt(cursor);
        if (cursor.view.getUint32(cursor.at + head.type, true) === recordType.lost) {
          entry.incomplete = true;
        } else if (entry.spans < spansOfTrace) {
          entry.spans++;
          kept++;
          entry.records.push(block, cursor.at);
        } else {
          entry.incomplete = true;
          entry.dropped++;
        }
        cursor.at += cursor.view.getUint32(cursor.at + head.length, true);
      }
      if (kept > 0) blocks.push(cursor);
    },
    *traces(shared: SharedValues): Generator<TraceRecord & { readonly dropped: number }> {
      for (const { records, words, incomplete, dropped } of entries) {
        const spans: SpanRecord[] = [];
        for (let i = 0; i < records.length; i += 2) {
          const cursor = blocks[records[i]!]!;
          cursor.at = records[i + 1]!;
          spans.push(readSpanRecord(cursor, shared));
        }
        yield { traceId: hexOf(words), spans, incomplete, dropped };
      }
    },
  };
}
