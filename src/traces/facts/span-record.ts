import type { TraceEvaluation } from "../../core/trace-facts.ts";

/** One value of a tag of the mapping, with the place of its name in the list. */
export interface Tag {
  readonly slot: number;
  readonly rank: number;
  readonly value: string;
}

/** What the spans of one library in one process share. */
export interface Origin {
  /** Its place among all origins of a reading. */
  readonly index: number;
  /** `name@version` of the library; the name alone where it has no version, empty where it has none. */
  readonly scope: string;
  /** Tags of the resource. */
  readonly tags: readonly Tag[];
}

/** What is kept of a span. Identifiers are signed 32-bit words; other numbers are −1 where nothing was recorded. */
export interface SpanRecord {
  readonly spanHigh: number;
  readonly spanLow: number;
  /** Both words are 0 for a root. */
  readonly parentHigh: number;
  readonly parentLow: number;
  /** Milliseconds since 1970. */
  readonly startMs: number;
  /** Milliseconds; −1 where it ended before it began. */
  readonly durationMs: number;
  /** One of `kind`. */
  readonly kind: number;
  /** Ended in an error. */
  readonly isError: boolean;
  /** Ended in a timeout. */
  readonly isTimeout: boolean;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedInputTokens: number;
  readonly costUsd: number;
  readonly firstTokenMs: number;
  /** Name of the tool or agent; empty for other spans. */
  readonly label: string;
  /** Model of a model call; empty where it is not known. */
  readonly model: string;
  /** Bits of the vocabularies of its attributes. */
  readonly dialects: number;
  readonly origin: Origin;
  /** Tags of its own. */
  readonly tags: readonly Tag[] | null;
  readonly evaluations: readonly TraceEvaluation[] | null;
}

/** True for a span without a parent. */
export function isRoot({ parentHigh, parentLow }: SpanRecord): boolean {
  return parentHigh === 0 && parentLow === 0;
}

/** The spans of one trace. */
export interface TraceRecord {
  readonly traceId: string;
  readonly spans: readonly SpanRecord[];
  /** True when a part of it could not be read. */
  readonly incomplete: boolean;
}

/** Longest text that is kept of a tag or a label, in UTF-16 code units. */
export const longestText = 200;
