import { EvalsError } from "../core/errors.ts";
import type { Store } from "../core/extensions.ts";
import { promotionsScope } from "../core/promotion.ts";
import { plural } from "../core/quantities.ts";
import type { RunManifest } from "../core/run.ts";
import type { Process } from "./process.ts";
import { runLine } from "./runs.ts";
import { openProject } from "./store.ts";

/** Options of `evals cache prune`. */
export interface PruneOptions {
  readonly olderThan?: string;
  readonly release?: string;
  readonly all?: boolean;
  readonly yes?: boolean;
  readonly store?: string;
}

/** `evals cache prune`: names the runs that are meant with all that goes with them, and removes them where the user says yes. */
export async function pruneCommand(options: PruneOptions, { stdout, stderr }: Process): Promise<number> {
  const isMeant = selection(options);
  const { store } = await openProject(options);
  try {
    if (store.remove === undefined) {
      throw new EvalsError("USAGE", "cache prune: this store keeps everything", "remove its file instead");
    }
    const runs = (await store.runs()).filter(isMeant);
    const promoted = new Set((await store.read(promotionsScope, "promotion")).map(({ runId }) => runId));
    let answers = 0;
    for (const run of runs) {
      const own = (await store.read(run.runId, "sample")).length;
      answers += own;
      const mark = promoted.has(run.runId) ? "  (a release was promoted on it)" : "";
      stdout.write(`${await runLine(store, run)}  ${plural(own, "answer")}${mark}\n`);
    }
    const what = `${plural(runs.length, "run")} with ${plural(answers, "answer")}`;
    if (options.yes || runs.length === 0) {
      await removeRuns(store, runs);
      stdout.write(`removed: ${what}\n`);
    } else {
      stdout.write(`would be removed: ${what}\n`);
      stderr.write(
        "nothing was removed. With --yes these runs go with their cases, answers, scores and reports: their verdicts can no longer be " +
          "recomputed, and their answers not be taken again. Promotions and kept votes of judges stay\n",
      );
    }
    return 0;
  } finally {
    await store.close();
  }
}

async function removeRuns(store: Store, runs: readonly RunManifest[]): Promise<void> {
  if (runs.length > 0) await store.remove?.(runs.map(({ runId }) => runId));
}

/** Which runs are meant: all that fit every option. */
function selection({ olderThan, release, all = false }: PruneOptions): (run: RunManifest) => boolean {
  if (olderThan === undefined && release === undefined && !all) {
    throw new EvalsError(
      "USAGE",
      "cache prune: nothing says which runs to remove",
      "give `--older-than 30d`, `--release NAME` or `--all`; without `--yes` they are only listed",
    );
  }
  const before = olderThan === undefined ? Number.POSITIVE_INFINITY : Date.now() - ageMs(olderThan);
  return ({ createdAt, baseline, candidate }) =>
    Date.parse(createdAt) <= before &&
    (release === undefined || baseline.name === release || candidate.name === release);
}

const unitsMs: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000 };

function ageMs(text: string): number {
  const [, amount, unit] = /^(\d+)([hd])$/.exec(text) ?? [];
  if (amount !== undefined && unit !== undefined) return Number(amount) * unitsMs[unit]!;
  throw new EvalsError(
    "USAGE",
    `--older-than: "${text}" is no age`,
    "give days or hours, such as 30d or 12h",
  );
}
