import { isJsonObject } from "../core/json.ts";
import type { JsonSchema } from "./json-schema-types.ts";

/** Keywords whose values are data, not schemas. */
const data = new Set(["enum", "const", "default", "examples"]);

/** Members that stay beside a reference: they demand nothing, and other references lead into them. */
const kept = ["$schema", "definitions", "$defs"];

/**
 * A schema in the form in which both engines read its references as drafts 7, 6 and 4 do: what stands beside a `$ref` is ignored, and a
 * JSON Pointer may go through a subschema with an `$id` of its own, which later drafts leave undefined. A schema of a later draft stays as it is.
 *
 * @param uri URI under which the schema is known.
 * @param dialect `$schema` of one that names none.
 */
export function withOldReferences(schema: JsonSchema, uri: string, dialect = ""): JsonSchema {
  const named = isJsonObject(schema) && typeof schema.$schema === "string" ? schema.$schema : dialect;
  if (!/\/draft-0[467]\/schema#?$/u.test(named)) return schema;
  return rewrite(schema, { root: schema, base: uri }, true) as JsonSchema;
}

/** The resource that a part of a schema belongs to. */
interface Resource {
  readonly root: unknown;
  readonly base: string;
}

function rewrite(part: unknown, outer: Resource, isRoot: boolean): unknown {
  if (Array.isArray(part)) return part.map((item) => rewrite(item, outer, false));
  if (!isJsonObject(part)) return part;
  const id = identifierOf(part);
  const inner = id === null ? outer : { root: isRoot ? outer.root : part, base: resolve(id, outer.base) };
  const members = Object.entries(part).map(([key, value]): [string, unknown] => [
    key,
    data.has(key) ? value : rewrite(value, inner, false),
  ]);
  if (typeof part.$ref !== "string") return Object.fromEntries(members);
  const reference = { $ref: throughResources(part.$ref, inner) };
  const beside = members.filter(([key]) => kept.includes(key));
  return beside.length === 0 ? reference : { ...Object.fromEntries(beside), allOf: [reference] };
}

/** The `$id` that makes a part a resource of its own; `null` without one. */
function identifierOf(part: Readonly<Record<string, unknown>>): string | null {
  const id = part.$id ?? part.id;
  return typeof id === "string" && !id.startsWith("#") && typeof part.$ref !== "string" ? id : null;
}

/** A reference by JSON Pointer, from the innermost resource that the pointer goes through. */
function throughResources(reference: string, { root, base }: Resource): string {
  if (!reference.startsWith("#/")) return reference;
  const steps = reference.slice(2).split("/");
  let part = root;
  let here = base;
  let from = 0;
  for (const [index, step] of steps.entries()) {
    const key = unescaped(step);
    if (typeof part !== "object" || part === null || !Object.hasOwn(part, key)) return reference;
    part = (part as Record<string, unknown>)[key];
    const id = isJsonObject(part) ? identifierOf(part) : null;
    if (id === null) continue;
    here = resolve(id, here);
    from = index + 1;
  }
  return from === 0
    ? reference
    : `${here}#${steps
        .slice(from)
        .map((step) => `/${step}`)
        .join("")}`;
}

function unescaped(step: string): string {
  try {
    return decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
  } catch {
    return step;
  }
}

function resolve(id: string, base: string): string {
  try {
    return new URL(id, base).href.replace(/#.*$/u, "");
  } catch {
    return id;
  }
}
