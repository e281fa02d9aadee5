import { open } from "node:fs/promises";
import { EvalsError, messageOf } from "../../core/errors.ts";
import type { TraceCollector } from "../facts/collector.ts";
import { ByteQueue } from "./byte-queue.ts";
import { beginsWith, fileBytes, magic, UnreadableBytes } from "./file-bytes.ts";
import { jsonBytesReader } from "./otlp-json-bytes.ts";
import { protobufReader } from "./otlp-protobuf.ts";
import { readDocument } from "./read-document.ts";
import { type FrameReading, prefixBytes, readFrames } from "./read-frames.ts";
import { readJsonLine, readLines } from "./read-lines.ts";
import { readParquet } from "./read-parquet.ts";
import { noteTracesIn } from "./salvage.ts";

/** What files are read with. */
export interface FileReading extends FrameReading {
  readonly signal?: AbortSignal | undefined;
}

/** Largest line, message or element of a list that is read, in bytes. */
const longest = 1 << 28;
/** Largest line; and a document up to this size is read as a whole. */
const wholeDocument = 1 << 26;
const parquetMagic = [...Buffer.from("PAR1")];
const byteOrderMark = [0xef, 0xbb, 0xbf];
const startOfRequest = 0x0a;

/** What reads files into a collector. */
export function fileReading(collector: TraceCollector, signal?: AbortSignal): FileReading {
  const { sink } = collector;
  return { collector, protobuf: protobufReader(sink), json: jsonBytesReader(sink), signal };
}

/**
 * Reads one file of traces. Its kind is recognised by its content. What cannot be read is noted as a problem.
 *
 * @throws EvalsError TRACES_UNREADABLE for a file that cannot be opened.
 */
export async function readTraceFile(file: string, reading: FileReading): Promise<void> {
  const { collector, signal } = reading;
  collector.place.file = file;
  collector.place.offset = 0;
  if (await isParquet(file)) {
    await readParquetFile(file, reading);
    return;
  }
  const queue = new ByteQueue(fileBytes(file));
  try {
    await readBytes(queue, reading);
  } catch (error) {
    if (!(error instanceof UnreadableBytes)) throw error;
    collector.place.offset = queue.offset;
    noteTracesIn(queue.bytes, collector);
    collector.problem(error.message, "lost", { offset: queue.offset + queue.length });
  } finally {
    signal?.throwIfAborted();
    await queue.close();
  }
}

async function isParquet(file: string): Promise<boolean> {
  try {
    const handle = await open(file);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0);
      return bytesRead === 4 && beginsWith(buffer, parquetMagic);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw new EvalsError(
      "TRACES_UNREADABLE",
      `${file} cannot be read (${messageOf(cause)})`,
      "check the path",
      { cause },
    );
  }
}

async function readParquetFile(file: string, { collector, signal }: FileReading): Promise<void> {
  try {
    await readParquet(file, collector, signal);
  } catch (error) {
    signal?.throwIfAborted();
    collector.problem(`a Parquet file that cannot be read: ${messageOf(error)}`, "lost", { offset: null });
  }
}

async function readBytes(queue: ByteQueue, reading: FileReading): Promise<void> {
  const { collector, signal } = reading;
  if (!(await queue.atLeast(1))) {
    collector.problem("an empty file", "kept");
    return;
  }
  await queue.atLeast(64);
  if (beginsWith(queue.bytes, byteOrderMark)) queue.use(byteOrderMark.length);
  const limits = { longest, signal };
  if (isFramed(queue.bytes)) await readFrames(queue, reading, limits);
  else if (queue.bytes[0] === startOfRequest && !isJsonStart(queue.bytes)) await readRequest(queue, reading);
  else if (await isLineByLine(queue)) await readLines(queue, reading, { longest: wholeDocument, signal });
  else if (isJsonStart(queue.bytes)) await readWhole(queue, reading);
  else {
    const first = queue.bytes.subarray(0, 8).toString("hex");
    const kinds = "OTLP, Jaeger, Tempo or ClickHouse rows, as JSON, protobuf or Parquet";
    collector.problem(`a file of an unknown kind (its first bytes are ${first}); known are ${kinds}`, "lost");
  }
}

/** A length, and behind it the beginning of a request, of a JSON object or of zstd data. */
function isFramed(bytes: Buffer): boolean {
  if (bytes.length < prefixBytes + 1 || bytes.readUInt32BE(0) > longest) return false;
  const first = bytes[prefixBytes];
  return first === startOfRequest || first === 0x7b || beginsWith(bytes, magic.zstd, prefixBytes);
}

/** A newline may stand before JSON; the same byte begins a request in protobuf. */
function isJsonStart(bytes: Buffer): boolean {
  const first = bytes.find((byte) => byte > 32);
  return first === 0x7b || first === 0x5b;
}

/** One request in protobuf, without a length. */
async function readRequest(queue: ByteQueue, { collector, protobuf }: FileReading): Promise<void> {
  if (await queue.atLeast(longest)) {
    collector.problem(`a request of more than ${longest} bytes`, "lost");
    return;
  }
  const fault = protobuf.read(queue.bytes);
  if (fault !== null) collector.problem(`a request in protobuf that is broken: ${fault}`, "lost");
}

/** True when the first or the second line is a JSON value by itself; a document is not. */
async function isLineByLine(queue: ByteQueue): Promise<boolean> {
  let from = 0;
  for (let line = 0; line < 2; line++) {
    let end = queue.bytes.indexOf(10, from);
    while (end === -1 && queue.length < wholeDocument && (await queue.more()))
      end = queue.bytes.indexOf(10, from);
    if (end === -1) return false;
    if (isJson(queue.bytes.toString("utf8", from, end))) return true;
    from = end + 1;
  }
  return false;
}

function isJson(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null;
  } catch {
    return false;
  }
}

async function readWhole(queue: ByteQueue, reading: FileReading): Promise<void> {
  if (!(await queue.atLeast(wholeDocument)) && isJson(queue.bytes.toString("utf8"))) {
    readJsonLine(queue.bytes, 0, queue.length, reading);
    return;
  }
  await readDocument(queue, reading, { longest, signal: reading.signal });
}
