import { requireInside, requireMargin } from "./check.ts";
import type { Interval } from "./interval.ts";
import { discreteHolmMcnemar, holm } from "./multiplicity.ts";
import { mcnemar, type PairedCounts, requirePairedCounts } from "./paired.ts";
import { minimumNForMargin } from "./power.ts";
import { tangoInterval, tangoNonInferiority } from "./tango.ts";

/** One comparison to decide: paired pass/fail counts and the largest acceptable drop. */
export type PairedCriterion = PairedCounts & { id: string; margin: number };

/** How the harm side is corrected over the criteria. */
export type HarmMultiplicity = "discreteHolm" | "midPHolm" | "holm";

/** The three answers of a confidence-bound decision. */
export type ThreeState = "pass" | "fail" | "inconclusive";

/** The decision of one criterion with the evidence behind it. */
export type PairedDecision = {
  id: string;
  decision: ThreeState;
  /** One-sided p-value for "the candidate is worse", raw and adjusted over the criteria. */
  harmPValue: number;
  harmAdjusted: number;
  harmProven: boolean;
  /** One-sided p-value for "the drop exceeds the margin is refuted"; not adjusted. */
  nonInferiorityPValue: number;
  nonInferior: boolean;
  /** The Tango interval at confidence 1 - 2·alpha. */
  interval: Interval;
  /** The fewest pairs that can pass at this margin; null for margin 0. */
  minimumN: number | null;
  /** Passes, although the candidate is proven worse: the loss is within the margin. */
  degradedWithinMargin: boolean;
};

/** The decisions of all criteria and the verdict over them. */
export type PairedVerdict = { decisions: PairedDecision[]; verdict: ThreeState };

function harmEvidence(
  criteria: readonly PairedCriterion[],
  multiplicity: HarmMultiplicity,
): { pValues: number[]; adjusted: number[] } {
  if (multiplicity === "discreteHolm") return discreteHolmMcnemar(criteria);
  const pValues = criteria.map((criterion) => {
    const test = mcnemar(criterion);
    return multiplicity === "midPHolm" ? test.midPHarm : test.exactHarm;
  });
  return { pValues, adjusted: holm(pValues) };
}

/** The worst of several decisions; with none there is no evidence, so the answer is inconclusive. */
function worst(decisions: readonly ThreeState[]): ThreeState {
  if (decisions.includes("fail")) return "fail";
  return decisions.length > 0 && decisions.every((decision) => decision === "pass") ? "pass" : "inconclusive";
}

/**
 * The three-state decision over paired pass/fail criteria: pass if non-inferiority is proven, else fail if
 * harm is proven, else inconclusive.
 *
 * `criteria` with counts and a margin in [0, 1) each; one-sided `alpha` in (0, 1/2). Non-inferiority is
 * tested at plain alpha for every criterion, since all must pass (intersection–union); harm is corrected over
 * the criteria. The verdict is fail if any criterion fails, pass if all pass and there is at least one, else
 * inconclusive. Throws RangeError for impossible counts, margins or alpha.
 *
 * Source: Berger 1982 (intersection–union); Tango 1998; Westfall & Wolfinger 1997.
 */
export function decidePaired(
  criteria: readonly PairedCriterion[],
  options: { alpha: number; multiplicity: HarmMultiplicity },
): PairedVerdict {
  const { alpha, multiplicity } = options;
  requireInside("alpha", alpha, 0, 0.5);
  for (const criterion of criteria) {
    requirePairedCounts(criterion);
    requireMargin(criterion.margin);
  }
  const harm = harmEvidence(criteria, multiplicity);
  const decisions = criteria.map((criterion, i): PairedDecision => {
    const harmAdjusted = harm.adjusted[i]!;
    const harmProven = harmAdjusted <= alpha;
    const { pValue } = tangoNonInferiority(criterion, criterion.margin);
    const nonInferior = pValue <= alpha;
    return {
      id: criterion.id,
      decision: nonInferior ? "pass" : harmProven ? "fail" : "inconclusive",
      harmPValue: harm.pValues[i]!,
      harmAdjusted,
      harmProven,
      nonInferiorityPValue: pValue,
      nonInferior,
      interval: tangoInterval(criterion, 1 - 2 * alpha),
      minimumN: minimumNForMargin(criterion.margin, alpha),
      degradedWithinMargin: nonInferior && harmProven,
    };
  });
  return { decisions, verdict: worst(decisions.map(({ decision }) => decision)) };
}
