import { type Cohort, inCohort } from "../core/cohort.ts";
import type { Operations } from "../core/comparison.ts";
import type { Case } from "../core/dataset.ts";
import type { Sample, Side } from "../core/sample.ts";
import { trialRate } from "../core/trial-rate.ts";
import { quantileType7 } from "../stats/index.ts";
import { knownOf, operationEstimates } from "./operation-estimates.ts";

/** Latency, tokens, cost and failures of one side in one cohort. A planned trial without a sample counts as a failure `not_run`. */
export function summariseOperations(
  side: Side,
  cohort: Cohort,
  cases: readonly Case[],
  samples: readonly Sample[],
  repetitions: number,
  alpha: number,
): Operations {
  const members = cases.filter((item) => inCohort(cohort, item.cohorts));
  const ids = new Map(members.map(({ id, cluster }) => [id, cluster ?? id]));
  const own = samples.filter((sample) => sample.side === side && ids.has(sample.caseId));
  const answered = own.filter(({ output }) => output !== null);
  const called = answered.filter(({ reusedFrom }) => reusedFrom === undefined);
  const planned = ids.size * repetitions;
  const failures: Record<string, number> = {};
  for (const { failure } of own) {
    if (failure !== null) failures[failure.kind] = (failures[failure.kind] ?? 0) + 1;
  }
  if (own.length < planned) failures.not_run = planned - own.length;
  const atFirst = answered.filter(({ attempts }) => attempts.length === 1).length;
  return {
    side,
    cohort: cohort.name,
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
    estimates: estimatesOf(own, ids, repetitions, alpha),
  };
}

/** What one trial takes, and how often there is no answer: a trial that was planned and not made has none. */
function estimatesOf(
  own: readonly Sample[],
  clusters: ReadonlyMap<string, string>,
  repetitions: number,
  alpha: number,
): Operations["estimates"] {
  const clusterOf = ({ caseId }: Sample) => clusters.get(caseId)!;
  const { happened } = trialRate("fallback_rate")!;
  const answers = new Map<string, number>();
  for (const { caseId, output } of own) {
    if (output !== null) answers.set(caseId, (answers.get(caseId) ?? 0) + 1);
  }
  const planned = [...clusters].flatMap(([id, cluster]) =>
    Array.from({ length: repetitions }, (_, index) => ({
      value: index < (answers.get(id) ?? 0) ? 0 : 1,
      cluster,
    })),
  );
  const values = {
    inputTokens: knownOf(own, ({ usage }) => usage.inputTokens, clusterOf),
    outputTokens: knownOf(own, ({ usage }) => usage.outputTokens, clusterOf),
    costUsd: knownOf(own, ({ usage }) => usage.costUsd, clusterOf),
    failureRate: planned,
    fallbackRate: knownOf(own, happened, clusterOf),
  };
  return operationEstimates(values, alpha);
}

/** The share of the trials that tell; `null` when none does. */
function shareOf(metric: string, answered: readonly Sample[]): number | null {
  const { happened } = trialRate(metric)!;
  const told = answered.map(happened).filter((value) => value !== null);
  return told.length === 0 ? null : told.filter(Boolean).length / told.length;
}

/** The 50th, 95th and 99th percentile (type 7) of what is known; `null` when nothing is. */
export function percentiles(values: readonly (number | null)[]): Operations["latencyMs"] {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return null;
  const at = (probability: number) => quantileType7(known, probability)!;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/** The sum of what is known; `null` when nothing is. */
export function sumKnown(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}
