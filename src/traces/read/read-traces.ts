import { createReadStream } from "node:fs";
import { EvalsError, messageOf } from "../../core/errors.ts";
import type { TraceFacts, TraceSummary } from "../../core/trace-facts.ts";
import { type TraceMapping, traceMappingSchema } from "../../core/trace-mapping.ts";
import { type TraceCollector, traceCollector } from "../facts/collector.ts";
import { summaryBuilder } from "../facts/summary.ts";
import { readOtlpJson } from "./otlp-json.ts";

/** Options of a reading. */
export interface ReadTracesOptions {
  /** Is given each trace once, when all files are read. */
  readonly onTrace?: (facts: TraceFacts) => void;
  /** Ends the reading early, with what it throws. */
  readonly signal?: AbortSignal;
}

/**
 * Reads files of traces, of whatever library and encoding, and says what each trace says. What cannot be read is counted in `skipped`
 * and never throws; a trace of which a part could not be read is `incomplete`.
 *
 * @throws EvalsError TRACES_UNREADABLE for a file that cannot be opened.
 */
export async function readTraceFacts(
  files: readonly string[],
  mapping: TraceMapping = traceMappingSchema.parse({}),
  options: ReadTracesOptions = {},
): Promise<TraceSummary> {
  const collector = traceCollector(mapping);
  const summary = summaryBuilder();
  for (const file of files) await readFile(file, collector, options.signal);
  collector.finish((facts) => {
    summary.add(facts);
    options.onTrace?.(facts);
  });
  return summary.finish(files, collector.names.values(), collector.problems());
}

async function readFile(
  file: string,
  collector: TraceCollector,
  signal: AbortSignal | undefined,
): Promise<void> {
  collector.place.file = file;
  collector.place.offset = 0;
  let rest: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
      signal?.throwIfAborted();
      let bytes: Buffer = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer]);
      for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10)) {
        readLine(bytes.subarray(0, end), collector);
        collector.place.offset += end + 1;
        bytes = bytes.subarray(end + 1);
      }
      rest = bytes;
    }
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new EvalsError(
      "TRACES_UNREADABLE",
      `${file} cannot be read (${messageOf(cause)})`,
      "check the path",
      { cause },
    );
  }
  readLine(rest, collector);
}

function readLine(line: Buffer, collector: TraceCollector): void {
  const text = line.toString("utf8").trim();
  if (text === "") return;
  try {
    if (!readOtlpJson(JSON.parse(text), collector.sink))
      collector.problem("a line that is no OTLP request", "lost");
  } catch {
    collector.problem("a line that is no JSON", "lost");
  }
}
