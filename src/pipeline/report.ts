import { type Cohort, cohortOf, dimensionsOf, everyCase } from "../core/cohort.ts";
import type { Comparison, Decision } from "../core/comparison.ts";
import type { Dataset } from "../core/dataset.ts";
import { demandsOf, exitCodeOf, readMetric, type Verdict } from "../core/gate.ts";
import type { Report } from "../core/report.ts";
import type { RunManifest } from "../core/run.ts";
import type { JudgeQuality, Score } from "../core/score.ts";
import { trialRate } from "../core/trial-rate.ts";
import { comparabilityOf } from "./comparability.ts";
import { compare } from "./compare.ts";
import { failureFindings } from "./failure-findings.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { gate, verdictOver } from "./gate.ts";
import { headline } from "./headline.ts";
import { discordantPairs } from "./judge-again.ts";
import { firstScores, lastScores } from "./last-scores.ts";
import { changedComponents, nextSteps, rollbackTo } from "./next-steps.ts";
import { type CaseOutcome, pair, pairTrials } from "./pair.ts";
import { asHarm } from "./rate-of-harm.ts";
import { reportCases } from "./report-cases.ts";
import { warnings } from "./report-findings.ts";
import type { ReportInput } from "./report-input.ts";
import type { ResolvedGate } from "./resolve-gate.ts";
import { summariseJudging, tellJudgedAgain, tellJudging, tellUnjudged } from "./summarise-judging.ts";
import { summariseOperations } from "./summarise-operations.ts";
import { tellPromotions } from "./tell-promotions.ts";
import { blockingJudges, judgedAgain, uphold, withLaterVotes } from "./uphold.ts";
import { waive } from "./waive.ts";
import { waiverFindings } from "./waiver-words.ts";

/** Compares, decides and puts the report together. The same records give the same report, whatever their order. */
export function report(all: ReportInput): Report {
  const judging = summariseJudging(all.scores);
  const input = { ...all, scores: firstScores(all.scores) };
  const { manifest, dataset, resolved, samples } = input;
  const { repetitions } = manifest;
  const { alpha } = input.gate;
  const evaluators = manifest.evaluators.map(({ name }) => name);
  const outcomes = outcomesOf(input);
  const { decisions, waivers } = waive(decide(input, outcomes, all.scores), resolved.waivers, {
    decidedAt: input.decidedAt,
    candidate: manifest.candidate.name,
    isObeyed: true,
  });
  const verdict = honest(verdictOver(decisions), input);
  const cohorts = reportedCohorts(dataset, resolved);
  const simple = cohorts.filter(({ tags }) => Object.keys(tags).length <= 1);
  const comparisons = compareAll(cohorts, outcomes, alpha);
  const rollback = rollbackTo(manifest.baseline, manifest.candidate);
  const scores = withLaterVotes(input.scores, all.scores);
  const cases = reportCases(dataset.cases, samples, scores, repetitions, evaluators, manifest.seed);
  return {
    schemaVersion: 1,
    verdict,
    exitCode: exitCodeOf[verdict],
    headline: headlineFor(verdict, input, decisions, comparisons),
    decisions,
    ...(waivers.length > 0 && { decidedAt: input.decidedAt, waivers }),
    comparisons,
    operations: summariseOperations(simple, { cases: dataset.cases, samples, repetitions }, alpha),
    ...(judging && { judging }),
    nextSteps: nextSteps(verdict, decisions, changedComponents(rollback), waivers),
    rollback,
    comparability: [
      ...waiverFindings(waivers),
      ...comparabilityOf(manifest),
      ...tellPromotions(manifest),
      ...warnings(input, decisions, outcomes),
      ...failureFindings(input),
      ...tellJudging(judging ?? {}),
      ...tellJudgedAgain(all.scores),
      ...tellUnjudged(discordantPairs(all.scores, blockingJudges(decisions, judgesOf(manifest)))),
    ],
    caseCounts: cases.counts,
    cases: cases.cases,
    provenance: manifest,
  };
}

type Outcomes = ReadonlyMap<string, readonly CaseOutcome[]>;

/** What became of each case, by metric. */
function outcomesOf({ manifest, dataset, resolved, samples, scores }: ReportInput): Outcomes {
  const { evaluators, repetitions } = manifest;
  const metrics = [...evaluators.map(({ name }) => name), ...meanScores(resolved)];
  const outcomes = new Map(
    metrics.map((metric) => [metric, pair(dataset.cases, scores, metric, repetitions)]),
  );
  for (const metric of trialRatesOf(resolved)) {
    outcomes.set(metric, pairTrials(dataset.cases, samples, trialRate(metric)!, repetitions));
  }
  return outcomes;
}

