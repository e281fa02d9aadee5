import type { Store, StoreRecord } from "../core/extensions.ts";
import type { Redact } from "../core/redact.ts";
import type { Report } from "../core/report.ts";
import type { RunManifest, Trial } from "../core/run.ts";
import type { Sample, SampleIdentity } from "../core/sample.ts";
import type { Score } from "../core/score.ts";
import { backlog } from "./backlog.ts";
import { gather } from "./gather.ts";
import { discordantPairs } from "./judge-again.ts";
import { type KeptCases, keptCases, openRun } from "./open-run.ts";
import { placeOf } from "./place.ts";
import type { PreparedRun } from "./prepare.ts";
import { report } from "./report.ts";
import { reusableSamples } from "./reuse.ts";
import { run } from "./run.ts";
import {
  type Calls,
  callsOf,
  isScored,
  judgesOf,
  rejudge,
  scoreMissing,
  scoreNow,
  scoresRecord,
} from "./score-run.ts";
import { putAt, type Slots, valueAt } from "./slots.ts";
import { closeTargets } from "./targets.ts";
import { blockingJudges } from "./uphold.ts";

/** How far a run is. */
export interface Progress {
  readonly planned: number;
  /** Trials that have a sample, from an earlier part of the run too. */
  readonly done: number;
  readonly failed: number;
  /** `null` while no target has reported a cost. */
  readonly costUsd: number | null;
  /** Attempts that may be made at a time at present. */
  readonly concurrency: number;
  /** Attempts that a rate limit refused. */
  readonly rateLimited: number;
  /** Trials whose answer was taken from an earlier run. */
  readonly reused: number;
}

/** What a run needs from the world around it. */
export interface RunEnvironment {
  readonly store: Store;
  /** Identifier of the run. */
  readonly runId: string;
  /** Continues that run instead of starting it. */
  readonly resume: boolean;
  /** Time of day, ISO 8601. */
  readonly now: () => string;
  /** Milliseconds that only grow. */
  readonly clock: () => number;
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly redact: Redact;
  readonly software: RunManifest["software"];
  readonly git: RunManifest["git"];
  /** Who starts the run; `null` or left out where nobody is named. */
  readonly startedBy?: string | null;
  /** No further trial is started once it is aborted. */
  readonly stop: AbortSignal;
  /** Trials in flight are given up once it is aborted. */
  readonly abort: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  /** Is told in a sentence of what went wrong without changing the outcome. */
  readonly onWarning?: (message: string) => void;
  /** The trace that the call of a trial belongs to, as the header `traceparent` has it: targets that call over HTTP send it along. */
  readonly traceparentOf?: ((sample: SampleIdentity) => string) | undefined;
  /** Is told of each sample once it and its scores are stored; the run waits for it. A failed sample has no scores. Must not throw. */
  readonly onScored?: (sample: Sample, scores: readonly Score[]) => Promise<void>;
}

/** A finished run has a report; an interrupted one can be resumed. */
export type RunResult =
  | { readonly kind: "finished"; readonly report: Report }
  | { readonly kind: "interrupted"; readonly done: number; readonly planned: number };

/** Runs what was prepared to its report: every sample and score is stored before it counts. Closes the targets. */
export async function evaluate(prepared: PreparedRun, environment: RunEnvironment): Promise<RunResult> {
  try {
    return await runToReport(prepared, environment);
  } finally {
    const { onWarning, abort } = environment;
    await closeTargets(prepared.releases, prepared.evaluators, onWarning, abort);
  }
}

async function runToReport(prepared: PreparedRun, environment: RunEnvironment): Promise<RunResult> {
  const manifest = await openRun(prepared, environment);
  const kept = keptCases(prepared, environment);
  const { store, runId } = environment;
  const earlier = environment.resume
    ? { ...(await readRun(store, runId)), spent: await store.read(runId, "spent") }
    : { samples: [], scores: [], spent: [] };
  const calls = callsOf(prepared, environment, earlier);
  const samples = await runMissing(prepared, environment, { earlier: earlier.samples, calls, kept });
  const answered = lastSamples([...earlier.samples, ...samples.fresh]);
  const scores = [...earlier.scores, ...samples.scores];
  // The answers of this part of the run are scored already.
  if (environment.resume) {
    const known = { scores, fresh: samples.scores, calls };
    scores.push(...(await scoreMissing(prepared, environment, answered, known)));
  }
  const interrupted: RunResult = {
    kind: "interrupted",
    done: answered.length,
    planned: prepared.trials.length,
  };
  const isWhole = environment.resume
    ? isScored(prepared, answered, scores)
    : scores.length === prepared.evaluators.length * answered.filter(({ output }) => output !== null).length;
  if (samples.fresh.length < samples.wanted || !isWhole) return interrupted;
  const { gate, resolved } = prepared;
  const dataset = { ...prepared.dataset, cases: kept.all() };
  const decidedAt = environment.now();
  const reportOn = () => report({ manifest, dataset, gate, resolved, samples: answered, scores, decidedAt });
  let finished = reportOn();
  const judges = blockingJudges(finished.decisions, judgesOf(prepared));
  if (discordantPairs(scores, judges).length > 0) {
    scores.push(...(await rejudge(prepared, environment, answered, scores, { calls, judges })));
    const isStopped = environment.stop.aborted || environment.abort.aborted;
    const isLeftOpen = isStopped && discordantPairs(scores, judges).length > 0;
    if (isLeftOpen) return interrupted;
    finished = reportOn();
  }
  const day = finished.decidedAt === undefined ? "" : `-${decidedAt.slice(0, 10)}`;
  const key = `report-${answered.length}-${earlier.samples.length}-${scores.length}${day}`;
  // Its cases are told by the records of the run already; `storedReport` puts them together again.
  const body = { ...finished, cases: [] };
  await store.append([{ kind: "report", runId, key, body }]);
  return { kind: "finished", report: finished };
}

