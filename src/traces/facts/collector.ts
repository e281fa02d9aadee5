import type { TraceFacts, TraceProblem } from "../../core/trace-facts.ts";
import type { TraceMapping } from "../../core/trace-mapping.ts";
import type { SpanSink } from "../read/sink.ts";
import { factsOf, type TraceOddities } from "./facts-of.ts";
import { compileNames } from "./names.ts";
import { SpanReader } from "./span-reader.ts";
import { mostSpansOfTrace, type Origin, type TraceRecord } from "./span-record.ts";

/** Gathers spans into traces. */
export interface TraceCollector {
  readonly sink: SpanSink;
  /** Says which file is read, and how far the reading is, for messages. */
  readonly place: { file: string; offset: number };
  /** Notes what could not be read. */
  readonly problem: (reason: string, effect: TraceProblem["effect"], offset?: number | null) => void;
  /** Marks a trace as incomplete; it counts even if no span of it could be read. */
  readonly markIncomplete: (traceId: string) => void;
  /** Gives the facts of all traces and forgets them. */
  readonly finish: (onTrace: (facts: TraceFacts) => void) => void;
  /** What could not be read, or not as it was written. */
  readonly problems: () => TraceProblem[];
  /** Names that are read, with their counts. */
  readonly names: SpanReader["names"];
}

/** Gathers spans into traces, in memory. */
export function traceCollector(mapping: TraceMapping): TraceCollector {
  const compiled = compileNames(mapping);
  const reader = new SpanReader(compiled);
  const traces = new Map<string, TraceRecord>();
  const origins = new Map<string, Origin>();
  const found = new Map<string, { -readonly [K in keyof TraceProblem]: TraceProblem[K] }>();
  const place = { file: "", offset: 0 };

  const traceOf = (traceId: string): TraceRecord => {
    let trace = traces.get(traceId);
    if (trace === undefined) {
      trace = { traceId, spans: [], incomplete: false };
      traces.set(traceId, trace);
    }
    return trace;
  };
  const problem: TraceCollector["problem"] = (reason, effect, offset = place.offset) => {
    const key = `${place.file}\n${reason}`;
    const before = found.get(key);
    if (before === undefined) found.set(key, { file: place.file, offset, reason, count: 1, effect });
    else before.count++;
  };
  const oddities = (counts: TraceOddities) => {
    const note = (count: number, reason: string) => {
      for (let i = 0; i < count; i++) problem(reason, "kept", null);
    };
    note(counts.duplicates, "a span with the identifier of another span of its trace; one of them counts");
    note(counts.circular, "a span that is its own ancestor; it counts as an outermost span");
    note(counts.negative, "a span that ended before it began, or has no end; its duration is not known");
    note(counts.skewed, "a span that began before its parent: clocks differ");
  };
  const sink: SpanSink = {
    reader,
    origin(scope, tags) {
      const key = JSON.stringify([scope, tags]);
      let origin = origins.get(key);
      if (origin === undefined) {
        origin = { scope, tags };
        if (origins.size < 10_000) origins.set(key, origin);
      }
      return origin;
    },
    span(traceId, span) {
      const trace = traceOf(traceId);
      if (trace.spans.length < mostSpansOfTrace) trace.spans.push(span);
      else sink.lostSpan(traceId, `a trace has more than ${mostSpansOfTrace} spans`);
    },
    lostSpan(traceId, reason) {
      problem(reason, "lost");
      if (traceId !== null) traceOf(traceId).incomplete = true;
    },
  };
  return {
    sink,
    place,
    problem,
    markIncomplete(traceId) {
      traceOf(traceId).incomplete = true;
    },
    finish(onTrace) {
      for (const trace of traces.values()) {
        const { facts, oddities: counts } = factsOf(trace, compiled.tags);
        oddities(counts);
        onTrace(facts);
      }
      traces.clear();
    },
    problems: () => [...found.values()],
    names: reader.names,
  };
}
