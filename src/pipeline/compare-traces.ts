import { type Cohort, cohortOf, everyCase, inCohort } from "../core/cohort.ts";
import type { Decision, Operations } from "../core/comparison.ts";
import { exitCodeOf, type Gate } from "../core/gate.ts";
import { count, level } from "../core/quantities.ts";
import type { Report } from "../core/report.ts";
import type { TraceComparison, TraceSide } from "../core/trace-comparison.ts";
import type { TraceFacts, TraceSummary } from "../core/trace-facts.ts";
import { compareTrajectories } from "./compare-trajectories.ts";
import { decideGroups } from "./decide-groups.ts";
import { verdictOver, worstFirst } from "./gate.ts";
import type { GroupCheck } from "./group-check.ts";
import { groupChecks } from "./group-checks.ts";
import { type HarmTest, oneTest } from "./harm-test.ts";
import { headline } from "./headline.ts";
import type { LoadedModule } from "./load-module.ts";
import { nextSteps } from "./next-steps.ts";
import { knownOf, operationEstimates } from "./operation-estimates.ts";
import { percentiles, sumKnown } from "./summarise-operations.ts";
import { type TraceSides, tagsOfTrace } from "./trace-cohorts.ts";
import { traceFindings } from "./trace-findings.ts";
import {
  defaultTraceAlpha,
  defaultTraceGate,
  type ResolvedTraceGate,
  resolveTraceGate,
} from "./trace-gate.ts";
import { waive } from "./waive.ts";
import { waiverFindings } from "./waiver-words.ts";

/** The traces of one side. */
export interface TraceInput {
  /** Files, or the name that they were imported under. */
  readonly label: string;
  readonly facts: readonly TraceFacts[];
  /** What was read, and what could not be: one summary for each reading. */
  readonly summaries: readonly TraceSummary[];
}

/** What is compared, and by which gate; `null` takes the default policy for traces. */
export interface CompareTracesInput {
  readonly baseline: TraceInput;
  readonly candidate: TraceInput;
  readonly gate: LoadedModule<Gate> | null;
}

/**
 * Compares the traces of two releases, cohort by cohort, as two groups that share no requests. The same traces give the same report, whatever
 * their order.
 *
 * @param input.decidedAt the present time, ISO 8601, by which waivers are judged.
 * @throws EvalsError GATE_INVALID for a gate that does not fit the traces.
 */
export function compareTraces(input: CompareTracesInput & { readonly decidedAt: string }): Report {
  return comparedTraces(input, oneTest(alphaOf(input.gate)), { at: input.decidedAt, obeysWaivers: true })
    .report;
}

/** A report with what its decisions rest on. */
export interface ComparedTraces {
  readonly report: Report;
  /** Each check with its decision, in the order of the gate. */
  readonly decided: readonly DecidedCheck[];
}

/** A check with its decision. */
export interface DecidedCheck {
  readonly check: GroupCheck;
  readonly decision: Decision;
}

/** The error of a gate, or of the default policy for traces. */
export function alphaOf(gate: CompareTracesInput["gate"]): number {
  return gate?.value.alpha ?? defaultTraceAlpha;
}

/** As `compareTraces`, with harm tested as it is given: once, or at one of several looks, which obey no waiver. */
export function comparedTraces(
  input: CompareTracesInput,
  test: HarmTest,
  { at, obeysWaivers }: { readonly at: string; readonly obeysWaivers: boolean },
): ComparedTraces {
  const sides = { baseline: inOrder(input.baseline.facts), candidate: inOrder(input.candidate.facts) };
  const fallback = input.gate === null ? defaultTraceGate(sides) : null;
  const gate = input.gate ?? fallback!;
  const resolved = resolveTraceGate(gate, sides, !test.isEnd);
  const { alpha } = gate.value;
  const checks = groupChecks(sides, resolved);
  const made = decideGroups(checks, alpha, test);
  const traces = comparisonOf(input, sides, resolved, alpha);
  const { decisions, waivers } = waive(worstFirst(made), resolved.waivers, {
    decidedAt: at,
    candidate: onlyRelease(traces),
    isObeyed: obeysWaivers,
  });
  const verdict = verdictOver(decisions);
  const report: Report = {
    schemaVersion: 1,
    verdict,
    exitCode: exitCodeOf[verdict],
    headline: headline(verdict, decisions, []),
    decisions,
    ...(waivers.length > 0 && { decidedAt: at, waivers }),
    comparisons: [],
    operations: reportedCohorts(resolved).flatMap((cohort) => [
      operationsOf("baseline", cohort, sides.baseline, alpha),
      operationsOf("candidate", cohort, sides.candidate, alpha),
    ]),
    nextSteps: nextSteps(verdict, decisions, [], waivers),
    rollback: rollbackOf(traces),
    comparability: [
      ...waiverFindings(waivers),
      ...traceFindings(sides, traces, resolved, fallback?.silent ?? []),
      {
        level: "note",
        subject: "gate",
        message: `decided by ${gate.value.name}, intervals at ${level(1 - 2 * alpha)}`,
      },
    ],
    caseCounts: { regressed: 0, improved: 0, unchanged: 0, errored: 0, unscored: 0 },
    cases: [],
    provenance: null,
    traces,
  };
  return { report, decided: checks.map((check, index) => ({ check, decision: made[index]! })) };
}

/** Traces name a release, not its components: the bundle of that name is what is restored. */
function rollbackOf({ baseline }: TraceComparison): Report["rollback"] {
  const [release] = Object.keys(baseline.releases);
  return { release: release ?? "unknown", fingerprint: null, components: [] };
}