/** Samples and scores of a stored run. */
export async function readRun(store: Store, runId: string): Promise<{ samples: Sample[]; scores: Score[] }> {
  return { samples: await store.read(runId, "sample"), scores: (await store.read(runId, "scores")).flat() };
}

/** One sample for each trial: the answered one if there is any, else the last failure. */
export function lastSamples(samples: readonly Sample[]): Sample[] {
  const last: Sample[] = [];
  const positions: Slots<number> = new Map();
  for (const sample of samples) {
    const position = valueAt(positions, sample);
    if (position === undefined) {
      putAt(positions, sample, last.length);
      last.push(sample);
    } else if (last[position]!.output === null) last[position] = sample;
  }
  return last;
}

/** What a part of a run goes on from. */
interface MissingInput {
  /** Samples of earlier parts. */
  readonly earlier: readonly Sample[];
  readonly calls: Calls;
  readonly kept: KeptCases;
}

/** Runs every trial that has no answer yet. A trial that failed in an earlier part of the run is tried again. */
async function runMissing(
  prepared: PreparedRun,
  environment: RunEnvironment,
  { earlier, calls, kept }: MissingInput,
): Promise<{ wanted: number; fresh: Sample[]; scores: Score[] }> {
  const { value } = prepared.evaluation;
  const cases = new Map(prepared.dataset.cases.map((item) => [item.id, item]));
  const answered = new Set(earlier.filter(({ output }) => output !== null).map(placeOf));
  const tries = new Map<string, number>();
  for (const sample of earlier) tries.set(placeOf(sample), (tries.get(placeOf(sample)) ?? 0) + 1);
  const trials = prepared.trials.filter((trial: Trial) => !answered.has(placeOf(trial)));
  const fresh: Sample[] = [];
  const scores: Score[] = [];
  const progress = progressOf(
    prepared.trials.length,
    earlier.filter(({ output }) => output !== null),
  );
  environment.onProgress({ ...progress, ...calls.pace.state() });
  // A place is free for the next call as soon as its sample is stored: scoring goes on beside it.
  const scoring = backlog(value.concurrency);
  const keep = gather<StoreRecord>((records) => environment.store.append(records));
  const onSample = async (sample: Sample) => {
    const place = placeOf(sample);
    const key = `${place}#${(tries.get(place) ?? 0) + 1}`;
    const item = cases.get(sample.caseId)!;
    await environment.store.append([
      ...kept.recordOf(item),
      { kind: "sample", runId: environment.runId, key, body: sample },
    ]);
    fresh.push(sample);
    await scoring.add(() => scoreSample(sample));
  };
  const scoreSample = async (sample: Sample) => {
    const own = await scoreNow(cases.get(sample.caseId)!, sample, prepared.evaluators, environment, calls);
    if (own.length > 0) await keep(scoresRecord(environment, own, placeOf(sample)));
    scores.push(...own);
    count(progress, sample);
    environment.onProgress({ ...progress, ...calls.pace.state() });
    await environment.onScored?.(sample, own);
  };
  const { store, runId, now, software, stop } = environment;
  const { releases, manifests, cacheMaximumAgeHours: maximumAgeHours } = prepared;
  const asked = { releases, manifests, maximumAgeHours, trials, store, runId, now: now(), software };
  const reused = await reusableSamples(asked);
  for (let next = 0; next < reused.length && !stop.aborted; next += value.concurrency) {
    await Promise.all(reused.slice(next, next + value.concurrency).map(onSample));
  }
  const known = new Set(reused.map(placeOf));
  await run({
    trials: trials.filter((trial) => !known.has(placeOf(trial))),
    cases,
    targets: { baseline: prepared.releases.baseline.target, candidate: prepared.releases.candidate.target },
    concurrency: value.concurrency,
    spending: calls.spending,
    call: calls.call,
    traceparentOf: environment.traceparentOf,
    stop: environment.stop,
    abort: environment.abort,
    now: environment.now,
    redact: environment.redact,
    onSample,
    onGivenUp: calls.keepSpent,
  });
  await scoring.done();
  return { wanted: trials.length, fresh, scores };
}

/** What samples add to the progress. */
type Counted = { -readonly [K in "planned" | "done" | "failed" | "costUsd" | "reused"]: Progress[K] };

function progressOf(planned: number, samples: readonly Sample[]): Counted {
  const progress: Counted = { planned, done: 0, failed: 0, costUsd: null, reused: 0 };
  for (const sample of samples) count(progress, sample);
  return progress;
}

function count(progress: Counted, { output, usage, reusedFrom }: Sample): void {
  progress.done++;
  if (output === null) progress.failed++;
  if (reusedFrom !== undefined) progress.reused++;
  else if (usage.costUsd !== null) progress.costUsd = (progress.costUsd ?? 0) + usage.costUsd;
}
