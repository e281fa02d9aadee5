import { varianceComponents } from "../stats/index.ts";
import type { CaseOutcome } from "./pair.ts";

/** Within-case and between-case variance of a metric over repeated cases. */
export interface Noise {
  /** Variance of one trial of a case: σ², mean over the cases. */
  readonly baseline: number;
  readonly candidate: number;
  /** Variance of the cases' true differences: ω², at least 0. */
  readonly between: number;
  /** Repetitions that it was measured by. */
  readonly repetitions: number;
  /** Cases that it was measured on. */
  readonly cases: number;
}

/**
 * Splits the differences of repeated cases into noise and real differences between the cases, by Miller 2024 (arXiv 2411.00640): σ² of
 * each side is the mean variance of the repetitions within a case ({@link varianceComponents}), and ω² what their means leave over,
 * max(0, var(d) − (σ_A² + σ_B²)/k). Rests on the cases of which every repetition was judged on both sides.
 *
 * @returns `null` when fewer than two cases have two repetitions.
 */
export function noiseOf(outcomes: readonly CaseOutcome[]): Noise | null {
  const repetitions = Math.max(0, ...outcomes.map(({ counts }) => counts.scored));
  const complete = outcomes.filter(
    ({ observed, counts }) => observed !== null && counts.scored === repetitions,
  );
  if (repetitions < 2 || complete.length < 2) return null;
  const within = (side: "baseline" | "candidate") =>
    varianceComponents(complete.map(({ observed }) => trials(observed![side], repetitions))).within!;
  const baseline = within("baseline");
  const candidate = within("candidate");
  const differences = complete.map(({ observed }) => [observed!.candidate - observed!.baseline]);
  const spread = varianceComponents(differences).varianceOfMeans!;
  const between = Math.max(0, spread - (baseline + candidate) / repetitions);
  return { baseline, candidate, between, repetitions, cases: complete.length };
}

/** The outcomes behind a pass rate over so many trials: ones, then zeros. */
function trials(rate: number, repetitions: number): number[] {
  const passed = Math.round(rate * repetitions);
  return Array.from({ length: repetitions }, (_, index) => (index < passed ? 1 : 0));
}
