import {
  type ErrorRates,
  millerN,
  minimumNForMargin,
  nonInferiorityN,
  pairedBinaryN,
} from "../stats/index.ts";

/** How cases differ between the sides. */
export interface Spread {
  /** Share of cases that differ at one repetition: E d², d the difference of a case. */
  readonly share: number;
  /** True when the share is noise alone: then it shrinks by 1/repetitions, and a real drop comes on top of it. */
  readonly isNoise: boolean;
}

/**
 * E d² when nothing changed, at a number of repetitions: ψ/k for noise (Miller 2024, arXiv 2411.00640: σ_A²/k + σ_B²/k), ψ where noise
 * and change cannot be told apart.
 */
export function discordanceAt({ share, isNoise }: Spread, repetitions: number): number {
  return isNoise ? share / repetitions : share;
}

/**
 * E d² when the pass rate drops by `drop`. On top of noise it is taken to be noise + drop, its largest: a drop in which some cases break
 * wholly (E d² = drop; spread evenly over the cases it were drop²). A share that holds real change already is only raised to the drop,
 * below which it cannot be.
 */
export function discordanceWithDrop(spread: Spread, repetitions: number, drop: number): number {
  const unchanged = discordanceAt(spread, repetitions);
  return Math.min(1, spread.isNoise ? unchanged + drop : Math.max(unchanged, drop));
}

/** Independent cases to prove harm at a drop in (0, 1]: Connor 1987, Biometrics 43:207, at {@link discordanceWithDrop}. */
export function unitsForHarm(spread: Spread, repetitions: number, drop: number, rates: ErrorRates): number {
  const discordance = discordanceWithDrop(spread, repetitions, drop);
  return pairedBinaryN({ drop: Math.min(drop, discordance), discordance, ...rates })!;
}

/**
 * Independent cases to prove non-inferiority when nothing changed: the larger of Nam 1997 (Biometrics 53:1422) and what Tango's score
 * needs without any difference, ⌈z²(1 − m)/m⌉, which no number of repetitions lowers.
 */
export function unitsForSafety(
  spread: Spread,
  repetitions: number,
  margin: number,
  rates: ErrorRates,
): number {
  const discordance = discordanceAt(spread, repetitions);
  return Math.max(
    nonInferiorityN({ margin, discordance, difference: 0, ...rates })!,
    minimumNForMargin(margin, rates.alpha)!,
  );
}

/** Halvings of [0, 1] after which the drop is known to more digits than a double shows. */
const halvings = 60;

/**
 * The smallest drop that so many independent cases show: {@link unitsForHarm}, which falls as the drop grows, solved for the drop.
 *
 * @returns `null` when they do not even show that every case breaks.
 */
export function visibleDrop(
  spread: Spread,
  repetitions: number,
  units: number,
  rates: ErrorRates,
): number | null {
  const shows = (drop: number) => unitsForHarm(spread, repetitions, drop, rates) <= units;
  if (!shows(1)) return null;
  let [hidden, shown] = [0, 1];
  for (let step = 0; step < halvings; step++) {
    const middle = (hidden + shown) / 2;
    if (shows(middle)) shown = middle;
    else hidden = middle;
  }
  return shown;
}

/** Cases for a number of independent units, where clusters of so many cases count as one unit each: no gain from a second case of a cluster. */
export function stretched(units: number, casesPerCluster: number): number {
  return Math.ceil(units * casesPerCluster - 1e-9);
}

/**
 * How many times the cases it takes at most to prove harm in one of several criteria: the factor between the levels alpha/criteria
 * (Bonferroni, which the gate's step-down corrections never exceed) and alpha, by ((z_α + z_β)/δ)² of {@link millerN}.
 */
export function harmFactor(criteria: number, { alpha, power }: ErrorRates): number {
  const size = (level: number) =>
    millerN({
      difference: 1,
      varianceOfDifference: 1,
      baselineVariance: 0,
      candidateVariance: 0,
      baselineRepetitions: 1,
      candidateRepetitions: 1,
      alpha: 2 * level,
      power,
    })!;
  return size(alpha / Math.max(1, criteria)) / size(alpha);
}
