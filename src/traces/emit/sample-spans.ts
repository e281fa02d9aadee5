import { type HrTime, type SpanContext, SpanKind, SpanStatusCode } from "@opentelemetry/api";
import type { Resource } from "@opentelemetry/resources";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";
import type { Sample } from "../../core/sample.ts";
import type { Score } from "../../core/score.ts";
import type { Span } from "../../core/trace.ts";
import {
  cut,
  type EmittedAttributes,
  evaluationAttributes,
  type SampleContext,
  stepAttributes,
  toolAttributes,
  trialAttributes,
} from "./attributes.ts";
import { spanIdOf, traceIdOf, trialSpanIdOf } from "./ids.ts";

/** Who records the spans, and of what service. */
export interface Recorder {
  readonly resource: Resource;
  readonly version: string;
}

/** What tells one span from another. */
interface SpanParts {
  readonly id: string;
  readonly parentId?: string;
  readonly name: string;
  readonly kind: SpanKind;
  readonly start: HrTime;
  readonly durationMs: number;
  readonly attributes: EmittedAttributes;
  readonly events?: ReadableSpan["events"];
  readonly error?: string | undefined;
}

const longestMessage = 500;
/** Operations of the conventions that call something outside. */
const calls = new Set(["chat", "text_completion", "generate_content", "embeddings", "retrieval"]);

/** The trace of a sample: the span of the trial with its scores as events, and a span for each step. */
export function spansOf(
  sample: Sample,
  scores: readonly Score[],
  context: SampleContext,
  recorder: Recorder,
): ReadableSpan[] {
  const traceId = traceIdOf(context.runId, sample);
  const start = timeOf(sample.startedAt);
  const root = trialSpanIdOf(traceId);
  const span = (parts: SpanParts) => readableSpan(traceId, parts, recorder);
  const end = later(start, sample.latencyMs);
  const trial = span({
    id: root,
    name: `invoke_agent ${context.release.target}`,
    kind: SpanKind.INTERNAL,
    start,
    durationMs: sample.latencyMs,
    attributes: trialAttributes(sample, context),
    events: scores.map((own) => ({
      name: "gen_ai.evaluation.result",
      time: end,
      attributes: evaluationAttributes(own),
    })),
    error: sample.failure?.message,
  });
  const idOf = new Map(sample.spans.map(({ spanId }) => [spanId, spanIdOf(traceId, `step ${spanId}`)]));
  const steps = sample.spans.map((step) => {
    const parentId = (step.parentSpanId !== null && idOf.get(step.parentSpanId)) || root;
    return span({ ...stepParts(step, sample, start), id: idOf.get(step.spanId)!, parentId });
  });
  const inferred = callsWithoutStep(sample).map((name, index) =>
    span({
      id: spanIdOf(traceId, `call ${index}`),
      parentId: root,
      name: `execute_tool ${name}`,
      kind: SpanKind.INTERNAL,
      // A nanosecond apart, so that what sorts by time keeps their order.
      start: later(start, index / 1e6),
      durationMs: 0,
      attributes: { ...toolAttributes(name), "gatewright.span.inferred": true },
    }),
  );
  return [trial, ...steps, ...inferred];
}

function stepParts(step: Span, sample: Sample, start: HrTime): Omit<SpanParts, "id"> {
  const own = stepAttributes(step.attributes);
  const tool = toolOf(step, sample);
  const operation = own["gen_ai.operation.name"];
  return {
    name: tool === null ? step.name : `execute_tool ${tool}`,
    kind: typeof operation === "string" && calls.has(operation) ? SpanKind.CLIENT : SpanKind.INTERNAL,
    start: later(start, step.startOffsetMs),
    durationMs: step.durationMs,
    attributes: {
      ...own,
      ...(tool === null ? {} : toolAttributes(tool)),
      ...(step.error === undefined ? {} : { "error.type": own["error.type"] ?? "_OTHER" }),
    },
    error: step.error,
  };
}

/** The tool that a step executes: by the conventions, or because the step bears the name of a reported call, perhaps after one word, as in `tool get_order`. */
function toolOf({ name, attributes }: Span, { output }: Sample): string | null {
  const said = attributes["gen_ai.tool.name"];
  const conventional = /^execute_tool (.+)$/s.exec(name)?.[1];
  if (conventional !== undefined || attributes["gen_ai.operation.name"] === "execute_tool") {
    return typeof said === "string" ? said : (conventional ?? name);
  }
  const bare = name.replace(/^\w+ /, "");
  return output?.toolCalls.find((call) => call.name === name || call.name === bare)?.name ?? null;
}

/** Names of the reported tool calls that no step stands for, in order. */
function callsWithoutStep(sample: Sample): string[] {
  const steps = sample.spans.map((step) => toolOf(step, sample));
  return (sample.output?.toolCalls ?? [])
    .map(({ name }) => name)
    .filter((name) => {
      const found = steps.indexOf(name);
      if (found >= 0) steps.splice(found, 1);
      return found < 0;
    });
}

function readableSpan(traceId: string, parts: SpanParts, { resource, version }: Recorder): ReadableSpan {
  const contextOf = (spanId: string): SpanContext => ({ traceId, spanId, traceFlags: 1 });
  const context = contextOf(parts.id);
  const { error } = parts;
  return {
    name: parts.name,
    kind: parts.kind,
    spanContext: () => context,
    ...(parts.parentId === undefined ? {} : { parentSpanContext: contextOf(parts.parentId) }),
    startTime: parts.start,
    endTime: later(parts.start, parts.durationMs),
    duration: later([0, 0], parts.durationMs),
    status:
      error === undefined
        ? { code: SpanStatusCode.UNSET }
        : { code: SpanStatusCode.ERROR, message: cut(error, longestMessage) },
    attributes: parts.attributes,
    links: [],
    events: parts.events ?? [],
    ended: true,
    resource,
    instrumentationScope: { name: "gatewright", version },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

function timeOf(iso: string): HrTime {
  const ms = Date.parse(iso);
  return [Math.floor(ms / 1000), (ms % 1000) * 1e6];
}

/** Milliseconds later. Seconds and nanoseconds are kept apart, since a double cannot hold both. */
function later([seconds, nanoseconds]: HrTime, ms: number): HrTime {
  const whole = Math.floor(ms / 1000);
  const total = nanoseconds + Math.round((ms - whole * 1000) * 1e6);
  return [seconds + whole + Math.floor(total / 1e9), total % 1e9];
}
