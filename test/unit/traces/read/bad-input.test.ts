import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { fileOf, otlpSpan, read, readSpans, request, type TestSpan, traceIdOf } from "./builder.ts";

const root = (id: number, trace: number): TestSpan => ({
  id,
  trace,
  attributes: { "gen_ai.operation.name": "chat" },
});
const line = (...spans: TestSpan[]) => `${JSON.stringify(request(spans))}\n`;

describe("files that are broken", () => {
  it("half a line: the place is named, its traces are incomplete and stay in the count", async () => {
    const good = line(root(1, 1));
    const broken = line(root(1, 2), root(2, 3));
    const file = fileOf(good + broken.slice(0, broken.length - 60));
    const { summary, traces } = await read([file]);
    expect(summary.skipped).toEqual([
      {
        file,
        offset: good.length,
        reason: "the file ends in the middle of a line",
        count: 1,
        effect: "lost",
      },
    ]);
    expect(traces.map(({ traceId, spans, incomplete }) => [traceId, spans, incomplete])).toEqual([
      [traceIdOf(1), 1, false],
      [traceIdOf(2), 1, true],
      [traceIdOf(3), 0, true],
    ]);
    expect(summary).toMatchObject({ traces: 3, coverage: { incomplete: 2 } });
  });

  it("a broken line among good ones", async () => {
    const good = line(root(1, 1));
    const { summary } = await read([fileOf(`${good}{"resourceSpans":[{"sc\n${line(root(1, 2))}`)]);
    expect(summary).toMatchObject({ traces: 2, spans: 2 });
    expect(summary.skipped).toMatchObject([{ offset: good.length, count: 1, effect: "lost" }]);
  });

  it("texts with escapes that JSON does not have", async () => {
    const text = line({ ...root(1, 1), attributes: { "app.route": "WRONG" }, name: "NAME" });
    for (const change of [
      text.replace("WRONG", "\\x41"),
      text.replace("NAME", "\\u12"),
      text.replace('"a0', '"\\q0'),
    ]) {
      const { summary } = await read([fileOf(`${line(root(1, 2))}${change}`)]);
      expect(summary.skipped).toMatchObject([{ reason: "a line that is no complete JSON", effect: "lost" }]);
    }
  });

  it("a document that ends early: what is whole is read", async () => {
    const text = JSON.stringify(
      { resourceSpans: [...request([root(1, 1)]).resourceSpans, ...request([root(1, 2)]).resourceSpans] },
      null,
      2,
    );
    const { summary, traces } = await read([fileOf(text.slice(0, text.length - 150))]);
    expect(traces.map(({ incomplete }) => incomplete)).toEqual([false, true]);
    expect(summary.skipped).toMatchObject([
      { reason: "the file ends in the middle of a JSON value", count: 1 },
    ]);
  });

  it("gzip that ends early", async () => {
    const packed = gzipSync(Array.from({ length: 500 }, (_, i) => line(root(1, i + 1))).join(""));
    const { summary } = await read([fileOf(packed.subarray(0, packed.length - 300))]);
    expect(summary.traces).toBeGreaterThan(100);
    expect(summary.skipped).toMatchObject([{ effect: "lost" }]);
    expect(summary.skipped[0]!.reason).toContain("compressed data are broken or end too early");
  });

  it.each([
    [
      "a length beyond the end of the file",
      [0, 0, 1, 0, 0x0a, 3, 1, 2, 3],
      /the file ends \d+ bytes before the end of a message/,
    ],
    ["a length that no message has", [0x7f, 0xff, 0xff, 0xff, 0x0a, 1, 2], /unknown kind/],
    ["a message that is no request", [0, 0, 0, 3, 0x0a, 0x7f, 1], /no OTLP request: a length beyond the end/],
    ["two bytes of a length", [0, 0, 0, 2, 0x0a, 0, 0, 1], /in the middle of a length/],
  ])("%s", async (_, bytes, reason) => {
    const { summary } = await read([fileOf(Uint8Array.from(bytes))]);
    expect(summary.skipped[0]!.reason).toMatch(reason);
    expect(summary.skipped[0]!.offset).toBeGreaterThanOrEqual(0);
    expect(summary.traces).toBe(0);
  });

  it.each([
    ["an unknown kind", "hello, world", /unknown kind/],
    ["JSON of another kind", '{"hello":"world"}', /JSON that is of no known kind/],
    ["an empty file", "", /an empty file/],
    ["a Parquet file without an end", "PAR1 and nothing", /Parquet file that cannot be read/],
    ["nesting without end", "[".repeat(100_000), /nesting deeper than/],
    ["lists in lists", `${"[".repeat(50)}${"]".repeat(50)}`, /no known kind/],
  ])("%s", async (_, content, reason) => {
    const { summary } = await read([fileOf(content)]);
    expect(summary.skipped[0]!.reason).toMatch(reason);
  });

  it("a decompression bomb: 10 GB of zeros in 10 MB are not unpacked", async () => {
    // A member of gzip with 64 MB of zeros takes 64 KB; 160 of them unpack to 10 GB.
    const member = gzipSync(Buffer.alloc(64 << 20));
    const members = [gzipSync(line(root(1, 1))), ...Array.from({ length: 160 }, () => member)];
    const { summary } = await read([fileOf(Buffer.concat(members))]);
    expect(summary).toMatchObject({ traces: 1, spans: 1 });
    const reasons = summary.skipped.map(({ reason }) => reason);
    expect(reasons).toContainEqual(expect.stringMatching(/more than 250 times their size/));
    expect(process.memoryUsage().rss).toBeLessThan(2 * 1024 ** 3);
  });

  it("that cannot be opened are an error of the user", async () => {
    await expect(read(["/no/such/file"])).rejects.toMatchObject({ code: "TRACES_UNREADABLE" });
  });
});

