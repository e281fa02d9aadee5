import type { AttributeValue } from "../facts/span-reader.ts";
import type { Origin } from "../facts/span-record.ts";
import { identifierWords, readIdentifier, readParent } from "./identifiers.ts";
import { isLoose, type Loose, listOf } from "./loose.ts";
import { missing, type SpanSink, scopeName } from "./sink.ts";
import { millisecondsOf, readNanoseconds, type TimePoint } from "./times.ts";

/** True for a row of the table `otel_traces` that the collector's ClickHouse exporter fills. */
export function isClickHouseRow(value: Loose): boolean {
  return "TraceId" in value && "SpanId" in value;
}

const ids = identifierWords();
const start: TimePoint = { seconds: 0, nanoseconds: 0 };

/** Reads a row of `otel_traces`: its attributes are all texts, its duration is in nanoseconds, its events are parallel lists. */
export function readClickHouseRow(row: Loose, sink: SpanSink): void {
  const hasTrace = readIdentifier(row.TraceId, "trace", ids);
  const hasSpan = readIdentifier(row.SpanId, "span", ids);
  if (!hasTrace || !hasSpan || !readTimestamp(row.Timestamp)) {
    sink.lostSpan(hasTrace ? ids : null, `a span without a valid ${missing(hasTrace, hasSpan)}`);
    return;
  }
  readParent(row.ParentSpanId, ids);
  const { reader } = sink;
  const origin = originOf(row, sink);
  reader.begin();
  eachMember(row.SpanAttributes, (key, value) => reader.named(key, value));
  const duration = Number(row.Duration);
  const frame = {
    ids,
    name: textOf(row.SpanName),
    startMs: millisecondsOf(start),
    durationMs: duration >= 0 ? duration / 1e6 : -1,
    isError: /^(STATUS_CODE_)?ERROR$/i.test(textOf(row.StatusCode)),
    statusMessage: textOf(row.StatusMessage),
    exceptionType: readEvents(row, sink),
    origin,
  };
  sink.span(ids, reader.finish(frame));
}

function originOf(row: Loose, { reader, origin }: SpanSink): Origin {
  reader.begin();
  reader.named("service.name", textOf(row.ServiceName));
  eachMember(row.ResourceAttributes, (key, value) => reader.named(key, value));
  return origin(scopeName(row.ScopeName, row.ScopeVersion), reader.tags());
}

/** A map as an object, as pairs, or as a list of keys with their values. */
function eachMember(map: unknown, take: (key: string, value: AttributeValue) => void): void {
  if (isLoose(map)) {
    for (const key of Object.keys(map)) take(key, map[key] as AttributeValue);
    return;
  }
  for (const entry of listOf(map)) {
    if (Array.isArray(entry)) take(String(entry[0]), entry[1] as AttributeValue);
    else if (isLoose(entry)) take(String(entry.key), entry.value as AttributeValue);
  }
}

/** Text without a zone is in UTC, as the exporter writes it. */
function readTimestamp(value: unknown): boolean {
  if (typeof value !== "string" || /^\d+$/.test(value)) return readNanoseconds(value, start);
  const [, date, time, fraction = "", zone = "Z"] =
    value.match(/^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)?$/) ?? [];
  const ms = Date.parse(`${date}T${time}${zone}`);
  if (!(ms > 0)) return false;
  start.seconds = ms / 1000;
  start.nanoseconds = Number(fraction.padEnd(9, "0"));
  return true;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Reads results of evaluations. Returns the type of the exception, where one was recorded. */
function readEvents(row: Loose, { reader }: SpanSink): string {
  const nested = isLoose(row.Events) ? row.Events : null;
  const names = listOf(row["Events.Name"] ?? nested?.Name);
  const attributes = listOf(row["Events.Attributes"] ?? nested?.Attributes);
  let exceptionType = "";
  names.forEach((name, i) => {
    if (name !== "exception" && name !== "gen_ai.evaluation.result") return;
    const found = new Map<string, AttributeValue>();
    eachMember(attributes[i], (key, value) => void found.set(key, value));
    if (name === "exception") exceptionType = textOf(found.get("exception.type"));
    else {
      reader.evaluation(
        textOf(found.get("gen_ai.evaluation.name")),
        found.get("gen_ai.evaluation.score.value"),
        found.get("gen_ai.evaluation.score.label"),
      );
    }
  });
  return exceptionType;
}
