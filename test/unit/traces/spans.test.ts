import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { servedUnknown } from "../../../src/core/sample.ts";
import { traceIdOf } from "../../../src/traces/emit/ids.ts";
import { type Collector, type ReceivedSpan, startCollector } from "./collector.ts";
import { answered, emitterOf, scoreOf } from "./run.ts";

// Names and attributes: OpenTelemetry semantic conventions 1.41, gen_ai: "Invoke agent span", "Execute tool span",
// "Event: gen_ai.evaluation.result". Span kinds in OTLP: 1 internal, 3 client. Status codes: 0 unset, 2 error.

let collector: Collector;
beforeEach(async () => {
  collector = await startCollector();
});
afterEach(() => collector.close());

type Record_ = Parameters<NonNullable<Awaited<ReturnType<typeof emitterOf>>["emitter"]>["record"]>;

async function received(...records: Record_[]): Promise<ReceivedSpan[]> {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" };
  const { emitter } = await emitterOf(env);
  for (const [sample, scores] of records) await emitter!.record(sample, scores);
  const outcome = await emitter!.close();
  expect(outcome).toMatchObject({ emitted: collector.spans.length, acknowledged: collector.spans.length });
  return collector.spans;
}

const call = (name: string) => ({ name, arguments: {} });
const step = (spanId: string, parentSpanId: string | null, name: string, attributes = {}) => ({
  spanId,
  parentSpanId,
  name,
  startOffsetMs: 250.5,
  durationMs: 100.25,
  attributes,
});

