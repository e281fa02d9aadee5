import type { Store } from "../core/extensions.ts";
import type { Report } from "../core/report.ts";
import type { RunManifest } from "../core/run.ts";
import { lastSamples, readRun } from "./evaluate.ts";
import { firstScores } from "./last-scores.ts";
import { reportCases } from "./report-cases.ts";
import { withLaterVotes } from "./uphold.ts";

/** The last report of a stored run, with its cases, which follow from the run's other records; `undefined` when it did not finish. */
export async function storedReport(store: Store, manifest: RunManifest): Promise<Report | undefined> {
  const { runId, repetitions, evaluators, seed } = manifest;
  const report = (await store.read(runId, "report")).at(-1);
  if (report === undefined || report.cases.length > 0) return report;
  const cases = await store.read(runId, "case");
  const { samples, scores } = await readRun(store, runId);
  const told = withLaterVotes(firstScores(scores), scores);
  const metrics = evaluators.map(({ name }) => name);
  return {
    ...report,
    cases: reportCases(cases, lastSamples(samples), told, repetitions, metrics, seed).cases,
  };
}
