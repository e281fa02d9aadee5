import type { JudgeQuality } from "../core/score.ts";
import {
  minimumDetectableEffectMean,
  minimumDetectableEffectPairedBinary,
  minimumNForMargin,
  nonInferiorityN,
  normalQuantile,
  pairedBinaryN,
} from "../stats/index.ts";
import { ratesOf } from "./judge-error.ts";
import type { PairedStatistics } from "./paired-statistics.ts";

/** Probability with which a drop should be seen, where the report speaks of numbers of cases. */
const power = 0.8;

/** Sizes for the reader. */
export interface MarginSizes {
  /** The smallest drop that this many cases could have shown; `null` where none could. */
  readonly smallestVisibleDrop: number | null;
  /** About how many cases would settle the criterion, were the observed difference true; `null` when no number would. */
  readonly casesNeeded: number | null;
}

/**
 * Sizes by normal approximation. One repetition of a binary metric over independent cases: the formulas for paired binary data with the observed
 * discordance. Otherwise those for a mean, with the standard deviation between independent units. A judge shrinks every true difference by
 * sensitivity + specificity − 1 (Rogan & Gladen 1978), and so the margin that its scores must keep.
 */
export function marginSizes(
  observed: PairedStatistics,
  margin: number,
  judge: JudgeQuality | null,
  alpha: number,
): MarginSizes {
  const shrinkage = judge === null ? 1 : youdenOf(judge);
  if (shrinkage <= 0) return { smallestVisibleDrop: null, casesNeeded: null };
  const { n, clusters, difference, method } = observed;
  const seen = margin * shrinkage;
  const { drop, toProveHarm, toProveSafety } =
    method === "tango" ? binarySizes(observed, seen, alpha) : meanSizes(observed, seen, alpha);
  const wanted = difference > -seen ? toProveSafety : toProveHarm;
  const least = minimumNForMargin(seen, alpha) ?? 0;
  const needed = wanted === null ? null : Math.ceil((Math.max(wanted, least, clusters + 1) * n) / clusters);
  const visible = drop === null ? null : drop / shrinkage;
  return { smallestVisibleDrop: visible !== null && visible <= 1 ? visible : null, casesNeeded: needed };
}

function youdenOf(judge: JudgeQuality): number {
  const { sensitivity, specificity } = ratesOf(judge);
  return sensitivity + specificity - 1;
}

/** Units to prove harm and safety at the observed difference, and the smallest drop that the units at hand show. */
interface Sizes {
  readonly drop: number | null;
  readonly toProveHarm: number | null;
  readonly toProveSafety: number | null;
}

function binarySizes({ n, meanSquare, difference }: PairedStatistics, margin: number, alpha: number): Sizes {
  const rates = { alpha, power };
  return {
    drop: minimumDetectableEffectPairedBinary({ n, discordance: Math.max(meanSquare, 1 / n), ...rates }),
    toProveHarm:
      difference < 0 ? pairedBinaryN({ drop: -difference, discordance: meanSquare, ...rates }) : null,
    toProveSafety:
      difference > -margin
        ? nonInferiorityN({ margin, discordance: meanSquare, difference, ...rates })
        : null,
  };
}

/** A standard deviation of 0 says nothing: a unit that differs by all is assumed among those at hand, as for binary scores. */
function meanSizes(
  { clusters, meanSquare, difference }: PairedStatistics,
  margin: number,
  alpha: number,
): Sizes {
  const deviation = Math.sqrt(Math.max(meanSquare - difference ** 2, 0) || 1 / clusters);
  const unitsFor = (distance: number): number | null =>
    distance <= 0
      ? null
      : Math.ceil((((normalQuantile(1 - alpha) + normalQuantile(power)) * deviation) / distance) ** 2);
  return {
    drop: minimumDetectableEffectMean({ standardDeviation: deviation, n: clusters, alpha, power }),
    toProveHarm: unitsFor(-difference),
    toProveSafety: unitsFor(difference + margin),
  };
}
