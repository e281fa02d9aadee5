import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { loadConfig } from "../config.ts";
import { EvalsError } from "../core/errors.ts";
import { count, plural } from "../core/quantities.ts";
import { type TraceFacts, traceSets, traceSummaryText } from "../index.ts";
import type { Process } from "./process.ts";
import { readProjectTraces, traceFiles } from "./trace-files.ts";

/** Options of `evals traces import`. */
export interface TracesImportOptions {
  readonly files: readonly string[];
  readonly as: string;
  readonly store?: string;
}

const rowsAtATime = 1000;

/** `evals traces import`: stores what each trace says under a name. Importing the same files again changes nothing. */
export async function tracesImportCommand(options: TracesImportOptions, process: Process): Promise<number> {
  requireName(options.as);
  const config = await loadConfig();
  const files = await traceFiles(options.files);
  const sets = traceSets(options.store ?? config.store);
  try {
    const sums = { added: 0, unchanged: 0, differing: 0 };
    let waiting: TraceFacts[] = [];
    const flush = () => {
      const counts = sets.add(options.as, waiting);
      for (const key of ["added", "unchanged", "differing"] as const) sums[key] += counts[key];
      waiting = [];
    };
    const onTrace = (facts: TraceFacts) => {
      waiting.push(facts);
      if (waiting.length >= rowsAtATime) flush();
    };
    const summary = await readProjectTraces(files, config, onTrace);
    flush();
    sets.noteImport(options.as, await digestOf(files), summary);
    process.stdout.write(traceSummaryText(summary));
    process.stdout.write(
      `stored as ${options.as}: ${count(sums.added)} new, ${count(sums.unchanged)} there before\n`,
    );
    if (sums.differing > 0) process.stderr.write(differing(sums.differing, options.as));
    return 0;
  } finally {
    sets.close();
  }
}

function differing(traces: number, name: string): string {
  return (
    `warning: ${plural(traces, "trace was", "traces were")} in ${name} before with other spans; the account of more spans was kept. ` +
    "Import files that share traces in one command\n"
  );
}

function requireName(name: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(name)) return;
  const hint = "take letters, digits, `.`, `_` and `-`, such as `--as baseline`";
  throw new EvalsError("USAGE", `"${name}" is no name for traces`, hint);
}

/** The same for the same contents, whatever the files are called. */
async function digestOf(files: readonly string[]): Promise<string> {
  const digests: string[] = [];
  for (const file of files) {
    const hash = createHash("sha256");
    await pipeline(createReadStream(file), hash);
    digests.push(hash.digest("hex"));
  }
  return createHash("sha256").update(digests.sort().join("\n")).digest("hex");
}
