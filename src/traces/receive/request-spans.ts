import { traceMappingSchema } from "../../core/trace-mapping.ts";
import { compileNames } from "../facts/names.ts";
import { SpanReader } from "../facts/span-reader.ts";
import { readOtlpJson } from "../read/otlp-json.ts";
import { protobufReader } from "../read/otlp-protobuf.ts";
import type { SpanSink } from "../read/sink.ts";

/** What a request holds. */
export interface RequestSpans {
  /** Spans that can be read. */
  readonly accepted: number;
  /** Spans that cannot. */
  readonly rejected: number;
  /** What is wrong with the first one of these; empty for none. */
  readonly reason: string;
  /** What is wrong with the request as a whole; `null` for nothing. */
  readonly fault: string | null;
}

/** Counts the spans of requests, by the readers that will read them from disk. */
export function requestSpans(): (body: Buffer, isJson: boolean) => RequestSpans {
  const counts = { accepted: 0, rejected: 0, reason: "" };
  const sink: SpanSink = {
    reader: new SpanReader(compileNames(traceMappingSchema.parse({}))),
    origin: (scope, tags) => ({ index: 0, scope, tags }),
    span: () => {
      counts.accepted++;
    },
    lostSpan: (_, reason) => {
      counts.rejected++;
      if (counts.reason === "") counts.reason = reason;
    },
    markIncomplete: () => {},
  };
  const protobuf = protobufReader(sink);
  return (body, isJson) => {
    counts.accepted = 0;
    counts.rejected = 0;
    counts.reason = "";
    const fault = isJson ? jsonFault(body, sink) : protobuf.read(body);
    return { ...counts, fault };
  };
}

function jsonFault(body: Buffer, sink: SpanSink): string | null {
  let value: unknown;
  try {
    value = JSON.parse(body.toString("utf8"));
  } catch {
    return "the body is no JSON";
  }
  if (typeof value === "object" && value !== null && Object.keys(value).length === 0) return null;
  return readOtlpJson(value, sink) ? null : "the body is no OTLP request: it has no `resourceSpans`";
}
