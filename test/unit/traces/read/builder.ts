import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TraceFacts, TraceSummary } from "../../../../src/core/trace-facts.ts";
import { type TraceMappingInput, traceMappingSchema } from "../../../../src/core/trace-mapping.ts";
import { readTraceFacts } from "../../../../src/traces/index.ts";

// OTLP as the specification writes it in JSON, for tests of what reads it.

/** A span of a test; times in milliseconds after the start of the trace. */
export interface TestSpan {
  readonly id: number;
  readonly parent?: number | undefined;
  readonly trace?: number;
  readonly name?: string;
  readonly from?: number;
  readonly to?: number;
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly error?: boolean;
  readonly events?: readonly {
    readonly name: string;
    readonly attributes: Readonly<Record<string, unknown>>;
  }[];
}

export const traceIdOf = (trace: number) => `a${trace.toString(16).padStart(31, "0")}`;
export const spanIdOf = (span: number) => `b${span.toString(16).padStart(15, "0")}`;
const start = 1_790_000_000_000;
const nanoseconds = (ms: number) =>
  `${start + Math.floor(ms)}${String(Math.round((ms % 1) * 1e6)).padStart(6, "0")}`;

function anyValue(value: unknown): unknown {
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "number")
    return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  return typeof value === "string" ? { stringValue: value } : value;
}

export const attributesOf = (attributes: Readonly<Record<string, unknown>> = {}) =>
  Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));

/** A span as OTLP JSON. */
export function otlpSpan(span: TestSpan) {
  return {
    traceId: traceIdOf(span.trace ?? 1),
    spanId: spanIdOf(span.id),
    parentSpanId: span.parent === undefined ? "" : spanIdOf(span.parent),
    name: span.name ?? "work",
    kind: 1,
    startTimeUnixNano: nanoseconds(span.from ?? span.id),
    endTimeUnixNano: nanoseconds(span.to ?? 100),
    attributes: attributesOf(span.attributes),
    events: (span.events ?? []).map(({ name, attributes }) => ({
      name,
      timeUnixNano: nanoseconds(1),
      attributes: attributesOf(attributes),
    })),
    status: span.error ? { code: 2, message: "failed" } : {},
  };
}

/** A request with spans of one library. */
export function request(
  spans: readonly TestSpan[],
  { resource = {}, scope = { name: "lib", version: "1.0" } }: { resource?: object; scope?: object } = {},
) {
  const attributes = attributesOf(resource as Record<string, unknown>);
  return {
    resourceSpans: [{ resource: { attributes }, scopeSpans: [{ scope, spans: spans.map(otlpSpan) }] }],
  };
}

const folder = mkdtempSync(join(tmpdir(), "gatewright-read-"));
let files = 0;

/** Writes a file and gives its path. */
export function fileOf(content: string | Uint8Array, name = "traces"): string {
  const path = join(folder, `${++files}-${name}`);
  writeFileSync(path, content);
  return path;
}

/** What a reading gave. */
export interface Read {
  readonly summary: TraceSummary;
  readonly traces: TraceFacts[];
  /** The only trace. */
  readonly trace: TraceFacts;
}

/** Reads files, and gives the traces by identifier. */
export async function read(paths: readonly string[], mapping: TraceMappingInput = {}): Promise<Read> {
  const traces: TraceFacts[] = [];
  const summary = await readTraceFacts(paths, traceMappingSchema.parse(mapping), {
    onTrace: (facts) => void traces.push(facts),
  });
  traces.sort((a, b) => (a.traceId < b.traceId ? -1 : 1));
  return { summary, traces, trace: traces[0]! };
}

/** Reads spans as one line of OTLP JSON. */
export async function readSpans(spans: readonly TestSpan[], mapping: TraceMappingInput = {}): Promise<Read> {
  return read([fileOf(JSON.stringify(request(spans)))], mapping);
}
