import { requireCount, requireInside, requireWithin } from "./check.ts";
import { type SpendingFunction, spentError } from "./group-sequential.ts";
import { decreasingRoot } from "./solve.ts";

/** One look at a family of hypotheses: the information fraction, and how many hypotheses there were by then. */
export type FamilyLook = { informationFraction: number; hypotheses: number };

/**
 * The error of which each of the hypotheses at the last look may spend its part, so that all of them over all looks spend at most `alpha`
 * although some joined later, such as a cohort that was too small at the first look: `alpha` where the family never grew, else a little less.
 *
 * At each look every hypothesis has the same level b of the spending function f. Those that were there before are charged
 * f(t; b) − f(t before; b), those that join f(t; b); b is the largest one with which the rest of the plan is still paid for (Bonferroni over
 * hypotheses). `looks` in order, fractions in [0, 1] and not decreasing, hypotheses that do not count once they were counted; one-sided
 * `alpha` in (0, 1/2). Returns `alpha` where there was no hypothesis. Throws RangeError for numbers out of order or range.
 *
 * Source: Lan & DeMets 1983 for f; Maurer & Bretz 2013, Statistics in Biopharmaceutical Research 5:311, for a spending function by hypothesis.
 */
export function growingFamilyAlpha(
  looks: readonly FamilyLook[],
  alpha: number,
  spending: SpendingFunction,
): number {
  requireInside("alpha", alpha, 0, 0.5);
  let [fraction, most, level, spent] = [0, 0, alpha, 0];
  for (const [index, look] of looks.entries()) {
    requireWithin(`looks[${index}].informationFraction`, look.informationFraction, fraction, 1);
    requireCount(`looks[${index}].hypotheses`, look.hypotheses);
    const hypotheses = Math.max(most, look.hypotheses);
    if (hypotheses === 0) continue;
    const before = (b: number) => most * spentError(fraction, b, spending);
    const isOver = (b: number) => alpha - spent + before(b) - hypotheses * b;
    if (hypotheses > most) level = most === 0 ? alpha / hypotheses : decreasingRoot(isOver, 0, level);
    spent += hypotheses * spentError(look.informationFraction, level, spending) - before(level);
    [fraction, most] = [look.informationFraction, hypotheses];
  }
  return most === 0 ? alpha : most * level;
}
