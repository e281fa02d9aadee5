import type * as Library from "node-llama-cpp";
import { EvalsError, messageOf } from "../core/errors.ts";
import { installedRuntime } from "./llama-file.ts";
import type { LlamaSettings } from "./llama-options.ts";

/** The package node-llama-cpp. */
export type LlamaLibrary = typeof Library;
type Device = LlamaSettings["device"];

/** llama.cpp on one device. All targets of a process share it, since it has one log for all of them; the library ends it with the process. */
export interface SharedLlama {
  readonly llama: Library.Llama;
  /** The last lines of its log, oldest first. */
  readonly log: readonly string[];
}

const started = new Map<Device, Promise<SharedLlama>>();
const mostLogLines = 50;

/** An error in what a target was given. */
export function refused(message: string, hint: string, cause?: unknown): EvalsError {
  return new EvalsError("TARGET_INVALID", message, hint, { cause });
}

/**
 * Loads node-llama-cpp, which users of hosted models need not install.
 *
 * @throws EvalsError `TARGET_INVALID` when it is not there or cannot be loaded.
 */
export async function loadLibrary(target: string): Promise<LlamaLibrary> {
  try {
    return await import("node-llama-cpp");
  } catch (error) {
    throw installedRuntime().nodeLlamaCpp === null
      ? refused(
          `target "${target}" needs the package node-llama-cpp, which is not installed`,
          "npm install node-llama-cpp",
          error,
        )
      : refused(
          `target "${target}": node-llama-cpp cannot be loaded: ${messageOf(error)}`,
          "install it again: npm install node-llama-cpp@3",
          error,
        );
  }
}

/** Never compiles and never downloads: what an answer is computed with must be what was installed. */
async function start(library: LlamaLibrary, device: Device): Promise<SharedLlama> {
  const log: string[] = [];
  const llama = await library.getLlama({
    gpu: device === "cpu" ? false : device,
    build: "never",
    skipDownload: true,
    progressLogs: false,
    // No common limit: each context has its own number of threads.
    maxThreads: 0,
    logLevel: library.LlamaLogLevel.warn,
    logger: (_level, message) => {
      log.push(message.trim());
      if (log.length > mostLogLines) log.shift();
    },
  });
  const given = llama.gpu === false ? "cpu" : llama.gpu;
  if (device === "auto" || given === device) return { llama, log };
  await llama.dispose();
  throw new Error(`there is one for ${given} only`);
}

/**
 * llama.cpp on a device.
 *
 * @throws EvalsError `TARGET_INVALID` when this machine has no binary for it.
 */
export async function useLlama(target: string, library: LlamaLibrary, device: Device): Promise<SharedLlama> {
  let starting = started.get(device);
  if (starting === undefined) {
    starting = start(library, device);
    started.set(device, starting);
  }
  try {
    return await starting;
  } catch (error) {
    started.delete(device);
    const why = error instanceof library.NoBinaryFoundError ? "" : `: ${messageOf(error)}`;
    throw refused(
      `target "${target}": node-llama-cpp has no usable binary for ${device} on this machine${why}`,
      device === "cpu"
        ? "install it with its optional packages (no --omit=optional), or build it: npx node-llama-cpp source build"
        : `use device: "cpu", or install a build for it: npx node-llama-cpp source build --gpu ${device}`,
      error,
    );
  }
}

/** What llama.cpp said of a failure: it names the reason in its log alone. */
export function reasonIn(log: readonly string[]): string {
  const telling = log.filter((line) => /error|unknown|invalid|missing|not enough|out of memory/i.test(line));
  const own = telling.filter((line) => !line.startsWith("Failed simulating"));
  return [...new Set(own)].slice(-2).join("; ");
}
