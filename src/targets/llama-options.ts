import { availableParallelism } from "node:os";
import { z } from "zod";
import { EvalsError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import { complaint } from "../core/validate.ts";
import type { Template } from "./conversation.ts";
import { grammarGaps } from "./llama-schema.ts";

/** A tool that the model may call. */
export interface LlamaTool {
  /** Name of the tool: letters, digits, `_` and `-`, at most 64. */
  readonly name: string;
  /** What the tool does, for the model. */
  readonly description?: string;
  /** JSON Schema of its arguments, an object. Default: a tool without arguments. */
  readonly parameters?: JsonObject;
}

/** Options of `llamaTarget`. */
export interface LlamaTargetOptions {
  /** Name for people. Default: `llama` and the file's name. */
  readonly name?: string;
  /** The GGUF file: a path relative to the working directory, a file URL, or a URI such as `hf:owner/repository:Q4_K_M`, which is downloaded once. */
  readonly model: string | URL;
  /** SHA-256 that the file must have, 64 hexadecimal digits. Needed for a URI, whose bytes nobody has seen before. */
  readonly sha256?: string;
  /** Folder that a URI is downloaded to. Default: that of node-llama-cpp. */
  readonly modelsFolder?: string;
  /** Prompt: the system message that goes before all others. Default: none. */
  readonly system?: string;
  /** Makes messages of the variables and the context of a case; they stand between the prompt and the case's own messages. Its source text is fingerprinted, what it closes over is not. Without it, a case with context or with variables alone fails instead of being asked half. */
  readonly template?: Template;
  /** Chat template (Jinja). Default: that of the file. */
  readonly chatTemplate?: string;
  /** Tools that the model may call. Default: none. */
  readonly tools?: readonly LlamaTool[];
  /** Whether the tools are described to the model, in the words of its chat template. Default: true. */
  readonly describeTools?: boolean;
  /** How the model writes a call, with `{{name}}` and `{{arguments}}`. Default: as its chat template writes one. */
  readonly toolCallFormat?: string;
  /** JSON Schema to which the answer is held: by a grammar while it is written, and by a check of the whole afterwards. Not together with `tools`. */
  readonly jsonSchema?: JsonObject;
  /** Sampling temperature, 0..2. Default: 0, the most likely token. */
  readonly temperature?: number;
  /** Tokens that may be drawn from, 0 for all. Without effect at temperature 0. Default: 40. */
  readonly topK?: number;
  /** Share of the probability mass that is drawn from, above 0 up to 1. Without effect at temperature 0. Default: 0.95. */
  readonly topP?: number;
  /** The largest number of tokens that may be written; at least 1. Default: what the context has room for. */
  readonly maxOutputTokens?: number;
  /** Texts that end the answer: one, or up to four. They are not part of it. */
  readonly stop?: string | readonly string[];
  /** Tokens that the model sees at once, prompt and answer together. Default: what it was trained on, at most 4096. */
  readonly contextSize?: number;
  /** Answers that are written at the same time. More than 1 is faster with larger models, but answers are then no longer the same in every run. Default: 1. */
  readonly slots?: number;
  /** Threads that compute, at most the processors that this process may use. Default: 1. */
  readonly threads?: number;
  /** What computes: `cpu`, a kind of GPU, or `auto` for the best that is there. Default: `cpu`, which is the same everywhere. */
  readonly device?: "cpu" | "auto" | "cuda" | "vulkan" | "metal";
  /** Layers that are put on the GPU. Default: `auto`, as many as fit. Without effect on `cpu`. */
  readonly gpuLayers?: "auto" | number;
}

const text = z.string().min(1);
const jsonObject = z.record(z.string(), z.json());

const optionsSchema = z
  .strictObject({
    name: text.optional(),
    model: z.union([text, z.instanceof(URL)], { error: "expected the path, file URL or URI of a GGUF file" }),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/, { error: "expected 64 hexadecimal digits in lower case" })
      .optional(),
    modelsFolder: text.optional(),
    system: text.optional(),
    template: z
      .custom<Template>((value) => typeof value === "function", { error: "expected a function" })
      .optional(),
    chatTemplate: text.optional(),
    tools: z
      .array(
        z.strictObject({
          name: z.string().regex(/^[\w-]{1,64}$/, { error: "expected 1 to 64 letters, digits, `_` or `-`" }),
          description: z.string().optional(),
          parameters: jsonObject.optional(),
        }),
      )
      .min(1)
      .optional(),
    describeTools: z.boolean().default(true),
    toolCallFormat: z
      .string()
      .regex(/^[^{]*\S[\s\S]*\{\{name\}\}[\s\S]+\{\{arguments\}\}[\s\S]*$/, {
        error:
          "expected a text that has `{{name}}` and, after it, `{{arguments}}`, with something before each",
      })
      .optional(),
    jsonSchema: jsonObject.optional(),
    temperature: z.number().min(0).max(2).default(0),
    topK: z.int().min(0).default(40),
    topP: z.number().gt(0).max(1).default(0.95),
    maxOutputTokens: z.int().min(1).optional(),
    stop: z
      .union([text, z.array(text).min(1).max(4)], { error: "expected a text or one to four texts" })
      .optional(),
    contextSize: z.int().min(8).optional(),
    slots: z.int().min(1).max(256).default(1),
    threads: z.int().min(1).default(1),
    device: z.enum(["cpu", "auto", "cuda", "vulkan", "metal"]).default("cpu"),
    gpuLayers: z
      .union([z.literal("auto"), z.int().min(0)], { error: 'expected "auto" or a number of layers' })
      .default("auto"),
  })
  .superRefine((options, context) => {
    const complain = (path: string, message: string) =>
      context.addIssue({ code: "custom", path: [path], message });
    const { model, sha256, tools, jsonSchema, toolCallFormat, threads } = options;
    if (isUri(model) && sha256 === undefined) {
      complain(
        "sha256",
        "needed with a URI, so that the release names the very bytes that it was measured with",
      );
    }
    if (model instanceof URL && model.protocol !== "file:")
      complain("model", "only file URLs can be given as URL");
    const names = tools?.map((tool) => tool.name) ?? [];
    if (new Set(names).size < names.length) complain("tools", "two tools have the same name");
    if (tools !== undefined && jsonSchema !== undefined) {
      complain("jsonSchema", "cannot be used together with `tools`");
    }
    if (toolCallFormat !== undefined && tools === undefined)
      complain("toolCallFormat", "there are no `tools`");
    const gap = jsonSchema === undefined ? undefined : grammarGaps(jsonSchema)[0];
    if (gap !== undefined) complain("jsonSchema", gap);
    const processors = availableParallelism();
    if (threads > processors) {
      complain(
        "threads",
        `this process may use ${processors} processors; more threads than that wait for each other`,
      );
    }
  });

/** The options in their checked form, with defaults filled in. A copy: later changes to the options are not seen. */
export type LlamaSettings = z.infer<typeof optionsSchema>;

/** True for what has to be downloaded. */
export function isUri(model: string | URL): model is string {
  return typeof model === "string" && /^(hf|huggingface|https?):/i.test(model);
}

/**
 * Checks the options of a llama target.
 *
 * @throws EvalsError `TARGET_INVALID` that names the member, with a suggestion for an unknown key.
 */
export function llamaSettings(options: LlamaTargetOptions): LlamaSettings {
  const parsed = optionsSchema.safeParse(options);
  if (parsed.success) return parsed.data;
  throw new EvalsError(
    "TARGET_INVALID",
    `llamaTarget: ${complaint(optionsSchema, parsed.error)}`,
    "Correct the option; docs/targets/llama.md describes all of them.",
  );
}
