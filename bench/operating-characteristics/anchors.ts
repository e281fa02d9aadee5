import { allCells, type Cell, cellId, type Margins, narrow, wide } from "./cells.ts";
import type { Tallies } from "./measure.ts";
import { type Tally, verdictWithoutDiscordance } from "./simulate.ts";

/** A figure that a sound gate reproduces. */
export interface Anchor {
  readonly name: string;
  /** Where it was measured; for a largest figure the cell that has it. */
  readonly where: string;
  /** The measured figure: a proportion, or verdicts. */
  readonly measured: number | string;
  /** Monte-Carlo standard error; `null` for verdicts. */
  readonly standardError: number | null;
  /** What it must be at most (`max`), at least (`min`) or exactly. */
  readonly bound: { readonly kind: "max" | "min" | "exact"; readonly value: number | string };
  readonly isMet: boolean;
}

/** One-sided error probability of each side of the gate. */
const alpha = 0.05;

/** All anchors, measured. */
export function anchorsOf(tallies: Tallies): Anchor[] {
  const unchanged = allCells().filter(({ drop }) => drop === 0);
  const atMargin = allCells().filter(({ drop, margins }) => drop === margins.cohort);
  return [
    atMost("largest FAIL without a change", "fail", unchanged, tallies),
    atMost("largest PASS with one cohort's true drop at its margin", "pass", atMargin, tallies),
    atMost("largest PASS of that cohort's own criterion", "cohortPass", atMargin, tallies),
    atLeast("FAIL", "fail", [1000, 1, narrow, 0.1], 0.9, tallies),
    atLeast("FAIL", "fail", [300, 3, narrow, 0.1], 0.87, tallies),
    atLeast("FAIL", "fail", [300, 5, narrow, 0.1], 0.96, tallies),
    atLeast("FAIL", "fail", [100, 5, narrow, 0.1], 0.63, tallies),
    atLeast("FAIL", "fail", [1000, 3, narrow, 0.05], 0.87, tallies),
    atLeast("FAIL", "fail", [1000, 5, narrow, 0.05], 0.93, tallies),
    atLeast("PASS", "pass", [1000, 3, narrow, 0], 0.95, tallies),
    atLeast("PASS", "pass", [1000, 5, narrow, 0], 0.99, tallies),
    atLeast("PASS", "pass", [1000, 1, wide, 0], 0.98, tallies),
    withoutDiscordance(),
  ];
}

/** Monte-Carlo standard error of a proportion. */
export function standardErrorOf(proportion: number, replications: number): number {
  return Math.sqrt((proportion * (1 - proportion)) / replications);
}

/** The largest share over several cells must not exceed α by more than three Monte-Carlo standard errors. */
function atMost(name: string, what: keyof Tally, cells: readonly Cell[], tallies: Tallies): Anchor {
  const shares = cells.map(({ id }) => ({ id, ...shareOf(tallies.get(id)!, what) }));
  const worst = shares.reduce((a, b) => (b.share > a.share ? b : a));
  const value = alpha + 3 * standardErrorOf(alpha, worst.replications);
  return {
    name,
    where: worst.id,
    measured: worst.share,
    standardError: standardErrorOf(worst.share, worst.replications),
    bound: { kind: "max", value },
    isMet: worst.share <= value,
  };
}

function atLeast(
  name: string,
  what: keyof Tally,
  cell: readonly [n: number, repetitions: number, margins: Margins, drop: number],
  value: number,
  tallies: Tallies,
): Anchor {
  const where = cellId(...cell);
  const { share, replications } = shareOf(tallies.get(where)!, what);
  const standardError = standardErrorOf(share, replications);
  return {
    name,
    where,
    measured: share,
    standardError,
    bound: { kind: "min", value },
    isMet: share >= value,
  };
}

function shareOf(tally: Tally, what: keyof Tally): { share: number; replications: number } {
  return { share: tally[what] / tally.replications, replications: tally.replications };
}

/** With a margin of 5 points 52 cases of which none changed are the fewest that prove anything. */
function withoutDiscordance(): Anchor {
  const measured = [51, 52].map(verdictWithoutDiscordance).join(", ");
  const value = "inconclusive, pass";
  return {
    name: "no case changed, margin 5",
    where: "51 and 52 cases, k=1",
    measured,
    standardError: null,
    bound: { kind: "exact", value },
    isMet: measured === value,
  };
}
