import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeRequest } from "../../bench/traces-encode.ts";
import { traceMappingSchema } from "../../src/core/trace-mapping.ts";
import { traceCollector } from "../../src/traces/facts/collector.ts";
import { sharedValues } from "../../src/traces/facts/span-codec.ts";
import { spanLog } from "../../src/traces/facts/span-log.ts";
import type { SpanRecord } from "../../src/traces/facts/span-record.ts";
import { identifierWords } from "../../src/traces/read/identifiers.ts";
import { protobufReader } from "../../src/traces/read/otlp-protobuf.ts";
import { fileOf, otlpSpan, read, request, type TestSpan } from "../unit/traces/read/builder.ts";

const kinds = ["chat", "execute_tool", "invoke_agent", "retrieval", "other"];
const spanArbitrary: fc.Arbitrary<TestSpan> = fc.record({
  id: fc.integer({ min: 1, max: 12 }),
  parent: fc.option(fc.integer({ min: 1, max: 14 }), { nil: undefined }),
  trace: fc.integer({ min: 1, max: 4 }),
  from: fc.integer({ min: 0, max: 50 }),
  to: fc.integer({ min: 0, max: 200 }),
  error: fc.boolean(),
  attributes: fc.record(
    {
      "gen_ai.operation.name": fc.constantFrom(...kinds),
      "gen_ai.usage.input_tokens": fc.nat(1000),
      "gen_ai.tool.name": fc.string({ maxLength: 5, unit: "binary" }),
      "app.user.tier": fc.constantFrom("free", "pro"),
      "service.version": fc.string({ maxLength: 8, unit: "binary" }),
    },
    { requiredKeys: ["gen_ai.operation.name"] },
  ),
});
const uniqueSpans = fc.uniqueArray(spanArbitrary, {
  maxLength: 40,
  selector: ({ id, trace }) => `${trace}/${id}`,
});

describe("facts of traces", () => {
  it("do not depend on the order of spans, on lines or on files", async () => {
    await fc.assert(
      fc.asyncProperty(
        uniqueSpans,
        fc.infiniteStream(fc.nat()),
        fc.integer({ min: 1, max: 5 }),
        async (spans, numbers, parts) => {
          const together = await read([fileOf(JSON.stringify(request(spans)))]);
          const shuffled = [...spans]
            .map((span) => [numbers.next().value, span] as const)
            .sort(([a], [b]) => a - b);
          const files = Array.from({ length: parts }, (_, part) =>
            fileOf(
              shuffled
                .filter((__, i) => i % parts === part)
                .map(([, span]) => `${JSON.stringify(request([span]))}\n`)
                .join("") || "{}",
            ),
          );
          const apart = await read(files);
          expect(apart.traces).toEqual(together.traces);
          expect(apart.summary.spans).toBe(spans.length);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("are the same from JSON and from protobuf", async () => {
    await fc.assert(
      fc.asyncProperty(uniqueSpans, async (spans) => {
        const message = request(spans, { resource: { "service.version": "v1" } });
        const json = await read([fileOf(JSON.stringify(message))]);
        const protobuf = await read([fileOf(spans.length === 0 ? "{}" : encodeRequest(message))]);
        if (spans.length > 0) expect(protobuf.traces).toEqual(json.traces);
      }),
      { numRuns: 60 },
    );
  });

  it("never lose a span, and a root's tokens are at least those of each of its spans", async () => {
    await fc.assert(
      fc.asyncProperty(uniqueSpans, async (spans) => {
        const { traces } = await read([fileOf(JSON.stringify(request(spans)))]);
        for (const trace of traces) {
          const own = spans
            .filter((span) => otlpSpan(span).traceId === trace.traceId)
            .map(({ attributes }) => Number(attributes?.["gen_ai.usage.input_tokens"] ?? -1));
          expect(trace.spans).toBe(own.length);
          const most = Math.max(...own);
          if (most >= 0) expect(trace.inputTokens).toBeGreaterThanOrEqual(most);
          const sum = own.reduce((total, tokens) => total + Math.max(tokens, 0), 0);
          expect(trace.inputTokens ?? 0).toBeLessThanOrEqual(sum);
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe("bytes that are no protobuf", () => {
  it("are refused in words, whatever they are", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const collector = traceCollector(traceMappingSchema.parse({}));
        const fault = protobufReader(collector.sink).read(Buffer.from(bytes));
        expect(fault === null || fault.length > 0).toBe(true);
        collector.close();
      }),
      { numRuns: 500 },
    );
  });

  it("leave what was read before them, and mark its traces", () => {
    const whole = Buffer.from(encodeRequest(request([{ id: 1 }, { id: 2, parent: 1 }, { id: 3, trace: 2 }])));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: whole.length - 1 }), (length) => {
        const collector = traceCollector(traceMappingSchema.parse({}));
        const fault = protobufReader(collector.sink).read(whole.subarray(0, length));
        const traces = [...collector.facts()];
        if (fault !== null) expect(traces.every(({ incomplete }) => incomplete)).toBe(true);
        expect(traces.reduce((sum, { spans }) => sum + spans, 0)).toBeLessThanOrEqual(3);
        collector.close();
      }),
    );
  });
});

const text = fc.string({ maxLength: 200, unit: "binary" });
const amount = fc.oneof(fc.constant(-1), fc.nat());
const recordArbitrary = fc.record({
  spanHigh: fc.integer(),
  spanLow: fc.integer(),
  parentHigh: fc.integer(),
  parentLow: fc.integer(),
  startMs: fc.integer({ min: 0 }),
  durationMs: amount,
  kind: fc.integer({ min: 0, max: 8 }),
  isError: fc.boolean(),
  isTimeout: fc.boolean(),
  inputTokens: amount,
  outputTokens: amount,
  cachedInputTokens: amount,
  costUsd: amount,
  firstTokenMs: amount,
  label: text,
  model: text,
  dialects: fc.integer({ min: 0, max: 31 }),
  tags: fc.option(
    fc.array(fc.record({ slot: fc.nat(60), rank: fc.nat(90), value: text }), { minLength: 1, maxLength: 20 }),
  ),
  evaluations: fc.option(
    fc.array(
      fc.record({
        name: text,
        value: fc.option(fc.double({ noNaN: true })),
        label: fc.option(text.filter((t) => t !== "")),
      }),
      {
        minLength: 1,
        maxLength: 50,
      },
    ),
  ),
});

describe("the log of spans", () => {
  it("gives back each span as it was, by trace, though memory holds only a small part of them", () => {
    const origin = { index: 0, scope: "lib", tags: [] };
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(20), recordArbitrary), { maxLength: 300 }), (entries) => {
        const log = spanLog(sharedValues([origin], 7), { parts: 4, partBytes: 4096, spansOfTrace: 1000 });
        const expected = new Map<number, SpanRecord[]>();
        for (const [trace, record] of entries) {
          const span = { ...record, origin };
          const ids = identifierWords();
          ids.set([trace * 7919, 5, -trace, trace]);
          log.addSpan(ids, span);
          expected.set(trace, [...(expected.get(trace) ?? []), span]);
        }
        const given = [...log.traces()];
        log.close();
        expect(given.length).toBe(expected.size);
        for (const { traceId, spans } of given) {
          const trace = Number.parseInt(traceId.slice(24), 16);
          expect(spans).toEqual(expected.get(trace));
        }
      }),
      { numRuns: 50 },
    );
  });
});

/** JSON in another layout: white space anywhere, members in another order, characters escaped, numbers bare. */
function relayout(value: unknown, random: () => number): string {
  const space = () => ["", "", "", " ", "\t", "\r"][random() % 6]!;
  if (Array.isArray(value))
    return `[${space()}${value.map((item) => relayout(item, random)).join(`${space()},${space()}`)}${space()}]`;
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).map(([key, member]) => [random(), key, member] as const);
    if (random() % 2 === 0) members.sort(([a], [b]) => a - b);
    const texts = members.map(
      ([, key, member]) => `${quoted(key, random)}${space()}:${space()}${relayout(member, random)}`,
    );
    return `{${space()}${texts.join(`${space()},${space()}`)}${space()}}`;
  }
  return typeof value === "string" ? quoted(value, random) : JSON.stringify(value);
}

