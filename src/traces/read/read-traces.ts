import type { PriceTable } from "../../core/prices.ts";
import type { TraceFacts, TraceSummary } from "../../core/trace-facts.ts";
import { type TraceMapping, traceMappingSchema } from "../../core/trace-mapping.ts";
import { traceCollector } from "../facts/collector.ts";
import { summaryBuilder } from "../facts/summary.ts";
import { fileReading, readTraceFile } from "./read-file.ts";

/** Options of a reading. */
export interface ReadTracesOptions {
  /** Is given each trace once, when all files are read. */
  readonly onTrace?: (facts: TraceFacts) => void;
  /** Prices for the model calls that do not say what they cost (default: gatewright's table of list prices). */
  readonly prices?: PriceTable;
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
  const collector = traceCollector(mapping, options.prices);
  const reading = fileReading(collector, options.signal);
  const summary = summaryBuilder();
  try {
    for (const file of files) await readTraceFile(file, reading);
    for (const facts of collector.facts()) {
      summary.add(facts);
      options.onTrace?.(facts);
    }
  } finally {
    collector.close();
  }
  return summary.finish(files, collector.names.values(), collector.problems());
}
