import { EvalsError } from "../core/errors.ts";
import type { Store } from "../core/extensions.ts";
import { exitCodeOf } from "../core/gate.ts";
import { type Report, reportSchema } from "../core/report.ts";
import type { RunManifest } from "../core/run.ts";
import { lastSamples, readRun } from "./evaluate.ts";
import { firstScores } from "./last-scores.ts";
import { reportCases } from "./report-cases.ts";
import { withLaterVotes } from "./uphold.ts";

const outcomeSchema = reportSchema.pick({ schemaVersion: true, verdict: true, exitCode: true });

/** True for a record that says its outcome in words of this version, and with the exit code of that outcome: a fail must never end with 0. */
function saysItsOutcome(report: Report): boolean {
  const read = outcomeSchema.safeParse(report);
  return read.success && exitCodeOf[read.data.verdict] === read.data.exitCode && Array.isArray(report.cases);
}

/**
 * The last report of a stored run, with its cases, which follow from the run's other records; `undefined` when it did not finish.
 *
 * @throws EvalsError STORE_UNUSABLE for a record that does not say its outcome.
 */
export async function storedReport(store: Store, manifest: RunManifest): Promise<Report | undefined> {
  const { runId, repetitions, evaluators, seed } = manifest;
  const report = (await store.read(runId, "report")).at(-1);
  if (report === undefined) return undefined;
  if (!saysItsOutcome(report)) {
    const message = `the report of run ${runId} cannot be read: another version of gatewright wrote it, or it was changed`;
    throw new EvalsError(
      "STORE_UNUSABLE",
      message,
      "use the version that made it, or run it again with `evals run`",
    );
  }
  if (report.cases.length > 0) return report;
  const cases = await store.read(runId, "case");
  const { samples, scores } = await readRun(store, runId);
  const told = withLaterVotes(firstScores(scores), scores);
  const metrics = evaluators.map(({ name }) => name);
  return {
    ...report,
    cases: reportCases(cases, lastSamples(samples), told, repetitions, metrics, seed).cases,
  };
}
