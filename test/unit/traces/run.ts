import { sampleOf } from "../../../src/testing.ts";
import { type TraceEmitter, type TraceEmitterOptions, traceEmitter } from "../../../src/traces/index.ts";

type Sample = Parameters<TraceEmitter["record"]>[0];

const components = { model: { value: { name: "m-1" }, fingerprint: "" } };
const release = (name: string) => ({ name, fingerprint: name, target: "agent", components, changes: [] });

/** An emitter of a run with the cases `case-0`, `case-1` and so on; `warnings` collects what it warns of. */
export async function emitterOf(env: Record<string, string>, change: Partial<TraceEmitterOptions> = {}) {
  const warnings: string[] = [];
  const emitter = await traceEmitter({
    env,
    runId: "run-1",
    version: "1.2.3",
    cases: [{ id: "case-0", input: { variables: {} }, cohorts: { tier: "pro", language: "de" } }],
    releases: { baseline: release("live"), candidate: release("next") },
    redact: (text) => text.replaceAll("hunter2", "[redacted]"),
    warn: (message) => warnings.push(message),
    ...change,
  });
  return { emitter, warnings };
}

/** An answered sample of the candidate that took a second and a half. */
export function answered(change: Partial<Sample> = {}): Sample {
  return { ...sampleOf("case-0", { text: "right" }), latencyMs: 1500, ...change };
}

/** A score of an evaluator. */
export function scoreOf(
  evaluator: string,
  evaluation: Parameters<TraceEmitter["record"]>[1][number]["evaluation"],
) {
  return {
    trialKey: "0".repeat(64),
    caseId: "case-0",
    side: "candidate" as const,
    repetition: 1,
    evaluator,
    version: "2",
    evaluation,
  };
}
