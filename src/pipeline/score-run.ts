import pLimit from "p-limit";
import type { Case } from "../core/dataset.ts";
import type { Evaluator, StoreRecord } from "../core/extensions.ts";
import type { Sample, Spent } from "../core/sample.ts";
import type { Score } from "../core/score.ts";
import { type Budget, budget } from "./budget.ts";
import type { CallOptions } from "./call-target.ts";
import type { RunEnvironment } from "./evaluate.ts";
import { judgeAgain } from "./judge-again.ts";
import { judgeCalls, type OpenJudging } from "./judge-calls.ts";
import { lastScores } from "./last-scores.ts";
import { type Pace, pace } from "./pace.ts";
import { placeOf, scorePlaceOf } from "./place.ts";
import type { PreparedRun } from "./prepare.ts";
import { type ScoreOptions, score } from "./score.ts";
import { putAt, type Slots, valueAt } from "./slots.ts";
import { type KeepSpent, spentKeeper } from "./spent.ts";

/** What is scored already, and how to go on. */
export interface KnownScores {
  readonly scores: readonly Score[];
  /** Those of them that this part of the run made: it does not try again what it has just tried. */
  readonly fresh: readonly Score[];
  readonly calls: Calls;
}

/** Scores answers of an earlier part of the run that were stored but not scored before it ended, or whose judge failed. */
export async function scoreMissing(
  prepared: PreparedRun,
  environment: RunEnvironment,
  samples: readonly Sample[],
  { scores: known, fresh, calls }: KnownScores,
): Promise<Score[]> {
  const has = countByPlace([...lastScores(known).filter(isFinal), ...fresh]);
  const lackingOf = (sample: Sample) =>
    sample.output === null ? [] : prepared.evaluators.filter(({ name }) => countAt(has, name, sample) === 0);
  const unscored = samples.filter((sample) => lackingOf(sample).length > 0);
  if (unscored.length === 0) return [];
  const cases = new Map(prepared.dataset.cases.map((item) => [item.id, item]));
  // It grows with each record, so that no record is taken for an earlier one.
  const stored: Slots<number> = new Map();
  for (const score of known) putAt(stored, score, (valueAt(stored, score) ?? 0) + 1);
  const added = await pLimit(prepared.evaluation.value.concurrency).map(unscored, async (sample) => {
    if (environment.stop.aborted) return [];
    const own = await scoreNow(cases.get(sample.caseId)!, sample, lackingOf(sample), environment, calls);
    if (own.length === 0) return [];
    const key = `${placeOf(sample)}#${valueAt(stored, sample) ?? 0}`;
    await environment.store.append([scoresRecord(environment, own, key)]);
    await environment.onScored?.(sample, own);
    return own;
  });
  return added.flat();
}

/** True when every answer has a score by every evaluator, be it an error. */
export function isScored(
  { evaluators }: PreparedRun,
  samples: readonly Sample[],
  scores: readonly Score[],
): boolean {
  const has = countByPlace(scores);
  return samples.every(
    (sample) => sample.output === null || evaluators.every(({ name }) => countAt(has, name, sample) > 0),
  );
}

/** Numbers of scores by evaluator and place. */
type Counts = ReadonlyMap<string, Slots<number>>;

function countByPlace(scores: readonly Score[]): Counts {
  const counts = new Map<string, Slots<number>>();
  for (const score of scores) {
    const own = counts.get(score.evaluator) ?? new Map<string, number[]>();
    counts.set(score.evaluator, own);
    putAt(own, score, (valueAt(own, score) ?? 0) + 1);
  }
  return counts;
}

function countAt(
  counts: Counts,
  evaluator: string,
  place: Pick<Sample, "caseId" | "side" | "repetition">,
): number {
  return valueAt(counts.get(evaluator) ?? new Map(), place) ?? 0;
}

/** Scores a sample. What was given up when the run was interrupted is left for its continuation. */
export async function scoreNow(
  item: Case,
  sample: Sample,
  evaluators: readonly Evaluator[],
  { redact, abort }: RunEnvironment,
  { openJudging, onSlow, keepSpent }: Calls,
  round = 1,
): Promise<Score[]> {
  const scores = await score(item, sample, evaluators, redact, { openJudging, round, abort, onSlow });
  for (const each of scores) if (isGivenUp(each)) await keepSpent(sample, each.judging?.costUsd);
  return scores.filter((each) => !isGivenUp(each));
}

function isGivenUp({ evaluation }: Score): boolean {
  return evaluation.status === "error" && evaluation.kind === "aborted";
}

