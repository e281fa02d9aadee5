import { isJsonObject } from "../core/json.ts";
import { formats } from "./json-schema-formats.ts";
import { type JsonSchema, SchemaError } from "./json-schema-types.ts";
import { clip } from "./text.ts";

const words = (text: string) => new Set(text.split(" "));

/** Keywords whose value is a schema, or a list of schemas. */
const schemas = words(
  "additionalItems additionalProperties allOf anyOf contains contentSchema else if items not oneOf prefixItems propertyNames then unevaluatedItems unevaluatedProperties",
);
/** Keywords whose value is an object of schemas. */
const maps = words("$defs definitions dependencies dependentSchemas patternProperties properties");
/** Keywords with any other value. */
const others = words(
  "$anchor $comment $dynamicAnchor $dynamicRef $id $recursiveAnchor $recursiveRef $ref $schema $vocabulary const contentEncoding contentMediaType default dependentRequired deprecated description enum examples exclusiveMaximum exclusiveMinimum format id maxContains maxItems maxLength maxProperties maximum minContains minItems minLength minProperties minimum multipleOf pattern readOnly required title type uniqueItems writeOnly",
);

/** @throws SchemaError for a keyword or format that JSON Schema does not know; the message has its JSON Pointer. */
export function refuseUnknown(schema: JsonSchema): void {
  const waiting: { part: unknown; pointer: string }[] = [{ part: schema, pointer: "" }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { part, pointer } = next;
    if (Array.isArray(part)) {
      for (const [index, item] of part.entries())
        waiting.push({ part: item, pointer: `${pointer}/${index}` });
    }
    if (!isJsonObject(part)) continue;
    for (const [keyword, value] of Object.entries(part)) {
      const here = `${pointer}/${keyword}`;
      if (schemas.has(keyword)) waiting.push({ part: value, pointer: here });
      else if (maps.has(keyword)) {
        for (const [name, one] of Object.entries(isJsonObject(value) ? value : {})) {
          if (!Array.isArray(one)) waiting.push({ part: one, pointer: `${here}/${name}` });
        }
      } else if (!others.has(keyword)) throw new SchemaError(`unknown keyword at ${clip(here, 200)}`);
      if (keyword === "format" && typeof value === "string" && !Object.hasOwn(formats, value)) {
        throw new SchemaError(`unknown format "${clip(value, 60)}" at ${clip(here, 200)}`);
      }
    }
  }
}
