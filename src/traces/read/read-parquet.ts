import type { TraceCollector } from "../facts/collector.ts";
import { isClickHouseRow, readClickHouseRow } from "./clickhouse.ts";
import { isLoose } from "./loose.ts";

const rowsAtATime = 30_000;
const columns = [
  "Timestamp",
  "TraceId",
  "SpanId",
  "ParentSpanId",
  "SpanName",
  "ServiceName",
  "ResourceAttributes",
  "ScopeName",
  "ScopeVersion",
  "SpanAttributes",
  "Duration",
  "StatusCode",
  "StatusMessage",
  "Events.Name",
  "Events.Attributes",
];

/** Reads a Parquet file with the columns of the collector's ClickHouse table. The package for it is loaded on first use. */
export async function readParquet(
  file: string,
  collector: TraceCollector,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } = await import("hyparquet");
  const { compressors } = await import("hyparquet-compressors");
  const buffer = await asyncBufferFromFile(file);
  const metadata = await parquetMetadataAsync(buffer);
  const there = new Set(metadata.schema.map(({ name }) => name));
  const rows = Number(metadata.num_rows);
  const wanted = columns.filter((column) => there.has(column));
  const parsers = {
    timestampFromNanoseconds: (nanoseconds: bigint) => nanoseconds,
    timestampFromMicroseconds: (microseconds: bigint) => microseconds * 1000n,
    timestampFromMilliseconds: (milliseconds: bigint) => milliseconds * 1_000_000n,
  };
  for (let from = 0; from < rows; from += rowsAtATime) {
    signal?.throwIfAborted();
    const part = await parquetReadObjects({
      file: buffer,
      metadata,
      columns: wanted,
      compressors,
      parsers,
      rowStart: from,
      rowEnd: Math.min(from + rowsAtATime, rows),
    });
    for (const row of part) {
      if (isLoose(row) && isClickHouseRow(row)) readClickHouseRow(row, collector.sink);
      else collector.problem("a row without TraceId and SpanId", "lost", { offset: null });
    }
  }
}
