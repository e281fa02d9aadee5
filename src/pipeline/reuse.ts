import type { Release, Store } from "../core/extensions.ts";
import type { ReleaseManifest } from "../core/release.ts";
import type { RunManifest, Trial } from "../core/run.ts";
import { type Sample, type Side, sampleSchema } from "../core/sample.ts";

/** What answers are looked for. */
export interface ReuseInput {
  readonly releases: Readonly<Record<Side, Release>>;
  readonly manifests: Readonly<Record<Side, ReleaseManifest>>;
  /** Age up to which they stand for a call; `undefined` when every trial is called. */
  readonly maximumAgeHours: number | undefined;
  readonly store: Store;
  /** The run that wants them: its own samples are no earlier ones. */
  readonly runId: string;
  /** Trials without an answer. */
  readonly trials: readonly Trial[];
  /** Time of day, ISO 8601. */
  readonly now: string;
  readonly software: RunManifest["software"];
}

const hourMs = 3_600_000;

/**
 * Answers of earlier runs of this store that stand for trials of this one: of the same key (release fingerprint, case, repetition and seed),
 * made by the same version of gatewright within the age that the evaluation allows, for releases that may be cached. Never a failure. Empty
 * where the evaluation asks for none.
 */
export async function reusableSamples(input: ReuseInput): Promise<Sample[]> {
  const { store, runId, now, software, manifests, releases, maximumAgeHours } = input;
  if (maximumAgeHours === undefined) return [];
  const wanted = wantedTrials(input);
  const fingerprints = new Set(
    (["baseline", "candidate"] as const)
      .filter((side) => releases[side].cacheable === true)
      .map((side) => manifests[side].fingerprint),
  );
  const oldest = Date.parse(now) - maximumAgeHours * hourMs;
  const found: Sample[] = [];
  for (const run of await store.runs()) {
    if (wanted.size === 0) break;
    const isOfUse =
      run.runId !== runId &&
      Date.parse(run.createdAt) >= oldest &&
      run.software.gatewright === software.gatewright &&
      [run.baseline, run.candidate].some(({ fingerprint }) => fingerprints.has(fingerprint));
    if (!isOfUse) continue;
    for (const stored of await store.read(run.runId, "sample")) {
      for (const key of keysOf(stored.trialKey, stored.side)) {
        const trial = wanted.get(key);
        if (trial === undefined || stored.output === null || !(Date.parse(stored.startedAt) >= oldest))
          continue;
        const sample = sampleSchema.safeParse(stored);
        if (!sample.success) continue;
        wanted.delete(key);
        const { caseId, side, repetition } = trial;
        found.push({
          ...sample.data,
          caseId,
          side,
          repetition,
          reusedFrom: sample.data.reusedFrom ?? run.runId,
        });
        break;
      }
    }
  }
  return found;
}

/** A release that is compared with itself has one key on both sides: there an answer stands for its own side alone. */
function wantedTrials({ releases, manifests, trials }: ReuseInput): Map<string, Trial> {
  const isSame = manifests.baseline.fingerprint === manifests.candidate.fingerprint;
  const wanted = new Map<string, Trial>();
  for (const trial of trials) {
    if (releases[trial.side].cacheable !== true) continue;
    const [ofSide, ofAny] = keysOf(trial.key, trial.side);
    wanted.set(isSame ? ofSide : ofAny, trial);
  }
  return wanted;
}

function keysOf(trialKey: string, side: Side): readonly [ofSide: string, ofAny: string] {
  return [`${side}/${trialKey}`, trialKey];
}
