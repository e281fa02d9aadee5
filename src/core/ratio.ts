import { absent, count, fixed } from "./quantities.ts";
import type { Sample, Usage } from "./sample.ts";

/** What a built-in metric measures of a trial, and what of it is compared: a percentile, or the mean over the cases. */
export type RatioMeasure =
  | {
      readonly kind: "percentile";
      readonly field: "latencyMs" | "timeToFirstTokenMs";
      readonly probability: number;
    }
  | { readonly kind: "mean"; readonly field: keyof Usage };

const measures: ReadonlyMap<string, RatioMeasure> = new Map([
  ["latency_ms.p50", { kind: "percentile", field: "latencyMs", probability: 0.5 }],
  ["latency_ms.p95", { kind: "percentile", field: "latencyMs", probability: 0.95 }],
  ["latency_ms.p99", { kind: "percentile", field: "latencyMs", probability: 0.99 }],
  ["time_to_first_token_ms.p50", { kind: "percentile", field: "timeToFirstTokenMs", probability: 0.5 }],
  ["time_to_first_token_ms.p95", { kind: "percentile", field: "timeToFirstTokenMs", probability: 0.95 }],
  ["time_to_first_token_ms.p99", { kind: "percentile", field: "timeToFirstTokenMs", probability: 0.99 }],
  ["cost_usd", { kind: "mean", field: "costUsd" }],
  ["input_tokens", { kind: "mean", field: "inputTokens" }],
  ["output_tokens", { kind: "mean", field: "outputTokens" }],
]);

/** Names of the metrics that every run has and that are judged by their ratio, candidate over baseline. */
export const ratioMetrics: readonly string[] = [...measures.keys()];

/** What a ratio metric measures; `undefined` for every other metric. */
export function ratioMeasure(metric: string): RatioMeasure | undefined {
  return measures.get(metric);
}

/** What a measure reads off an answered trial; `null` when the target does not report it, and for the time that a call of an earlier run took: times of different hours are not compared. */
export function measuredOf(measure: RatioMeasure, sample: Sample): number | null {
  if (measure.kind === "percentile" && sample.reusedFrom !== undefined) return null;
  return measure.kind === "percentile" ? sample[measure.field] : sample.usage[measure.field];
}

/** A percentile or mean of a ratio metric with its unit: `1,064 ms`, `0.00123 USD`, `312 tokens`. */
export function ratioValue(metric: string, value: number | null): string {
  const measure = ratioMeasure(metric);
  if (value === null || measure === undefined) return absent;
  if (measure.kind === "percentile") return `${rounded(value)} ms`;
  return measure.field === "costUsd" ? `${dollars(value)} USD` : `${rounded(value)} tokens`;
}

function rounded(value: number): string {
  return value < 99.95 ? fixed(value, 1) : count(value);
}

/** Three digits that say something, however small the amount. */
function dollars(amount: number): string {
  if (amount >= 1) return fixed(amount, 2).replace(/\B(?=(\d{3})+\.)/g, ",");
  return fixed(amount, Math.min(12, 2 - Math.floor(Math.log10(amount))));
}
