/**
 * Argument checks shared by the statistics. Each throws a RangeError that names the argument and its value,
 * so that a bad number is reported where it enters and never becomes a silent NaN in a verdict.
 */

function reject(name: string, requirement: string, value: unknown): never {
  throw new RangeError(`${name} must be ${requirement}, got ${String(value)}`);
}

/** Throws unless `value` is a finite number. */
export function requireFinite(name: string, value: number): void {
  if (!Number.isFinite(value)) reject(name, "a finite number", value);
}

/** Throws unless `value` is a finite number above 0. */
export function requirePositive(name: string, value: number): void {
  if (!(Number.isFinite(value) && value > 0)) reject(name, "a finite number above 0", value);
}

/** Throws unless `value` is a finite number of at least 0. */
export function requireNonNegative(name: string, value: number): void {
  if (!(Number.isFinite(value) && value >= 0)) reject(name, "a finite number of at least 0", value);
}

/** Throws unless `value` is an integer of at least `minimum`, small enough to be exact. */
export function requireCount(name: string, value: number, minimum = 0): void {
  if (!(Number.isSafeInteger(value) && value >= minimum)) {
    reject(name, `an integer of at least ${minimum}`, value);
  }
}

/** Throws unless `low <= value <= high`. */
export function requireWithin(name: string, value: number, low: number, high: number): void {
  if (!(value >= low && value <= high)) reject(name, `between ${low} and ${high}`, value);
}

/** Throws unless `low < value < high`. */
export function requireInside(name: string, value: number, low: number, high: number): void {
  if (!(value > low && value < high)) reject(name, `above ${low} and below ${high}`, value);
}

/** Throws unless `value` is a probability, 0 and 1 included. */
export function requireProbability(name: string, value: number): void {
  requireWithin(name, value, 0, 1);
}

/** Throws unless `value` is a two-sided confidence level strictly between 0 and 1. */
export function requireConfidence(value: number): void {
  requireInside("confidence", value, 0, 1);
}

/** Throws unless `value` is a non-inferiority margin in [0, 1). */
export function requireMargin(value: number): void {
  if (!(value >= 0 && value < 1)) reject("margin", "at least 0 and below 1", value);
}

/** Throws unless `successes` and `n` are counts with `successes <= n`. */
export function requireSuccesses(successes: number, n: number, suffix = ""): void {
  requireCount(`n${suffix}`, n);
  requireCount(`successes${suffix}`, successes);
  if (successes > n) reject(`successes${suffix}`, `at most n${suffix} = ${n}`, successes);
}

/** Throws unless every element of `values` is finite. */
export function requireAllFinite(name: string, values: ArrayLike<number>): void {
  for (let i = 0; i < values.length; i++) requireFinite(`${name}[${i}]`, values[i]!);
}

/** Throws unless every element of `values` lies in `[low, high]`. */
export function requireAllWithin(name: string, values: ArrayLike<number>, low: number, high: number): void {
  for (let i = 0; i < values.length; i++) requireWithin(`${name}[${i}]`, values[i]!, low, high);
}

/** Throws unless `values` has exactly `length` elements. */
export function requireLength(name: string, values: ArrayLike<unknown>, length: number): void {
  if (values.length !== length) reject(`${name}.length`, `${length}`, values.length);
}
