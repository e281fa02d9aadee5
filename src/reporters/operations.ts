import type { Operations } from "../core/comparison.ts";
import type { Report } from "../core/report.ts";
import * as format from "./format.ts";
import { failuresText } from "./words.ts";

/** One fact of the operations, as a label and a text for a side. */
export interface OperationFact {
  readonly label: string;
  readonly text: (side: Operations) => string;
  /** True for a fact that is left out where no side knows it, since most targets do not report it. */
  readonly isOptional?: boolean;
}

/** The facts in their order. Labels are sentence-like, in lower case. */
export const operationFacts: readonly OperationFact[] = [
  {
    label: "answers",
    text: ({ answered, planned }) => `${format.count(answered)} of ${format.count(planned)}`,
  },
  {
    label: "of them from earlier runs",
    text: ({ reused }) => (reused === undefined ? format.absent : format.count(reused)),
    isOptional: true,
  },
  { label: "errors", text: ({ failures }) => failuresText(failures) },
  {
    label: "answered at the first attempt",
    text: (side) => format.percent(side.firstAttemptRate),
    isOptional: true,
  },
  {
    label: "answered by a fallback",
    text: (side) => format.percent(side.fallbackRate ?? null),
    isOptional: true,
  },
  {
    label: "answered by a cache",
    text: (side) => format.percent(side.cacheHitRate ?? null),
    isOptional: true,
  },
  {
    label: "answered without a guardrail",
    text: (side) => format.percent(side.guardrailBypassRate ?? null),
    isOptional: true,
  },
  { label: "latency, median", text: (side) => format.duration(side.latencyMs?.p50 ?? null) },
  { label: "latency, 95th percentile", text: (side) => format.duration(side.latencyMs?.p95 ?? null) },
  { label: "latency, 99th percentile", text: (side) => format.duration(side.latencyMs?.p99 ?? null) },
  {
    label: "first token, median",
    text: (side) => format.duration(side.timeToFirstTokenMs?.p50 ?? null),
    isOptional: true,
  },
  {
    label: "first token, 95th percentile",
    text: (side) => format.duration(side.timeToFirstTokenMs?.p95 ?? null),
    isOptional: true,
  },
  { label: "tokens read", text: (side) => format.tokens(side.inputTokens) },
  { label: "tokens written", text: (side) => format.tokens(side.outputTokens) },
  { label: "cost in US dollars", text: (side) => format.dollars(side.costUsd) },
];

/** The facts that say something of these sides. */
export function knownFacts(sides: readonly Operations[]): OperationFact[] {
  return operationFacts.filter(
    ({ text, isOptional }) => isOptional !== true || sides.some((side) => text(side) !== format.absent),
  );
}

/** The operations of all cases, the baseline first. */
export function operationsOfAll({ operations }: Report): Operations[] {
  return operations.filter(({ cohort }) => cohort === "all").sort((a, b) => (a.side < b.side ? -1 : 1));
}