describe("the trace of a sample", () => {
  it("says what was tried, with which release, and what it used", async () => {
    const sample = answered({
      usage: {
        inputTokens: 100,
        outputTokens: 20,
        cachedInputTokens: null,
        reasoningTokens: null,
        costUsd: 0.25,
      },
      served: { ...servedUnknown, model: "m-1-2026" },
    });
    sample.output!.finishReason = "stop";
    const [span] = await received([sample, []]);
    expect(span).toMatchObject({ name: "invoke_agent agent", kind: 1, status: { code: 0 } });
    expect(span!.parentSpanId).toBeUndefined();
    expect(span!.attributes).toEqual({
      "gen_ai.operation.name": "invoke_agent",
      "gen_ai.agent.name": "agent",
      "gen_ai.request.model": "m-1",
      "gen_ai.response.model": "m-1-2026",
      "gen_ai.response.finish_reasons": ["stop"],
      "gen_ai.usage.input_tokens": 100,
      "gen_ai.usage.output_tokens": 20,
      "gatewright.run.id": "run-1",
      "gatewright.case.id": "case-0",
      "gatewright.side": "candidate",
      "gatewright.release": "next",
      "gatewright.repetition": 1,
      "gatewright.trial.key": "0".repeat(64),
      "gatewright.attempts": 1,
      "gatewright.usage.cost_usd": 0.25,
      "gatewright.cohort.tier": "pro",
      "gatewright.cohort.language": "de",
    });
    // 2026-01-01T00:00:00Z is 1767225600 s after the epoch.
    expect(span!.startTimeUnixNano).toBe("1767225600000000000");
    expect(span!.endTimeUnixNano).toBe("1767225601500000000");
  });

  it("has an error where the trial failed", async () => {
    const failure = { kind: "timeout" as const, message: "no answer within 5 ms", retryable: true };
    const [span] = await received([answered({ output: null, failure }), []]);
    expect(span).toMatchObject({
      status: { code: 2, message: "no answer within 5 ms" },
      attributes: { "error.type": "timeout" },
    });
  });

  it("has a span for each step, with parents, times and errors kept", async () => {
    const chat = {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "m-2",
    };
    const spans = [
      step("1", null, "plan"),
      step("2", "1", "chat m-2", chat),
      { ...step("3", "2", "deep"), error: "broke" },
    ];
    const [root, plan, model, deep] = await received([answered({ spans }), []]);
    expect([plan!.parentSpanId, model!.parentSpanId, deep!.parentSpanId]).toEqual([
      root!.spanId,
      plan!.spanId,
      model!.spanId,
    ]);
    expect(new Set([root, plan, model, deep].map((span) => span!.traceId)).size).toBe(1);
    expect(model).toMatchObject({ name: "chat m-2", kind: 3, attributes: chat });
    expect(root!.attributes).toMatchObject({
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "m-2",
    });
    expect(plan!.startTimeUnixNano).toBe("1767225600250500000");
    expect(plan!.endTimeUnixNano).toBe("1767225600350750000");
    expect(deep).toMatchObject({
      status: { code: 2, message: "broke" },
      attributes: { "error.type": "_OTHER" },
    });
  });

  it("names the execution of a tool by the conventions, whatever the step was called", async () => {
    const conventional = { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "lookup" };
    const spans = [
      step("1", null, "tool get_order"),
      step("2", null, "execute_tool refund"),
      step("3", null, "a lookup", conventional),
      step("4", null, "tool talk"),
    ];
    const sample = answered({ spans });
    sample.output!.toolCalls = [call("get_order"), call("refund"), call("lookup")];
    const [, ...steps] = await received([sample, []]);
    expect(steps.map(({ name }) => name)).toEqual([
      "execute_tool get_order",
      "execute_tool refund",
      "execute_tool lookup",
      "tool talk",
    ]);
    expect(steps[1]!.attributes).toEqual({
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": "refund",
    });
  });

  it("has a span for a reported tool call that no step stands for", async () => {
    const sample = answered({ spans: [step("1", null, "execute_tool refund")] });
    sample.output!.toolCalls = [call("get_order"), call("refund"), call("refund")];
    const [root, own, ...inferred] = await received([sample, []]);
    expect(own!.attributes["gatewright.span.inferred"]).toBeUndefined();
    expect(inferred.map(({ name }) => name)).toEqual(["execute_tool get_order", "execute_tool refund"]);
    for (const span of inferred) {
      expect(span).toMatchObject({ parentSpanId: root!.spanId, endTimeUnixNano: span.startTimeUnixNano });
      expect(span.attributes).toMatchObject({ "gatewright.span.inferred": true });
    }
    expect(BigInt(inferred[1]!.startTimeUnixNano)).toBeGreaterThan(BigInt(inferred[0]!.startTimeUnixNano));
  });

  it("has each score as an event", async () => {
    const reason = "x".repeat(600);
    const [span] = await received([
      answered(),
      [
        scoreOf("task_completion", { status: "scored", value: 0.5, pass: false, reason, evidence: [] }),
        scoreOf("json_validation", { status: "unscored", reason: "no schema" }),
        scoreOf("own", { status: "error", reason: "it threw" }),
      ],
    ]);
    expect(span!.events.map(({ name }) => name)).toEqual(Array(3).fill("gen_ai.evaluation.result"));
    expect(span!.events.map(({ timeUnixNano }) => timeUnixNano)).toEqual(
      Array(3).fill(span!.endTimeUnixNano),
    );
    expect(span!.events.map(({ attributes }) => attributes)).toEqual([
      {
        "gen_ai.evaluation.name": "task_completion",
        "gen_ai.evaluation.score.value": 0.5,
        "gen_ai.evaluation.score.label": "fail",
        "gen_ai.evaluation.explanation": `${"x".repeat(499)}…`,
        "gatewright.evaluator.version": "2",
        "gatewright.evaluation.status": "scored",
      },
      {
        "gen_ai.evaluation.name": "json_validation",
        "gen_ai.evaluation.explanation": "no schema",
        "gatewright.evaluator.version": "2",
        "gatewright.evaluation.status": "unscored",
      },
      {
        "gen_ai.evaluation.name": "own",
        "gen_ai.evaluation.explanation": "it threw",
        "error.type": "evaluator",
        "gatewright.evaluator.version": "2",
        "gatewright.evaluation.status": "error",
      },
    ]);
  });

  it("takes attributes that no exporter could send", async () => {
    const attributes = { big: 1n, nothing: null, list: [1, 2], part: Number.NaN, fine: "yes" };
    const [, span] = await received([answered({ spans: [step("1", null, "odd", attributes)] }), []]);
    expect(span!.attributes).toEqual({ big: "1", list: "[1,2]", part: "NaN", fine: "yes" });
  });

  it("has the same identifiers whenever it is emitted, and others for another trial, run or attempt", async () => {
    const sample = answered({ spans: [step("1", null, "a")] });
    const [root, own, again, ownAgain] = await received([sample, []], [sample, []]);
    expect([again!.traceId, again!.spanId, ownAgain!.spanId]).toEqual([
      root!.traceId,
      root!.spanId,
      own!.spanId,
    ]);
    expect(root!.traceId).toBe(traceIdOf("run-1", sample));
    const others = [
      traceIdOf("run-2", sample),
      traceIdOf("run-1", { ...sample, side: "baseline" }),
      traceIdOf("run-1", { ...sample, repetition: 2 }),
      traceIdOf("run-1", { ...sample, caseId: "case-1" }),
      traceIdOf("run-1", { ...sample, startedAt: "2026-01-01T00:00:01.000Z" }),
    ];
    expect(new Set([root!.traceId, ...others]).size).toBe(6);
    for (const id of others) expect(id).toMatch(/^[0-9a-f]{32}$/);
  });
});
