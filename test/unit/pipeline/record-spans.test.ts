import { describe, expect, it } from "vitest";
import type { Span } from "../../../src/core/trace.ts";
import { recordSpans } from "../../../src/pipeline/record-spans.ts";

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A recorder with a clock that stands still until it is set. */
function recorder() {
  const time = { now: 1000 };
  return { time, ...recordSpans(() => time.now) };
}

/** Names by the name of the span that they are part of. */
function tree(spans: readonly Span[]): Record<string, string | null> {
  const nameOf = new Map(spans.map(({ spanId, name }) => [spanId, name]));
  return Object.fromEntries(
    spans.map(({ name, parentSpanId }) => [name, parentSpanId === null ? null : nameOf.get(parentSpanId)!]),
  );
}

describe("a recorded step", () => {
  it("that has no steps of its own is recorded like any other, beneath the one around it", async () => {
    const { span, spans } = recorder();
    await span("tool", {}, () => span("chat", {}, async () => "answer", { isLeaf: true }));
    await expect(span("broken", {}, () => Promise.reject(new Error("no")), { isLeaf: true })).rejects.toThrow(
      "no",
    );
    expect(tree(spans)).toEqual({ tool: null, chat: "tool", broken: null });
    expect(spans.at(-1)!.error).toBe("no");
  });

  it("has its name, attributes, start from the beginning of the attempt, and duration", async () => {
    const { time, span, spans } = recorder();
    time.now += 30;
    const found = await span("retrieve", { "db.system": "memory", top: 5, cached: false }, () => {
      time.now += 12;
      return ["passage"];
    });
    expect(found).toEqual(["passage"]);
    expect(spans).toEqual([
      {
        spanId: "1",
        parentSpanId: null,
        name: "retrieve",
        startOffsetMs: 30,
        durationMs: 12,
        attributes: { "db.system": "memory", top: 5, cached: false },
      },
    ]);
  });

  it("hands on what its work throws, and keeps the message and the duration", async () => {
    const { time, span, spans } = recorder();
    const failing = span("tool", {}, () => {
      time.now += 7;
      throw new Error("no such order");
    });
    await expect(failing).rejects.toThrow("no such order");
    await expect(span("tool", {}, () => Promise.reject("a text"))).rejects.toBe("a text");
    expect(spans.map(({ error, durationMs }) => [error, durationMs])).toEqual([
      ["no such order", 7],
      ["a text", 0],
    ]);
  });

  it("that succeeded has no error", async () => {
    const { span, spans } = recorder();
    await span("fine", {}, () => 1);
    expect(Object.hasOwn(spans[0]!, "error")).toBe(false);
  });
});

describe("steps inside steps", () => {
  it("are children of the step whose work started them", async () => {
    const { span, spans } = recorder();
    await span("agent", {}, async () => {
      await span("plan", {}, () => 1);
      await span("act", {}, async () => {
        await pause(1);
        await span("tool", {}, () => 2);
      });
    });
    await span("after", {}, () => 3);
    expect(tree(spans)).toEqual({ agent: null, plan: "agent", act: "agent", tool: "act", after: null });
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(5);
  });

  it("that run at the same time find their own parents", async () => {
    const { span, spans } = recorder();
    const branch = (name: string, ms: number) =>
      span(name, {}, async () => {
        await pause(ms);
        await span(`${name} inner`, {}, () => pause(ms));
      });
    await span("all", {}, () => Promise.all([branch("slow", 6), branch("fast", 1)]));
    expect(tree(spans)).toEqual({
      all: null,
      slow: "all",
      fast: "all",
      "slow inner": "slow",
      "fast inner": "fast",
    });
  });

  it("that run beside each other are no children of each other", async () => {
    const { span, spans } = recorder();
    await Promise.all([span("one", {}, () => pause(3)), span("two", {}, () => pause(1))]);
    expect(tree(spans)).toEqual({ one: null, two: null });
  });

  it("are siblings after one of them failed", async () => {
    const { span, spans } = recorder();
    await span("agent", {}, async () => {
      await span("first try", {}, () => Promise.reject(new Error("busy"))).catch(() => {});
      await span("second try", {}, () => 1);
    });
    expect(tree(spans)).toEqual({ agent: null, "first try": "agent", "second try": "agent" });
    expect(spans[0]!.error).toBeUndefined();
  });

  // Guarded against: which step encloses another is kept for all recorders together, so a target that calls another one (a route, a judge) gives
  // the inner sample a parent that is not in it.
  it("have parents of their own recorder alone", async () => {
    const [outer, inner] = [recorder(), recorder()];
    await outer.span("route", {}, () => pause(1));
    await outer.span("fallback", {}, () => inner.span("inner call", {}, () => 1));
    expect(inner.spans[0]!.parentSpanId).toBeNull();
  });
});
