import { requireAllFinite, requireCount, requireLength } from "./check.ts";
import { clusterSums } from "./clusters.ts";
import { enumeratedSigns, flippedSums, nonZeroUnits, randomSigns, tieTolerance } from "./flips.ts";
import { ascendingOrder } from "./multiplicity.ts";
import { DEFAULT_FLIPS, ENUMERATION_LIMIT, explicitSum, type FlipOptions } from "./permutation.ts";

/** Raw and family-wise adjusted one-sided p-values, in the order of the hypotheses. */
export type WestfallYoungPValues = { pValues: number[]; adjusted: number[] };

/** The p-values together with how they were computed. */
export type WestfallYoungResult = WestfallYoungPValues & {
  /** Whether all flips were enumerated. */
  exact: boolean;
  /** The number of flips besides the identity. */
  flips: number;
};

/** For each value the number of all values that are at most as large, ties up to `tolerance` included. */
function countsAtMost(values: Float64Array, tolerance: number): Uint32Array {
  const sorted = values.slice().sort();
  return Uint32Array.from(values, (value) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (sorted[middle]! <= value + tolerance) low = middle + 1;
      else high = middle;
    }
    return low;
  });
}

/**
 * Step-down minP over one count per hypothesis and flip (identity last): a p-value is a count divided by the
 * number of flips, so minima of p-values are minima of counts.
 */
function stepDownMinP(counts: readonly Uint32Array[]): WestfallYoungPValues {
  const total = counts[0]?.length ?? 1;
  const observed = counts.map((row) => row[total - 1]!);
  const order = ascendingOrder(observed);
  const smallest = new Uint32Array(total).fill(total);
  const adjusted = new Array<number>(counts.length).fill(1);
  for (const index of order.toReversed()) {
    const row = counts[index]!;
    let atMost = 0;
    for (let flip = 0; flip < total; flip++) {
      if (row[flip]! < smallest[flip]!) smallest[flip] = row[flip]!;
      if (smallest[flip]! <= observed[index]!) atMost++;
    }
    adjusted[index] = atMost / total;
  }
  let running = 0;
  for (const index of order) {
    running = Math.max(running, adjusted[index]!);
    adjusted[index] = running;
  }
  return { pValues: observed.map((count) => count / total), adjusted };
}

function fromSums(
  observed: ArrayLike<number>,
  flipped: readonly ArrayLike<number>[],
  units: readonly Float64Array[],
): WestfallYoungPValues {
  const counts = flipped.map((sums, j) => {
    const all = new Float64Array(sums.length + 1);
    all.set(sums);
    all[sums.length] = observed[j]!;
    return countsAtMost(all, tieTolerance(units[j]!));
  });
  return stepDownMinP(counts);
}

function requireHypotheses(differences: readonly ArrayLike<number>[]): void {
  differences.forEach((row, j) => {
    requireLength(`differences[${j}]`, row, differences[0]!.length);
    requireAllFinite(`differences[${j}]`, row);
  });
}

/**
 * Westfall and Young's step-down minP adjustment with given joint sign flips.
 *
 * `differences` holds one row per hypothesis with an entry per unit (0 where the unit has no part in it),
 * `signs` one row of ±1 per flip. p_j = (1 + #{T*_j <= T_j})/(flips + 1), small when the sum is low, that is
 * when the candidate is worse; the identity counts as a flip in the adjustment too. Throws RangeError for
 * lengths that differ, non-finite values or signs other than ±1.
 *
 * Source: Westfall & Young 1993, algorithm 2.8; ranks as Ge, Dudoit & Speed 2003.
 */
export function westfallYoungWithSigns(
  differences: readonly ArrayLike<number>[],
  signs: readonly ArrayLike<number>[],
): WestfallYoungPValues {
  requireHypotheses(differences);
  const units = differences.map((row) => Float64Array.from(row));
  const observed = units.map((column) => explicitSum(column, null, 0));
  const flipped = units.map((column) => signs.map((row, flip) => explicitSum(column, row, flip)));
  return fromSums(observed, flipped, units);
}

/**
 * Westfall and Young's step-down minP adjustment over many cohorts and metrics, with seeded joint sign flips:
 * one sign per case (or cluster) for all hypotheses, which keeps their dependence and their discreteness.
 *
 * `differences` holds one row per hypothesis with an entry per case, candidate - baseline, 0 where a case
 * does not belong to the cohort. Enumerates all flips when at most 16 units are not 0 everywhere, otherwise
 * draws `flips` (9999) random ones; definition as in {@link westfallYoungWithSigns}. The answer is fixed by
 * the seed and independent of the order of the cases. Throws RangeError for non-finite values, lengths that
 * differ or flips below 1.
 *
 * Source: Westfall & Young 1993, algorithm 2.8; Phipson & Smyth 2010.
 */
export function westfallYoung(
  differences: readonly ArrayLike<number>[],
  options: FlipOptions,
): WestfallYoungResult {
  const flips = options.flips ?? DEFAULT_FLIPS;
  requireCount("flips", flips, 1);
  requireHypotheses(differences);
  const { clusters } = options;
  const units = differences.map((row) =>
    clusters == null ? Float64Array.from(row) : clusterSums(row, clusters).sums,
  );
  const { columns, count } = nonZeroUnits(units);
  const exact = count <= ENUMERATION_LIMIT;
  const signs = exact ? enumeratedSigns(count) : randomSigns(flips, options.seed);
  const { observed, flipped } = flippedSums(columns, signs);
  return { ...fromSums(observed, flipped, columns), exact, flips: signs.flips };
}
