import { execFileSync } from "node:child_process";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import {
  attributesOf,
  fileOf,
  otlpSpan,
  type Read,
  read,
  request,
  spanIdOf,
  type TestSpan,
  traceIdOf,
} from "./builder.ts";

// The encodings of the OpenTelemetry protocol, its collector's file exporter (file_writer.go), Jaeger's and Tempo's API, and the table of
// the collector's ClickHouse exporter. Each file holds the same trace.
const spans: TestSpan[] = [
  {
    id: 1,
    from: 0,
    to: 250.125,
    name: "invoke_agent support",
    attributes: { "gen_ai.operation.name": "invoke_agent", "app.user.tier": "pro", "app.route": "refund" },
  },
  {
    id: 2,
    parent: 1,
    from: 1,
    to: 120,
    name: "chat m-1",
    attributes: {
      "gen_ai.operation.name": "chat",
      "gen_ai.request.model": "m-1",
      "gen_ai.usage.input_tokens": 900,
      "gen_ai.usage.output_tokens": 40,
      "gen_ai.response.time_to_first_chunk": 0.0625,
    },
  },
  {
    id: 3,
    parent: 1,
    from: 121,
    to: 200,
    name: "execute_tool lookup",
    attributes: {
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": "lookup",
      "error.type": "timeout",
    },
    error: true,
  },
];
const resource = { "service.version": "v9" };
const whole = request(spans, { resource });
const text = JSON.stringify(whole);

/** What every encoding must give. */
function expectTheTrace({ summary, trace }: Read) {
  expect(summary.skipped).toEqual([]);
  expect(summary.traces).toBe(1);
  expect(trace).toMatchObject({
    traceId: traceIdOf(1),
    latencyMs: 250.125,
    timeToFirstTokenMs: 62.5,
    modelCalls: 1,
    modelCallsWithUsage: 1,
    toolCalls: 1,
    toolTimeouts: 1,
    inputTokens: 900,
    outputTokens: 40,
    hasError: false,
    release: "v9",
    route: "refund",
    cohorts: { tier: "pro" },
    trajectory: ["chat", "execute_tool lookup"],
    spans: 3,
    orphans: 0,
    hasRoot: true,
    scopes: ["lib@1.0"],
    incomplete: false,
  });
  expect(trace.startedAt).toBe(new Date(1_790_000_000_000).toISOString());
}

const framed = (...messages: Uint8Array[]) =>
  Buffer.concat(
    messages.flatMap((message) => {
      const prefix = Buffer.alloc(4);
      prefix.writeUInt32BE(message.length);
      return [prefix, Buffer.from(message)];
    }),
  );

