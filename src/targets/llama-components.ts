import { createHash } from "node:crypto";
import type { Json } from "../core/json.ts";
import type { Components } from "../core/release.ts";
import { promptComponent } from "./conversation.ts";
import { installedRuntime, localPath, type ModelFile, modelName, readModelFile } from "./llama-file.ts";
import { isUri, type LlamaSettings } from "./llama-options.ts";

/** Header and digest of a local file; `null` for one that cannot be used, which `check` says before anything is run. */
function fileOf({ model }: LlamaSettings): ModelFile | null {
  if (isUri(model)) return null;
  try {
    return readModelFile(localPath(model));
  } catch {
    return null;
  }
}

function asJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}

/**
 * Everything that can change an answer, as components of the release; `null` for what is not set. A model is its bytes:
 * two files with the same name and other weights differ.
 */
export function llamaComponents(settings: LlamaSettings): Partial<Components> {
  const { tools, describeTools, toolCallFormat, chatTemplate, jsonSchema, contextSize } = settings;
  const file = fileOf(settings);
  return {
    model: {
      file: modelName(settings),
      sha256: file?.sha256 ?? settings.sha256 ?? null,
      architecture: file?.architecture ?? null,
      quantisation: file?.quantisation ?? null,
      contextSize: contextSize ?? null,
      ...(chatTemplate === undefined
        ? {}
        : { chatTemplate: `sha256:${createHash("sha256").update(chatTemplate).digest("hex")}` }),
    },
    decoding: {
      temperature: settings.temperature,
      topK: settings.topK,
      topP: settings.topP,
      maxOutputTokens: settings.maxOutputTokens ?? null,
      stop: settings.stop ?? null,
      seed: "trial",
      jsonSchema: jsonSchema === undefined ? null : asJson(jsonSchema),
    },
    tools:
      tools === undefined
        ? null
        : asJson({ functions: tools, described: describeTools, callFormat: toolCallFormat ?? null }),
    runtime: {
      ...installedRuntime(),
      device: settings.device,
      gpuLayers: settings.device === "cpu" ? null : settings.gpuLayers,
      threads: settings.threads,
      slots: settings.slots,
    },
    ...promptComponent(settings),
  };
}
