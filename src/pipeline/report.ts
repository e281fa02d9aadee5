import { type Cohort, cohortOf, dimensionsOf, everyCase } from "../core/cohort.ts";
import type { Comparison, Decision } from "../core/comparison.ts";
import type { Dataset } from "../core/dataset.ts";
import { exitCodeOf, type Gate, readMetric, type Verdict } from "../core/gate.ts";
import { percent, plural } from "../core/quantities.ts";
import type { ManifestDifference } from "../core/release.ts";
import type { Comparability, Report } from "../core/report.ts";
import type { RunManifest } from "../core/run.ts";
import type { Sample } from "../core/sample.ts";
import type { JudgeQuality, Score } from "../core/score.ts";
import { trialRate } from "../core/trial-rate.ts";
import { compare } from "./compare.ts";
import { compareManifests, idleChanges } from "./compare-manifests.ts";
import { gate, verdictOver } from "./gate.ts";
import { headline } from "./headline.ts";
import { discordantPairs } from "./judge-again.ts";
import { firstScores, lastScores } from "./last-scores.ts";
import { changedComponents, nextSteps, rollbackTo } from "./next-steps.ts";
import { type CaseOutcome, pair, pairTrials } from "./pair.ts";
import { asHarm } from "./rate-of-harm.ts";
import { reportCases } from "./report-cases.ts";
import type { ResolvedGate } from "./resolve-gate.ts";
import { summariseJudging, tellJudgedAgain, tellJudging, tellUnjudged } from "./summarise-judging.ts";
import { summariseOperations } from "./summarise-operations.ts";
import { blockingJudges, judgedAgain, uphold, withLaterVotes } from "./uphold.ts";

/** Everything that a report follows from: the records of a run, the dataset and the gate. */
export interface ReportInput {
  readonly manifest: RunManifest;
  /** The dataset, cut to the cases of the run. */
  readonly dataset: Dataset;
  readonly gate: Gate;
  readonly resolved: ResolvedGate;
  readonly samples: readonly Sample[];
  readonly scores: readonly Score[];
}

