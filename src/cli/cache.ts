import { EvalsError } from "../core/errors.ts";
import type { RunManifest } from "../core/run.ts";
import type { Process } from "./process.ts";
import { openProject } from "./store.ts";

/** What is stored of one release. */
interface Entry {
  readonly release: string;
  readonly fingerprint: string;
  answers: number;
  characters: number;
  newest: string;
}

/** `evals cache`: one line a release with how many answers of it are stored, how large they are, and when the newest was made. */
export async function cacheCommand(
  options: { readonly store?: string },
  { stdout, stderr }: Process,
): Promise<number> {
  const { store } = await openProject(options);
  try {
    const entries = new Map<string, Entry>();
    for (const run of await store.runs()) {
      for (const sample of await store.read(run.runId, "sample")) {
        if (sample.output === null || sample.reusedFrom !== undefined) continue;
        const { name, fingerprint } = run[sample.side];
        const entry = entries.get(fingerprint) ?? {
          release: name,
          fingerprint,
          answers: 0,
          characters: 0,
          newest: "",
        };
        entries.set(fingerprint, entry);
        entry.answers++;
        entry.characters += JSON.stringify(sample).length;
        if (sample.startedAt > entry.newest) entry.newest = sample.startedAt;
      }
    }
    if (entries.size === 0) stderr.write("the store holds no answer; start a run with `evals run`\n");
    for (const { release, fingerprint, answers, characters, newest } of entries.values()) {
      const megabytes = (characters / 1e6).toFixed(1);
      const time = newest.slice(0, 16).replace("T", " ");
      stdout.write(
        `${fingerprint.slice(0, 12)}  ${answers} answers  ${megabytes} MB  newest ${time}  ${release}\n`,
      );
    }
    return 0;
  } finally {
    await store.close();
  }
}

/** `evals cache prune`: removes runs with all their records. */
export async function pruneCommand(
  options: {
    readonly olderThan?: string;
    readonly release?: string;
    readonly all?: boolean;
    readonly store?: string;
  },
  { stdout }: Process,
): Promise<number> {
  const { olderThan, release, all = false } = options;
  if (olderThan === undefined && release === undefined && !all) {
    throw new EvalsError(
      "USAGE",
      "cache prune: nothing says which runs to remove",
      "give `--older-than 30d`, `--release NAME` or `--all`; what is removed cannot be audited any more",
    );
  }
  const before = olderThan === undefined ? Number.POSITIVE_INFINITY : Date.now() - ageMs(olderThan);
  const isMeant = ({ createdAt, baseline, candidate }: RunManifest) =>
    Date.parse(createdAt) <= before &&
    (release === undefined || baseline.name === release || candidate.name === release);
  const { store } = await openProject(options);
  try {
    const runIds = (await store.runs()).filter(isMeant).map(({ runId }) => runId);
    if (store.remove === undefined) {
      throw new EvalsError("USAGE", "cache prune: this store keeps everything", "remove its file instead");
    }
    if (runIds.length > 0) await store.remove(runIds);
    stdout.write(`${runIds.length} ${runIds.length === 1 ? "run" : "runs"} removed\n`);
    return 0;
  } finally {
    await store.close();
  }
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
