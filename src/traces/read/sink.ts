import type { SpanReader } from "../facts/span-reader.ts";
import type { Origin, SpanRecord } from "../facts/span-record.ts";
import type { IdentifierWords } from "./identifiers.ts";

/** Where decoders put what they read. */
export interface SpanSink {
  /** Collects the attributes of one span at a time. */
  readonly reader: SpanReader;
  /** The shared value for what spans of one library in one process have in common. */
  readonly origin: (scope: string, tags: Origin["tags"]) => Origin;
  /** Takes a span. */
  readonly span: (ids: IdentifierWords, span: SpanRecord) => void;
  /** Notes a span that could not be read; its trace is incomplete where it is known, and counts even if none of its spans could be read. */
  readonly lostSpan: (ids: IdentifierWords | null, reason: string) => void;
  /** Notes that a part of a trace may be lost. */
  readonly markIncomplete: (ids: IdentifierWords) => void;
}

/** The name of a library with its version. */
export function scopeName(name: unknown, version: unknown): string {
  if (typeof name !== "string" || name === "") return "";
  const text = typeof version === "string" && version !== "" ? `${name}@${version}` : name;
  return text.slice(0, 200);
}

/** What a span lacks that it cannot be read without. */
export function missing(hasTrace: boolean, hasSpan: boolean): string {
  if (!hasTrace) return "trace identifier";
  return hasSpan ? "start time" : "span identifier";
}