/** Decides on first verdicts; a fail by a judge that judged again must be one by all votes too. */
function decide(input: ReportInput, outcomes: Outcomes, allScores: readonly Score[]): Decision[] {
  const decisions = decideOn(input, outcomes);
  const judges = judgedAgain(allScores);
  if (blockingJudges(decisions, [...judges]).length === 0) return decisions;
  const again = outcomesOf({ ...input, scores: lastScores(allScores) });
  return uphold(decisions, decideOn(input, again), judges);
}

function decideOn({ manifest, dataset, resolved, samples, gate: policy }: ReportInput, outcomes: Outcomes) {
  return gate({
    checks: resolved.checks,
    cases: dataset.cases,
    samples,
    outcomes,
    judges: measuredJudges(manifest),
    repetitions: manifest.repetitions,
    alpha: policy.alpha,
    seed: `${manifest.dataset.fingerprint}/${fingerprintOf(demandsOf(policy))}`,
  });
}

/** Why the spend limit ended the run before its plan; `null` where it did not. */
function whyCutShort({ samples, scores }: ReportInput): string | null {
  const refused = samples.find(({ failure }) => failure?.kind === "budget");
  if (refused !== undefined) return `${refused.failure!.message}, and not every planned trial was made`;
  for (const { evaluation } of scores) {
    if (evaluation.status !== "error" || evaluation.kind !== "budget") continue;
    return `${evaluation.reason}, and not every answer was judged`;
  }
  return null;
}

/** A run that was cut short, or that ran only a part of the dataset, can prove harm but never safety. */
function honest(verdict: Verdict, input: ReportInput): Verdict {
  if (whyCutShort(input) !== null && verdict !== "fail") return "error";
  return input.manifest.filter !== null && verdict === "pass" ? "inconclusive" : verdict;
}

function headlineFor(
  verdict: Verdict,
  input: ReportInput,
  decisions: readonly Decision[],
  comparisons: readonly Comparison[],
): string {
  const { manifest } = input;
  const why = whyCutShort(input);
  if (verdict === "error" && why !== null) return `It could not be measured: ${why}.`;
  if (verdict === "inconclusive" && manifest.filter !== null) {
    return `Not settled: only the cases of ${manifest.filter} were run, and a part of the dataset proves nothing of the rest.`;
  }
  return headline(verdict, decisions, comparisons);
}

/** Names of the evaluators that ask a model, or say of themselves that they are unmeasured judges. */
function judgesOf({ evaluators }: RunManifest): string[] {
  return evaluators
    .filter(({ judge, judgedBy }) => judge === "unmeasured" || judgedBy !== undefined)
    .map(({ name }) => name);
}

function measuredJudges({ evaluators }: RunManifest): Map<string, JudgeQuality> {
  return new Map(
    evaluators.flatMap(({ name, judge }) =>
      judge === undefined || judge === "unmeasured" ? [] : [[name, judge]],
    ),
  );
}

/** Mean scores are compared where the gate asks for them; pass rates always. */
function meanScores({ checks }: ResolvedGate): string[] {
  return [
    ...new Set(
      checks.map(({ criterion }) => criterion.metric).filter((metric) => readMetric(metric).isValue),
    ),
  ];
}

/** Shares of trials are compared where the gate asks for them; the operations show them always. */
function trialRatesOf({ checks }: ResolvedGate): Set<string> {
  const metrics = checks.map(({ criterion }) => criterion.metric);
  return new Set(metrics.filter((metric) => trialRate(metric) !== undefined));
}

/** All cases, each tag, and each cohort that the gate asks for. */
function reportedCohorts({ description }: Dataset, { checks }: ResolvedGate): Cohort[] {
  const dimensions = dimensionsOf(description);
  const tags = Object.entries(description.cohorts).flatMap(([dimension, values]) =>
    values.map((value) => cohortOf({ [dimension]: value }, dimensions)),
  );
  const cohorts = [everyCase, ...tags, ...checks.map(({ cohort }) => cohort)];
  return [...new Map(cohorts.map((cohort) => [cohort.name, cohort])).values()];
}

function compareAll(
  cohorts: readonly Cohort[],
  outcomes: ReadonlyMap<string, readonly CaseOutcome[]>,
  alpha: number,
): Comparison[] {
  return [...outcomes].flatMap(([metric, cases]) =>
    cohorts.map((cohort) => {
      const { comparison } = compare(metric, cohort, cases, alpha);
      return trialRate(metric)?.isHarm ? asHarm(comparison) : comparison;
    }),
  );
}
