import { plural } from "../core/quantities.ts";
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
        `${fingerprint.slice(0, 12)}  ${plural(answers, "answer")}  ${megabytes} MB  newest ${time}  ${release}\n`,
      );
    }
    return 0;
  } finally {
    await store.close();
  }
}
