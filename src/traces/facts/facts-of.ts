import type { TraceEvaluation, TraceFacts } from "../../core/trace-facts.ts";
import { dialectWords, kind } from "./concepts.ts";
import type { CostOfSpan } from "./cost.ts";
import type { TagSlots } from "./names.ts";
import { isRoot, type SpanRecord, type Tag, type TraceRecord } from "./span-record.ts";
import { isBoundary, type SpanTree, spanTree } from "./span-tree.ts";
import { trajectoryOf } from "./trajectory.ts";

/** What is odd about the spans of a trace and does not make them unreadable, with how often. */
export interface TraceOddities {
  readonly duplicates: number;
  readonly circular: number;
  /** Spans that ended before they began. */
  readonly negative: number;
  /** Spans that began before their parent: the clocks of two machines differ. */
  readonly skewed: number;
  /** Spans beyond those that are kept of one trace. */
  readonly dropped: number;
}

const mostEvaluations = 50;
const offWords = new Set(["false", "0", "no", "none", "off", "null", "undefined", ""]);
const errorWords = new Set(["error", "failed", "failure", "fail", "timeout", "timed_out", "exception"]);
const noticedSkewMs = 1;

/** Values by place. */
type Tags = (string | undefined)[];

/** The facts of a trace. Does not depend on the order of its spans. */
export function factsOf(
  trace: TraceRecord,
  slots: TagSlots,
  costOf: CostOfSpan,
): { facts: TraceFacts; oddities: TraceOddities } {
  const tree = spanTree(trace.spans);
  const { spans, parents } = tree;
  const hasRoot = spans.some(isRoot);
  const tops = spans.filter((span, i) => (hasRoot ? isRoot(span) : parents[i] === -1));
  const tags = bestTags(tree);
  const usage = usageOf(tree, costOf);
  const evaluations = spans.flatMap(({ evaluations: found }) => found ?? []).slice(0, mostEvaluations);
  const firstToken = spans.find(({ firstTokenMs }) => firstTokenMs >= 0);
  const facts: TraceFacts = {
    traceId: trace.traceId,
    startedAt: isoTime(spans[0]?.startMs ?? 0),
    latencyMs: latencyOf(spans, tops),
    timeToFirstTokenMs: firstToken?.firstTokenMs ?? null,
    ...callsOf(tree),
    inputTokens: usage.inputTokens,
    outputTokens: usage.outputTokens,
    costUsd: usage.costUsd,
    hasError: tops.some(({ isError }) => isError) || saysError(tops, slots.status),
    fallback: isOn(tags[slots.fallback]),
    conversation: tags[slots.conversation] ?? null,
    route: tags[slots.route] ?? null,
    release: tags[slots.release] ?? null,
    cohorts: cohortsOf(tags, slots),
    trajectory: trajectoryOf(tree, slots.step),
    feedback: feedbackOf(tags, evaluations, slots),
    evaluations,
    hasRoot,
    orphans: tree.orphans,
    spans: spans.length,
    dialects: dialectWords(spans.reduce((bits, span) => bits | span.dialects, 0)),
    scopes: [...new Set(spans.map(({ origin }) => origin.scope))].filter((scope) => scope !== "").sort(),
    incomplete: trace.incomplete,
  };
  return { facts, oddities: odditiesOf(tree) };
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** From the first root's start to the last root's end; without a root only where one span covers all others. */
function latencyOf(spans: readonly SpanRecord[], tops: readonly SpanRecord[]): number | null {
  const [first] = tops;
  if (first === undefined || tops.some(({ durationMs }) => durationMs < 0)) return null;
  if (tops.length === 1) {
    if (isRoot(first)) return first.durationMs;
    const end = first.startMs + first.durationMs;
    const covers = spans.every(
      (span) => span.startMs >= first.startMs && span.startMs + Math.max(span.durationMs, 0) <= end,
    );
    return covers ? first.durationMs : null;
  }
  if (!isRoot(first)) return null;
  let end = first.startMs;
  for (const top of tops) end = Math.max(end, top.startMs + top.durationMs);
  return end - first.startMs;
}

/**
 * Tokens and cost of the whole trace. A span's are the larger of its own and the sum of its children's, so that a span that wraps another
 * library's span of the same call, or repeats the sum of its steps, adds nothing. A model call with a tool or an agent inside is a call
 * beside them: what these used is added to its own.
 */
function usageOf(tree: SpanTree, costOf: CostOfSpan) {
  return {
    inputTokens: total(tree, ({ inputTokens }) => inputTokens),
    outputTokens: total(tree, ({ outputTokens }) => outputTokens),
    costUsd: isPriced(tree, costOf) ? total(tree, costOf) : null,
  };
}

/** False where tokens of a model call are known and their price is not: the sum of the others would be too small. */
function isPriced({ spans, parents, upwards, wraps }: SpanTree, costOf: CostOfSpan): boolean {
  const known = new Array<boolean>(spans.length).fill(false);
  for (let at = upwards.length - 1; at >= 0; at--) {
    const i = upwards[at]!;
    const span = spans[i]!;
    const parent = parents[i]!;
    known[i] = costOf(span) >= 0 || (parent >= 0 && known[parent]!);
    if (span.kind === kind.model && !wraps[i]! && span.inputTokens >= 0 && !known[i]!) return false;
  }
  return true;
}

function total({ spans, parents, upwards }: SpanTree, own: (span: SpanRecord) => number): number | null {
  if (!spans.some((span) => own(span) >= 0)) return null;
  const inner = new Array<number>(spans.length).fill(-1);
  const beside = new Array<number>(spans.length).fill(-1);
  let sum = -1;
  for (const i of upwards) {
    const span = spans[i]!;
    const subtree = plus(Math.max(own(span), inner[i]!), beside[i]!);
    const parent = parents[i]!;
    if (parent === -1) sum = plus(sum, subtree);
    else if (spans[parent]!.kind === kind.model && isBoundary(span)) {
      beside[parent] = plus(beside[parent]!, subtree);
    } else inner[parent] = plus(inner[parent]!, subtree);
  }
  return sum;
}

/** A sum where −1 is "not known". */
function plus(a: number, b: number): number {
  if (a < 0) return b;
  return b < 0 ? a : a + b;
}

function callsOf({ spans, parents, upwards, wraps, repeats }: SpanTree) {
  const known = new Array<boolean>(spans.length).fill(false);
  const calls = { modelCalls: 0, modelCallsWithUsage: 0, modelErrors: 0, toolCalls: 0, toolTimeouts: 0 };
  for (let at = upwards.length - 1; at >= 0; at--) {
    const i = upwards[at]!;
    const span = spans[i]!;
    if (span.kind === kind.tool && !repeats[i]!) {
      calls.toolCalls++;
      if (span.isTimeout) calls.toolTimeouts++;
    }
    const parent = parents[i]!;
    const isInside = parent >= 0 && known[parent]! && !isBoundary(span);
    known[i] = isInside || (span.kind === kind.model && span.inputTokens >= 0);
    if (span.kind !== kind.model || wraps[i]!) continue;
    calls.modelCalls++;
    if (known[i]!) calls.modelCallsWithUsage++;
    if (span.isError) calls.modelErrors++;
  }
  return calls;
}

/** For each place the value with the best name; of several spans the root's, else the earliest one's. */
function bestTags({ spans }: SpanTree): Tags {
  const values: (string | undefined)[] = [];
  const ranks: number[] = [];
  const take = ({ slot, rank, value }: Tag, isOfRoot: boolean) => {
    const key = rank * 2 + (isOfRoot ? 0 : 1);
    const before = ranks[slot];
    if (before !== undefined && before <= key) return;
    values[slot] = value;
    ranks[slot] = key;
  };
  let last: SpanRecord["origin"] | null = null;
  for (const span of spans) {
    const { tags, origin } = span;
    const isOfRoot = isRoot(span);
    if (tags !== null) for (const tag of tags) take(tag, isOfRoot);
    if (origin !== last || isOfRoot) for (const tag of origin.tags) take(tag, isOfRoot);
    last = origin;
  }
  return values;
}

function isOn(value: string | undefined): boolean | null {
  return value === undefined ? null : !offWords.has(value.trim().toLowerCase());
}

function saysError(tops: readonly SpanRecord[], slot: number): boolean {
  return tops.some(({ tags }) =>
    tags?.some((tag) => tag.slot === slot && errorWords.has(tag.value.trim().toLowerCase())),
  );
}

function cohortsOf(tags: Tags, { cohorts }: TagSlots): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [dimension, slot] of cohorts) {
    const value = tags[slot];
    if (value !== undefined) setOwn(found, dimension, value);
  }
  return found;
}

