import type { Dataset } from "../core/dataset.ts";
import type { ReleaseManifest } from "../core/release.ts";
import type { Trial } from "../core/run.ts";
import type { Side } from "../core/sample.ts";
import { fingerprintOf, seedFrom } from "./fingerprint.ts";

/** What a plan is made of. */
export interface PlanInput {
  readonly dataset: Dataset;
  readonly baseline: ReleaseManifest;
  readonly candidate: ReleaseManifest;
  readonly repetitions: number;
  readonly seed: number;
}

/**
 * All trials of a run: cases × repetitions × both sides. The sides alternate, and which comes first alternates too, so that both see
 * the same weather. Both sides of a pair get the same seed.
 */
export function plan({ dataset, baseline, candidate, repetitions, seed }: PlanInput): Trial[] {
  const trials: Trial[] = [];
  const releases: Record<Side, ReleaseManifest> = { baseline, candidate };
  for (let repetition = 1; repetition <= repetitions; repetition++) {
    for (const { id } of dataset.cases) {
      const trialSeed = seedFrom(`${seed}/${id}/${repetition}`);
      const sides: Side[] = trials.length % 4 === 0 ? ["baseline", "candidate"] : ["candidate", "baseline"];
      for (const side of sides) {
        const key = fingerprintOf([
          releases[side].fingerprint,
          dataset.caseFingerprints.get(id)!,
          repetition,
          trialSeed,
        ]);
        trials.push({ key, caseId: id, side, repetition, seed: trialSeed });
      }
    }
  }
  return trials;
}
