import type { CanaryPlan, Look, StoredLook } from "../core/canary.ts";
import { EvalsError } from "../core/errors.ts";
import type { Store } from "../core/extensions.ts";
import type { Rollback } from "../core/next-step.ts";
import { count } from "../core/quantities.ts";
import type { ReleaseManifest } from "../core/release.ts";
import type { Report } from "../core/report.ts";
import { type DeclaredPlan, planOf, requireSame } from "./canary-plan.ts";
import type { CompareTracesInput } from "./compare-traces.ts";
import { digestOf, nextDue, takeLook, tracesOf, waitForLook } from "./look.ts";
import { rollbackTo } from "./next-steps.ts";

/** What a call for a look gives. */
export interface CanaryInput {
  readonly declared: DeclaredPlan;
  /** Reads the traces of both sides so far; not called for a canary that is already decided. */
  readonly read: () => Promise<Pick<CompareTracesInput, "baseline" | "candidate">>;
  /** The present time, ISO 8601. */
  readonly now: () => string;
}

/**
 * Looks at a canary that runs. The first call declares the plan; a look is taken when the next planned step is reached, and is in the store before
 * this returns. The same traces again give the same report and spend nothing; so does every call once the canary has failed or the planned end was
 * looked at.
 *
 * @throws EvalsError USAGE for what is no plan; CANARY_CHANGED for another plan than was declared, and for fewer traces than at an earlier look;
 * GATE_INVALID for a gate that does not fit the traces.
 */
export async function lookAtCanary(input: CanaryInput, store: Store): Promise<Report> {
  const { declared, now } = input;
  const runId = `canary/${declared.name}`;
  const stored = (await store.read(runId, "canary"))[0];
  const plan = planOf(declared, stored, now());
  const before = (await store.read(runId, "look")).at(-1);
  if (isDecided(before)) return afterwards(store, runId, before!);
  const sides: CompareTracesInput = { ...(await input.read()), gate: declared.gate };
  const bundle = await bundleFor(store);
  const earlier = await store.read(runId, "look");
  const last = earlier.at(-1);
  if (isDecided(last)) return afterwards(store, runId, last!);
  if (last !== undefined) requireNotFewer(sides, last, plan);
  if (last?.digest === digestOf(sides)) return reportOf(store, runId, last);
  const place = { ...sides, plan, earlier, at: now() };
  if (tracesOf(sides) < nextDue(plan, last)) {
    const report = waitForLook(place);
    // As long as a side has no trace there is nothing that a plan could be chosen by.
    if (tracesOf(sides) > 0) await declare(store, runId, plan);
    return bundle(report);
  }
  const { look, report } = takeLook(place);
  await declare(store, runId, plan);
  const key = `${look.number}`;
  await store.append([
    { kind: "look", runId, key, body: look },
    { kind: "report", runId, key, body: bundle(report) },
  ]);
  // Of two looks at once the store keeps the first, and both report it.
  return reportOf(store, runId, look);
}

function isDecided(look: StoredLook | undefined): boolean {
  return look !== undefined && (look.isLast || look.verdict === "fail");
}

/** Stores the plan; of two that are declared at once the first is kept. */
async function declare(store: Store, runId: string, plan: CanaryPlan): Promise<void> {
  await store.append([{ kind: "canary", runId, key: "plan", body: plan }]);
  const kept = (await store.read(runId, "canary"))[0];
  if (kept !== undefined) requireSame(kept, plan);
}

async function reportOf(store: Store, runId: string, { number }: Look): Promise<Report> {
  return (await store.read(runId, "report"))[number - 1]!;
}

/** What was decided stays decided, whatever came since. */
async function afterwards(store: Store, runId: string, look: StoredLook): Promise<Report> {
  const report = await reportOf(store, runId, look);
  const what = look.verdict === "fail" ? "it failed" : "the planned end was looked at";
  return {
    ...report,
    comparability: [
      {
        level: "note",
        subject: "canary",
        message: `decided at look ${look.number}, at ${look.at}, where ${what}; traces that came later change nothing, and need a canary of another name`,
      },
      ...report.comparability,
    ],
  };
}

function requireNotFewer(
  { baseline, candidate }: CompareTracesInput,
  last: StoredLook,
  { name }: CanaryPlan,
): void {
  const sides = [
    ["baseline", baseline.facts.length, last.baseline],
    ["candidate", candidate.facts.length, last.candidate],
  ] as const;
  const fewer = sides.find(([, now, before]) => now < before);
  if (fewer === undefined) return;
  const [side, now, before] = fewer;
  throw new EvalsError(
    "CANARY_CHANGED",
    `the ${side} of "${name}" has ${count(now)} traces, and had ${count(before)} at look ${last.number}`,
    "give all traces since the canary began: a look counts the earlier ones too",
  );
}

/** Names the bundle that a rollback restores, where a run in the store compared the release of that name. */
async function bundleFor(store: Store): Promise<(report: Report) => Report> {
  const known = new Map<string, ReleaseManifest>();
  for (const run of await store.runs()) {
    for (const release of [run.baseline, run.candidate])
      if (!known.has(release.name)) known.set(release.name, release);
  }
  return (report) => {
    const live = known.get(report.rollback?.release ?? "");
    if (live === undefined) return report;
    const [name] = Object.keys(report.traces?.candidate.releases ?? {});
    const candidate = known.get(name ?? "");
    const rollback: Rollback = rollbackTo(live, candidate ?? live);
    return { ...report, rollback };
  };
}