/** Sets a member whose name may be `__proto__`. */
function setOwn(object: Record<string, string>, name: string, value: string): void {
  if (name !== "__proto__") object[name] = value;
  else Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}

function feedbackOf(tags: Tags, evaluations: readonly TraceEvaluation[], { feedback }: TagSlots): string[] {
  const found: string[] = [];
  for (const { kind: word, slot, names, values } of feedback) {
    const means = (text: string) => {
      const said = text.trim().toLowerCase();
      return values === null ? !offWords.has(said) : values.has(said);
    };
    const value = tags[slot];
    const isSaid =
      (value !== undefined && means(value)) ||
      evaluations.some(
        ({ name, value: score, label }) =>
          names.has(name.toLowerCase()) && means(label ?? String(score ?? "")),
      );
    if (isSaid) found.push(word);
  }
  return found.sort();
}

function odditiesOf({ spans, parents, duplicates, circular }: SpanTree): TraceOddities {
  let negative = 0;
  let skewed = 0;
  spans.forEach((span, i) => {
    if (span.durationMs < 0) negative++;
    const parent = parents[i]!;
    if (parent >= 0 && span.startMs < spans[parent]!.startMs - noticedSkewMs) skewed++;
  });
  return { duplicates, circular, negative, skewed, dropped: 0 };
}