/** Compares, decides and puts the report together. The same records give the same report, whatever their order. */
export function report(all: ReportInput): Report {
  const judging = summariseJudging(all.scores);
  const input = { ...all, scores: firstScores(all.scores) };
  const { manifest, dataset, resolved, samples } = input;
  const { repetitions } = manifest;
  const { alpha } = input.gate;
  const evaluators = manifest.evaluators.map(({ name }) => name);
  const outcomes = outcomesOf(input);
  const decisions = decide(input, outcomes, all.scores);
  const verdict = honest(verdictOver(decisions), input);
  const cohorts = reportedCohorts(dataset, resolved);
  const simple = cohorts.filter(({ tags }) => Object.keys(tags).length <= 1);
  const comparisons = compareAll(cohorts, outcomes, alpha);
  const rollback = rollbackTo(manifest.baseline, manifest.candidate);
  const scores = withLaterVotes(input.scores, all.scores);
  const cases = reportCases(dataset.cases, samples, scores, repetitions, evaluators);
  return {
    schemaVersion: 1,
    verdict,
    exitCode: exitCodeOf[verdict],
    headline: headlineFor(verdict, input, decisions, comparisons),
    decisions,
    comparisons,
    operations: simple.flatMap((cohort) =>
      (["baseline", "candidate"] as const).map((side) =>
        summariseOperations(side, cohort, dataset.cases, samples, repetitions),
      ),
    ),
    ...(judging && { judging }),
    nextSteps: nextSteps(verdict, decisions, changedComponents(rollback)),
    rollback,
    comparability: [
      ...comparabilityOf(manifest),
      ...warnings(input, decisions, outcomes),
      ...tellJudging(judging ?? {}),
      ...tellJudgedAgain(all.scores),
      ...tellUnjudged(discordantPairs(all.scores, blockingJudges(decisions, judgesOf(manifest)))),
    ],
    caseCounts: cases.counts,
    cases: cases.changed,
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

function decideOn(
  { manifest, dataset, resolved, samples, gate: { alpha } }: ReportInput,
  outcomes: Outcomes,
) {
  return gate({
    checks: resolved.checks,
    cases: dataset.cases,
    samples,
    outcomes,
    judges: measuredJudges(manifest),
    repetitions: manifest.repetitions,
    alpha,
    seed: `${manifest.dataset.fingerprint}/${manifest.gate.hash}`,
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

/** The differences between the two bundles, as findings. Refused ones stop a run; here they are only written down. */
export function comparabilityOf(manifest: Pick<RunManifest, "baseline" | "candidate">): Comparability[] {
  const differences = compareManifests(manifest.baseline, manifest.candidate);
  const findings = differences.map(
    (difference): Comparability => ({
      level: difference.declared ? "declared" : "refused",
      subject: difference.path,
      message: sayDifference(difference),
    }),
  );
  for (const path of idleChanges(manifest.candidate, differences)) {
    const message = `the candidate declares a change of ${path}, but nothing differs there`;
    findings.push({ level: "note", subject: path, message });
  }
  if (differences.length === 0) {
    const message = "both releases are the same bundle: every difference below is noise";
    findings.push({ level: "note", subject: "releases", message });
  }
  return findings;
}

function sayDifference({ path, baseline, candidate, declared }: ManifestDifference): string {
  const change = `${path} differs: ${shorten(baseline)} in the baseline, ${shorten(candidate)} in the candidate`;
  return declared ? `${change} (declared)` : `${change}, and the candidate does not declare it`;
}

function shorten(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= 80 ? text : `${text.slice(0, 77)}…`;
}

/** What was taken from earlier runs: it was not measured beside the rest. */
function reuseOf(samples: readonly Sample[]): string | null {
  const reused = samples.filter(({ reusedFrom }) => reusedFrom !== undefined);
  if (reused.length === 0) return null;
  const ofBaseline = reused.filter(({ side }) => side === "baseline").length;
  const times = reused.map(({ startedAt }) => startedAt).sort();
  return `${plural(ofBaseline, "answer")} of the baseline and ${reused.length - ofBaseline} of the candidate were taken from earlier runs, made from ${times[0]} to ${times.at(-1)}; their latency is left out, failures are never taken over, and a change at the provider since then is not in them`;
}

/** How often a rate limit refused an attempt: what was measured was measured on a provider that was asked for too much. */
function rateLimitsOf(samples: readonly Sample[]): string | null {
  const refused = { baseline: 0, candidate: 0 };
  for (const { side, attempts } of samples) {
    for (const { failure } of attempts) if (failure?.kind === "rate_limit") refused[side]++;
  }
  if (refused.baseline + refused.candidate === 0) return null;
  return `rate limits refused ${plural(refused.baseline, "attempt")} of the baseline and ${refused.candidate} of the candidate; fewer calls were made at a time from then on`;
}

/** What a reader should know before trusting the verdict. */
function warnings(
  { manifest, dataset, resolved, samples, gate: policy }: ReportInput,
  decisions: readonly Decision[],
  outcomes: ReadonlyMap<string, readonly CaseOutcome[]>,
): Comparability[] {
  const found: Comparability[] = [];
  const note = (subject: string, message: string) => found.push({ level: "note", subject, message });
  if (manifest.filter !== null) {
    note(
      "filter",
      `only the cases of ${manifest.filter} were run: ${plural(manifest.dataset.cases, "case")}`,
    );
  }
  const reused = reuseOf(samples);
  if (reused !== null) note("reused answers", reused);
  const limited = rateLimitsOf(samples);
  if (limited !== null) note("rate limits", limited);
  if (!policy.criteria.some(({ metric }) => metric === "error_rate")) {
    note(
      "error_rate",
      "the gate does not bound error_rate; missing answers still count against the candidate",
    );
  }
  for (const { name, judge } of manifest.evaluators) {
    if (judge === "unmeasured")
      note("judge", `the judge of ${name} is unmeasured: how often it is wrong is not in the intervals`);
  }
  for (const [metric, cases] of outcomes) {
    const unjudged = cases.filter(({ counts }) => counts.notApplicable === counts.planned).length;
    if (unjudged === dataset.cases.length) note(metric, `${metric} could judge no case`);
    else if (unjudged > 0) {
      note(
        metric,
        `${metric} applies to ${dataset.cases.length - unjudged} of ${plural(dataset.cases.length, "case")}; the others expect nothing of it`,
      );
    }
    const missing = cases.reduce(
      (sum, { counts }) => sum + counts.candidateMissing + counts.baselineMissing + counts.bothMissing,
      0,
    );
    const planned = dataset.cases.length * manifest.repetitions;
    if (missing > 0)
      note(
        "missing answers",
        `${metric} lacks a score for ${missing} of ${planned} planned pairs (${percent(missing / planned)})`,
      );
  }
  if (resolved.leftOut.length > 0) {
    const names = resolved.leftOut.map(({ cohort, cases }) => `${cohort} (${cases})`);
    const shown = `${names.slice(0, 4).join(", ")}${names.length > 4 ? ", …" : ""}`;
    note(
      "small cohorts",
      `${plural(names.length, "cohort")} with too few cases for the gate ${names.length === 1 ? "is" : "are"} not gated: ${shown}`,
    );
  }
  for (const decision of decisions) {
    if (!decision.degradedWithinMargin) continue;
    note(
      decision.metric,
      `${decision.metric} in ${decision.cohort} is proven worse, though within its margin`,
    );
  }
  return found;
}