describe("spans that are odd", () => {
  it("one without a valid identifier is lost, and its trace incomplete", async () => {
    const bad = { ...otlpSpan(root(2, 1)), spanId: "zz" };
    const text = JSON.stringify({
      resourceSpans: [{ scopeSpans: [{ spans: [otlpSpan(root(1, 1)), bad] }] }],
    });
    const { summary, trace } = await read([fileOf(text)]);
    expect(trace).toMatchObject({ spans: 1, incomplete: true });
    expect(summary.skipped).toMatchObject([
      { reason: "a span without a valid span identifier", effect: "lost" },
    ]);
  });

  it("one that ends before it began has no duration", async () => {
    const { summary, trace } = await readSpans([{ ...root(1, 1), from: 50, to: 20 }]);
    expect(trace).toMatchObject({ latencyMs: null, spans: 1, incomplete: false });
    expect(summary.skipped).toMatchObject([{ count: 1, effect: "kept" }]);
    expect(summary.skipped[0]!.reason).toContain("ended before it began");
  });

  it("one that begins before its parent shows that clocks differ", async () => {
    const { summary } = await readSpans([
      { id: 1, from: 50 },
      { id: 2, parent: 1, from: 10 },
    ]);
    expect(summary.skipped).toMatchObject([
      { reason: expect.stringContaining("clocks differ"), effect: "kept" },
    ]);
  });

  it("two with the same identifier count once: the longer report", async () => {
    const attributes = { "gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 100 };
    const { summary, trace } = await readSpans([
      { id: 1, from: 0, to: 10, attributes },
      { id: 1, from: 0, to: 90, attributes },
      { id: 1, from: 0, to: 90, attributes },
    ]);
    expect(trace).toMatchObject({ spans: 1, inputTokens: 100, latencyMs: 90, modelCalls: 1 });
    expect(summary.skipped).toMatchObject([{ count: 2, effect: "kept" }]);
  });

  it("those whose parents form a circle are counted and their tokens kept", async () => {
    const tokens = { "gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 10 };
    const { summary, trace } = await readSpans([
      { id: 1, parent: 2, attributes: tokens },
      { id: 2, parent: 3, attributes: tokens },
      { id: 3, parent: 1, attributes: tokens },
      { id: 4, parent: 1, attributes: tokens },
      { id: 5, parent: 5, attributes: tokens },
    ]);
    expect(trace).toMatchObject({ spans: 5, hasRoot: false });
    expect(trace.inputTokens).toBeGreaterThanOrEqual(40);
    expect(summary.skipped).toMatchObject([{ count: 4, effect: "kept" }]);
  });

  it("values of the wrong type are no facts", async () => {
    const { trace } = await readSpans([
      {
        id: 1,
        attributes: { "gen_ai.operation.name": 7, "gen_ai.usage.input_tokens": "many", "llm.cost.total": -3 },
      },
    ]);
    expect(trace).toMatchObject({ modelCalls: 0, inputTokens: null, costUsd: null });
  });

  it("names from the prototype of objects are attributes like others", async () => {
    const { trace, summary } = await readSpans([
      { id: 1, attributes: { constructor: "x", toString: "y", hasOwnProperty: "z" } },
    ]);
    expect(trace.spans).toBe(1);
    expect(summary.skipped).toEqual([]);
  });

  it("a chain of 50,000 spans is no problem", async () => {
    const spans = Array.from({ length: 50_000 }, (_, i) => ({
      id: i + 1,
      parent: i === 0 ? undefined : i,
      from: 0,
      to: 1,
    }));
    const { trace } = await readSpans(spans);
    expect(trace).toMatchObject({ spans: 50_000, orphans: 0 });
  });
});
