import type { Json, JsonObject } from "../core/json.ts";

/** A JSON Schema: an object, or `true` or `false`. */
export type JsonSchema = JsonObject | boolean;

/** URI of a schema that has none of its own; what it refers to by a relative one is looked for beside it. */
export const baseUri = "https://schema.invalid/";

/** One thing that is wrong with a value. */
export interface SchemaProblem {
  /** JSON Pointer (RFC 6901) of the value that is wrong; empty for the whole. */
  readonly pointer: string;
  /** What it must be. */
  readonly message: string;
}

/** What a schema says of a value. */
export type SchemaVerdict =
  | { readonly status: "valid" }
  | { readonly status: "invalid"; readonly problems: readonly SchemaProblem[]; readonly complete: boolean }
  | { readonly status: "undecided"; readonly why: string };

/** A compiled schema. */
export interface CompiledSchema {
  /** Checks a value. Ends after `limitMs` milliseconds with `undecided`; never throws for a value. */
  check(value: Json, limitMs: number): SchemaVerdict;
}

/** A schema that cannot be used; the message says why. */
export class SchemaError extends Error {
  override readonly name = "SchemaError";
}

/** Options of compiling. */
export interface SchemaOptions {
  /** Refuse keywords and formats that are not known, which JSON Schema itself ignores. Default false. */
  readonly strict?: boolean;
  /** Schemas that may be referred to, by URI. Nothing is ever fetched. */
  readonly references?: Readonly<Record<string, JsonSchema>>;
  /** Judge `format` too; otherwise it only annotates. Default true. */
  readonly assertFormats?: boolean;
}

/** Options with their defaults. */
export type ResolvedSchemaOptions = Required<SchemaOptions>;
