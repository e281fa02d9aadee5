import { inCohort } from "../core/cohort.ts";
import { discreteHolmMcnemar, westfallYoung } from "../stats/index.ts";
import type { CohortComparison } from "./compare.ts";
import type { CaseOutcome } from "./pair.ts";
import type { GateCheck } from "./resolve-gate.ts";

/** One-sided p value for "the candidate is worse", alone and corrected over all criteria of the family. */
export interface Harm {
  readonly p: number;
  readonly adjusted: number;
}

/** A check with the outcomes that it rests on. */
export interface TestedCheck {
  readonly check: GateCheck;
  readonly cases: readonly CaseOutcome[];
  readonly found: CohortComparison;
}

/** What is known of a criterion that observed nothing. */
const nothing: Harm = { p: 1, adjusted: 1 };

/**
 * Evidence of harm for a family of criteria. Where each is one repetition of a binary metric over independent cases: exact McNemar tests
 * with the discrete step-down Holm correction. Otherwise: sign flips that are the same for all metrics and cohorts, over whole
 * clusters, with the step-down minP correction of Westfall and Young, which knows how far the criteria overlap.
 */
export function harmOf(family: readonly TestedCheck[], seed: string): Harm[] {
  const seen = family.filter(({ found }) => found.observed !== null);
  if (seen.length === 0) return family.map(() => nothing);
  const isExact = seen.every(({ found }) => found.observed!.method === "tango");
  const { pValues, adjusted } = isExact ? exactHarm(seen) : flippedHarm(seen, seed);
  let next = -1;
  return family.map(({ found }) => {
    if (found.observed === null) return nothing;
    next++;
    return { p: pValues[next]!, adjusted: adjusted[next]! };
  });
}

interface PValues {
  readonly pValues: ArrayLike<number>;
  readonly adjusted: ArrayLike<number>;
}

function exactHarm(seen: readonly TestedCheck[]): PValues {
  return discreteHolmMcnemar(
    seen.map(({ found }) => {
      const { regressed, improved } = found.observed!;
      return { regressions: regressed, improvements: improved };
    }),
  );
}

function flippedHarm(seen: readonly TestedCheck[], seed: string): PValues {
  const differences = seen.map(({ check, cases }) =>
    cases.map(({ tags, observed }) =>
      observed === null || !inCohort(check.cohort, tags) ? 0 : observed.candidate - observed.baseline,
    ),
  );
  const clusters = seen[0]!.cases.map(({ cluster }) => cluster);
  return westfallYoung(differences, { seed, clusters });
}
