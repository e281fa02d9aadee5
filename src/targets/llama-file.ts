import { createHash } from "node:crypto";
import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type GgufHeader, readGgufHeader } from "./gguf-header.ts";
import { isUri, type LlamaSettings } from "./llama-options.ts";

/** A model file as a release names it. */
export interface ModelFile extends GgufHeader {
  readonly sha256: string;
  /** Size and time of change of what was read: another value means that the file was replaced. */
  readonly state: string;
}

const known = new Map<string, { readonly state: string; readonly sha256: string }>();
const chunkBytes = 1 << 22;

function stateOf(path: string): string {
  const { size, mtimeNs, ino } = statSync(path, { bigint: true });
  return `${size} ${mtimeNs} ${ino}`;
}

/** SHA-256 of a file that may be larger than memory. */
function digestOf(path: string): string {
  const hash = createHash("sha256");
  const chunk = Buffer.alloc(chunkBytes);
  const descriptor = openSync(path, "r");
  try {
    for (;;) {
      const bytes = readSync(descriptor, chunk, 0, chunkBytes, null);
      if (bytes === 0) return hash.digest("hex");
      hash.update(chunk.subarray(0, bytes));
    }
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Header and SHA-256 of a model file. Flipped weights load without an error, so only the digest tells two files apart. It is kept
 * for the process, as long as size, time of change and inode stay: a file of 4 GB takes seconds to read.
 *
 * @throws GgufError for a file that is no whole GGUF file; an error of the file system for one that cannot be read.
 */
export function readModelFile(path: string): ModelFile {
  const header = readGgufHeader(path);
  const state = stateOf(path);
  let found = known.get(path);
  if (found?.state !== state) {
    found = { state, sha256: digestOf(path) };
    known.set(path, found);
  }
  return { ...header, ...found };
}

/** Path of a model that is a local file. */
export function localPath(model: string | URL): string {
  return model instanceof URL ? fileURLToPath(model) : model;
}

/** The name by which components call a model: that of the file, wherever it lies, or the URI. */
export function modelName({ model }: LlamaSettings): string {
  return isUri(model) ? model : basename(localPath(model));
}

/** Versions of node-llama-cpp and of the llama.cpp that it was built with; `null` where it is not installed. */
export function installedRuntime(): {
  readonly nodeLlamaCpp: string | null;
  readonly llamaCpp: string | null;
} {
  try {
    const folder = dirname(dirname(createRequire(import.meta.url).resolve("node-llama-cpp")));
    const read = (file: string) => JSON.parse(readFileSync(join(folder, file), "utf8"));
    return {
      nodeLlamaCpp: String(read("package.json").version),
      llamaCpp: String(read("llama/binariesGithubRelease.json").release),
    };
  } catch {
    return { nodeLlamaCpp: null, llamaCpp: null };
  }
}
