import { kind } from "./concepts.ts";
import { isRoot, type SpanRecord } from "./span-record.ts";

/** The spans of a trace with their parents; positions are those of `spans`. */
export interface SpanTree {
  /** Each identifier once, in the order in which they began. */
  readonly spans: readonly SpanRecord[];
  /** Position of the parent; −1 for a root, an orphan and where parents form a circle. */
  readonly parents: readonly number[];
  /** Positions so that every span comes after its children. */
  readonly upwards: readonly number[];
  /** True for each span with a model call inside that is not behind a tool or an agent: it wraps that call. */
  readonly wraps: readonly boolean[];
  /** True for each tool inside a span of the same tool, no model or agent between them: two libraries tell of one call. */
  readonly repeats: readonly boolean[];
  /** Spans that had the identifier of another one. */
  readonly duplicates: number;
  /** Spans whose parent is not there. */
  readonly orphans: number;
  /** Spans that are their own ancestor. */
  readonly circular: number;
}

const fewSpans = 16;

/** Orders the spans of a trace into a tree. Does not depend on the order in which they were read. */
export function spanTree(read: readonly SpanRecord[]): SpanTree {
  const sorted = [...read].sort(byStart);
  const { spans, index } = sorted.length > fewSpans ? distinctOfMany(sorted) : distinct(sorted);
  if (spans.length < sorted.length) return { ...spanTree(spans), duplicates: sorted.length - spans.length };
  const parents = new Array<number>(spans.length).fill(-1);
  let orphans = 0;
  for (let i = 0; i < spans.length; i++) {
    const span = spans[i]!;
    if (isRoot(span)) continue;
    parents[i] = index(span.parentHigh, span.parentLow);
    if (parents[i] === -1) orphans++;
  }
  const { upwards, circular } = order(parents);
  return {
    spans,
    parents,
    upwards,
    wraps: wrappers(spans, parents, upwards),
    repeats: repeatedTools(spans, parents, upwards),
    duplicates: 0,
    orphans,
    circular,
  };
}

/** By start; a span before the one that it encloses; else by identifier. */
function byStart(a: SpanRecord, b: SpanRecord): number {
  return (
    a.startMs - b.startMs ||
    b.durationMs - a.durationMs ||
    a.spanHigh - b.spanHigh ||
    a.spanLow - b.spanLow ||
    moreKnown(b) - moreKnown(a)
  );
}

/** Of two spans with one identifier the one that says more is kept. */
function moreKnown(span: SpanRecord): number {
  return Math.max(span.inputTokens, 0) + Math.max(span.outputTokens, 0) + span.kind / 16;
}

interface Distinct {
  readonly spans: SpanRecord[];
  /** The position of a span; −1 when it is not there. */
  readonly index: (high: number, low: number) => number;
}

function distinct(sorted: readonly SpanRecord[]): Distinct {
  const spans: SpanRecord[] = [];
  const index = (high: number, low: number) => {
    for (let i = 0; i < spans.length; i++) {
      if (spans[i]!.spanLow === low && spans[i]!.spanHigh === high) return i;
    }
    return -1;
  };
  for (const span of sorted) {
    const before = index(span.spanHigh, span.spanLow);
    if (before === -1) spans.push(span);
    else spans[before] = better(spans[before]!, span);
  }
  return { spans, index };
}

function distinctOfMany(sorted: readonly SpanRecord[]): Distinct {
  const spans: SpanRecord[] = [];
  const places = new Map<string, number>();
  const index = (high: number, low: number) => places.get(`${high} ${low}`) ?? -1;
  for (const span of sorted) {
    const before = index(span.spanHigh, span.spanLow);
    if (before === -1) places.set(`${span.spanHigh} ${span.spanLow}`, spans.push(span) - 1);
    else spans[before] = better(spans[before]!, span);
  }
  return { spans, index };
}

/** Of two reports of one span the longer one: it was written later. */
function better(a: SpanRecord, b: SpanRecord): SpanRecord {
  const gain = b.durationMs - a.durationMs || moreKnown(b) - moreKnown(a);
  return gain > 0 ? b : a;
}

/** Children before parents. A span in a circle loses its parent. */
function order(parents: number[]): { upwards: number[]; circular: number } {
  const count = parents.length;
  const open = new Array<number>(count).fill(0);
  for (const parent of parents) if (parent >= 0) open[parent]!++;
  const upwards = new Array<number>(count).fill(0);
  let end = 0;
  for (let i = 0; i < count; i++) if (open[i] === 0) upwards[end++] = i;
  const follow = (from: number) => {
    for (let at = from; at < end; at++) {
      const parent = parents[upwards[at]!]!;
      if (parent >= 0 && --open[parent]! === 0) upwards[end++] = parent;
    }
  };
  follow(0);
  let circular = 0;
  for (let i = 0; end < count && i < count; i++) {
    if (open[i]! <= 0) continue;
    for (let at = i; open[at]! > 0; ) {
      const parent = parents[at]!;
      parents[at] = -1;
      open[at] = 0;
      circular++;
      upwards[end++] = at;
      at = parent;
    }
  }
  return { upwards, circular };
}

function wrappers(
  spans: readonly SpanRecord[],
  parents: readonly number[],
  upwards: readonly number[],
): boolean[] {
  const wraps = new Array<boolean>(spans.length).fill(false);
  for (const i of upwards) {
    const span = spans[i]!;
    const parent = parents[i]!;
    if (parent >= 0 && !isBoundary(span) && (span.kind === kind.model || wraps[i]!)) wraps[parent] = true;
  }
  return wraps;
}

/** True for spans whose inner model calls are calls of their own, not the same call told twice. */
export function isBoundary({ kind: what }: SpanRecord): boolean {
  return what === kind.tool || what === kind.agent;
}

function repeatedTools(
  spans: readonly SpanRecord[],
  parents: readonly number[],
  upwards: readonly number[],
): boolean[] {
  const enclosing = new Array<number>(spans.length).fill(-1);
  const repeats = new Array<boolean>(spans.length).fill(false);
  for (let at = upwards.length - 1; at >= 0; at--) {
    const i = upwards[at]!;
    const parent = parents[i]!;
    if (parent < 0) continue;
    const above = spans[parent]!.kind;
    if (above === kind.tool) enclosing[i] = parent;
    else if (above !== kind.model && above !== kind.agent) enclosing[i] = enclosing[parent]!;
    const { kind: what, label } = spans[i]!;
    const outer = enclosing[i]!;
    repeats[i] = what === kind.tool && outer >= 0 && spans[outer]!.label === label;
  }
  return repeats;
}
