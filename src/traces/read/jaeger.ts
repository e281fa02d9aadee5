import type { AttributeValue } from "../facts/span-reader.ts";
import type { Origin } from "../facts/span-record.ts";
import { identifierWords, readIdentifier, readParent, setParent } from "./identifiers.ts";
import { isLoose, type Loose, listOf } from "./loose.ts";
import { missing, type SpanSink, scopeName } from "./sink.ts";

/** True for a trace as Jaeger's API and user interface write it. */
export function isJaegerTrace(value: Loose): boolean {
  return Array.isArray(value.spans) && (isLoose(value.processes) || listOf(value.spans).some(isJaegerSpan));
}

function isJaegerSpan(value: unknown): boolean {
  return isLoose(value) && "spanID" in value;
}

/** Reads a trace as Jaeger writes it: times in microseconds, typed tags, processes beside the spans. */
export function readJaegerTrace(trace: Loose, sink: SpanSink): void {
  const processes = new Map<unknown, Origin["tags"]>();
  if (isLoose(trace.processes)) {
    for (const [id, process] of Object.entries(trace.processes))
      processes.set(id, processTags(process, sink));
  }
  for (const span of listOf(trace.spans)) readSpan(span, trace.traceID, processes, sink);
}

function processTags(process: unknown, { reader }: SpanSink): Origin["tags"] {
  reader.begin();
  if (isLoose(process)) {
    reader.named("service.name", textOf(process.serviceName));
    eachTag(process.tags, (key, value) => reader.named(key, value));
  }
  return reader.tags();
}

function eachTag(tags: unknown, take: (key: string, value: AttributeValue) => void): void {
  for (const tag of listOf(tags)) {
    if (isLoose(tag) && typeof tag.key === "string") take(tag.key, tag.value as AttributeValue);
  }
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

const ids = identifierWords();

function readSpan(
  span: unknown,
  traceOfAll: unknown,
  processes: ReadonlyMap<unknown, Origin["tags"]>,
  sink: SpanSink,
): void {
  if (!isLoose(span)) {
    sink.lostSpan(null, "a span that is no object");
    return;
  }
  const trace = span.traceID ?? traceOfAll;
  const hasTrace = readIdentifier(trace, "trace", ids);
  const hasSpan = readIdentifier(span.spanID, "span", ids);
  const startMs = Number(span.startTime) / 1000;
  if (!hasTrace || !hasSpan || !(startMs > 0 && startMs < 8e15)) {
    sink.lostSpan(hasTrace ? ids : null, `a span without a valid ${missing(hasTrace, hasSpan)}`);
    return;
  }
  readReferences(span, trace);
  const { reader } = sink;
  reader.begin();
  const own = { scope: "", version: "", isError: false, message: "" };
  eachTag(span.tags, (key, value) => {
    if (key === "otel.scope.name" || key === "otel.library.name") own.scope = textOf(value);
    else if (key === "otel.scope.version" || key === "otel.library.version") own.version = textOf(value);
    else if (key === "otel.status_description") own.message = textOf(value);
    else if (key === "error") own.isError ||= value === true || value === "true";
    else if (key === "otel.status_code") own.isError ||= value === "ERROR";
    else reader.named(key, value);
  });
  const duration = Number(span.duration);
  const frame = {
    ids,
    name: textOf(span.operationName),
    startMs,
    durationMs: duration >= 0 ? duration / 1000 : -1,
    isError: own.isError,
    statusMessage: own.message,
    exceptionType: readLogs(span.logs, sink),
    origin: sink.origin(scopeName(own.scope, own.version), processes.get(span.processID) ?? []),
  };
  sink.span(ids, reader.finish(frame));
}

/** The parent: the first CHILD_OF in the same trace, else the first FOLLOWS_FROM. A reference to another trace is none. */
function readReferences(span: Loose, trace: unknown): void {
  const inTrace = listOf(span.references).filter(
    (reference): reference is Loose => isLoose(reference) && (reference.traceID ?? trace) === trace,
  );
  const parent = inTrace.find(({ refType }) => refType === "CHILD_OF") ?? inTrace[0];
  if (parent !== undefined) readParent(parent.spanID, ids);
  else if (span.parentSpanID !== undefined) readParent(span.parentSpanID, ids);
  else setParent(ids, 0);
}

/** Reads results of evaluations. Returns the type of the exception, where one was recorded. */
function readLogs(logs: unknown, { reader }: SpanSink): string {
  let exceptionType = "";
  for (const log of listOf(logs)) {
    if (!isLoose(log)) continue;
    const fields = new Map<string, AttributeValue>();
    eachTag(log.fields, (key, value) => void fields.set(key, value));
    const event = fields.get("event") ?? fields.get("name");
    if (event === "exception") exceptionType = textOf(fields.get("exception.type"));
    else if (event === "gen_ai.evaluation.result") {
      reader.evaluation(
        textOf(fields.get("gen_ai.evaluation.name")),
        fields.get("gen_ai.evaluation.score.value"),
        fields.get("gen_ai.evaluation.score.label"),
      );
    }
  }
  return exceptionType;
}