/** The release that every trace of the candidate names; `null` where some name another one or none. */
function onlyRelease({ candidate }: TraceComparison): string | null {
  const names = Object.keys(candidate.releases);
  return names.length === 1 && names[0] !== "unknown" ? names[0]! : null;
}

function inOrder(facts: readonly TraceFacts[]): TraceFacts[] {
  return [...facts].sort((a, b) => (a.traceId < b.traceId ? -1 : a.traceId > b.traceId ? 1 : 0));
}

/** All traces, and each tag of a dimension that is no identifier. */
function reportedCohorts({ cohorts, checks }: ResolvedTraceGate): Cohort[] {
  const named = checks.map(({ cohort }) => cohort).filter(({ tags }) => Object.keys(tags).length === 1);
  const small = Object.entries(cohorts).filter(([, values]) => values.length <= 12);
  const tags = small.flatMap(([dimension, values]) =>
    values.map((value) => cohortOf({ [dimension]: value }, [dimension])),
  );
  return [...new Map([everyCase, ...tags, ...named].map((cohort) => [cohort.name, cohort])).values()];
}

function operationsOf(
  side: Operations["side"],
  cohort: Cohort,
  all: readonly TraceFacts[],
  alpha: number,
): Operations {
  const traces = all.filter((facts) => inCohort(cohort, tagsOfTrace(facts)));
  const failed = traces.filter(({ hasError }) => hasError).length;
  const told = traces.flatMap(({ fallback }) => (fallback === null ? [] : [fallback]));
  return {
    side,
    cohort: cohort.name,
    planned: traces.length,
    answered: traces.length - failed,
    failures: failed === 0 ? {} : { error: failed },
    firstAttemptRate: null,
    latencyMs: percentiles(traces.map(({ latencyMs }) => latencyMs)),
    timeToFirstTokenMs: percentiles(traces.map(({ timeToFirstTokenMs }) => timeToFirstTokenMs)),
    fallbackRate: told.length === 0 ? null : told.filter(Boolean).length / told.length,
    cacheHitRate: null,
    guardrailBypassRate: null,
    inputTokens: sumKnown(traces.map(({ inputTokens }) => inputTokens)),
    outputTokens: sumKnown(traces.map(({ outputTokens }) => outputTokens)),
    costUsd: sumKnown(traces.map(({ costUsd }) => costUsd)),
    estimates: estimatesOf(traces, alpha),
  };
}

/** What one trace takes, and how often it goes wrong. Traces of one conversation are a cluster. */
function estimatesOf(traces: readonly TraceFacts[], alpha: number): Operations["estimates"] {
  const known = (read: (facts: TraceFacts) => number | boolean | null) =>
    knownOf(traces, read, ({ conversation, traceId }) => conversation ?? traceId);
  const values = {
    inputTokens: known(({ inputTokens }) => inputTokens),
    outputTokens: known(({ outputTokens }) => outputTokens),
    costUsd: known(({ costUsd }) => costUsd),
    failureRate: known(({ hasError }) => hasError),
    fallbackRate: known(({ fallback }) => fallback),
  };
  return operationEstimates(values, alpha);
}

function comparisonOf(
  input: CompareTracesInput,
  sides: TraceSides,
  { cohorts }: ResolvedTraceGate,
  alpha: number,
): TraceComparison {
  return {
    baseline: sideOf(input.baseline, sides.baseline),
    candidate: sideOf(input.candidate, sides.candidate),
    cohorts: Object.fromEntries(Object.entries(cohorts).map(([name, values]) => [name, values.slice(0, 50)])),
    trajectories: compareTrajectories(sides, alpha),
  };
}

function sideOf({ label, summaries }: TraceInput, traces: readonly TraceFacts[]): TraceSide {
  const share = (has: (facts: TraceFacts) => boolean) =>
    traces.length === 0 ? null : traces.filter(has).length / traces.length;
  return {
    label,
    traces: traces.length,
    spans: traces.reduce((sum, { spans }) => sum + spans, 0),
    releases: countBy(traces.map(({ release }) => [release ?? "unknown"])),
    dialects: [...new Set(traces.flatMap(({ dialects }) => dialects))].sort(),
    scopes: countBy(traces.map(({ scopes }) => scopes)),
    names: sumOf(summaries.map(({ coverage }) => coverage.names)),
    coverage: {
      root: share(({ hasRoot }) => hasRoot),
      usage: share(({ inputTokens, outputTokens }) => inputTokens !== null && outputTokens !== null),
      timeToFirstToken: share(({ timeToFirstTokenMs }) => timeToFirstTokenMs !== null),
      cost: share(({ costUsd }) => costUsd !== null),
      fallback: share(({ fallback }) => fallback !== null),
    },
    incomplete: traces.filter(({ incomplete }) => incomplete).length,
    orphans: traces.reduce((sum, { orphans }) => sum + orphans, 0),
    skipped: summaries
      .flatMap(({ skipped }) => skipped)
      .map(({ file, offset, reason, count: times, effect }) => {
        const place = offset === null ? file : `${file}, byte ${offset}`;
        return `${place}: ${reason} (${count(times)}, ${effect === "lost" ? "lost" : "kept"})`;
      }),
  };
}

function sumOf(counts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sum = new Map<string, number>();
  for (const [key, count] of counts.flatMap((own) => Object.entries(own)))
    sum.set(key, (sum.get(key) ?? 0) + count);
  return Object.fromEntries([...sum].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** How many traces have each key, the most frequent first. */
function countBy(keys: readonly (readonly string[])[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const own of keys) for (const key of new Set(own)) counts.set(key, (counts.get(key) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).slice(0, 50));
}
