import { type Cohort, inCohort } from "../core/cohort.ts";
import type { Dataset } from "../core/dataset.ts";
import type { Store } from "../core/extensions.ts";
import type { Criterion, Gate } from "../core/gate.ts";
import type { PowerCriterion, PowerJudging, PowerPlan, PowerSizes } from "../core/power.ts";
import type { ReleaseManifest } from "../core/release.ts";
import type { RunManifest } from "../core/run.ts";
import type { ErrorRates } from "../stats/index.ts";
import { minimumNForMargin } from "../stats/index.ts";
import { pairedStatistics } from "./paired-statistics.ts";
import {
  callCostIn,
  discordanceOf,
  type MetricHistory,
  type MetricVersion,
  metricHistories,
  rankedRuns,
} from "./power-history.ts";
import { type AskingEvaluator, judgingOf, planJudging } from "./power-judging.ts";
import { powerNotes } from "./power-notes.ts";
import {
  discordanceAt,
  harmFactor,
  type Spread,
  stretched,
  unitsForHarm,
  unitsForSafety,
  visibleDrop,
} from "./power-sizes.ts";
import type { ResolvedGate } from "./resolve-gate.ts";

/** What a plan needs to know of an evaluation; a prepared run has all of it. */
export interface PowerInput {
  readonly evaluation: { readonly value: { readonly name: string }; readonly shown: string };
  readonly dataset: Dataset;
  readonly gate: Gate;
  readonly resolved: ResolvedGate;
  readonly manifests: { readonly baseline: ReleaseManifest };
  readonly evaluators: readonly (MetricVersion & AskingEvaluator)[];
  readonly repetitions: number;
}

/** What the user asks for. */
export interface PowerOptions {
  /** The drop in a pass rate that is to be seen, in (0, 1). */
  readonly drop: number;
  /** The probability with which it is to be seen, in (0, 1). */
  readonly power: number;
  /** The stored run to measure the discordance by, instead of the best one. */
  readonly run?: RunManifest | undefined;
}

/** Repetitions that every plan compares. */
const comparedRepetitions = [1, 3, 5] as const;

/** How many cases each margin of a gate needs, before anything is spent. Reads the store, calls nothing. */
export async function powerPlan(
  input: PowerInput,
  store: Store,
  { drop, power, run }: PowerOptions,
): Promise<PowerPlan> {
  const { dataset, gate, repetitions } = input;
  const name = input.evaluation.value.name;
  const margins = input.resolved.checks.filter(({ criterion }) => criterion.margin !== undefined);
  const metrics = input.evaluators.filter((each) =>
    margins.some(({ criterion }) => criterion.metric === each.name),
  );
  const runs = run === undefined ? await rankedRuns(store, name) : [run];
  const histories = await metricHistories(store, runs, metrics, { alsoUnfinished: run !== undefined });
  const newestFirst = await store.runs({ evaluation: name });
  const callCost = await callCostIn(store, newestFirst);
  const rates: ErrorRates = { alpha: gate.alpha, power };
  const calls = dataset.cases.length * repetitions * 2;
  const judging = await planJudging(store, newestFirst, input.evaluators, calls);
  const costs = { usd: callCost?.usd ?? null, judging };
  const plan = { drop, rates, repetitions, costs };
  const criteria = margins.map(({ criterion, cohort }) =>
    planCriterion(criterion, cohort, dataset, histories.get(criterion.metric), plan),
  );
  const blocking = margins.filter(({ criterion }) => criterion.severity === "blocking").length;
  const { costUsd, wholeCostUsd } = costsOf(calls, costs);
  const found: Omit<PowerPlan, "notes"> = {
    schemaVersion: 1,
    evaluation: name,
    dataset: {
      name: dataset.description.name,
      version: dataset.version,
      cases: dataset.cases.length,
    },
    drop,
    power,
    alpha: gate.alpha,
    repetitions,
    calls,
    costUsd,
    judging,
    wholeCostUsd,
    callCost,
    harmCorrection: { criteria: blocking, atMostTimes: harmFactor(blocking, rates) },
    criteria,
  };
  return { ...found, notes: powerNotes(found, { ...input, run }, histories) };
}

interface Wanted {
  readonly drop: number;
  readonly rates: ErrorRates;
  readonly repetitions: number;
  readonly costs: Costs;
}

/** What calls and their judging cost. */
interface Costs {
  /** Cost of a call of a release. */
  readonly usd: number | null;
  readonly judging: readonly PowerJudging[];
}

function costsOf(calls: number, { usd, judging }: Costs) {
  const costUsd = usd === null ? null : calls * usd;
  const judges = judging.map(({ callsPerAnswer, measured }) => ({
    callsPerAnswer,
    usdPerCall: measured?.usdPerCall ?? null,
  }));
  const judged = judgingOf(judges, calls);
  const isKnown = costUsd !== null && judged.costUsd !== null;
  return {
    costUsd,
    judgeCalls: judged.calls,
    wholeCostUsd: isKnown ? costUsd + judged.costUsd : null,
  };
}

function planCriterion(
  { metric, severity, margin = 0 }: Criterion,
  cohort: Cohort,
  dataset: Dataset,
  history: MetricHistory | undefined,
  wanted: Wanted,
): PowerCriterion {
  const members = dataset.cases.filter((item) => inCohort(cohort, item.cohorts));
  const mute = new Set(history?.outcomes.filter(isMute).map(({ caseId }) => caseId));
  const judged = members.filter(({ id }) => !mute.has(id));
  const alike = judged.map(({ id, cluster = id }) => ({ difference: 0, cluster }));
  const clusters = new Set(alike.map(({ cluster }) => cluster)).size;
  const best = pairedStatistics(alike, wanted.rates.alpha);
  const discordance = discordanceOf(history, cohort);
  const isNoise = discordance.source === "same-release" || discordance.source === "repetitions";
  const spread = { share: discordance.share, isNoise };
  const perCluster = clusters === 0 ? 1 : judged.length / clusters;
  const sizes = (repetitions: number) =>
    sizesAt(spread, repetitions, margin, { clusters, perCluster }, wanted);
  return {
    metric,
    cohort: cohort.name,
    severity,
    margin,
    cohortCases: members.length,
    cases: judged.length,
    clusters,
    canPass: best !== null && best.nonInferiorityP(margin) <= wanted.rates.alpha,
    minimumCases: stretched(minimumNForMargin(margin, wanted.rates.alpha)!, perCluster),
    discordance,
    now: sizes(wanted.repetitions),
    byRepetitions: isNoise ? comparedRepetitions.map(sizes) : null,
  };
}

/** True for a case that gave the metric nothing to judge. */
function isMute({ counts }: MetricHistory["outcomes"][number]): boolean {
  return counts.notApplicable === counts.planned;
}

function sizesAt(
  spread: Spread,
  repetitions: number,
  margin: number,
  { clusters, perCluster }: { clusters: number; perCluster: number },
  { drop, rates, costs }: Wanted,
): PowerSizes {
  const casesForHarm = stretched(unitsForHarm(spread, repetitions, drop, rates), perCluster);
  const casesForSafety = stretched(unitsForSafety(spread, repetitions, margin, rates), perCluster);
  const calls = Math.max(casesForHarm, casesForSafety) * repetitions * 2;
  return {
    repetitions,
    discordance: discordanceAt(spread, repetitions),
    smallestVisibleDrop: visibleDrop(spread, repetitions, clusters, rates),
    casesForHarm,
    casesForSafety,
    calls,
    ...costsOf(calls, costs),
  };
}
