import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "../config.ts";
import { EvalsError, messageOf } from "../core/errors.ts";
import { readTraceFacts, type TraceFacts, type TraceSummary } from "../index.ts";

/**
 * What traces say, read by the project's mapping and prices.
 *
 * @throws EvalsError TRACES_UNREADABLE that names the path.
 */
export function readProjectTraces(
  files: readonly string[],
  { traces, prices }: Config,
  onTrace?: (facts: TraceFacts) => void,
): Promise<TraceSummary> {
  return readTraceFacts(files, traces, { ...(onTrace && { onTrace }), ...(prices && { prices }) });
}

/**
 * The files that paths name: a folder stands for the files in it, in the order of their names. A folder without any is refused, unless they will
 * come (`isGrowing`).
 *
 * @throws EvalsError TRACES_UNREADABLE that names the path.
 */
export async function traceFiles(paths: readonly string[], isGrowing = false): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) files.push(...(await filesAt(path, isGrowing)));
  return files;
}

async function filesAt(path: string, isGrowing: boolean): Promise<string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const entries = await readdir(path, { withFileTypes: true });
    const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
    if (names.length === 0 && !isGrowing) throw new Error("the folder holds no files");
    return names.sort().map((name) => join(path, name));
  } catch (cause) {
    throw new EvalsError(
      "TRACES_UNREADABLE",
      `${path} cannot be read (${messageOf(cause)})`,
      "check the path",
      { cause },
    );
  }
}
