import type { TraceEvaluation } from "../../core/trace-facts.ts";

/** One value of a tag of the mapping, with the place of its name in the list. */
export interface Tag {
  readonly slot: number;
  readonly rank: number;
  readonly value: string;
}

/** What the spans of one library in one process share. */
export interface Origin {
  /** `name@version` of the library; the name alone where it has no version, empty where it has none. */
  readonly scope: string;
  /** Tags of the resource. */
  readonly tags: readonly Tag[];
}

/** What is kept of a span. Numbers are −1 where nothing was recorded. */
export interface SpanRecord {
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  /** 16 hexadecimal digits; empty for a root. */
  readonly parentId: string;
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

/** The spans of one trace. */
export interface TraceRecord {
  readonly traceId: string;
  readonly spans: SpanRecord[];
  /** True when a part of it could not be read. */
  incomplete: boolean;
}

/** Largest number of spans that are kept of one trace. */
export const mostSpansOfTrace = 200_000;
/** Longest text that is kept of a tag or a label, in UTF-16 code units. */
export const longestText = 200;
