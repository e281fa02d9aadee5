import { isClickHouseRow, readClickHouseRow } from "./clickhouse.ts";
import { isJaegerTrace, readJaegerTrace } from "./jaeger.ts";
import { isLoose, listOf } from "./loose.ts";
import { readOtlpJson, readResourceSpans } from "./otlp-json.ts";
import type { SpanSink } from "./sink.ts";

/** Lists within lists. */
const deepest = 3;

/** What is not understood, in words for a message. */
export const knownJson =
  "OTLP (`resourceSpans`), Tempo (`batches`, `trace`), Jaeger (`data` with `spans`) or rows of ClickHouse (`TraceId`)";

/**
 * Reads one JSON value of whatever kind of trace.
 *
 * @returns false for one that is of no kind that is known.
 */
export function readJsonValue(value: unknown, sink: SpanSink, depth = 0): boolean {
  if (Array.isArray(value)) return depth < deepest && readList(value, sink, depth + 1);
  if (!isLoose(value)) return false;
  if (readOtlpJson(value, sink)) return true;
  if (isClickHouseRow(value)) readClickHouseRow(value, sink);
  else if (isJaegerTrace(value)) readJaegerTrace(value, sink);
  else if (Array.isArray(value.scopeSpans) || Array.isArray(value.instrumentationLibrarySpans)) {
    readResourceSpans(value, sink);
  } else if (Array.isArray(value.data)) return depth < deepest && readList(value.data, sink, depth + 1);
  else return Object.keys(value).length === 0;
  return true;
}

/** True when every element could be read; the others are read anyway. */
function readList(list: readonly unknown[], sink: SpanSink, depth: number): boolean {
  let isKnown = true;
  for (const element of listOf(list)) isKnown = readJsonValue(element, sink, depth) && isKnown;
  return isKnown;
}
