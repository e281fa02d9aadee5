import { z } from "zod";
import type { Json } from "../core/json.ts";

const jsonSchema = z.json();

/** Arguments as JSON; the text as it came where it is not JSON, or holds what JSON cannot (1e999 reads as infinity). */
export function parseArguments(given: unknown): Json {
  if (typeof given !== "string") return (given ?? null) as Json;
  try {
    const parsed: unknown = JSON.parse(given);
    return jsonSchema.safeParse(parsed).success ? (parsed as Json) : given;
  } catch {
    return given;
  }
}
