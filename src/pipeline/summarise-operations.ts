import { type Cohort, inCohort } from "../core/cohort.ts";
import type { Operations } from "../core/comparison.ts";
import type { Case } from "../core/dataset.ts";
import type { Sample, Side } from "../core/sample.ts";
import { quantileType7 } from "../stats/index.ts";

/** Latency, tokens, cost and failures of one side in one cohort. A planned trial without a sample counts as a failure `not_run`. */
export function summariseOperations(
  side: Side,
  cohort: Cohort,
  cases: readonly Case[],
  samples: readonly Sample[],
  repetitions: number,
): Operations {
  const ids = new Set(cases.filter((item) => inCohort(cohort, item.cohorts)).map(({ id }) => id));
  const own = samples.filter((sample) => sample.side === side && ids.has(sample.caseId));
  const answered = own.filter(({ output }) => output !== null);
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
    failures,
    firstAttemptRate: planned === 0 ? null : atFirst / planned,
    latencyMs: percentiles(answered.map(({ latencyMs }) => latencyMs)),
    inputTokens: sumKnown(own.map(({ usage }) => usage.inputTokens)),
    outputTokens: sumKnown(own.map(({ usage }) => usage.outputTokens)),
    costUsd: sumKnown(own.map(({ usage }) => usage.costUsd)),
  };
}

function percentiles(values: readonly number[]): Operations["latencyMs"] {
  if (values.length === 0) return null;
  const at = (probability: number) => quantileType7(values, probability)!;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

function sumKnown(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}
