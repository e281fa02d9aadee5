import type { AttributeValue } from "../facts/span-reader.ts";
import type { Origin } from "../facts/span-record.ts";
import { identifierWords, readIdentifier, readParent } from "./identifiers.ts";
import { isLoose, type Loose, listOf } from "./loose.ts";
import { missing, type SpanSink, scopeName } from "./sink.ts";
import { millisecondsBetween, millisecondsOf, readNanoseconds, type TimePoint } from "./times.ts";

/**
 * Reads one OTLP request written as JSON: the names of today (`resourceSpans`, `scopeSpans`), those that Tempo and older exporters
 * write (`batches`, `instrumentationLibrarySpans`, `trace`), and those of protobuf itself (`resource_spans`).
 *
 * @returns false for what is no such request.
 */
export function readOtlpJson(value: unknown, sink: SpanSink): boolean {
  const groups = resourceGroups(value);
  if (groups === null) return false;
  for (const group of groups) if (isLoose(group)) readResourceSpans(group, sink);
  return true;
}

/** The list of groups of spans in a request; `null` where there is none. */
export function resourceGroups(value: unknown): readonly unknown[] | null {
  if (!isLoose(value)) return null;
  const groups = value.resourceSpans ?? value.batches ?? value.resource_spans;
  if (Array.isArray(groups)) return groups;
  return isLoose(value.trace) && !("trace" in value.trace) ? resourceGroups(value.trace) : null;
}

/** Reads the spans of one resource. */
export function readResourceSpans(group: Loose, sink: SpanSink): void {
  const tags = readResource(group.resource, sink);
  const scopes = listOf(group.scopeSpans ?? group.instrumentationLibrarySpans ?? group.scope_spans);
  for (const scope of scopes) {
    if (!isLoose(scope)) continue;
    const origin = sink.origin(readScope(scope.scope ?? scope.instrumentationLibrary), tags);
    for (const span of listOf(scope.spans)) readSpan(span, origin, sink);
  }
}

/** The library that wrote spans, as `name@version`. */
export function readScope(library: unknown): string {
  return isLoose(library) ? scopeName(library.name, library.version) : "";
}

/** The tags of a resource. */
export function readResource(resource: unknown, { reader }: SpanSink): Origin["tags"] {
  reader.begin();
  if (isLoose(resource)) readAttributes(resource.attributes, { reader });
  return reader.tags();
}

function readAttributes(attributes: unknown, sink: Pick<SpanSink, "reader">): void {
  if (!Array.isArray(attributes)) return;
  for (let i = 0; i < attributes.length; i++) readAttribute(attributes[i], sink);
}

/** Reads one attribute, where its name is known. */
export function readAttribute(attribute: unknown, { reader }: Pick<SpanSink, "reader">): void {
  if (!isLoose(attribute)) return;
  const known = reader.names.get(attribute.key as string);
  if (known !== undefined) reader.attribute(known, attributeValue(attribute.value, known.hasMembers));
}

interface AnyValue {
  readonly stringValue?: unknown;
  readonly intValue?: unknown;
  readonly doubleValue?: unknown;
  readonly boolValue?: unknown;
  readonly kvlistValue?: { readonly values?: unknown };
}

/** A value as it is written in OTLP JSON. Lists are not read. */
export function attributeValue(value: unknown, isMapWanted = false): AttributeValue {
  if (typeof value !== "object" || value === null) return undefined;
  const any = value as AnyValue;
  const plain = any.stringValue ?? any.intValue ?? any.doubleValue ?? any.boolValue;
  if (typeof plain === "string" || typeof plain === "number" || typeof plain === "boolean") return plain;
  return isMapWanted && any.kvlistValue !== undefined ? mapOf(any.kvlistValue?.values, 0) : undefined;
}

const deepestMap = 5;

function mapOf(entries: unknown, depth: number): object | undefined {
  if (!Array.isArray(entries) || depth > deepestMap) return undefined;
  return Object.fromEntries(
    entries.filter(isLoose).map(({ key, value }) => {
      const map =
        isLoose(value) && isLoose(value.kvlistValue) ? mapOf(value.kvlistValue.values, depth + 1) : undefined;
      return [String(key), map ?? attributeValue(value)];
    }),
  );
}

const ids = identifierWords();
const start: TimePoint = { seconds: 0, nanoseconds: 0 };
const end: TimePoint = { seconds: 0, nanoseconds: 0 };

function readSpan(span: unknown, origin: Origin, sink: SpanSink): void {
  if (!isLoose(span)) {
    sink.lostSpan(null, "a span that is no object");
    return;
  }
  const hasTrace = readIdentifier(span.traceId ?? span.trace_id, "trace", ids);
  const hasSpan = readIdentifier(span.spanId ?? span.span_id, "span", ids);
  const hasStart = readNanoseconds(span.startTimeUnixNano ?? span.start_time_unix_nano, start);
  if (!hasTrace || !hasSpan || !hasStart) {
    sink.lostSpan(hasTrace ? ids : null, `a span without a valid ${missing(hasTrace, hasSpan)}`);
    return;
  }
  readParent(span.parentSpanId ?? span.parent_span_id, ids);
  const hasEnd = readNanoseconds(span.endTimeUnixNano ?? span.end_time_unix_nano, end);
  const { reader } = sink;
  reader.begin();
  readAttributes(span.attributes, sink);
  const status = readStatus(span.status);
  const frame = {
    ids,
    name: typeof span.name === "string" ? span.name : "",
    startMs: millisecondsOf(start),
    durationMs: hasEnd ? millisecondsBetween(start, end) : -1,
    isError: status.isError,
    statusMessage: status.message,
    exceptionType: readEvents(span.events, sink),
    origin,
  };
  sink.span(ids, reader.finish(frame));
}

/** Whether a status is an error, and what it says. */
export function readStatus(status: unknown): { readonly isError: boolean; readonly message: string } {
  if (!isLoose(status)) return { isError: false, message: "" };
  const { code, message } = status;
  const isError = code === 2 || code === "STATUS_CODE_ERROR";
  return { isError, message: typeof message === "string" ? message : "" };
}

/** Reads results of evaluations. Returns the type of the exception, where one was recorded. */
export function readEvents(events: unknown, { reader }: SpanSink): string {
  if (!Array.isArray(events) || events.length === 0) return "";
  let exceptionType = "";
  for (const event of events) {
    if (!isLoose(event)) continue;
    if (event.name === "exception") {
      exceptionType = String(eventAttribute(event, "exception.type") ?? "");
    } else if (event.name === "gen_ai.evaluation.result") {
      reader.evaluation(
        String(eventAttribute(event, "gen_ai.evaluation.name") ?? ""),
        eventAttribute(event, "gen_ai.evaluation.score.value"),
        eventAttribute(event, "gen_ai.evaluation.score.label"),
      );
    }
  }
  return exceptionType;
}

function eventAttribute(event: Loose, name: string): AttributeValue {
  const found = listOf(event.attributes).find((attribute) => isLoose(attribute) && attribute.key === name);
  return isLoose(found) ? attributeValue(found.value) : undefined;
}
