/** A proportion as people read it: `84.2 %`. Takes 0..1; `–` for `null`. */
export function percent(proportion: number | null): string {
  return proportion === null ? "–" : `${(proportion * 100).toFixed(1)} %`;
}

/** The size of a difference of proportions: `9.1 points`. The sign is left to the words around it. */
export function points(difference: number): string {
  const size = (Math.abs(difference) * 100).toFixed(1);
  return `${size} ${size === "1.0" ? "point" : "points"}`;
}

/** A difference of proportions with its sign, in points: `−9.1`, `+2.0`, `0.0`; `–` for `null`. */
export function signedPoints(difference: number | null): string {
  if (difference === null) return "–";
  const size = (Math.abs(difference) * 100).toFixed(1);
  if (Number(size) === 0) return size;
  return `${difference < 0 ? "−" : "+"}${size}`;
}

/** A count with its noun: `1 case`, `12 cases`. */
export function count(number: number, singular: string, plural = `${singular}s`): string {
  return `${number} ${number === 1 ? singular : plural}`;
}
