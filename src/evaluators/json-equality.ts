import { isJsonObject } from "../core/json.ts";

/**
 * Deep equality of JSON values. The order of an object's members does not matter, that of a list does; 1 and 1.0 are one number.
 *
 * @param textOf form in which two texts are compared; the text itself by default.
 */
export function jsonEqual(
  one: unknown,
  other: unknown,
  textOf: (text: string) => string = (text) => text,
): boolean {
  if (typeof one === "string" && typeof other === "string")
    return one === other || textOf(one) === textOf(other);
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, index) => jsonEqual(item, other[index], textOf));
  }
  if (isJsonObject(one) && isJsonObject(other)) {
    const keys = Object.keys(one);
    if (keys.length !== Object.keys(other).length) return false;
    return keys.every((key) => Object.hasOwn(other, key) && jsonEqual(one[key], other[key], textOf));
  }
  return one === other;
}

/** A place where a value is not as wanted. */
export interface Difference {
  /** Dotted path, such as `order.items[0].sku`; empty for the whole value. */
  readonly path: string;
  /** The wanted value. */
  readonly want: unknown;
  /** The value found; `undefined` when there is none. */
  readonly got: unknown;
}

/**
 * Compares a value with the members that are wanted of it: members that `want` does not name are free, lists must have the same
 * length and match item by item, anything else must be equal.
 *
 * @returns the differences, and the paths that are as wanted.
 */
export function partialMatch(
  want: unknown,
  got: unknown,
): { differences: Difference[]; fulfilled: string[] } {
  const found = { differences: [] as Difference[], fulfilled: [] as string[] };
  compare(want, got, "", found);
  return found;
}

function compare(
  want: unknown,
  got: unknown,
  path: string,
  found: { differences: Difference[]; fulfilled: string[] },
): void {
  if (isJsonObject(want) && isJsonObject(got)) {
    const keys = Object.keys(want);
    if (keys.length === 0) found.fulfilled.push(path);
    for (const key of keys) {
      compare(want[key], Object.hasOwn(got, key) ? got[key] : undefined, memberPath(path, key), found);
    }
  } else if (Array.isArray(want) && Array.isArray(got) && want.length === got.length && want.length > 0) {
    want.forEach((item, index) => {
      compare(item, got[index], `${path}[${index}]`, found);
    });
  } else if (jsonEqual(want, got)) found.fulfilled.push(path);
  else found.differences.push({ path, want, got });
}

function memberPath(path: string, key: string): string {
  if (!/^[\p{L}\p{N}_$-]+$/u.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}
