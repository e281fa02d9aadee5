import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { EvalsError } from "../core/errors.ts";
import { count, plural } from "../core/quantities.ts";
import {
  changesBetween,
  changesSinceLock,
  cohortCounts,
  type DatasetChange,
  datasetFiles,
  didYouMean,
  isUnchanged,
  loadDataset,
  makeLock,
  readLock,
  requireLocked,
  summariseChange,
  thinCohorts,
  writeLock,
} from "../index.ts";
import type { Output, Process } from "./process.ts";

/** `evals dataset check`: everything that a run would refuse, and the size of each cohort. */
export async function checkCommand(folder: string, { stdout }: Process): Promise<number> {
  const dataset = await requireLocked(await loadDataset(folder));
  refuseThin(folder, thinCohorts(dataset));
  const counts = Object.entries(cohortCounts(dataset)).map(
    ([cohort, cases]) => `  ${cohort}: ${count(cases)}`,
  );
  stdout.write(
    `${dataset.description.name} v${dataset.version}: ${plural(dataset.cases.length, "case")}, fingerprint ${dataset.fingerprint.slice(0, 12)}\n`,
  );
  stdout.write(counts.length === 0 ? "" : `${counts.join("\n")}\n`);
  return 0;
}

function refuseThin(folder: string, thin: ReturnType<typeof thinCohorts>): void {
  const first = thin[0];
  if (first === undefined) return;
  const named = thin.map(
    ({ cohort, cases, minimumCases }) => `${cohort} has ${count(cases)} of ${count(minimumCases)}`,
  );
  throw new EvalsError(
    "COHORT_THIN",
    `${join(folder, datasetFiles.description)}: too few cases in required cohorts: ${named.join(", ")}`,
    "add cases, or lower `requiredCohorts` and make a new version",
  );
}

/** `evals dataset lock`: a new version of the dataset as it is now. */
export async function lockCommand(
  folder: string,
  options: { readonly note: string },
  { stdout }: Process,
): Promise<number> {
  const dataset = await loadDataset(folder);
  const previous = await readLock(folder);
  const change = changesSinceLock(dataset, previous);
  if (previous !== null && isUnchanged(change)) {
    stdout.write(`${dataset.description.name} v${previous.version}: nothing changed, no new version\n`);
    return 0;
  }
  const date = new Date().toISOString().slice(0, 10);
  const lock = makeLock(dataset, previous, change, { date, note: options.note });
  await writeFile(join(folder, datasetFiles.lock), writeLock(lock));
  stdout.write(`${lock.name} v${lock.version}: ${summariseChange(change)}\n`);
  if (previous !== null) writeChange(change, stdout);
  return 0;
}

/** `evals dataset diff`: what changed between two versions, case by case. */
export async function diffCommand(
  options: { readonly from: string; readonly to: string; readonly folder?: string | undefined },
  { stdout }: Process,
): Promise<number> {
  const folder = options.folder ?? (await onlyDataset());
  const lock = await readLock(folder);
  if (lock === null) {
    throw new EvalsError(
      "DATASET_LOCK_MISMATCH",
      `${folder}: the dataset has no lock`,
      `run \`evals dataset lock ${folder}\``,
    );
  }
  const change = changesBetween(lock, versionOf(options.from), versionOf(options.to));
  if (change === null) {
    const known = lock.changeLog.map(({ version }) => `v${version}`);
    const unknown = known.includes(`v${versionOf(options.from)}`) ? options.to : options.from;
    throw new EvalsError("USAGE", `${lock.name} has no version ${unknown}`, `known: ${known.join(", ")}`);
  }
  stdout.write(
    `${lock.name} v${versionOf(options.from)} → v${versionOf(options.to)}: ${summariseChange(change)}\n`,
  );
  writeChange(change, stdout);
  return 0;
}

function writeChange(change: DatasetChange, stdout: Output): void {
  for (const id of Object.keys(change.added)) stdout.write(`  + ${id}\n`);
  for (const id of Object.keys(change.removed)) stdout.write(`  - ${id}\n`);
  for (const [id, { members }] of Object.entries(change.changed))
    stdout.write(`  ~ ${id}: ${members.join(", ")}\n`);
  if (change.descriptionChanged) stdout.write(`  ~ ${datasetFiles.description}\n`);
}

function versionOf(text: string): number {
  const found = text.match(/^v?(\d+)$/)?.[1];
  if (found !== undefined) return Number(found);
  throw new EvalsError("USAGE", `"${text}" is no version`, "write for example v3");
}

async function onlyDataset(): Promise<string> {
  const entries = await readdir("datasets", { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  if (folders.length === 1) return join("datasets", folders[0]!);
  throw new EvalsError(
    "USAGE",
    "which dataset?",
    `name its folder${folders.length === 0 ? "" : `; ${didYouMean("", folders)}`}`,
  );
}
