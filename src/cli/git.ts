import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { RunManifest } from "../core/run.ts";

const run = promisify(execFile);

/** Who is at work, by git's `user.name`, else its `user.email`; `null` where it names nobody. */
export async function gitUser(): Promise<string | null> {
  for (const setting of ["user.name", "user.email"]) {
    try {
      const { stdout } = await run("git", ["config", setting]);
      if (stdout.trim() !== "") return stdout.trim();
    } catch {
      // Git ends with an error where the setting is missing.
    }
  }
  return null;
}

/** The commit of the working directory and whether tracked files differ from it; `null` outside a repository or without git. */
export async function gitState(): Promise<RunManifest["git"]> {
  try {
    const { stdout: commit } = await run("git", ["rev-parse", "HEAD"]);
    const { stdout: changes } = await run("git", ["status", "--porcelain", "--untracked-files=no"]);
    return { commit: commit.trim(), dirty: changes.trim() !== "" };
  } catch {
    return null;
  }
}
