import type { SpanReader } from "../facts/span-reader.ts";
import type { Origin, SpanRecord } from "../facts/span-record.ts";

/** Where decoders put what they read. */
export interface SpanSink {
  /** Collects the attributes of one span at a time. */
  readonly reader: SpanReader;
  /** The shared value for what spans of one library in one process have in common. */
  readonly origin: (scope: string, tags: Origin["tags"]) => Origin;
  /** Takes a span. */
  readonly span: (traceId: string, span: SpanRecord) => void;
  /** Notes a span that could not be read; its trace is incomplete where it is known. */
  readonly lostSpan: (traceId: string | null, reason: string) => void;
}

/** The name of a library with its version. */
export function scopeName(name: unknown, version: unknown): string {
  if (typeof name !== "string" || name === "") return "";
  const text = typeof version === "string" && version !== "" ? `${name}@${version}` : name;
  return text.slice(0, 200);
}

/** What a span lacks that it cannot be read without. */
export function missing(traceId: string | null, spanId: string | null): string {
  if (traceId === null) return "trace identifier";
  return spanId === null ? "span identifier" : "start time";
}
