import { isJsonObject } from "../core/json.ts";
import type { JsonSchema } from "./json-schema-types.ts";

/** URI of the drafts that ajv is used for, without a fragment. */
const ajvDrafts: Readonly<Record<string, "2020-12" | "7">> = {
  "https://json-schema.org/draft/2020-12/schema": "2020-12",
  "http://json-schema.org/draft-07/schema": "7",
};

/** Keywords of which ajv gets required cases of the JSON Schema Test Suite wrong, or knows less than the drafts demand. */
const demanding = new Set([
  "$anchor",
  "$dynamicAnchor",
  "$dynamicRef",
  "$recursiveAnchor",
  "$recursiveRef",
  "$vocabulary",
  "unevaluatedItems",
  "unevaluatedProperties",
]);

/**
 * Draft by which ajv may judge a schema, or `null` for one that needs the conformant engine: of another draft, with keywords that ajv
 * is known to get wrong, with resources or references beyond its own JSON Pointers, or with names that are members of every object's
 * prototype.
 */
export function ajvDraftOf(schema: JsonSchema): "2020-12" | "7" | null {
  if (typeof schema === "boolean") return "2020-12";
  const named = schema.$schema;
  if (named !== undefined && typeof named !== "string") return null;
  const draft = named === undefined ? "2020-12" : ajvDrafts[named.replace(/#$/u, "")];
  if (draft === undefined) return null;
  const waiting: unknown[] = [schema];
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (isJsonObject(value)) {
      if (isDemanding(value, value === schema)) return null;
      for (const member of Object.values(value)) waiting.push(member);
    } else if (Array.isArray(value)) for (const item of value) waiting.push(item);
  }
  return draft;
}

function isDemanding(part: Readonly<Record<string, unknown>>, isRoot: boolean): boolean {
  for (const key of Object.keys(part)) {
    if (demanding.has(key) || key in Object.prototype) return true;
    if (!isRoot && (key === "$id" || key === "$schema") && typeof part[key] === "string") return true;
  }
  const reference = part.$ref;
  return typeof reference === "string" && !/^#(?:\/|$)/u.test(reference);
}
