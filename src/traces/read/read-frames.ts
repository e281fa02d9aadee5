import type { ByteQueue } from "./byte-queue.ts";
import { beginsWith, magic, UnreadableBytes, unpackZstd } from "./file-bytes.ts";
import type { ProtobufReader } from "./otlp-protobuf.ts";
import { type JsonReading, readJsonLine } from "./read-lines.ts";

/** What messages are read with. */
export interface FrameReading extends JsonReading {
  readonly protobuf: ProtobufReader;
}

/** Bytes of the length before each message. */
export const prefixBytes = 4;
const openBrace = 0x7b;

/**
 * Reads messages that each stand behind their length in four bytes, big-endian, as the collector's file exporter writes them: protobuf
 * or JSON, each packed by zstd or not.
 */
export async function readFrames(
  queue: ByteQueue,
  reading: FrameReading,
  { longest, signal }: { longest: number; signal?: AbortSignal | undefined },
): Promise<void> {
  const { collector } = reading;
  while (await queue.atLeast(prefixBytes)) {
    signal?.throwIfAborted();
    collector.place.offset = queue.offset;
    const length = queue.bytes.readUInt32BE(0);
    if (length > longest) {
      collector.problem(
        `a length of ${length} bytes, which no message has; the rest of the file is not read`,
        "lost",
      );
      return;
    }
    if (!(await queue.atLeast(prefixBytes + length))) {
      const there = queue.length - prefixBytes;
      collector.problem(`the file ends ${length - there} bytes before the end of a message`, "lost");
      readMessage(queue.bytes.subarray(prefixBytes), reading);
      return;
    }
    const fault = readMessage(queue.bytes.subarray(prefixBytes, prefixBytes + length), reading);
    if (fault !== null) collector.problem(`a message that is no OTLP request: ${fault}`, "lost");
    queue.use(prefixBytes + length);
  }
  if (queue.length === 0) return;
  collector.place.offset = queue.offset;
  collector.problem("the file ends in the middle of a length", "lost");
}

function readMessage(message: Buffer, reading: FrameReading): string | null {
  if (beginsWith(message, magic.zstd)) {
    try {
      return readMessage(unpackZstd(message, 1 << 28), reading);
    } catch (error) {
      if (error instanceof UnreadableBytes) return error.message;
      throw error;
    }
  }
  if (message[0] !== openBrace) return reading.protobuf.read(message);
  readJsonLine(message, 0, message.length, reading);
  return null;
}
