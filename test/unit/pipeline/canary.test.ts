import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Store } from "../../../src/core/extensions.ts";
import type { TraceFacts } from "../../../src/core/trace-facts.ts";
import { type CanaryInput, lookAtCanary } from "../../../src/pipeline/canary.ts";
import { compareTraces } from "../../../src/pipeline/compare-traces.ts";
import { memoryStore } from "../../../src/stores/memory.ts";
import { sqliteStore } from "../../../src/stores/sqlite.ts";
import { casesOf, datasetOf, manifestFor } from "./support.ts";

/** Traces of one release; every so-and-so-many-th ends in an error. */
function tracesOf(release: string, n: number, errorEvery: number): TraceFacts[] {
  return Array.from({ length: n }, (_, index) => ({
    traceId: `${release}-${index}`,
    startedAt: new Date(Date.UTC(2026, 9, 1) + index * 1000).toISOString(),
    ...{ latencyMs: 500 + (index % 97), timeToFirstTokenMs: null, modelCalls: 1, modelCallsWithUsage: 1 },
    ...{ modelErrors: 0, toolCalls: 0, toolTimeouts: 0, inputTokens: 100 + (index % 13), outputTokens: 20 },
    ...{ costUsd: null, hasError: index % errorEvery === 0, fallback: null, conversation: null, route: null },
    ...{ release, cohorts: {}, trajectory: ["chat"], feedback: [], evaluations: [], hasRoot: true },
    ...{ orphans: 0, spans: 2, dialects: ["gen_ai"], scopes: [], incomplete: false },
  }));
}

interface Sides {
  readonly live: number;
  readonly canary: number;
  readonly errorEvery?: number;
}

let minute = 0;

function inputOf({ live, canary, errorEvery = 100 }: Sides, plan: Partial<CanaryInput["declared"]> = {}) {
  const side = (label: string, facts: TraceFacts[]) => ({ label, facts, summaries: [] });
  return {
    declared: {
      ...{ name: "c", looks: 5, traces: 2000, gate: null },
      baseline: { source: "live", release: null },
      candidate: { source: "canary", release: null },
      ...plan,
    },
    read: async () => ({
      baseline: side("live", tracesOf("live-1", live, 100)),
      candidate: side("canary", tracesOf("canary-2", canary, errorEvery)),
    }),
    now: () => new Date(Date.UTC(2026, 9, 2, 0, minute++)).toISOString(),
  };
}

const newFile = () => join(mkdtempSync(join(tmpdir(), "gatewright-looks-")), "store.sqlite");

describe("looking at a canary", () => {
  it("decides a single look at the end as one comparison decides", async () => {
    const input = inputOf({ live: 3000, canary: 2000 });
    const report = await lookAtCanary(input, memoryStore());
    const once = compareTraces({ ...(await input.read()), gate: null, decidedAt: input.now() });
    expect(report.verdict).toBe("pass");
    expect(report.decisions.map(({ decision, reason }) => [decision, reason])).toEqual(
      once.decisions.map(({ decision, reason }) => [decision, reason]),
    );
  });

  it("counts the smaller side, whichever it is", async () => {
    const store = memoryStore();
    const report = await lookAtCanary(inputOf({ live: 500, canary: 4000 }), store);
    expect(report.canary).toMatchObject({ traces: 500, looks: [{ fraction: 0.25, baseline: 500 }] });
  });

  it("keeps one look of two that see other traces at once, and reports it to both", async () => {
    const file = newFile();
    const [one, two] = [sqliteStore(file), sqliteStore(file)];
    const reports = await Promise.all([
      lookAtCanary(inputOf({ live: 900, canary: 450 }), one),
      lookAtCanary(inputOf({ live: 950, canary: 470 }), two),
    ]);
    expect(reports[0]).toEqual(reports[1]);
    expect(await one.read("canary/c", "look")).toHaveLength(1);
    await one.close();
    await two.close();
  });

  it("spends nothing where it ends before its look is stored, and loses nothing where it ends after", async () => {
    const store = memoryStore();
    const dying = (when: "before" | "after"): Store => ({
      ...store,
      async append(records) {
        const isLook = records.some(({ kind }) => kind === "look");
        if (isLook && when === "before") throw new Error("killed");
        await store.append(records);
        if (isLook) throw new Error("killed");
      },
    });
    const input = inputOf({ live: 900, canary: 450 });
    await expect(lookAtCanary(input, dying("before"))).rejects.toThrow("killed");
    expect(await store.read("canary/c", "look")).toEqual([]);
    await expect(lookAtCanary(input, dying("after"))).rejects.toThrow("killed");
    const report = await lookAtCanary(input, store);
    expect(report.canary!.looks).toHaveLength(1);
    expect(await store.read("canary/c", "look")).toHaveLength(1);
  });

  it("finds a canary that breaks at once at its first look, also by a percentile alone", async () => {
    const slow = inputOf({ live: 400, canary: 400 });
    const broken = {
      ...slow,
      read: async () => {
        const { baseline, candidate } = await slow.read();
        const facts = candidate.facts.map((each) => ({ ...each, latencyMs: each.latencyMs! * 3 }));
        return { baseline, candidate: { ...candidate, facts } };
      },
    };
    const report = await lookAtCanary(broken, memoryStore());
    expect(report).toMatchObject({ verdict: "fail", exitCode: 1, canary: { state: "failed" } });
    expect(report.headline).toMatch(/^Look 1 of 5: Blocked: latency_ms\.p50 /);
  });

  it("names every component that a rollback restores, where a run compared the live release", async () => {
    const store = memoryStore();
    const manifest = manifestFor(datasetOf(casesOf(2)));
    const component = (fingerprint: string) => ({ fingerprint, value: fingerprint });
    const release = (name: string, prompt: string) => ({
      ...manifest.baseline,
      name,
      components: { model: component("m"), prompt: component(prompt) },
    });
    const body = { ...manifest, baseline: release("live-1", "p1"), candidate: release("canary-2", "p2") };
    await store.append([{ kind: "run", runId: body.runId, key: "manifest", body }]);
    const { rollback } = await lookAtCanary(inputOf({ live: 900, canary: 450 }), store);
    expect(rollback).toMatchObject({
      release: "live-1",
      components: [
        { name: "model", changed: false },
        { name: "prompt", changed: true },
      ],
    });
  });

  it("goes on with the plan that was stored where a call leaves it out", async () => {
    const store = memoryStore();
    await lookAtCanary(inputOf({ live: 900, canary: 450 }), store);
    const later = inputOf({ live: 1800, canary: 900 }, { looks: undefined, traces: undefined });
    expect((await lookAtCanary(later, store)).canary).toMatchObject({
      plan: { looks: 5, traces: 2000 },
      looks: [{ number: 1 }, { number: 2, fraction: 0.45 }],
    });
  });
});
