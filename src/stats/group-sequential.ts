import {
  requireAllFinite,
  requireInside,
  requireLength,
  requireProbability,
  requireWithin,
} from "./check.ts";
import { normalCdf, normalDensity, upperNormalQuantile } from "./distributions.ts";
import { decreasingRoot, gaussLegendre } from "./solve.ts";

/** How the error is spent over the looks: like O'Brien–Fleming's or like Pocock's boundaries. */
export type SpendingFunction = "obrienFleming" | "pocock";

/** Less error than this to spend at a look means that nothing is spent there. */
const NEGLIGIBLE_ERROR = 1e-15;

/** The boundary at a look that spends nothing. */
const CLOSED_BOUNDARY = 8;

/** Errors between which a repeated p value is looked for. */
const SMALLEST_ALPHA = 1e-12;
const LARGEST_ALPHA = 0.5;

/** Kernels are followed this many standard deviations to either side. */
const REACH = 9;

const PANEL = gaussLegendre(8);

/** Standard deviations of the narrower kernel that a panel is wide: with 8 nodes each the boundaries change by less than 1e-10 against panels of one. */
const PANEL_WIDTH = 2;

/**
 * The error that may be spent up to information fraction `t`: of the one-sided `alpha` in (0, 1), 0 at the start and all of it from `t` = 1 on. Throws RangeError for another alpha.
 *
 * Source: Lan & DeMets 1983, Biometrika 70:659.
 */
export function spentError(t: number, alpha: number, spending: SpendingFunction): number {
  requireInside("alpha", alpha, 0, 1);
  if (t >= 1) return alpha;
  if (t <= 0) return 0;
  if (spending === "pocock") return alpha * Math.log1p((Math.E - 1) * t);
  return 2 * normalCdf(-upperNormalQuantile(alpha / 2) / Math.sqrt(t));
}

/**
 * The sub-density of the score at one look among paths that crossed no boundary so far, as quadrature masses.
 */
type Survivors = { positions: Float64Array; masses: Float64Array };

const START: Survivors = { positions: Float64Array.of(0), masses: Float64Array.of(1) };

/** The mass of survivors whose next score, after `step` more information, exceeds `boundary`. */
function crossing(survivors: Survivors, step: number, boundary: number): number {
  const scale = Math.sqrt(step);
  let sum = 0;
  survivors.positions.forEach((position, i) => {
    sum += survivors.masses[i]! * normalCdf((position - boundary) / scale);
  });
  return sum;
}

/** The survivors at the next look: the old ones convolved with a normal step and cut off at the boundary. */
function advance(
  survivors: Survivors,
  step: number,
  t: number,
  boundary: number,
  panelWidth: number,
): Survivors {
  const scale = Math.sqrt(step);
  const start = -REACH * Math.sqrt(t);
  const panels = Math.max(1, Math.ceil((boundary - start) / panelWidth));
  const half = (boundary - start) / panels / 2;
  const order = PANEL.nodes.length;
  const positions = new Float64Array(panels * order);
  const masses = new Float64Array(panels * order);
  let first = 0;
  for (let i = 0; i < positions.length; i++) {
    const node = i % order;
    const x = start + half * (2 * Math.floor(i / order) + 1 + PANEL.nodes[node]!);
    while (first < survivors.positions.length && survivors.positions[first]! < x - REACH * scale) first++;
    let density = 0;
    for (let k = first; k < survivors.positions.length; k++) {
      const distance = (x - survivors.positions[k]!) / scale;
      if (distance < -REACH) break;
      density += survivors.masses[k]! * normalDensity(distance);
    }
    positions[i] = x;
    masses[i] = (density / scale) * half * PANEL.weights[node]!;
  }
  return { positions, masses };
}

function requireInformation(information: ArrayLike<number>, length: number): void {
  requireLength("information", information, length);
  requireAllFinite("information", information);
  for (let i = 0; i < length; i++) {
    requireWithin(`information[${i}]`, information[i]!, i === 0 ? 0 : information[i - 1]!, Number.MAX_VALUE);
  }
}

