import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Dataset, type DatasetLock, datasetLockSchema } from "../core/dataset.ts";
import { EvalsError } from "../core/errors.ts";
import { count } from "../core/quantities.ts";
import { changesSinceLock, type DatasetChange } from "./dataset-lock.ts";
import { datasetFiles } from "./load-dataset.ts";

/**
 * Reads the lock of a dataset folder; `null` where there is none.
 *
 * @throws EvalsError for a lock that is no lock.
 */
export async function readLock(folder: string): Promise<DatasetLock | null> {
  const file = join(folder, datasetFiles.lock);
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new EvalsError("DATASET_INVALID", `${file}: cannot be read`, "check the file's permissions", {
      cause,
    });
  }
  const hint = "restore the file from version control, or make a new lock with `evals dataset lock`";
  try {
    return datasetLockSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new EvalsError("DATASET_INVALID", `${file}: not a lock file`, hint, { cause });
  }
}

/**
 * The same dataset with the version by its lock. A dataset is the contract that releases are judged by: one that changed
 * without a new version is refused, so that two runs with the same version have seen the same cases.
 *
 * @throws EvalsError DATASET_LOCK_MISMATCH when there is no lock, or when it does not match.
 */
export async function requireLocked(dataset: Dataset): Promise<Dataset> {
  const file = join(dataset.folder, datasetFiles.lock);
  const lock = await readLock(dataset.folder);
  const remedy = `run \`evals dataset lock ${dataset.folder}\` and commit ${datasetFiles.lock}`;
  if (lock === null)
    throw new EvalsError("DATASET_LOCK_MISMATCH", `${file}: the dataset has no lock`, remedy);
  if (lock.fingerprint === dataset.fingerprint) return { ...dataset, version: lock.version };
  const change = changesSinceLock(dataset, lock);
  const message = `${mismatchPlace(dataset, change, file)}: the dataset changed since version ${lock.version} (${summariseChange(change)})`;
  throw new EvalsError("DATASET_LOCK_MISMATCH", message, `if that is meant, ${remedy}`, { details: change });
}

/** The first case that differs from the lock, or the lock itself. */
function mismatchPlace(dataset: Dataset, change: DatasetChange, lockFile: string): string {
  const ids = [...Object.keys(change.changed), ...Object.keys(change.added)];
  const lines = ids.flatMap((id) => dataset.caseLines.get(id) ?? []);
  return lines.length === 0 ? lockFile : `${join(dataset.folder, datasetFiles.cases)}:${Math.min(...lines)}`;
}

/** A change in a few words: `2 added, 1 changed`. */
export function summariseChange(change: DatasetChange): string {
  const parts = (["added", "removed", "changed"] as const)
    .map((kind) => ({ kind, cases: Object.keys(change[kind]).length }))
    .filter(({ cases }) => cases > 0)
    .map(({ kind, cases }) => `${count(cases)} ${kind}`);
  if (change.descriptionChanged) parts.push("description changed");
  return parts.length === 0 ? "nothing changed" : parts.join(", ");
}
