import type { OperationEstimates, Operations, Spread } from "../../core/comparison.ts";
import * as format from "../format.ts";

/** What is drawn of one side: a point, and further values on its line in rising order. */
export interface Mark {
  readonly point: number;
  readonly others: readonly number[];
  /** The same in numbers. */
  readonly text: string;
}

/** One measure of the operations. */
export interface Measure {
  readonly title: string;
  /** What the marks are, in words; `level` is that of the intervals, such as `90 %`. */
  readonly legend: (level: string) => string;
  /** `null` where the side does not know it. */
  readonly of: (side: Operations) => Mark | null;
  /** A value of the scale. */
  readonly tick: (value: number) => string;
}

/** The measures that are drawn, in their order. */
export const measures: readonly Measure[] = [
  {
    title: "Latency",
    legend: () => "Disc: median. Ticks: 95th and 99th percentile.",
    of: latencyMark,
    tick: format.duration,
  },
  {
    title: "Without an answer",
    legend: (level) => `Share of the planned trials, with its ${level} interval.`,
    of: (side) =>
      markOf(side, "failureRate", format.percent) ??
      (side.planned === 0 ? null : alone((side.planned - side.answered) / side.planned)),
    tick: format.percent,
  },
  {
    title: "Answered by a fallback",
    legend: (level) => `Share of the answered trials that say it, with its ${level} interval.`,
    of: (side) =>
      markOf(side, "fallbackRate", format.percent) ??
      (typeof side.fallbackRate === "number" ? alone(side.fallbackRate) : null),
    tick: format.percent,
  },
  {
    title: "Cost of a trial in US dollars",
    legend: meanLegend,
    of: (side) => markOf(side, "costUsd", format.dollars),
    tick: format.dollars,
  },
  {
    title: "Tokens that a trial reads",
    legend: meanLegend,
    of: (side) => markOf(side, "inputTokens", wholeTokens),
    tick: wholeTokens,
  },
  {
    title: "Tokens that a trial writes",
    legend: meanLegend,
    of: (side) => markOf(side, "outputTokens", wholeTokens),
    tick: wholeTokens,
  },
];

function meanLegend(level: string): string {
  return `Mean over the trials that report it, with its ${level} interval.`;
}

function latencyMark({ latencyMs }: Operations): Mark | null {
  if (latencyMs === null) return null;
  const { p50, p95, p99 } = latencyMs;
  return { point: p50, others: [p95, p99], text: [p50, p95, p99].map(format.duration).join(" · ") };
}

function markOf(
  { estimates }: Operations,
  name: Exclude<keyof OperationEstimates, "level">,
  text: (value: number) => string,
): Mark | null {
  const spread: Spread | null | undefined = estimates?.[name];
  if (spread === null || spread === undefined) return null;
  const { value, lower, upper } = spread;
  if (lower === null || upper === null) return { point: value, others: [], text: text(value) };
  return {
    point: value,
    others: [lower, upper],
    text: `${text(value)} [${text(lower)}, ${text(upper)}]`,
  };
}

/** A rate of a report that was stored without its interval. */
function alone(rate: number): Mark {
  return { point: rate, others: [], text: format.percent(rate) };
}

function wholeTokens(value: number): string {
  return format.count(Math.round(value));
}
