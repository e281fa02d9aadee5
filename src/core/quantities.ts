// Numbers as people read them: the one place where they become text, for reasons in the report and for every format.

/** What stands where there is no number. */
export const absent = "–";

const minus = "\u2212";

/** A number with a fixed count of decimals and a true minus sign; never `−0`. */
export function fixed(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return absent;
  const digits = Math.abs(value).toFixed(decimals);
  return value < 0 && Number(digits) !== 0 ? minus + digits : digits;
}

/** A count with commas between thousands: `12,400`. */
export function count(value: number): string {
  return fixed(value, 0).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A count with its noun: `1 case`, `2 cases`. */
export function plural(value: number, noun: string, nouns = `${noun}s`): string {
  return `${count(value)} ${value === 1 ? noun : nouns}`;
}

/** One decimal, or two where one would show a number that is not a round bound as if it were. */
function hundredths(value: number, bounds: readonly number[]): string {
  const short = fixed(value, 1);
  const misleading = bounds.some((bound) => short === fixed(bound, 1) && Math.abs(value - bound) >= 0.005);
  return misleading ? fixed(value, 2) : short;
}

/** A proportion as a percentage: `84.2 %`. What is nearly none or nearly all gets a second decimal. */
export function percent(proportion: number | null): string {
  return proportion === null ? absent : `${hundredths(proportion * 100, [0, 100])} %`;
}

/** A difference of proportions in percentage points with its sign and without its unit: `−9.1`, `+2.0`, `0.0`. */
export function signedPoints(proportion: number | null): string {
  if (proportion === null) return absent;
  const size = hundredths(proportion * 100, [0]);
  return proportion > 0 && Number(size) !== 0 ? `+${size}` : size;
}

/** A difference of proportions in percentage points with its sign: `−9.1 points`. */
export function difference(proportion: number | null): string {
  return proportion === null ? absent : withUnit(signedPoints(proportion));
}

/** A ratio as the change that it means, with its sign: `+31.0 %` for 1.31. */
export function signedChange(ratio: number | null): string {
  return ratio === null ? absent : `${signedPoints(ratio - 1)} %`;
}

/** The size of the change that a ratio means, without its sign: `31.0 %` for 1.31. */
export function changeSize(ratio: number): string {
  return `${hundredths(Math.abs(ratio - 1) * 100, [0])} %`;
}

/** The size of a difference in percentage points, without its sign: `5.0 points`. */
export function points(proportion: number | null): string {
  return proportion === null ? absent : withUnit(hundredths(Math.abs(proportion) * 100, [0]));
}

function withUnit(points: string): string {
  return `${points} ${/^[+−]?1\.0$/.test(points) ? "point" : "points"}`;
}

/** A level as a percentage with as few decimals as it needs: `90 %`, `97.5 %`. */
export function level(proportion: number): string {
  return `${fixed(proportion * 100, 2).replace(/\.?0+$/, "")} %`;
}
