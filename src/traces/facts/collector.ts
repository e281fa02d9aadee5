import { priceTable } from "../../core/price-table.ts";
import type { PriceTable } from "../../core/prices.ts";
import type { TraceFacts, TraceProblem } from "../../core/trace-facts.ts";
import type { TraceMapping } from "../../core/trace-mapping.ts";
import type { SpanSink } from "../read/sink.ts";
import { costOfSpan } from "./cost.ts";
import { factsOf, type TraceOddities } from "./facts-of.ts";
import { compileNames } from "./names.ts";
import { sharedValues } from "./span-codec.ts";
import { spanLog, spanLogLimits } from "./span-log.ts";
import { SpanReader } from "./span-reader.ts";
import type { Origin } from "./span-record.ts";

/** Gathers spans into traces. */
export interface TraceCollector {
  readonly sink: SpanSink;
  /** Says which file is read, and how far the reading is, for messages. */
  readonly place: { file: string; offset: number };
  /** Notes what could not be read. */
  readonly problem: (
    reason: string,
    effect: TraceProblem["effect"],
    place?: { offset: number | null },
  ) => void;
  /** Gives the facts of all traces, each once, and forgets them. */
  readonly facts: () => Generator<TraceFacts>;
  /** What could not be read, or not as it was written. */
  readonly problems: () => TraceProblem[];
  /** Names that are read, with their counts. */
  readonly names: SpanReader["names"];
  /** Ends the use of temporary files. */
  readonly close: () => void;
}

type Problem = { -readonly [K in keyof TraceProblem]: TraceProblem[K] };
const mostOrigins = 10_000;
const mostProblems = 1000;

/** Gathers spans into traces, whatever order they come in. */
export function traceCollector(mapping: TraceMapping, prices: PriceTable = priceTable): TraceCollector {
  const costOf = costOfSpan(prices);
  const compiled = compileNames(mapping);
  const reader = new SpanReader(compiled);
  const { origins, originOf } = originTable();
  const log = spanLog(sharedValues(origins, compiled.tags.conversation));
  const found = new Map<string, Problem>();
  const place = { file: "", offset: 0 };

  const note = (problem: TraceProblem) => {
    const key = `${problem.file}\n${problem.reason}`;
    const before = found.get(key);
    if (before !== undefined) before.count += problem.count;
    else if (found.size < mostProblems) found.set(key, { ...problem });
  };
  const problem: TraceCollector["problem"] = (reason, effect, { offset } = place) => {
    note({ file: place.file, offset, reason, count: 1, effect });
  };
  const noteOddities = (counts: TraceOddities) => {
    for (const key of Object.keys(oddityReasons) as (keyof TraceOddities)[]) {
      const count = counts[key];
      if (count > 0) note({ file: "", offset: null, count, ...oddityReasons[key] });
    }
  };
  return {
    place,
    problem,
    names: reader.names,
    sink: {
      reader,
      origin: originOf,
      span: log.addSpan,
      markIncomplete: log.addLost,
      lostSpan(ids, reason) {
        problem(reason, "lost");
        if (ids !== null) log.addLost(ids);
      },
    },
    *facts() {
      for (const trace of log.traces()) {
        const { facts, oddities } = factsOf(trace, compiled.tags, costOf);
        noteOddities({ ...oddities, dropped: trace.dropped });
        yield facts;
      }
    },
    problems: () => [...found.values()],
    close: log.close,
  };
}

const oddityReasons = {
  duplicates: {
    reason: "a span with the identifier of another span of its trace; one of them counts",
    effect: "kept",
  },
  circular: { reason: "a span that is its own ancestor; it counts as an outermost span", effect: "kept" },
  negative: {
    reason: "a span that ended before it began, or has no end; its duration is not known",
    effect: "kept",
  },
  skewed: { reason: "a span that began before its parent: clocks differ", effect: "kept" },
  dropped: {
    reason: `a span beyond the ${spanLogLimits.spansOfTrace} that are kept of a trace`,
    effect: "lost",
  },
} as const satisfies Record<keyof TraceOddities, Pick<TraceProblem, "reason" | "effect">>;

/** One value for equal origins. */
function originTable() {
  const origins: Origin[] = [];
  const places = new Map<string, Origin>();
  const originOf = (scope: string, tags: Origin["tags"]): Origin => {
    const isFull = origins.length >= mostOrigins;
    const key = isFull ? "" : JSON.stringify([scope, tags]);
    const before = places.get(key);
    if (before !== undefined) return before;
    const origin = isFull
      ? { index: origins.length, scope: "…", tags: [] }
      : { index: origins.length, scope, tags };
    places.set(key, origin);
    origins.push(origin);
    return origin;
  };
  return { origins, originOf };
}
