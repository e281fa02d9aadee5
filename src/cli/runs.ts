import type { Store } from "../core/extensions.ts";
import type { RunManifest } from "../core/run.ts";
import { verdictInWords } from "../core/waived.ts";
import type { Process } from "./process.ts";
import { openProject } from "./store.ts";

/** `evals runs`: one line a run with its verdict. */
export async function runsCommand(
  options: { readonly limit: number; readonly store?: string },
  { stdout, stderr }: Process,
): Promise<number> {
  const { store } = await openProject(options);
  try {
    const manifests = await store.runs({ limit: options.limit });
    if (manifests.length === 0) stderr.write("the store holds no run; start one with `evals run`\n");
    for (const run of manifests) stdout.write(`${await runLine(store, run)}\n`);
    return 0;
  } finally {
    await store.close();
  }
}

/** A run in one line: identifier, start, verdict, evaluation and releases. */
export async function runLine(
  store: Store,
  { runId, createdAt, evaluation, baseline, candidate }: RunManifest,
): Promise<string> {
  const report = (await store.read(runId, "report")).at(-1);
  const verdict = report === undefined ? "not finished" : verdictInWords(report);
  const time = createdAt.slice(0, 16).replace("T", " ");
  return `${runId}  ${time}  ${verdict.padEnd(12)}  ${evaluation.name}: ${baseline.name} → ${candidate.name}`;
}
