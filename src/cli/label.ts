import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { EvalsError } from "../core/errors.ts";
import { count, plural } from "../core/quantities.ts";
import {
  labelsTable,
  lastSamples,
  type MergedLabels,
  mergeLabels,
  readEntries,
  readLabels,
  sampleForLabels,
  writeLabels,
} from "../index.ts";
import type { Process } from "./process.ts";
import { findRun, openProject } from "./store.ts";

/** Options of `evals label`. */
export interface LabelCommandOptions {
  readonly run?: string | undefined;
  readonly size: number;
  readonly seed: number;
  /** File of labels: written by an export, completed by `--read`. */
  readonly labels: string;
  /** Tables or files of labels that people filled in. */
  readonly read?: readonly string[];
  readonly store?: string;
}

/** `evals label`: exports answers of a run for people to label, or reads their labels back. */
export async function labelCommand(options: LabelCommandOptions, process: Process): Promise<number> {
  const { read } = options;
  if ((read === undefined) === (options.run === undefined)) {
    throw new EvalsError(
      "USAGE",
      read === undefined ? "neither a run nor --read was given" : "a run and --read do not go together",
      "export with `evals label RUN`, read back with `evals label --read FILE...`",
    );
  }
  return read === undefined ? exportLabels(options, process) : readBack(options, read, process);
}

async function exportLabels(options: LabelCommandOptions, process: Process): Promise<number> {
  const { labels, size, seed } = options;
  const table = tableOf(labels);
  for (const file of [labels, table]) await refuseToOverwrite(file);
  const { store } = await openProject(options);
  try {
    const { runId } = await findRun(store, options.run!);
    const [cases, samples] = [await store.read(runId, "case"), await store.read(runId, "sample")];
    const rows = sampleForLabels(cases, lastSamples(samples), { size, seed });
    await mkdir(dirname(labels), { recursive: true });
    await writeFile(labels, writeLabels(rows), { flag: "wx" });
    await writeFile(table, labelsTable(rows), { flag: "wx" });
    process.stdout.write(
      `${plural(rows.length, "answer")} of run ${runId}, in an order that tells nothing of the release\n  ${table}: give a copy to each person, named after them; they write good, bad or unsure into the column label\n  ${labels}: the same as JSON lines; keep it\nThen read the copies back: npx evals label --labels ${labels} --read COPY.csv ...\n`,
    );
    return 0;
  } finally {
    await store.close();
  }
}

/** Labels are work of people: no export may take their place. */
async function refuseToOverwrite(file: string): Promise<void> {
  const isThere = await readFile(file).then(
    () => true,
    () => false,
  );
  if (!isThere) return;
  throw new EvalsError(
    "OUTPUT_NOT_WRITABLE",
    `${file} is there already`,
    "choose another file with `--labels FILE`",
  );
}

function tableOf(labels: string): string {
  return `${labels.replace(/\.jsonl?$/, "")}.csv`;
}

async function readBack(
  { labels }: LabelCommandOptions,
  files: readonly string[],
  process: Process,
): Promise<number> {
  const { rows } = await readLabels(labels);
  const entries = await Promise.all(files.map(async (file) => refuseEmpty(file, await readEntries(file))));
  const merged = mergeLabels(rows, entries.flat());
  // Beside the file first: an interruption leaves the old one whole.
  await writeFile(`${labels}.new`, writeLabels(merged.rows));
  await rename(`${labels}.new`, labels);
  process.stdout.write(told(labels, merged));
  return 0;
}

function refuseEmpty<T>(file: string, entries: readonly T[]): readonly T[] {
  if (entries.length > 0) return entries;
  throw new EvalsError(
    "LABELS_INVALID",
    `${file}: nobody labelled anything in it`,
    "fill in the column label",
  );
}

function told(file: string, { rows, counts, differing, agreement }: MergedLabels): string {
  const lines = [
    `${file}: ${plural(rows.length, "answer")}: ${count(counts.good)} good, ${count(counts.bad)} bad, ${count(counts.unsure)} unsure or disputed, ${count(counts.none)} without a label`,
    ...agreement.map(({ people: [first, second], rows: both, agreed, kappa }) => {
      const beyond =
        kappa.estimate === null
          ? "kappa cannot be told: both gave one and the same label throughout"
          : `kappa ${kappa.estimate.toFixed(2)} [${kappa.lower!.toFixed(2)}, ${kappa.upper!.toFixed(2)}]`;
      return `${first} and ${second} agree on ${count(agreed * both)} of ${count(both)}: ${beyond}`;
    }),
  ];
  if (differing.length > 0) {
    const shown = differing.slice(0, 10).join(", ");
    lines.push(
      `People differ on ${plural(differing.length, "answer")}, which count for nobody until they agree: ${shown}${differing.length > 10 ? ", …" : ""}`,
    );
  }
  return `${lines.join("\n")}\n`;
}
