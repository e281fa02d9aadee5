import type { Case, Passage } from "../core/dataset.ts";
import type { Json } from "../core/json.ts";
import type { CaseReport, CaseSpan } from "../core/report.ts";
import type { Sample, ToolCall } from "../core/sample.ts";
import type { Score } from "../core/score.ts";
import type { Span } from "../core/trace.ts";

// Lengths in characters, and numbers of things, that a report holds of one case.
const longestText = 4000;
const longestInput = 2000;
const longestPassage = 1500;
const longestJson = 2000;
const longestName = 120;
const longestError = 300;
const mostPassages = 12;
const mostSpans = 60;

/** The last message of the input, or its variables as JSON. */
export function inputOf({ input }: Case): string {
  return (input.messages?.at(-1)?.content ?? JSON.stringify(input.variables)).slice(0, longestInput);
}

/** What the case expects; `null` when nothing. */
export function expectedOf({ expected }: Case): Json {
  return (expected ?? null) as Json;
}

/** The first passages, each cut. */
export function passagesOf(passages: readonly Passage[]): Passage[] {
  return passages
    .slice(0, mostPassages)
    .map((passage) => ({ ...passage, text: passage.text.slice(0, longestPassage) }));
}

/** One side of a case: what was answered, how long it took, and what the evaluators said. */
export function sideOf(
  sample: Sample | undefined,
  scores: ReadonlyMap<string, Score>,
): CaseReport["baseline"] {
  const evaluations = Object.fromEntries(Array.from(scores, ([name, { evaluation }]) => [name, evaluation]));
  if (sample === undefined) {
    const failure = { kind: "aborted" as const, message: "the trial was not run", retryable: true };
    return { text: null, toolCalls: [], failure, latencyMs: null, attempts: 0, evaluations };
  }
  const { output, failure, usage } = sample;
  return {
    text: output?.text.slice(0, longestText) ?? null,
    toolCalls: (output?.toolCalls ?? []).map(callOf),
    context: output?.context ? passagesOf(output.context) : null,
    spans: spansOf(sample.spans),
    latencyMs: sample.latencyMs,
    attempts: sample.attempts.length,
    usage: { inputTokens: usage.inputTokens, outputTokens: usage.outputTokens, costUsd: usage.costUsd },
    failure,
    evaluations,
  };
}

function callOf(call: ToolCall): ToolCall {
  const { result, argumentsText } = call;
  return {
    ...call,
    arguments: shortJson(call.arguments),
    ...(argumentsText !== undefined && { argumentsText: argumentsText.slice(0, longestJson) }),
    ...(result !== undefined && { result: shortJson(result) }),
  };
}

/** A value as it is, or the beginning of its JSON where that is long. */
function shortJson(value: Json): Json {
  const text = JSON.stringify(value);
  return text.length <= longestJson ? value : `${text.slice(0, longestJson)}…`;
}

/** The spans by their start, a part after what it is part of. */
function spansOf(spans: readonly Span[]): CaseSpan[] {
  if (spans.length === 0) return [];
  const parents = new Map(spans.map(({ spanId, parentSpanId }) => [spanId, parentSpanId]));
  return [...spans]
    .map((span) => ({ span, depth: depthOf(span.parentSpanId, parents) }))
    .sort((a, b) => a.span.startOffsetMs - b.span.startOffsetMs || a.depth - b.depth)
    .slice(0, mostSpans)
    .map(({ span: { name, startOffsetMs, durationMs, error }, depth }) => ({
      name: name.slice(0, longestName),
      depth,
      startOffsetMs,
      durationMs,
      ...(error !== undefined && { error: error.slice(0, longestError) }),
    }));
}

/** How many spans a span is part of. Parents that name each other in a ring, as hostile traces may, end the count. */
function depthOf(parent: string | null, parents: ReadonlyMap<string, string | null>): number {
  let depth = 0;
  let next = parent;
  while (next !== null && parents.has(next) && depth < mostSpans) {
    depth++;
    next = parents.get(next) ?? null;
  }
  return depth;
}
