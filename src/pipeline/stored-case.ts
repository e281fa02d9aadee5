import { EvalsError } from "../core/errors.ts";
import type { Store } from "../core/extensions.ts";
import type { StoredCase } from "../core/report.ts";
import type { RunManifest } from "../core/run.ts";
import { didYouMean } from "../core/suggest.ts";
import { lastSamples, readRun } from "./evaluate.ts";
import { firstScores } from "./last-scores.ts";
import { withLaterVotes } from "./uphold.ts";

/**
 * Reads one case of a stored run: the case as it was, what each side answered in each repetition, and how it was scored.
 *
 * @throws EvalsError CASE_NOT_FOUND when the run has no such case.
 */
export async function storedCase(store: Store, manifest: RunManifest, caseId: string): Promise<StoredCase> {
  const cases = await store.read(manifest.runId, "case");
  const found = cases.find(({ id }) => id === caseId);
  if (found === undefined) {
    const hint = didYouMean(
      caseId,
      cases.map(({ id }) => id),
    );
    throw new EvalsError("CASE_NOT_FOUND", `run ${manifest.runId} has no case "${caseId}"`, hint);
  }
  const records = await readRun(store, manifest.runId);
  const samples = lastSamples(records.samples).filter((sample) => sample.caseId === caseId);
  samples.sort((a, b) => a.repetition - b.repetition || (a.side < b.side ? -1 : 1));
  const scores = withLaterVotes(firstScores(records.scores), records.scores).filter(
    (score) => score.caseId === caseId,
  );
  return {
    runId: manifest.runId,
    case: found,
    releases: { baseline: manifest.baseline.name, candidate: manifest.candidate.name },
    trials: samples.map((sample) => ({
      sample,
      scores: scores.filter(
        ({ side, repetition }) => side === sample.side && repetition === sample.repetition,
      ),
    })),
  };
}
