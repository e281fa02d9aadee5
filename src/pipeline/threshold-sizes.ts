import { betaQuantile } from "../stats/index.ts";
import type { RateStatistics } from "./rate-statistics.ts";

/** A bound on a rate, seen from the side of harm: the share that may be bad. */
interface Bound {
  readonly kind: "at_least" | "at_most";
  readonly threshold: number;
}

/** More cases than this are no plan. */
const most = 10_000_000;

/** Independent cases without which the bound cannot be proven, were not one of them bad: Clopper & Pearson's bound is then 1 − alpha^(1/n). */
export function leastForThreshold(bound: Bound, alpha: number): number {
  return Math.ceil(Math.log(alpha) / Math.log1p(-roomOf(bound)) - 1e-9);
}

/**
 * About how many cases would settle a bound on a rate, were the observed rate the true one: the first number at which the interval of
 * `rateStatistics` lies on one side of the bound. A case weighs as much as those that were observed.
 *
 * @returns `null` where the rate lies on the bound, so that no number would.
 */
export function casesForThreshold(observed: RateStatistics, bound: Bound, alpha: number): number | null {
  const room = roomOf(bound);
  const bad = bound.kind === "at_most" ? observed.rate : 1 - observed.rate;
  if (bad === room) return null;
  const settles = (size: number) =>
    bad < room
      ? betaQuantile(1 - alpha, bad * size + 1, (1 - bad) * size) <= room
      : betaQuantile(alpha, bad * size, (1 - bad) * size + 1) > room;
  let enough = 1;
  while (!settles(enough)) {
    enough *= 2;
    if (enough > most) return null;
  }
  let tooFew = enough / 2;
  while (enough - tooFew > 1) {
    const middle = Math.floor((enough + tooFew) / 2);
    if (settles(middle)) enough = middle;
    else tooFew = middle;
  }
  return Math.max(observed.n + 1, Math.ceil((enough * observed.n) / observed.effective));
}

/** The share that may be bad, 0..1. */
function roomOf({ kind, threshold }: Bound): number {
  return kind === "at_most" ? threshold : 1 - threshold;
}
