import type { TraceEvaluation, TraceFacts } from "../../core/trace-facts.ts";
import { dialectWords, kind } from "./concepts.ts";
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

/** The facts of a trace. Does not depend on the order of its spans. */
export function factsOf(trace: TraceRecord, slots: TagSlots): { facts: TraceFacts; oddities: TraceOddities } {
  const tree = spanTree(trace.spans);
  const { spans, parents } = tree;
  const hasRoot = spans.some(isRoot);
  const tops = spans.filter((span, i) => (hasRoot ? isRoot(span) : parents[i] === -1));
  const tags = bestTags(tree);
  const usage = usageOf(tree);
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
    fallback: isOn(tags.get(slots.fallback)),
    route: tags.get(slots.route)?.value ?? null,
    release: tags.get(slots.release)?.value ?? null,
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
function usageOf({ spans, parents, upwards }: SpanTree) {
  const total = (own: (span: SpanRecord) => number): number | null => {
    const inner = new Float64Array(spans.length).fill(-1);
    const beside = new Float64Array(spans.length).fill(-1);
    let sum = -1;
    for (const i of upwards) {
      const span = spans[i]!;
      const subtree = plus(Math.max(own(span), inner[i]!), beside[i]!);
      const parent = parents[i]!;
      if (parent === -1) sum = plus(sum, subtree);
      else if (spans[parent]!.kind === kind.model && isBoundary(span))
        beside[parent] = plus(beside[parent]!, subtree);
      else inner[parent] = plus(inner[parent]!, subtree);
    }
    return sum < 0 ? null : sum;
  };
  return {
    inputTokens: total(({ inputTokens }) => inputTokens),
    outputTokens: total(({ outputTokens }) => outputTokens),
    costUsd: total(({ costUsd }) => costUsd),
  };
}

/** A sum where −1 is "not known". */
function plus(a: number, b: number): number {
  if (a < 0) return b;
  return b < 0 ? a : a + b;
}

function callsOf({ spans, parents, upwards }: SpanTree) {
  const wraps = wrappers(spans, parents, upwards);
  const known = new Uint8Array(spans.length);
  const calls = { modelCalls: 0, modelCallsWithUsage: 0, modelErrors: 0, toolCalls: 0, toolTimeouts: 0 };
  for (let at = upwards.length - 1; at >= 0; at--) {
    const i = upwards[at]!;
    const span = spans[i]!;
    if (span.kind === kind.tool) {
      calls.toolCalls++;
      if (span.isTimeout) calls.toolTimeouts++;
    }
    const parent = parents[i]!;
    const isInside = parent >= 0 && known[parent] === 1 && !isBoundary(span);
    known[i] = isInside || (span.kind === kind.model && span.inputTokens >= 0) ? 1 : 0;
    if (span.kind !== kind.model || wraps[i] === 1) continue;
    calls.modelCalls++;
    if (known[i] === 1) calls.modelCallsWithUsage++;
    if (span.isError) calls.modelErrors++;
  }
  return calls;
}

/** 1 for each span with a model call inside that is not behind a tool or an agent. */
export function wrappers(spans: readonly SpanRecord[], parents: Int32Array, upwards: Int32Array): Uint8Array {
  const wraps = new Uint8Array(spans.length);
  for (const i of upwards) {
    const span = spans[i]!;
    const parent = parents[i]!;
    if (parent >= 0 && !isBoundary(span) && (span.kind === kind.model || wraps[i] === 1)) wraps[parent] = 1;
  }
  return wraps;
}

/** For each place the value with the best name; of several spans the root's, else the earliest one's. */
function bestTags({ spans }: SpanTree): Map<number, Tag> {
  const best = new Map<number, Tag & { isRoot: boolean }>();
  const take = (tag: Tag, isRoot: boolean) => {
    const before = best.get(tag.slot);
    if (
      before !== undefined &&
      (before.rank < tag.rank || (before.rank === tag.rank && (before.isRoot || !isRoot)))
    ) {
      return;
    }
    best.set(tag.slot, { ...tag, isRoot });
  };
  let last: SpanRecord["origin"] | null = null;
  for (const span of spans) {
    const { tags, origin } = span;
    if (tags !== null) for (const tag of tags) take(tag, isRoot(span));
    if (origin !== last || isRoot(span)) for (const tag of origin.tags) take(tag, isRoot(span));
    last = origin;
  }
  return best;
}

function isOn(tag: Tag | undefined): boolean | null {
  return tag === undefined ? null : !offWords.has(tag.value.trim().toLowerCase());
}

function saysError(tops: readonly SpanRecord[], slot: number): boolean {
  return tops.some(({ tags }) =>
    tags?.some((tag) => tag.slot === slot && errorWords.has(tag.value.trim().toLowerCase())),
  );
}

function cohortsOf(tags: ReadonlyMap<number, Tag>, { cohorts }: TagSlots): Record<string, string> {
  return Object.fromEntries(
    cohorts.flatMap(([dimension, slot]) => {
      const tag = tags.get(slot);
      return tag === undefined ? [] : [[dimension, tag.value]];
    }),
  );
}

function feedbackOf(
  tags: ReadonlyMap<number, Tag>,
  evaluations: readonly TraceEvaluation[],
  { feedback }: TagSlots,
): string[] {
  return feedback
    .filter(({ slot, names, values }) => {
      const means = (value: string) => {
        const word = value.trim().toLowerCase();
        return values === null ? !offWords.has(word) : values.has(word);
      };
      const tag = tags.get(slot);
      if (tag !== undefined && means(tag.value)) return true;
      return evaluations.some(
        ({ name, value, label }) => names.has(name.toLowerCase()) && means(label ?? String(value ?? "")),
      );
    })
    .map(({ kind: word }) => word)
    .sort();
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
