import type * as Llama from "node-llama-cpp";
import { EvalsError, messageOf, TargetError } from "../core/errors.ts";
import { GgufError } from "./gguf-header.ts";
import { modelPath } from "./llama-download.ts";
import { type ModelFile, readModelFile } from "./llama-file.ts";
import { type LlamaLibrary, loadLibrary, reasonIn, refused, useLlama } from "./llama-library.ts";
import type { LlamaSettings } from "./llama-options.ts";
import { sampleInTurn } from "./llama-sampling.ts";
import type { ThoughtSigns } from "./llama-thoughts.ts";
import { type CallFormat, callFormatOf } from "./llama-tools.ts";
import { type SlotQueue, slotQueue } from "./slots.ts";

/** A loaded model with its context: what calls are answered with. */
export interface LlamaRuntime {
  readonly library: LlamaLibrary;
  readonly model: Llama.LlamaModel;
  readonly template: Llama.ChatWrapper;
  readonly callFormat: CallFormat;
  /** How the model marks its thoughts; `null` for one that does not think. */
  readonly thoughtSigns: ThoughtSigns | null;
  /** Holds the answer to the schema; `null` without one. */
  readonly grammar: Llama.LlamaGrammar | null;
  /** Tokens for a prompt and its answer together. */
  readonly contextSize: number;
  readonly slots: SlotQueue<Llama.LlamaContextSequence>;
  /** What computes, in the library's word. */
  readonly device: string;
  close(): Promise<void>;
}

/** Longest context that is taken when none is asked for. */
const usualContext = 4096;

/**
 * Reads and checks a model's file.
 *
 * @throws EvalsError `TARGET_INVALID` that names the file.
 */
function checkModelFile(
  target: string,
  settings: LlamaSettings,
  path: string,
  described: string | null,
): ModelFile {
  let file: ModelFile;
  try {
    file = readModelFile(path);
  } catch (error) {
    if (error instanceof GgufError) {
      throw refused(
        `target "${target}": ${path} cannot be used: ${error.message}`,
        "download or copy the file again",
      );
    }
    const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw refused(
      `target "${target}": ${isMissing ? `there is no file ${path}` : `${path} cannot be read: ${messageOf(error)}`}`,
      "give the path of a GGUF file, relative to the working directory, in `model`",
      error,
    );
  }
  if (settings.sha256 !== undefined && settings.sha256 !== file.sha256) {
    const message = `target "${target}": ${path} has the SHA-256 ${file.sha256}, its \`sha256\` says ${settings.sha256}`;
    throw refused(message, "restore the file, or correct `sha256` if the other model is meant");
  }
  if (described !== null && described !== file.sha256) {
    const message = `target "${target}": ${path} was replaced while the run was prepared`;
    throw refused(message, "start the run again, so that the release names the file that answers");
  }
  return file;
}

/** How calls are written, in the library's words. */
function functionTemplate(toolCallFormat: string | undefined) {
  if (toolCallFormat === undefined) return {};
  const { prefix, between, suffix } = callFormatOf(toolCallFormat);
  const call = `${prefix}{{functionName}}${between}{{functionParams}}${suffix}` as const;
  return { functionCallMessageTemplate: { call, result: "\n{{functionCallResult}}\n" as const } };
}

function makeTemplate(
  target: string,
  library: LlamaLibrary,
  model: Llama.LlamaModel,
  { chatTemplate, toolCallFormat }: LlamaSettings,
): Llama.JinjaTemplateChatWrapper {
  const template = chatTemplate ?? model.fileInfo.metadata.tokenizer?.chat_template;
  if (template === undefined) {
    throw refused(`target "${target}": the file has no chat template`, "give one in `chatTemplate`");
  }
  try {
    const { tokenizer } = model;
    const own = functionTemplate(toolCallFormat);
    return new library.JinjaTemplateChatWrapper({ template, tokenizer, reasoning: null, ...own });
  } catch (error) {
    const message = `target "${target}": the chat template cannot be used: ${messageOf(error)}`;
    throw refused(message, "give another one in `chatTemplate`", error);
  }
}

