/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A JSON object. */
export type JsonObject = { [key: string]: Json };

/**
 * Text of a JSON value that is the same for equal values: keys sorted by code unit, no white space,
 * `undefined` members left out. The form that every fingerprint is taken of (compare RFC 8785).
 *
 * @throws TypeError for what JSON cannot hold: functions, symbols, bigints, NaN, infinities, cycles, objects of a class.
 */
export function canonicalJson(value: unknown): string {
  return write(value, new Set());
}

function write(value: unknown, above: Set<object>): string {
  if (value === null || typeof value === "boolean" || typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new TypeError(`JSON cannot hold the number ${value}`);
    return JSON.stringify(value);
  }
  if (typeof value !== "object") throw new TypeError(`JSON cannot hold a ${typeof value}`);
  if (above.has(value)) throw new TypeError("JSON cannot hold a value that contains itself");
  above.add(value);
  const text = Array.isArray(value) ? writeArray(value, above) : writeObject(plain(value), above);
  above.delete(value);
  return text;
}

/** A Map, a Date or a URL would be written as an empty object: two that differ would look the same. */
function plain(value: object): object {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return value;
  throw new TypeError(`JSON cannot hold a ${value.constructor?.name ?? "value of a class"}`);
}

function writeArray(items: unknown[], above: Set<object>): string {
  return `[${Array.from(items, (item) => write(item ?? null, above)).join(",")}]`;
}

function writeObject(object: object, above: Set<object>): string {
  const members = Object.entries(object)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([key, member]) => `${JSON.stringify(key)}:${write(member, above)}`);
  return `{${members.join(",")}}`;
}

/** A copy of a JSON value that shares nothing with it but texts. */
export function copyOfJson<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOfJson) as T;
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(value)) {
    const member = copyOfJson((value as Record<string, unknown>)[name]);
    // Assigned, it would become the prototype.
    if (name === "__proto__") Object.defineProperty(copy, name, { ...anyMember, value: member });
    else copy[name] = member;
  }
  return copy as T;
}

const anyMember = { enumerable: true, configurable: true, writable: true };

/** True for a plain JSON object: not null, not an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
