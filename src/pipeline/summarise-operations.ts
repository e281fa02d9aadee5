import { type Cohort, inCohort } from "../core/cohort.ts";
import type { Operations } from "../core/comparison.ts";
import type { Case } from "../core/dataset.ts";
import type { Sample, Side } from "../core/sample.ts";
import { trialRate } from "../core/trial-rate.ts";
import { mean } from "../stats/clusters.ts";
import { quantileOfSorted, sortedCopy } from "../stats/quantile.ts";
import { nothingTold, operationEstimates, tell } from "./operation-estimates.ts";

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
  const planned = members.length * repetitions;
  const { own, known, failures } = tallyOf(members, made, repetitions);
  const answered = own.filter(({ output }) => output !== null);
  const called = answered.filter(({ reusedFrom }) => reusedFrom === undefined);
  const atFirst = answered.filter(({ attempts }) => attempts.length === 1).length;
  return {
    planned,
    answered: answered.length,
    ...(called.length < answered.length && { reused: answered.length - called.length }),
    failures,
    firstAttemptRate: planned === 0 ? null : atFirst / planned,
    latencyMs: percentiles(called.map(({ latencyMs }) => latencyMs)),
    timeToFirstTokenMs: percentiles(called.map(({ timeToFirstTokenMs }) => timeToFirstTokenMs)),
    fallbackRate: meanOf(known.fallbackRate.values),
    cacheHitRate: shareOf("cache_hit_rate", answered),
    guardrailBypassRate: shareOf("guardrail_bypass_rate", answered),
    inputTokens: sumKnown(known.inputTokens.values),
    outputTokens: sumKnown(known.outputTokens.values),
    costUsd: sumKnown(known.costUsd.values),
    estimates: operationEstimates(known, alpha),
  };
}

/** What the trials of a side say, case by case. A trial that was planned and not made has no answer. */
function tallyOf(members: readonly Case[], made: SamplesByCase, repetitions: number) {
  const own: Sample[] = [];
  const failures: Record<string, number> = {};
  const known = {
    inputTokens: nothingTold(),
    outputTokens: nothingTold(),
    costUsd: nothingTold(),
    failureRate: nothingTold(),
    fallbackRate: nothingTold(),
  };
  const { happened: fellBack } = trialRate("fallback_rate")!;
  for (const { id, cluster = id } of members) {
    let answers = 0;
    for (const sample of made.get(id) ?? []) {
      const { usage, failure, output } = sample;
      own.push(sample);
      if (output !== null) answers++;
      if (failure !== null) failures[failure.kind] = (failures[failure.kind] ?? 0) + 1;
      tell(known.inputTokens, usage.inputTokens, cluster);
      tell(known.outputTokens, usage.outputTokens, cluster);
      tell(known.costUsd, usage.costUsd, cluster);
      tell(known.fallbackRate, fellBack(sample), cluster);
    }
    for (let trial = 0; trial < repetitions; trial++) tell(known.failureRate, trial >= answers, cluster);
  }
  const notRun = members.length * repetitions - own.length;
  if (notRun > 0) failures.not_run = notRun;
  return { own, known, failures };
}

function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : mean(values);
}

/** The share of the trials that tell; `null` when none does. */
function shareOf(metric: string, answered: readonly Sample[]): number | null {
  const { happened } = trialRate(metric)!;
  const told = nothingTold();
  for (const sample of answered) tell(told, happened(sample), "");
  return meanOf(told.values);
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
