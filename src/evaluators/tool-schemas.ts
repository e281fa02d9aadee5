import { EvalsError } from "../core/errors.ts";
import { isJsonObject, type Json } from "../core/json.ts";
import type { ToolCall } from "../core/sample.ts";
import { compileSchema } from "./json-schema.ts";
import { type CompiledSchema, type JsonSchema, SchemaError } from "./json-schema-types.ts";
import { clip } from "./text.ts";

/** A tool that was on offer. */
export interface OfferedTool {
  /** Its name. */
  readonly name: string;
  /** JSON Schema of its arguments. With it a call whose arguments do not satisfy it fulfils no expected call. */
  readonly parameters?: unknown;
}

/** Tools on offer, by name or with the schemas of their arguments. */
export type OfferedTools = readonly (string | OfferedTool)[];

const checkLimitMs = 1000;
const compiled = new WeakMap<object, CompiledSchema>();

/** Names of the tools on offer. */
export function toolNames(tools: OfferedTools): string[] {
  return tools.map((tool) => (typeof tool === "string" ? tool : tool.name));
}

/** Compiles the schemas of all tools, each once. @throws EvalsError for one that cannot be used. */
export function compileTools(tools: OfferedTools): void {
  for (const tool of tools) schemaOf(tool);
}

/** What a tool's schema says against the arguments of a call; empty when nothing, or when the tool has no schema or is not on offer. */
export function schemaProblems(call: ToolCall, tools: OfferedTools): string[] {
  const tool = tools.find((one) => typeof one !== "string" && one.name === call.name);
  const schema = tool === undefined ? undefined : schemaOf(tool);
  if (schema === undefined) return [];
  const given: Json = call.arguments === null || call.arguments === "" ? {} : call.arguments;
  const verdict = schema.check(given, checkLimitMs);
  if (verdict.status === "valid") return [];
  if (verdict.status === "undecided") return [`arguments could not be checked: ${verdict.why}`];
  return verdict.problems.slice(0, 4).map(({ pointer, message }) => `${pointer || "arguments"} ${message}`);
}

function schemaOf(tool: string | OfferedTool): CompiledSchema | undefined {
  if (typeof tool === "string" || tool.parameters === undefined || tool.parameters === null) return undefined;
  const { name, parameters } = tool;
  if (typeof parameters !== "boolean" && !isJsonObject(parameters)) {
    throw refused(name, "it is neither an object nor true or false");
  }
  if (typeof parameters === "boolean") return compileSchema(parameters);
  const found = compiled.get(parameters) ?? compileFor(name, parameters);
  compiled.set(parameters, found);
  return found;
}

function compileFor(name: string, parameters: JsonSchema): CompiledSchema {
  try {
    return compileSchema(parameters);
  } catch (cause) {
    if (cause instanceof SchemaError) throw refused(name, cause.message, cause);
    throw cause;
  }
}

function refused(name: string, why: string, cause?: unknown): EvalsError {
  const message = `tool ${clip(name, 60)}: the schema of its arguments cannot be used: ${why}`;
  return new EvalsError("EVAL_INVALID", message, "correct `parameters` of this tool, or leave them out", {
    cause,
  });
}