/** What targets and judges share: how they are called, and the spend limit. */
export interface Calls {
  readonly call: Omit<CallOptions, "seed" | "signal">;
  readonly pace: Pace;
  readonly spending: Budget;
  readonly openJudging: OpenJudging;
  readonly onSlow: NonNullable<ScoreOptions["onSlow"]>;
  /** Keeps what was paid for what an interruption gives up. */
  readonly keepSpent: KeepSpent;
}

/** What is stored of the earlier parts of a run. */
interface EarlierParts {
  readonly samples: readonly Sample[];
  readonly scores: readonly Score[];
  /** What was paid for what left neither. */
  readonly spent: readonly Spent[];
}

/** What a run calls with; what earlier parts of it spent counts. */
export function callsOf(
  { evaluation: { value }, maximumCostUsd }: PreparedRun,
  environment: RunEnvironment,
  earlier: EarlierParts,
): Calls {
  const { clock, wait, store, abort, now, redact } = environment;
  const ofCalls = [
    // What an earlier run paid for is not spent again.
    ...earlier.samples.map(({ usage, reusedFrom }) => (reusedFrom === undefined ? usage.costUsd : 0)),
    ...earlier.spent.map(({ costUsd }) => costUsd),
  ];
  const costs = [...ofCalls, ...earlier.scores.map(({ judging }) => judging?.costUsd)];
  const spending = budget(
    maximumCostUsd,
    costs.reduce<number>((sum, cost) => sum + (cost ?? 0), 0),
    ofCalls.reduce<number>((dearest, cost) => Math.max(dearest, cost ?? 0), 0),
  );
  const { concurrency, limits, timeoutMs, retries } = value;
  const spaced = pace({ concurrency, limits, clock, wait });
  const call = { timeoutMs, retries, clock, wait, pace: spaced };
  // Judges without a key of their own are not slowed by the targets that they judge.
  const ofJudges = { ...call, lane: "judge" };
  const openJudging = judgeCalls({ store, call: ofJudges, concurrency, spending, abort, now, redact });
  const keepSpent = spentKeeper(store, environment.runId, earlier.spent.length);
  return { call, pace: spaced, spending, openJudging, onSlow: warnOfSlow(environment), keepSpent };
}

/** Names an evaluator that takes its time, once. */
function warnOfSlow({ onWarning }: RunEnvironment): Calls["onSlow"] {
  const named = new Set<string>();
  return (evaluator, { caseId, side }) => {
    if (named.has(evaluator)) return;
    named.add(evaluator);
    onWarning?.(
      `evaluator "${evaluator}" has been working for more than a minute on case "${caseId}" (${side}); the run waits for it until it is interrupted twice`,
    );
  };
}

/** A judge that failed in this run may succeed in its continuation; what other evaluators say stands. */
function isFinal({ evaluation }: Score): boolean {
  return evaluation.status !== "error" || evaluation.kind === undefined;
}

/** Lets judges that are about to block a release judge again where the sides of a pair got different verdicts. */
export async function rejudge(
  prepared: PreparedRun,
  environment: RunEnvironment,
  samples: readonly Sample[],
  scores: readonly Score[],
  { calls, judges }: { readonly calls: Calls; readonly judges: readonly string[] },
): Promise<Score[]> {
  const { concurrency } = prepared.evaluation.value;
  const cases = new Map(prepared.dataset.cases.map((item) => [item.id, item]));
  return judgeAgain({
    scores,
    samples,
    judges,
    async judge(sample, name, round) {
      const own = prepared.evaluators.filter((evaluator) => evaluator.name === name);
      return (await scoreNow(cases.get(sample.caseId)!, sample, own, environment, calls, round))[0] ?? null;
    },
    keep(pair) {
      const key = `${scorePlaceOf(pair[0])}/round-${pair[0].round}`;
      return environment.store.append([scoresRecord(environment, pair, key)]);
    },
    concurrency,
    stop: environment.stop,
  });
}

/** Names of the evaluators that say of themselves that they judge; a calibrated rule gives the same verdict again. */
export function judgesOf({ evaluation }: PreparedRun): string[] {
  return evaluation.value.evaluators.filter(({ judge }) => judge !== undefined).map(({ name }) => name);
}

/** Scores as one record of a run. */
export function scoresRecord({ runId }: RunEnvironment, scores: readonly Score[], key: string): StoreRecord {
  return { kind: "scores", runId, key, body: scores };
}
