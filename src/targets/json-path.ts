import { isJsonObject } from "../core/json.ts";

/** The steps of a path into a JSON value: names of members and positions in lists, all as text. */
export type JsonPath = readonly string[];

/** What lies at a path, or how far the path leads. */
export type Found = { readonly value: unknown } | { readonly missing: string };

/** The steps of a JSON Pointer (RFC 6901). */
function pointerSteps(text: string): JsonPath | null {
  if (/~(?![01])/.test(text)) return null;
  return text
    .slice(1)
    .split("/")
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/**
 * Reads a path: dotted (`choices[0].message.content`, `predictions.0`) or a JSON Pointer (`/choices/0/message`). The empty
 * text is the whole value.
 *
 * @returns the steps, or `null` for what is no path.
 */
export function parsePath(text: string): JsonPath | null {
  if (text === "") return [];
  if (text.startsWith("/")) return pointerSteps(text);
  if (!/^([^.[\]]+|\[\d+\])(\.[^.[\]]+|\[\d+\])*$/.test(text)) return null;
  return [...text.matchAll(/[^.[\]]+/g)].map(([step]) => step);
}

function stepInto(value: unknown, step: string): { readonly value: unknown } | undefined {
  if (Array.isArray(value)) {
    const index = /^(0|[1-9]\d*)$/.test(step) ? Number(step) : Number.NaN;
    return index < value.length ? { value: value[index] } : undefined;
  }
  // Only what the object itself holds: `constructor` and the like are no answer.
  return isJsonObject(value) && Object.hasOwn(value, step) ? { value: value[step] } : undefined;
}

function described(value: unknown, at: JsonPath): string {
  const where = at.length === 0 ? "the body" : `\`${at.join(".")}\``;
  if (Array.isArray(value)) return `${where} is a list of ${value.length}`;
  if (!isJsonObject(value)) return `${where} is ${value === null ? "null" : `a ${typeof value}`}`;
  const names = Object.keys(value);
  const shown = names.slice(0, 6).map((name) => name.slice(0, 40));
  if (names.length > shown.length) shown.push("…");
  return names.length === 0 ? `${where} is an empty object` : `${where} has ${shown.join(", ")}`;
}

/** What lies at a path. Never looks at a prototype; never throws. */
export function readPath(value: unknown, path: JsonPath): Found {
  let current = value;
  for (const [index, step] of path.entries()) {
    const next = stepInto(current, step);
    if (next === undefined) return { missing: described(current, path.slice(0, index)) };
    current = next.value;
  }
  return { value: current };
}
