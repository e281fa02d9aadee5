import { createHash } from "node:crypto";
import { accessSync, closeSync, constants, openSync, readSync, statSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { EvalsError } from "../core/errors.ts";

/** A file that decides what a program does. */
interface NamedFile {
  /** The path as people read it. */
  readonly shown: string;
  /** Absolute path. */
  readonly path: string;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** What of a command line is the path of a file: the program, where it is a path, and arguments. */
export function namedFiles(directory: string, command: string, args: readonly string[]): NamedFile[] {
  const words = /[/\\]/.test(command) ? [command, ...args] : args;
  return words
    .map((shown) => ({ shown, path: resolve(directory, shown) }))
    .filter(({ shown, path }) => shown !== "" && isFile(path));
}

/** SHA-256 of a file in hexadecimal, read in parts: it may be a model. */
function hashOf(path: string): string {
  const hash = createHash("sha256");
  const part = Buffer.alloc(1 << 20);
  const file = openSync(path, "r");
  try {
    for (let size = readSync(file, part); size > 0; size = readSync(file, part)) {
      hash.update(part.subarray(0, size));
    }
  } finally {
    closeSync(file);
  }
  return hash.digest("hex");
}

/**
 * SHA-256 of each file by its path as people read it.
 *
 * @throws EvalsError `TARGET_INVALID` that names a file which cannot be read.
 */
export function fileHashes(files: readonly NamedFile[]): Record<string, string> {
  const entries = files.map(({ shown, path }) => {
    try {
      return [shown, hashOf(path)] as const;
    } catch (cause) {
      const why = (cause as NodeJS.ErrnoException).code ?? "unknown error";
      throw new EvalsError(
        "TARGET_INVALID",
        `commandTarget: the file ${shown} cannot be read (${why})`,
        "Correct `files`; a path is resolved against the working directory of the program.",
        { cause },
      );
    }
  });
  return Object.fromEntries(entries);
}

/** True when a program can be started: a path in the directory, or a name in PATH. */
export function canStart(command: string, directory: string, path: string | undefined): boolean {
  const places = /[/\\]/.test(command)
    ? [resolve(directory, command)]
    : (path ?? "").split(delimiter).map((folder) => join(resolve(directory, folder), command));
  const endings = process.platform === "win32" ? ["", ".exe", ".com"] : [""];
  return places.some((place) => endings.some((ending) => isProgram(place + ending)));
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return isFile(path);
  } catch {
    return false;
  }
}
