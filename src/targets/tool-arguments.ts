import { z } from "zod";
import type { Json } from "../core/json.ts";

const jsonSchema = z.json();

/** Arguments of a tool call as the record keeps them. */
export interface GivenArguments {
  /** As JSON; the text as it came where it is not JSON, or holds what JSON cannot (1e999 reads as infinity). */
  readonly arguments: Json;
  /** The text as it came, where the JSON does not say all of it: `5.0` is read as 5, of two members with one name the last is read. */
  readonly argumentsText?: string;
}

/** Arguments as JSON, with their text where reading it loses something. What is no JSON is kept as the text that it is. */
export function givenArguments(given: unknown): GivenArguments {
  if (typeof given !== "string") return { arguments: (given ?? null) as Json };
  let parsed: unknown;
  try {
    parsed = JSON.parse(given);
  } catch {
    return { arguments: given };
  }
  if (!jsonSchema.safeParse(parsed).success) return { arguments: given };
  const value = parsed as Json;
  return losesNothing(given, value) ? { arguments: value } : { arguments: value, argumentsText: given };
}

/** True when the value says all that its JSON text does, but for white space and escapes: every number is written as JavaScript writes it, and no name stands twice. */
function losesNothing(text: string, value: Json): boolean {
  const bare = text.replace(/"(?:[^"\\]|\\.)*"/g, '""');
  const numbers = bare.match(/-?\d[\d.eE+-]*/g) ?? [];
  if (numbers.some((number) => String(Number(number)) !== number)) return false;
  return (bare.match(/:/g)?.length ?? 0) === membersOf(value);
}

/** How many members the objects in a value have together. */
function membersOf(value: Json): number {
  let count = 0;
  const left: Json[] = [value];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (typeof next !== "object" || next === null) continue;
    const inside = Object.values(next);
    if (!Array.isArray(next)) count += inside.length;
    for (const each of inside) left.push(each);
  }
  return count;
}
