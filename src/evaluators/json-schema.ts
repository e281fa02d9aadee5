import type { JsonObject } from "../core/json.ts";
import { compileWithAjv } from "./json-schema-ajv.ts";
import { compileConformant } from "./json-schema-conformant.ts";
import { withOldReferences } from "./json-schema-draft7.ts";
import { ajvDraftOf } from "./json-schema-needs.ts";
import { refuseUnknown } from "./json-schema-strict.ts";
import {
  baseUri,
  type CompiledSchema,
  type JsonSchema,
  SchemaError,
  type SchemaOptions,
} from "./json-schema-types.ts";

/**
 * Compiles a schema of draft 2020-12 or, by its `$schema`, of 2019-09, draft 7, 6 or 4, or of a meta-schema among the `references`.
 *
 * Two engines judge: ajv, fast, whatever it is known to get right; `@hyperjump/json-schema`, conformant and about ten times slower, the
 * rest (dynamic references, unevaluated members, references to other documents, other drafts). `ajvDraftOf` says which.
 *
 * Regular expressions of `pattern` and `patternProperties` are JavaScript's (ECMA-262 with `u`) and can backtrack for ever; `check` ends them
 * after its limit of time.
 *
 * @throws SchemaError for a schema that its draft does not allow, or that refers to what is not there.
 */
export function compileSchema(given: JsonSchema, options: SchemaOptions = {}): CompiledSchema {
  const { strict = false, references = {}, assertFormats = true } = options;
  const resolved = { strict, references, assertFormats };
  if (strict) refuseUnknown(given);
  const schema = rewritten(given);
  const draft = ajvDraftOf(schema);
  if (draft !== null) return compileWithAjv(schema, draft, resolved);
  return compileConformant(schema as JsonObject, resolved);
}

function rewritten(schema: JsonSchema): JsonSchema {
  try {
    return withOldReferences(schema, baseUri);
  } catch (cause) {
    if (cause instanceof RangeError) throw new SchemaError("it is nested too deeply", { cause });
    throw cause;
  }
}
