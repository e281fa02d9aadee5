import { isAscii } from "node:buffer";
import type { TraceCollector } from "../facts/collector.ts";
import type { ByteQueue } from "./byte-queue.ts";
import { knownJson, readJsonValue } from "./json-value.ts";
import type { JsonBytesReader } from "./otlp-json-bytes.ts";
import { noteTracesIn } from "./salvage.ts";
import type { SpanSink } from "./sink.ts";

const newline = 10;

/** What JSON is read with. */
export interface JsonReading {
  readonly collector: TraceCollector;
  readonly json: JsonBytesReader;
}

/** Reads a file with a JSON value on each line. A line longer than `longest` is passed over. */
export async function readLines(
  queue: ByteQueue,
  reading: JsonReading,
  { longest, signal }: { longest: number; signal?: AbortSignal | undefined },
): Promise<void> {
  const { collector } = reading;
  let searched = 0;
  for (;;) {
    const { bytes } = queue;
    let from = 0;
    for (let end = bytes.indexOf(newline, searched); end !== -1; end = bytes.indexOf(newline, from)) {
      collector.place.offset = queue.offset + from;
      readJsonLine(bytes, from, end, reading);
      from = end + 1;
    }
    searched = bytes.length - from;
    queue.use(from);
    if (queue.length > longest) {
      await passOverLine(queue, collector, longest);
      searched = 0;
    }
    signal?.throwIfAborted();
    if (!(await queue.more())) break;
  }
  collector.place.offset = queue.offset;
  readJsonLine(queue.bytes, 0, queue.length, reading, true);
}

async function passOverLine(queue: ByteQueue, collector: TraceCollector, longest: number): Promise<void> {
  collector.place.offset = queue.offset;
  collector.problem(`a line of more than ${longest} bytes`, "lost");
  for (;;) {
    const end = queue.bytes.indexOf(newline);
    if (end !== -1) {
      queue.use(end + 1);
      return;
    }
    queue.use(queue.length);
    if (!(await queue.more())) return;
  }
}

/** Reads one JSON value. What is no JSON is counted, and the traces that it names are incomplete. */
export function readJsonLine(
  bytes: Buffer,
  from: number,
  end: number,
  { collector, json }: JsonReading,
  isLast = false,
): void {
  if (isBlank(bytes, from, end)) return;
  const { given, isAll } = json.read(bytes, from, end);
  if (isAll) return;
  const line = bytes.subarray(from, end);
  let value: unknown;
  try {
    value = JSON.parse(line.toString(isAscii(line) ? "latin1" : "utf8"));
  } catch {
    collector.problem(
      isLast ? "the file ends in the middle of a line" : "a line that is no complete JSON",
      "lost",
    );
    noteTracesIn(line, collector);
    return;
  }
  if (!readJsonValue(value, without(given, collector.sink))) {
    collector.problem(`JSON that is of no known kind: ${knownJson}`, "lost");
  }
}

/** A sink that passes over as many spans as were given already. */
function without(given: number, sink: SpanSink): SpanSink {
  if (given === 0) return sink;
  let passed = 0;
  return {
    ...sink,
    span: (ids, span) => {
      if (passed++ >= given) sink.span(ids, span);
    },
    lostSpan: (ids, reason) => {
      if (passed++ >= given) sink.lostSpan(ids, reason);
    },
  };
}

function isBlank(bytes: Buffer, from: number, end: number): boolean {
  for (let at = from; at < end; at++) if (bytes[at]! > 32) return false;
  return true;
}
