import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { read } from "./builder.ts";

// Captures of real instrumentation libraries. They are not part of the repository; without them these tests are skipped.
// Truth of each agent run: two good model calls of 412/27 and 512/31 tokens (924/58 together), one call of `lookup_order`, one model call
// that failed with 503 where the library shows it. What the libraries left out was counted by hand in the captures.
const folder = resolve("../shared/traces");
const captured = join(folder, "captured");
const isThere = existsSync(captured);

interface Expected {
  readonly tokens: readonly [number, number];
  readonly modelCallUsage: number;
  readonly errors: number;
  readonly dialects: readonly string[];
}

const expected: Record<string, Expected> = {
  "otel-genai": { tokens: [924, 58], modelCallUsage: 1, errors: 1, dialects: ["gen_ai"] },
  // The streamed call has no token counts, and no span was made of the failing call.
  openinference: { tokens: [412, 27], modelCallUsage: 0.5, errors: 0, dialects: ["openinference"] },
  // The tokens of the streamed call are the library's own estimate of 39/13.
  openllmetry: { tokens: [451, 40], modelCallUsage: 1, errors: 0, dialects: ["gen_ai", "openllmetry"] },
  "ai-sdk-v5": { tokens: [924, 58], modelCallUsage: 1, errors: 1, dialects: ["ai_sdk", "gen_ai"] },
  "ai-sdk-v7-genai": { tokens: [924, 58], modelCallUsage: 1, errors: 1, dialects: ["gen_ai"] },
  "ai-sdk-v7-legacy": { tokens: [924, 58], modelCallUsage: 1, errors: 1, dialects: ["ai_sdk", "gen_ai"] },
};

describe.skipIf(!isThere)("captures of real libraries (skipped: the captures are not here)", () => {
  const files = isThere ? readdirSync(captured) : [];
  for (const file of files) {
    const truth = expected[file.split(".")[0]!];
    if (truth === undefined) continue;
    it(`are understood: ${file}`, async () => {
      const { summary, traces } = await read([join(captured, file)]);
      const runs = traces.filter(({ toolCalls }) => toolCalls > 0);
      expect(runs.length).toBeGreaterThan(0);
      for (const run of runs) {
        expect([run.inputTokens, run.outputTokens]).toEqual(truth.tokens);
        expect(run.modelCalls - run.modelErrors).toBe(2);
        expect(run.toolCalls).toBe(1);
        expect(run.trajectory.slice(0, 2)).toEqual(["chat", "execute_tool lookup_order"]);
        expect(run.hasRoot).toBe(true);
      }
      expect(summary.errors).toBe(truth.errors);
      expect(summary.coverage.modelCallUsage).toBe(truth.modelCallUsage);
      expect(summary.dialects).toEqual(truth.dialects);
      expect(summary.skipped).toEqual([]);
    });
  }

  for (const file of files.filter((name) => name.endsWith(".pb"))) {
    it(`give the same facts as JSON and as protobuf: ${file}`, async () => {
      const json = await read([join(captured, file.replace(".pb", ".jsonl"))]);
      const protobuf = await read([join(captured, file)]);
      expect(protobuf.traces).toEqual(json.traces);
      expect({ ...protobuf.summary, files: [] }).toEqual({ ...json.summary, files: [] });
    });
  }

  it("read milliseconds and seconds to the first token alike", async () => {
    const legacy = await read([join(captured, "ai-sdk-v5.otlp.jsonl")]);
    const today = await read([join(captured, "ai-sdk-v7-genai.otlp.jsonl")]);
    const times = [...legacy.traces, ...today.traces].map(({ timeToFirstTokenMs }) => timeToFirstTokenMs);
    expect(times.filter((time) => time !== null).sort()).toEqual([102.48026499999992, 123.90741099999991]);
  });

  it("count a model call once that several libraries tell of (3,776 and 4,648 tokens)", async () => {
    const jaeger = await read([join(folder, "agentevals/helm.json")]);
    const tempo = await read([join(folder, "agentevals/tempo_export_with_batches.json")]);
    expect(jaeger.trace).toMatchObject({ inputTokens: 3776, modelCalls: 2, toolCalls: 1, spans: 96 });
    expect(tempo.trace).toMatchObject({
      inputTokens: 4648,
      modelCalls: 2,
      toolCalls: 1,
      orphans: 9,
      spans: 86,
    });
  });

  it("are the same from ClickHouse as JSON rows and as Parquet", async () => {
    const rows = await read([join(folder, "clickhouse/otel_traces.jsonl")]);
    const parquet = await read([join(folder, "clickhouse/otel_traces.parquet")]);
    expect(rows.summary.spans).toBe(200);
    expect(parquet.traces).toEqual(rows.traces);
  });
});
