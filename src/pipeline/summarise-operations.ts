import { type Cohort, inCohort } from "../core/cohort.ts";
import type { Operations } from "../core/comparison.ts";
import type { Case } from "../core/dataset.ts";
import type { Sample, Side } from "../core/sample.ts";
import { trialRate } from "../core/trial-rate.ts";
import { quantileOfSorted, sortedCopy } from "../stats/quantile.ts";
import { knownOf, operationEstimates } from "./operation-estimates.ts";

/** What was planned and what came of it. */
interface Trials {
  readonly cases: readonly Case[];
  readonly samples: readonly Sample[];
  readonly repetitions: number;
}

/** Latency, tokens, cost and failures in each cohort, the baseline's before the candidate's. A planned trial without a sample counts as a failure `not_run`. */
export function summariseOperations(
  cohorts: readonly Cohort[],
  { cases, samples, repetitions }: Trials,
  alpha: number,
): Operations[] {
  const made = { baseline: byCase(samples, "baseline"), candidate: byCase(samples, "candidate") };
  return cohorts.flatMap((cohort) => {
    const members = cases.filter((item) => inCohort(cohort, item.cohorts));
    return (["baseline", "candidate"] as const).map((side) => ({
      side,
      cohort: cohort.name,
      ...operationsOf(members, made[side], repetitions, alpha),
    }));
  });
}

type SamplesByCase = ReadonlyMap<string, readonly Sample[]>;

function byCase(samples: readonly Sample[], side: Side): SamplesByCase {
  const found = new Map<string, Sample[]>();
  for (const sample of samples) {
    if (sample.side !== side) continue;
    const own = found.get(sample.caseId);
    if (own === undefined) found.set(sample.caseId, [sample]);
    else own.push(sample);
  }
  return found;
}

function operationsOf(
  members: readonly Case[],
  made: SamplesByCase,
  repetitions: number,
  alpha: number,
): Omit<Operations, "side" | "cohort"> {
  const own: Sample[] = [];
  for (const { id } of members) for (const sample of made.get(id) ?? []) own.push(sample);
  const answered = own.filter(({ output }) => output !== null);
  const called = answered.filter(({ reusedFrom }) => reusedFrom === undefined);
  const planned = members.length * repetitions;
  const failures: Record<string, number> = {};
  for (const { failure } of own) {
    if (failure !== null) failures[failure.kind] = (failures[failure.kind] ?? 0) + 1;
  }
  if (own.length < planned) failures.not_run = planned - own.length;
  const atFirst = answered.filter(({ attempts }) => attempts.length === 1).length;
  return {
    planned,
    answered: answered.length,
    ...(called.length < answered.length && { reused: answered.length - called.length }),
    failures,
    firstAttemptRate: planned === 0 ? null : atFirst / planned,
    latencyMs: percentiles(called.map(({ latencyMs }) => latencyMs)),
    timeToFirstTokenMs: percentiles(called.map(({ timeToFirstTokenMs }) => timeToFirstTokenMs)),
    fallbackRate: shareOf("fallback_rate", answered),
    cacheHitRate: shareOf("cache_hit_rate", answered),
    guardrailBypassRate: shareOf("guardrail_bypass_rate", answered),
    inputTokens: sumKnown(own.map(({ usage }) => usage.inputTokens)),
    outputTokens: sumKnown(own.map(({ usage }) => usage.outputTokens)),
    costUsd: sumKnown(own.map(({ usage }) => usage.costUsd)),
    estimates: estimatesOf(members, made, own, repetitions, alpha),
  };
}

/** What one trial takes, and how often there is no answer: a trial that was planned and not made has none. */
function estimatesOf(
  members: readonly Case[],
  made: SamplesByCase,
  own: readonly Sample[],
  repetitions: number,
  alpha: number,
): Operations["estimates"] {
  const shared = new Map<string, string>();
  const failed: number[] = [];
  const clusters: string[] = [];
  for (const { id, cluster } of members) {
    if (cluster !== undefined) shared.set(id, cluster);
    const answers = made.get(id)?.filter(({ output }) => output !== null).length ?? 0;
    for (let repetition = 0; repetition < repetitions; repetition++) {
      failed.push(repetition < answers ? 0 : 1);
      clusters.push(cluster ?? id);
    }
  }
  const known = (read: (sample: Sample) => number | boolean | null) =>
    knownOf(own, read, ({ caseId }) => shared.get(caseId) ?? caseId);
  const values = {
    inputTokens: known(({ usage }) => usage.inputTokens),
    outputTokens: known(({ usage }) => usage.outputTokens),
    costUsd: known(({ usage }) => usage.costUsd),
    failureRate: { values: failed, clusters },
    fallbackRate: known(trialRate("fallback_rate")!.happened),
  };
  return operationEstimates(values, alpha);
}

/** The share of the trials that tell; `null` when none does. */
function shareOf(metric: string, answered: readonly Sample[]): number | null {
  const { happened } = trialRate(metric)!;
  let told = 0;
  let count = 0;
  for (const sample of answered) {
    const value = happened(sample);
    if (value === null) continue;
    told++;
    if (value) count++;
  }
  return told === 0 ? null : count / told;
}

/** The 50th, 95th and 99th percentile (type 7) of what is known; `null` when nothing is. */
export function percentiles(values: readonly (number | null)[]): Operations["latencyMs"] {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return null;
  const sorted = sortedCopy(known);
  const at = (probability: number) => quantileOfSorted(sorted, probability);
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/** The sum of what is known; `null` when nothing is. */
export function sumKnown(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}
