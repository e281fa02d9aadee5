import { type ErrorRates, millerN, minimumNForMargin } from "../stats/index.ts";
import type { CaseOutcome } from "./pair.ts";
import { noiseOf } from "./power-noise.ts";

/** What an inconclusive decision on a margin was made with. */
export interface RepetitionsOptions {
  readonly margin: number;
  /** One-sided error probability of the gate. */
  readonly alpha: number;
  /** Probability with which the repetitions should settle it; 0.8 by default. */
  readonly power?: number;
}

/** The most repetitions that an evaluation may ask for. */
const mostRepetitions = 1000;

/**
 * The number of repetitions that would settle an inconclusive margin with the cases at hand, were the loss that was observed the true one:
 * non-inferiority when it is below the margin, else harm, of this criterion alone. Solves n = (z_α + z_β)²(ω² + σ_A²/k + σ_B²/k)/δ²
 * (Miller 2024, arXiv 2411.00640) for k; n are the clusters, δ the distance to what has to be ruled out: the margin, or no change.
 *
 * @param cases outcomes of the cohort's cases, in which each case was tried more than once.
 * @returns more repetitions than the run had; `null` when no number helps (the real differences between the cases are too large, or too
 *   few independent cases for the margin) or when without repeated cases nothing tells. Missing answers are not mended by repetitions.
 */
export function repetitionsNeeded(cases: readonly CaseOutcome[], options: RepetitionsOptions): number | null {
  const { margin, alpha, power = 0.8 } = options;
  const noise = noiseOf(cases);
  if (noise === null) return null;
  const judged = cases.filter(({ observed }) => observed !== null);
  const clusters = new Set(judged.map(({ cluster }) => cluster)).size;
  const total = judged.reduce((sum, { observed }) => sum + observed!.candidate - observed!.baseline, 0);
  const difference = total / judged.length;
  const isWithin = difference > -margin;
  const least = minimumNForMargin(margin, alpha);
  if (isWithin && (least === null || clusters < least)) return null;
  const distance = isWithin ? difference + margin : -difference;
  const rates = { alpha, power };
  const settled = unitsNeeded(distance, noise.between, 0, rates);
  const perRepetition = unitsNeeded(distance, 0, noise.baseline + noise.candidate, rates);
  if (settled >= clusters) return null;
  const planned = Math.max(...cases.map(({ counts }) => counts.planned));
  const needed = Math.max(planned + 1, Math.ceil(perRepetition / (clusters - settled) - 1e-9));
  return needed > mostRepetitions ? null : needed;
}

/** Independent cases by the formula above at one repetition. Its level is two-sided, ours one-sided. */
function unitsNeeded(
  distance: number,
  between: number,
  within: number,
  { alpha, power }: ErrorRates,
): number {
  return millerN({
    difference: distance,
    varianceOfDifference: between,
    baselineVariance: within,
    candidateVariance: 0,
    baselineRepetitions: 1,
    candidateRepetitions: 1,
    alpha: 2 * alpha,
    power,
  })!;
}
