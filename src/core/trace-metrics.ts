import type { TraceFacts } from "./trace-facts.ts";

/** What a trace says for a metric: a number, `missing` where it should say something and does not, `not_applicable` where it cannot. */
export type TraceValue = number | "missing" | "not_applicable";

/** How a metric is read from traces and compared. A rate is of harm: 1 where it happened. */
export type TraceMeasure =
  | { readonly kind: "rate"; readonly read: (facts: TraceFacts) => TraceValue }
  | {
      readonly kind: "percentile";
      readonly probability: number;
      readonly read: (facts: TraceFacts) => TraceValue;
    }
  | { readonly kind: "mean"; readonly read: (facts: TraceFacts) => TraceValue };

const known = (value: number | null): TraceValue => value ?? "missing";
const happened = (value: boolean | null): TraceValue => (value === null ? "missing" : value ? 1 : 0);

/** Tokens and cost are only known when every model call that was answered says so. */
function usageOf(facts: TraceFacts, value: number | null): TraceValue {
  const answered = facts.modelCalls - facts.modelErrors;
  if (value === null) return answered <= 0 ? "not_applicable" : "missing";
  return facts.modelCallsWithUsage < answered ? "missing" : value;
}

/** A trace of which a part was lost counts as failed when what is there failed, and as unknown otherwise. */
function failed({ hasError, incomplete }: TraceFacts): TraceValue {
  if (hasError) return 1;
  return incomplete ? "missing" : 0;
}

const latency = ({ latencyMs }: TraceFacts): TraceValue => known(latencyMs);
const firstToken = ({ timeToFirstTokenMs, modelCalls }: TraceFacts): TraceValue =>
  modelCalls === 0 ? "not_applicable" : known(timeToFirstTokenMs);

const measures: ReadonlyMap<string, TraceMeasure> = new Map<string, TraceMeasure>([
  ["error_rate", { kind: "rate", read: failed }],
  ["fallback_rate", { kind: "rate", read: ({ fallback }) => happened(fallback) }],
  [
    "model_error_rate",
    {
      kind: "rate",
      read: ({ modelCalls, modelErrors }) =>
        modelCalls === 0 ? "not_applicable" : happened(modelErrors > 0),
    },
  ],
  [
    "tool_timeout_rate",
    {
      kind: "rate",
      read: ({ toolCalls, toolTimeouts }) =>
        toolCalls === 0 ? "not_applicable" : happened(toolTimeouts > 0),
    },
  ],
  ["negative_feedback_rate", { kind: "rate", read: ({ feedback }) => happened(feedback.length > 0) }],
  ["latency_ms.p50", { kind: "percentile", probability: 0.5, read: latency }],
  ["latency_ms.p95", { kind: "percentile", probability: 0.95, read: latency }],
  ["latency_ms.p99", { kind: "percentile", probability: 0.99, read: latency }],
  ["time_to_first_token_ms.p50", { kind: "percentile", probability: 0.5, read: firstToken }],
  ["time_to_first_token_ms.p95", { kind: "percentile", probability: 0.95, read: firstToken }],
  ["time_to_first_token_ms.p99", { kind: "percentile", probability: 0.99, read: firstToken }],
  ["input_tokens", { kind: "mean", read: (facts) => usageOf(facts, facts.inputTokens) }],
  ["output_tokens", { kind: "mean", read: (facts) => usageOf(facts, facts.outputTokens) }],
  ["cost_usd", { kind: "mean", read: (facts) => usageOf(facts, facts.costUsd) }],
  ["model_calls", { kind: "mean", read: ({ modelCalls }) => modelCalls }],
  ["tool_calls", { kind: "mean", read: ({ toolCalls }) => toolCalls }],
]);

const feedbackPrefix = "feedback.";

/** Names of the metrics that traces have. `feedback.KIND` is a metric too, for each kind of feedback that is mapped. */
export const traceMetrics: readonly string[] = [...measures.keys()];

/** How a metric is read from traces; `undefined` for one that they do not have. */
export function traceMeasure(metric: string): TraceMeasure | undefined {
  const measure = measures.get(metric);
  if (measure !== undefined || !metric.startsWith(feedbackPrefix)) return measure;
  const kind = metric.slice(feedbackPrefix.length);
  return { kind: "rate", read: ({ feedback }) => happened(feedback.includes(kind)) };
}

/** True for a metric of events that only the traces with the event show: where not one trace of either side has it, nothing was measured. */
export function isMeasuredByEvents(metric: string): boolean {
  return metric === "negative_feedback_rate" || metric.startsWith(feedbackPrefix);
}

/** The pass rate of an evaluator whose results came with traces, by its label or, without one, by a score of at least one half. */
export function passMeasure(evaluator: string): TraceMeasure {
  return {
    kind: "rate",
    read: ({ evaluations }) => {
      const own = evaluations.find(({ name }) => name === evaluator);
      if (own === undefined) return "not_applicable";
      const label = own.label?.toLowerCase();
      if (label === "pass" || label === "passed" || label === "true") return 0;
      if (label === "fail" || label === "failed" || label === "false") return 1;
      return own.value === null ? "missing" : own.value >= 0.5 ? 0 : 1;
    },
  };
}
