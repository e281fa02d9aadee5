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
    for (const { runId, createdAt, evaluation, baseline, candidate } of manifests) {
      const reports = await store.read(runId, "report");
      const report = reports.at(-1);
      const verdict = report === undefined ? "not finished" : verdictInWords(report);
      const time = createdAt.slice(0, 16).replace("T", " ");
      stdout.write(
        `${runId}  ${time}  ${verdict.padEnd(12)}  ${evaluation.name}: ${baseline.name} → ${candidate.name}\n`,
      );
    }
    return 0;
  } finally {
    await store.close();
  }
}
