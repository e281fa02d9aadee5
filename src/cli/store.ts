import { type Config, loadConfig } from "../config.ts";
import { EvalsError } from "../core/errors.ts";
import type { Store } from "../core/extensions.ts";
import type { RunManifest } from "../core/run.ts";

/** The project's configuration with its store. */
export interface OpenProject {
  readonly config: Config;
  readonly store: Store;
}

/** Opens the store that `--store` or the configuration names. SQLite is loaded here, not before. */
export async function openProject(options: { readonly store?: string | undefined }): Promise<OpenProject> {
  const config = await loadConfig();
  const { sqliteStore } = await import("../index.ts");
  return { config, store: sqliteStore(options.store ?? config.store) };
}

/** The manifest of a run by its identifier; `latest` is the newest. */
export async function findRun(store: Store, runId: string): Promise<RunManifest> {
  const runs = await store.runs();
  const found = runId === "latest" ? runs[0] : runs.find((manifest) => manifest.runId === runId);
  if (found !== undefined) return found;
  const { didYouMean } = await import("../index.ts");
  if (runs.length === 0)
    throw new EvalsError("RUN_NOT_FOUND", "the store holds no run", "start one with `evals run`");
  const hint = didYouMean(
    runId,
    runs.map((manifest) => manifest.runId),
  );
  throw new EvalsError("RUN_NOT_FOUND", `there is no run ${runId}`, hint);
}