function formatOf(library: LlamaLibrary, wrapper: Llama.ChatWrapper, settings: LlamaSettings): CallFormat {
  if (settings.toolCallFormat !== undefined) return callFormatOf(settings.toolCallFormat);
  const { prefix, paramsPrefix, suffix } = wrapper.settings.functions.call;
  const plain = (part: typeof prefix) => library.LlamaText([part]).toString();
  return { prefix: plain(prefix), between: plain(paramsPrefix), suffix: plain(suffix) };
}

/** The signs around thoughts, where the library found them in the chat template or among the tokens. */
function thoughtSignsOf(library: LlamaLibrary, wrapper: Llama.ChatWrapper): ThoughtSigns | null {
  const { prefix, suffix } = wrapper.settings.segments?.thought ?? {};
  if (prefix === undefined || suffix === undefined) return null;
  if (typeof prefix === "object" && "type" in prefix && prefix.type === "openedOnStart") return null;
  const plain = (part: unknown) =>
    library
      .LlamaText([part as string])
      .toString()
      .trim();
  return { prefix: plain(prefix), suffix: plain(suffix) };
}

function overflow(): never {
  throw new TargetError({ kind: "target", message: "the context of the model is full", retryable: false });
}

/**
 * Loads the model of a target. `described` is the SHA-256 that its components gave, `null` where they were not asked or knew none.
 *
 * @throws EvalsError `TARGET_INVALID` that says what is missing or broken, with what llama.cpp said of it.
 */
export async function openRuntime(
  target: string,
  settings: LlamaSettings,
  described: string | null,
  tell?: (message: string) => void,
): Promise<LlamaRuntime> {
  const library = await loadLibrary(target);
  const path = await modelPath(target, library, settings, { tell });
  const file = checkModelFile(target, settings, path, described);
  const shared = await useLlama(target, library, settings.device);
  const loaded: Llama.LlamaModel[] = [];
  const close = async () => {
    for (const model of loaded) await model.dispose();
  };
  try {
    const model = await shared.llama.loadModel({
      modelPath: path,
      gpuLayers: settings.device === "cpu" ? 0 : settings.gpuLayers,
      defaultContextFlashAttention: false,
    });
    loaded.push(model);
    return { ...(await prepareModel(target, library, model, settings, file)), close };
  } catch (error) {
    await close();
    if (error instanceof EvalsError) throw error;
    const said = reasonIn(shared.log);
    const why = said === "" ? messageOf(error) : `${messageOf(error)}; llama.cpp says: ${said}`;
    throw refused(
      `target "${target}": ${path} cannot be loaded: ${why}`,
      "use a file that this version of llama.cpp can load, or a smaller `contextSize` where memory is short",
      error,
    );
  }
}

/** What calls need of a loaded model. */
async function prepareModel(
  target: string,
  library: LlamaLibrary,
  model: Llama.LlamaModel,
  settings: LlamaSettings,
  file: ModelFile,
): Promise<Omit<LlamaRuntime, "close">> {
  const { slots, threads, jsonSchema } = settings;
  const contextSize = settings.contextSize ?? Math.min(file.contextLength ?? usualContext, usualContext);
  const context = await model.createContext({
    contextSize,
    sequences: slots,
    threads,
    failedCreationRemedy: false,
  });
  if (slots > 1) sampleInTurn(target, context);
  const sequences = Array.from({ length: slots }, () =>
    context.getSequence({ contextShift: { strategy: overflow } }),
  );
  const template = makeTemplate(target, library, model, settings);
  const { llama } = model;
  type Schema = Parameters<typeof llama.createGrammarForJsonSchema>[0];
  return {
    library,
    model,
    template,
    callFormat: formatOf(library, template, settings),
    thoughtSigns: thoughtSignsOf(library, template),
    grammar: jsonSchema === undefined ? null : await llama.createGrammarForJsonSchema(jsonSchema as Schema),
    contextSize,
    slots: slotQueue(sequences),
    device: llama.gpu === false ? "cpu" : llama.gpu,
  };
}
