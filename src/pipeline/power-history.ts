import { type Cohort, inCohort } from "../core/cohort.ts";
import type { Store } from "../core/extensions.ts";
import type { Discordance, PowerPlan } from "../core/power.ts";
import type { RunManifest } from "../core/run.ts";
import { firstScores } from "./last-scores.ts";
import { type CaseOutcome, pair } from "./pair.ts";
import { noiseOf } from "./power-noise.ts";

/** Share of differing cases that is taken where nothing was measured. */
export const assumedDiscordance = 0.1;

/** Cases below which a cohort's own share is mostly chance, so that the share over all cases is taken. */
const fewestCases = 30;

/** Newest runs that are looked through for costs: each has to be read whole. */
const runsForCosts = 5;

/** An evaluator as a run names it. Scores of another version say nothing of this one. */
export interface MetricVersion {
  readonly name: string;
  readonly version: string;
}

/** What stored runs tell of one metric. */
export interface MetricHistory {
  readonly run: RunManifest;
  /** One outcome for each case of that run. */
  readonly outcomes: readonly CaseOutcome[];
}

/** True when both sides of a run were the same bundle. */
export function isSameRelease({ baseline, candidate }: RunManifest): boolean {
  return baseline.fingerprint === candidate.fingerprint;
}

/** True when a run can tell noise from change: the same release on both sides, or more than one repetition. */
function isRepeated(run: RunManifest): boolean {
  return isSameRelease(run) || run.repetitions > 1;
}

/** Finished runs of an evaluation over all of its cases, those first that can tell noise from change, newest first within both kinds. */
export async function rankedRuns(store: Store, evaluation: string): Promise<RunManifest[]> {
  const whole = (await store.runs({ evaluation })).filter(({ filter }) => filter === null);
  return [...whole.filter(isRepeated), ...whole.filter((run) => !isRepeated(run))];
}

/** The outcomes of each metric in the first run that judged it by this version; nothing for a metric that no run judged. */
export async function metricHistories(
  store: Store,
  runs: readonly RunManifest[],
  metrics: readonly MetricVersion[],
  options: { readonly alsoUnfinished: boolean },
): Promise<Map<string, MetricHistory>> {
  const found = new Map<string, MetricHistory>();
  for (const run of runs) {
    const open = metrics.filter(
      (metric) => !found.has(metric.name) && run.evaluators.some((known) => isSameMetric(known, metric)),
    );
    if (open.length === 0) continue;
    const { runId, repetitions } = run;
    if (!options.alsoUnfinished && (await store.read(runId, "report")).length === 0) continue;
    const cases = await store.read(runId, "case");
    const scores = firstScores((await store.read(runId, "scores")).flat());
    for (const { name } of open) {
      const outcomes = pair(cases, scores, name, repetitions);
      if (outcomes.some(({ observed }) => observed !== null)) found.set(name, { run, outcomes });
    }
    if (found.size === metrics.length) break;
  }
  return found;
}

function isSameMetric(a: MetricVersion, b: MetricVersion): boolean {
  return a.name === b.name && a.version === b.version;
}

/** The share of differing cases of a metric in a cohort, from what is stored of the metric. */
export function discordanceOf(history: MetricHistory | undefined, cohort: Cohort): Discordance {
  const assumed: Discordance = {
    share: assumedDiscordance,
    source: "assumed",
    runId: null,
    cohort: null,
    cases: 0,
    isFloor: false,
  };
  if (history === undefined) return assumed;
  const { run, outcomes } = history;
  const own = measured(
    run,
    outcomes.filter(({ tags }) => inCohort(cohort, tags)),
  );
  if (own !== null && own.cases >= fewestCases) return { ...own, cohort: cohort.name, runId: run.runId };
  const all = measured(run, outcomes);
  return all === null ? assumed : { ...all, cohort: "all", runId: run.runId };
}

/**
 * The share of differing cases at one repetition, ψ. Of repetitions, the sum of both sides' within-case variances: two trials of one case
 * that passes with probability p differ with 2p(1 − p), twice the variance of one. Where the sides are two releases, twice that of the
 * live one. Without repetitions, the share that differed. At least one case in `cases`: fewer would be more than was seen.
 */
function measured(
  run: RunManifest,
  outcomes: readonly CaseOutcome[],
): Pick<Discordance, "share" | "source" | "cases" | "isFloor"> | null {
  const isSame = isSameRelease(run);
  const noise = noiseOf(outcomes);
  if (noise !== null) {
    const share = noise.baseline + (isSame ? noise.candidate : noise.baseline);
    return atLeastOne(share, isSame ? "same-release" : "repetitions", noise.cases);
  }
  if (run.repetitions > 1) return null;
  const judged = outcomes.flatMap(({ observed }) => (observed === null ? [] : [observed]));
  if (judged.length === 0) return null;
  const differing = judged.filter(({ baseline, candidate }) => baseline !== candidate).length;
  return atLeastOne(differing / judged.length, isSame ? "same-release" : "comparison", judged.length);
}

function atLeastOne(share: number, source: Discordance["source"], cases: number) {
  return { share: Math.min(1, Math.max(share, 1 / cases)), source, cases, isFloor: share < 1 / cases };
}

/** Mean cost of a call in the newest run that reports costs, over the samples that do. */
export async function callCostIn(
  store: Store,
  newestFirst: readonly RunManifest[],
): Promise<PowerPlan["callCost"]> {
  for (const { runId } of newestFirst.slice(0, runsForCosts)) {
    const samples = await store.read(runId, "sample");
    const costs = samples.flatMap(({ usage }) => (usage.costUsd === null ? [] : [usage.costUsd]));
    if (costs.length > 0) return { usd: costs.reduce((sum, cost) => sum + cost, 0) / costs.length, runId };
  }
  return null;
}