function requireFractions(fractions: ArrayLike<number>): void {
  for (let i = 0; i < fractions.length; i++) {
    requireWithin(`informationFractions[${i}]`, fractions[i]!, i === 0 ? 0 : fractions[i - 1]!, 1);
  }
}

/**
 * Lan and DeMets' one-sided boundaries for planned looks: at each look the z-value that must be reached to
 * stop.
 *
 * `informationFractions` not decreasing, in [0, 1]; one-sided `alpha` in (0, 1); the spending function;
 * `information` at the looks in any unit, not decreasing, where it does not grow as the fractions do, by which
 * the error is spent (as when there is more in the end than was planned).
 * Returns one z per look (8 where less than 1e-15 of the error would be spent); [] for no looks. Accurate to
 * about 1e-8. Throws RangeError for fractions or information out of order or range.
 *
 * Source: Lan & DeMets 1983, Biometrika 70:659, and 1989, Statistics in Medicine 8:1191, for the two time scales;
 * recursion of Armitage, McPherson & Rowe 1969.
 */
export function lanDemetsBoundaries(
  informationFractions: ArrayLike<number>,
  alpha: number,
  spending: SpendingFunction,
  information: ArrayLike<number> = informationFractions,
): number[] {
  requireFractions(informationFractions);
  requireInformation(information, informationFractions.length);
  requireInside("alpha", alpha, 0, 1);
  const boundaries: number[] = [];
  let survivors = START;
  let [previous, spentBefore] = [0, 0];
  for (let look = 0; look < informationFractions.length; look++) {
    const t = information[look]!;
    const step = t - previous;
    const spend = spentError(informationFractions[look]!, alpha, spending) - spentBefore;
    const z =
      spend < NEGLIGIBLE_ERROR || step <= 0 ? CLOSED_BOUNDARY : boundaryFor(survivors, step, t, spend);
    boundaries.push(z);
    if (step <= 0) continue;
    const next = (information[look + 1] ?? Number.POSITIVE_INFINITY) - t;
    if (next < Number.POSITIVE_INFINITY) {
      const panelWidth = PANEL_WIDTH * Math.sqrt(Math.min(step, next > 0 ? next : step));
      survivors = advance(survivors, step, t, z * Math.sqrt(t), panelWidth);
    }
    [previous, spentBefore] = [t, spentBefore + Math.max(0, spend)];
  }
  return boundaries;
}

/**
 * The p value that holds over all looks so far: the smallest one-sided error at whose boundary the last look would have stopped, so that
 * P(it is ever `a` or less, at any look) is at most `a`.
 *
 * `pValue` of the last look alone, one-sided, in [0, 1]; the fractions and the information as in `lanDemetsBoundaries`. Never below `pValue`,
 * and equal to it for a single look at the end; 1 where no error below one half would do. Accurate to a ten-thousandth of itself. Throws
 * RangeError as that.
 *
 * Source: Jennison & Turnbull 2000, chapter 9 (repeated p values); Liu & Anderson 2008, Sequential Analysis 27:1.
 */
export function repeatedPValue(
  pValue: number,
  informationFractions: ArrayLike<number>,
  spending: SpendingFunction,
  information: ArrayLike<number> = informationFractions,
): number {
  requireProbability("pValue", pValue);
  const nominal = (alpha: number) => {
    const z = lanDemetsBoundaries(informationFractions, alpha, spending, information).at(-1);
    return z === undefined ? 0 : normalCdf(-z);
  };
  const least = Math.max(pValue, SMALLEST_ALPHA);
  if (least >= LARGEST_ALPHA || nominal(LARGEST_ALPHA) < pValue) return 1;
  if (nominal(least) >= pValue) return least;
  const wanted = Math.log(pValue);
  return Math.exp(
    decreasingRoot((x) => wanted - Math.log(nominal(Math.exp(x))), Math.log(least), Math.log(LARGEST_ALPHA), {
      tolerance: 1e-4,
    }),
  );
}

function boundaryFor(survivors: Survivors, step: number, t: number, spend: number): number {
  const root = Math.sqrt(t);
  return decreasingRoot((z) => Math.log(crossing(survivors, step, z * root) / spend), -10, 10);
}
