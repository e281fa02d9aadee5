import { requireAllFinite, requireCount, requireLength } from "./check.ts";
import { type ClusterLabel, clusterSums } from "./clusters.ts";
import { enumeratedSigns, flippedSums, nonZeroUnits, randomSigns, tieTolerance } from "./flips.ts";

/** At most this many non-zero units are enumerated when the choice is left to {@link signFlip}. */
export const ENUMERATION_LIMIT = 16;

/** At most this many non-zero units can be enumerated at all. */
const LARGEST_ENUMERATION = 22;

/** The number of random flips that is used unless told otherwise. */
export const DEFAULT_FLIPS = 9999;

/** One-sided (small when the candidate is worse) and two-sided p-values of a sign-flip test. */
export type SignFlipPValues = { pHarm: number; pTwoSided: number };

/** The p-values together with how they were computed. */
export type SignFlipResult = SignFlipPValues & {
  /** The independent units: cases, or clusters. */
  units: number;
  /** Whether all flips were enumerated. */
  exact: boolean;
  /** The number of flips besides the identity. */
  flips: number;
};

function pValuesOf(observed: number, sums: ArrayLike<number>, tolerance: number): SignFlipPValues {
  let [lower, outer] = [1, 1];
  for (let i = 0; i < sums.length; i++) {
    if (sums[i]! <= observed + tolerance) lower++;
    if (Math.abs(sums[i]!) >= Math.abs(observed) - tolerance) outer++;
  }
  return { pHarm: lower / (sums.length + 1), pTwoSided: outer / (sums.length + 1) };
}

function unitSums(
  differences: ArrayLike<number>,
  clusters: ArrayLike<ClusterLabel> | null | undefined,
): Float64Array {
  requireAllFinite("differences", differences);
  return clusters == null ? Float64Array.from(differences) : clusterSums(differences, clusters).sums;
}

function enumerated(units: Float64Array, nonZero: Float64Array[], count: number): SignFlipResult {
  const { observed, flipped } = flippedSums(nonZero, enumeratedSigns(count));
  const pValues = pValuesOf(observed[0]!, flipped[0]!, tieTolerance(units));
  return { ...pValues, units: units.length, exact: true, flips: 2 ** count - 1 };
}

/**
 * The exact sign-flip test of a zero mean difference: all 2^units sign patterns.
 *
 * `differences` finite numbers, candidate - baseline; with `clusters` (as many labels) whole clusters are
 * flipped. Statistic: the sum. Sums equal up to rounding count as ties. No differences give p-values of 1.
 * With differences in {-1, 0, 1} the one-sided p-value is the exact McNemar one. Throws RangeError for
 * non-finite values, lengths that differ or more than 22 units that are not 0.
 *
 * Source: Fisher 1935, The Design of Experiments, section 21; Pitman 1937.
 */
export function signFlipExact(
  differences: ArrayLike<number>,
  clusters?: ArrayLike<ClusterLabel> | null,
): SignFlipResult {
  const units = unitSums(differences, clusters);
  const { columns, count } = nonZeroUnits([units]);
  if (count > LARGEST_ENUMERATION) {
    throw new RangeError(`differences must have at most ${LARGEST_ENUMERATION} non-zero units, got ${count}`);
  }
  return enumerated(units, columns, count);
}

/**
 * The sign-flip test with given signs: p = (1 + number of flips at least as extreme)/(flips + 1).
 *
 * `differences` finite numbers and `signs`, one row of +1/-1 per flip with an entry for each difference. Sums
 * equal up to rounding count as ties. Throws RangeError for lengths that differ or signs other than ±1.
 *
 * Source: Phipson & Smyth 2010, Statistical Applications in Genetics and Molecular Biology 9:39.
 */
export function signFlipMonteCarlo(
  differences: ArrayLike<number>,
  signs: readonly ArrayLike<number>[],
): SignFlipPValues {
  const units = unitSums(differences, null);
  const sums = signs.map((row, flip) => explicitSum(units, row, flip));
  return pValuesOf(explicitSum(units, null, 0), sums, tieTolerance(units));
}

/** Σ sign·unit for one explicit row of signs; without a row the plain sum, added in the same order. */
export function explicitSum(units: ArrayLike<number>, signs: ArrayLike<number> | null, flip: number): number {
  if (signs !== null) requireLength(`signs[${flip}]`, signs, units.length);
  let sum = 0;
  for (let i = 0; i < units.length; i++) {
    const sign = signs === null ? 1 : signs[i]!;
    if (sign !== 1 && sign !== -1) throw new RangeError(`signs[${flip}][${i}] must be 1 or -1, got ${sign}`);
    sum += sign * units[i]!;
  }
  return sum;
}

/** Options of the seeded sign-flip tests. */
export type FlipOptions = {
  /** Seeds the random flips; equal seeds give equal p-values. */
  seed: string | number;
  /** The number of random flips, 9999 by default. */
  flips?: number;
  /** A label per case: whole clusters are flipped together. */
  clusters?: ArrayLike<ClusterLabel> | null;
};

/**
 * The sign-flip test of a zero mean difference: exact when at most 16 units are not 0, otherwise by random
 * flips with p = (1 + number of flips at least as extreme)/(flips + 1), which is valid for any number of
 * flips.
 *
 * `differences` finite numbers, candidate - baseline. The answer does not depend on the order of the
 * differences and is fixed by the seed. With C clusters no p-value can be below 2^-C. Throws RangeError for
 * non-finite values, lengths that differ or flips below 1.
 *
 * Source: Fisher 1935; Phipson & Smyth 2010; cluster flips as Cameron, Gelbach & Miller 2008.
 */
export function signFlip(differences: ArrayLike<number>, options: FlipOptions): SignFlipResult {
  const flips = options.flips ?? DEFAULT_FLIPS;
  requireCount("flips", flips, 1);
  const units = unitSums(differences, options.clusters);
  const { columns, count } = nonZeroUnits([units]);
  if (count <= ENUMERATION_LIMIT) return enumerated(units, columns, count);
  const { observed, flipped } = flippedSums(columns, randomSigns(flips, options.seed));
  const pValues = pValuesOf(observed[0]!, flipped[0]!, tieTolerance(units));
  return { ...pValues, units: units.length, exact: false, flips };
}