function quoted(text: string, random: () => number): string {
  if (random() % 8 !== 0) return JSON.stringify(text);
  return `"${[...text]
    .flatMap((character) => character.split(""))
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("")}"`;
}

describe("OTLP JSON read from its bytes", () => {
  it("gives the facts that JSON.parse gives, whatever the layout", async () => {
    await fc.assert(
      fc.asyncProperty(uniqueSpans, fc.infiniteStream(fc.nat(1000)), async (spans, numbers) => {
        const random = () => numbers.next().value;
        const message = request(spans, { resource: { "service.version": "v1", "app.user.tier": "free" } });
        // Tempo's shape is only read by way of JSON.parse.
        const general = await read([fileOf(JSON.stringify({ trace: message }))]);
        const bytes = await read([fileOf(relayout(message, random).replaceAll("\n", " "))]);
        expect(bytes.traces).toEqual(general.traces);
        expect(bytes.summary.skipped).toEqual(
          general.summary.skipped.map((problem) => ({
            ...problem,
            file: problem.file && bytes.summary.files[0],
          })),
        );
      }),
      { numRuns: 200 },
    );
  });

  it("of a broken line keeps what is whole, and marks every trace that it names", async () => {
    const message = JSON.stringify(
      request([{ id: 1 }, { id: 2, trace: 2 }, { id: 3, trace: 3, attributes: { "app.route": '{}[]\\"' } }]),
    );
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: message.length - 1 }), async (length) => {
        const { summary, traces } = await read([fileOf(`{}\n${message.slice(0, length)}`)]);
        expect(summary.skipped.length).toBeGreaterThan(0);
        expect(traces.every(({ incomplete }) => incomplete)).toBe(true);
        const named = new Set(message.slice(0, length).match(/"traceId":"[0-9a-f]{32}"/g));
        expect(traces.length).toBe(named.size);
      }),
      { numRuns: 200 },
    );
  });
});