const isZstdThere = (() => {
  try {
    execFileSync("zstd", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();
const zstd = (bytes: Uint8Array) => execFileSync("zstd", ["-q", "-c"], { input: bytes });

describe("OTLP JSON", () => {
  const cases: Record<string, string | Uint8Array> = {
    "a line": `${text}\n`,
    "a line without its newline": text,
    "a span on each line": spans.map((span) => JSON.stringify(request([span], { resource }))).join("\n"),
    "carriage returns and empty lines": `\r\n${text}\r\n\r\n`,
    "a byte order mark": `\uFEFF${text}`,
    "a document over many lines": JSON.stringify(whole, null, 2),
    "a list of requests": JSON.stringify([whole]),
    gzip: gzipSync(text),
    "two members of gzip": Buffer.concat(
      spans.map((span) => gzipSync(`${JSON.stringify(request([span], { resource }))}\n`)),
    ),
    "messages behind their lengths": framed(
      ...spans.map((span) => Buffer.from(JSON.stringify(request([span], { resource })))),
    ),
    "upper case identifiers": text.replace(traceIdOf(1), traceIdOf(1).toUpperCase()),
    "members of protobuf": text
      .replaceAll("resourceSpans", "resource_spans")
      .replaceAll("scopeSpans", "scope_spans")
      .replaceAll("traceId", "trace_id")
      .replaceAll("spanId", "span_id")
      .replaceAll("parentSpanId", "parent_span_id")
      .replaceAll("startTimeUnixNano", "start_time_unix_nano")
      .replaceAll("endTimeUnixNano", "end_time_unix_nano"),
    "numbers instead of digits": text.replace(/"intValue":"(\d+)"/g, '"intValue":$1'),
    "enumerations in words": text.replaceAll('"code":2', '"code":"STATUS_CODE_ERROR"'),
    "Base64 identifiers": text.replace(
      /"(trace|span|parentSpan)Id":"([0-9a-f]+)"/g,
      (_, word, hex) => `"${word}Id":"${Buffer.from(hex, "hex").toString("base64")}"`,
    ),
    "Tempo's first shape": JSON.stringify({
      batches: whole.resourceSpans.map(({ resource: from, scopeSpans }) => ({
        resource: from,
        instrumentationLibrarySpans: scopeSpans.map(({ scope, spans: list }) => ({
          instrumentationLibrary: scope,
          spans: list,
        })),
      })),
    }),
    "Tempo's second shape": JSON.stringify({ trace: whole }),
  };
  for (const [name, content] of Object.entries(cases)) {
    it(`is read as ${name}`, async () => expectTheTrace(await read([fileOf(content)])));
  }

  it.skipIf(!isZstdThere)(
    "is read as zstd, whole or message by message (skipped: no zstd here)",
    async () => {
      expectTheTrace(await read([fileOf(zstd(Buffer.from(text)))]));
      const messages = spans.map((span) => zstd(Buffer.from(JSON.stringify(request([span], { resource })))));
      expectTheTrace(await read([fileOf(framed(...messages))]));
    },
  );

  it("is read from several files as one, whatever they are called", async () => {
    const files = spans.map((span) =>
      fileOf(JSON.stringify(request([span], { resource })), "strange.name.parquet"),
    );
    expectTheTrace(await read(files));
  });
});

describe("Jaeger", () => {
  const trace = {
    traceID: traceIdOf(1),
    processes: {
      p1: { serviceName: "agent", tags: [{ key: "service.version", type: "string", value: "v9" }] },
    },
    spans: spans.map((span) => ({
      traceID: traceIdOf(1),
      spanID: spanIdOf(span.id),
      operationName: span.name,
      references:
        span.parent === undefined
          ? []
          : [{ refType: "CHILD_OF", traceID: traceIdOf(1), spanID: spanIdOf(span.parent) }],
      startTime: 1_790_000_000_000_000 + span.from! * 1000,
      duration: (span.to! - span.from!) * 1000,
      processID: "p1",
      logs: [],
      tags: [
        ...Object.entries(span.attributes!).map(([key, value]) => ({ key, type: typeof value, value })),
        { key: "otel.scope.name", type: "string", value: "lib" },
        { key: "otel.scope.version", type: "string", value: "1.0" },
        ...(span.error ? [{ key: "error", type: "bool", value: true }] : []),
      ],
    })),
  };
  it("is read as its API answers, in one line and over many", async () => {
    expectTheTrace(await read([fileOf(JSON.stringify({ data: [trace] }))]));
    expectTheTrace(await read([fileOf(JSON.stringify({ data: [trace] }, null, 4))]));
    expectTheTrace(await read([fileOf(JSON.stringify(trace))]));
  });
});

describe("rows of ClickHouse", () => {
  const rows = spans.map((span) => ({
    Timestamp: `2026-09-21 14:13:${String(20).padStart(2, "0")}.${String(span.from! * 1_000_000).padStart(9, "0")}`,
    TraceId: traceIdOf(1),
    SpanId: spanIdOf(span.id),
    ParentSpanId: span.parent === undefined ? "" : spanIdOf(span.parent),
    SpanName: span.name,
    SpanKind: "Client",
    ServiceName: "agent",
    ResourceAttributes: resource,
    ScopeName: "lib",
    ScopeVersion: "1.0",
    SpanAttributes: Object.fromEntries(
      Object.entries(span.attributes!).map(([key, value]) => [key, String(value)]),
    ),
    Duration: Math.round((span.to! - span.from!) * 1e6),
    StatusCode: span.error ? "Error" : "Unset",
    StatusMessage: "",
    "Events.Timestamp": [],
    "Events.Name": [],
    "Events.Attributes": [],
  }));
  const withTime = async (lines: readonly object[]) => {
    const result = await read([fileOf(lines.map((row) => JSON.stringify(row)).join("\n"))]);
    expect(result.trace.startedAt).toBe("2026-09-21T14:13:20.000Z");
    return result;
  };
  it("are read with numbers and with numbers in quotes", async () => {
    expectTheTrace(await withTime(rows));
    expectTheTrace(await withTime(rows.map((row) => ({ ...row, Duration: String(row.Duration) }))));
  });
  it("are read from ClickHouse's JSON format", async () => {
    expectTheTrace(await read([fileOf(JSON.stringify({ meta: [], data: rows, rows: 3 }, null, 2))]));
  });
});

describe("attributes that hold maps", () => {
  it("are read by member, as JSON and as a map of OTLP", async () => {
    const asJson = {
      ...otlpSpan({ id: 1 }),
      attributes: attributesOf({ metadata: '{"tier":"free","route":"faq"}' }),
    };
    const entries = attributesOf({ tier: "free", route: "faq" });
    const asMap = {
      ...otlpSpan({ id: 1 }),
      attributes: [{ key: "metadata", value: { kvlistValue: { values: entries } } }],
    };
    for (const span of [asJson, asMap]) {
      const { trace } = await read([
        fileOf(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] })),
      ]);
      expect(trace).toMatchObject({ cohorts: { tier: "free" }, route: "faq" });
    }
  });
});
