import { inCohort, whereOf } from "../core/cohort.ts";
import type { Decision, Rule } from "../core/comparison.ts";
import type { Case } from "../core/dataset.ts";
import { errorRateMetric, type Verdict } from "../core/gate.ts";
import { level, percent, plural } from "../core/quantities.ts";
import type { Sample, Side } from "../core/sample.ts";
import type { JudgeQuality } from "../core/score.ts";
import { trialRate } from "../core/trial-rate.ts";
import { correctRateStatistics, isTelling, ratesOf, tellsNothing } from "./judge-error.ts";
import type { CaseOutcome } from "./pair.ts";
import { complement, turned } from "./rate-of-harm.ts";
import { type RateStatistics, type RateUnit, rateStatistics } from "./rate-statistics.ts";
import type { GateCheck } from "./resolve-gate.ts";
import { casesForThreshold } from "./threshold-sizes.ts";
import { unpairedDecision } from "./unpaired-decision.ts";

/** What is known of a rate: over what was observed, and were every missing score bad. */
interface Observed {
  readonly rate: RateStatistics | null;
  readonly worst: RateStatistics | null;
  readonly planned: number;
  readonly missing: number;
  /** False when the judge is not proven to tell good from bad; what is known is then as it says. */
  readonly isTelling: boolean;
}

/** The decision on the smallest pass rate of the candidate. Missing scores count against it before it may pass. */
export function decideAtLeast(
  check: GateCheck,
  outcomes: readonly CaseOutcome[],
  judge: JudgeQuality | null,
  alpha: number,
): Decision {
  const found = observedOf(check, outcomes, judge, alpha);
  const threshold = check.criterion.atLeast!;
  const rule = { kind: "at_least", threshold } as const;
  const decision = decisionOf(check, rule, found, atLeastVerdict(found, threshold), alpha);
  if (judge === null) return decision;
  // More cases do not make up for a judge that is not known well enough.
  return {
    ...decision,
    judge: { ...ratesOf(judge), isTelling: isTelling(judge, alpha) },
    casesNeeded: null,
  };
}

/**
 * The decision on the smallest or largest share of trials. For the largest one the outcomes are those of its absence, so that what is missing
 * speaks against the candidate either way.
 */
export function decideTrialRate(check: GateCheck, outcomes: readonly CaseOutcome[], alpha: number): Decision {
  const found = observedOf(check, outcomes, null, alpha);
  const { atLeast, atMost } = check.criterion;
  if (atLeast !== undefined) {
    const verdict = atLeastVerdict(found, atLeast);
    return decisionOf(check, { kind: "at_least", threshold: atLeast }, found, verdict, alpha);
  }
  const verdict = atLeastVerdict(found, 1 - atMost!);
  const itself = (absence: RateStatistics | null) =>
    absence && { ...absence, rate: complement(absence.rate), interval: turned(absence.interval, 1) };
  const shown = { ...found, rate: itself(found.rate), worst: itself(found.worst) };
  return decisionOf(check, { kind: "at_most", threshold: atMost! }, shown, verdict, alpha);
}

function observedOf(
  check: GateCheck,
  outcomes: readonly CaseOutcome[],
  judge: JudgeQuality | null,
  alpha: number,
): Observed {
  const members = outcomes.filter(({ tags }) => inCohort(check.cohort, tags));
  const missing = members.reduce((sum, { candidateAlone }) => sum + candidateAlone.missing, 0);
  const ratesOver = (withMissing: boolean) => {
    const observed = rateStatistics(unitsOf(members, withMissing), alpha);
    if (observed === null || judge === null) return observed;
    return correctRateStatistics(observed, judge, alpha) ?? observed;
  };
  return {
    rate: ratesOver(false),
    worst: missing === 0 ? null : ratesOver(true),
    planned: members.reduce((sum, { counts }) => sum + counts.planned, 0),
    missing,
    isTelling: judge === null || isTelling(judge, alpha),
  };
}

/** The candidate's rate in each case, over its scored trials, or with the missing ones as failed. */
function unitsOf(members: readonly CaseOutcome[], withMissing: boolean): RateUnit[] {
  return members.flatMap(({ candidateAlone: { sum, scored, missing }, cluster }) => {
    const trials = scored + (withMissing ? missing : 0);
    return trials === 0 ? [] : [{ rate: sum / trials, trials, cluster }];
  });
}

function atLeastVerdict({ rate, worst, missing, isTelling }: Observed, threshold: number): Verdict {
  if (rate === null) return missing > 0 ? "error" : "inconclusive";
  if (!isTelling) return "inconclusive";
  if ((worst ?? rate).interval.lower >= threshold) return "pass";
  return rate.interval.upper < threshold ? "fail" : "inconclusive";
}

/**
 * The decision on the largest error rate of the candidate, over planned trials. Where the baseline breaks the same bound, what failed is
 * not the candidate: then nothing was measured.
 */
export function decideErrorRate(
  check: GateCheck,
  cases: readonly Case[],
  samples: readonly Sample[],
  repetitions: number,
  alpha: number,
): Decision {
  const members = cases.filter((item) => inCohort(check.cohort, item.cohorts));
  const threshold = check.criterion.atMost!;
  const candidate = rateStatistics(errorUnits(members, samples, "candidate", repetitions), alpha);
  const baseline = rateStatistics(errorUnits(members, samples, "baseline", repetitions), alpha);
  const isBroken = (side: RateStatistics | null) => side !== null && side.interval.lower > threshold;
  let verdict: Verdict = "inconclusive";
  if (candidate !== null && candidate.interval.upper <= threshold) verdict = "pass";
  else if (isBroken(candidate)) verdict = isBroken(baseline) ? "error" : "fail";
  const planned = members.length * repetitions;
  const found: Observed = { rate: candidate, worst: null, planned, missing: 0, isTelling: true };
  const decision = decisionOf(check, { kind: "at_most", threshold }, found, verdict, alpha);
  const reason =
    verdict === "error"
      ? `${decision.reason}; the baseline breaks it too, so this was not measured`
      : decision.reason;
  return { ...decision, reason, baseline: baseline?.rate ?? null };
}

/** A trial without a sample has no answer either: it counts as an error. */
function errorUnits(
  cases: readonly Case[],
  samples: readonly Sample[],
  side: Side,
  repetitions: number,
): RateUnit[] {
  const answered = new Map<string, number>();
  for (const sample of samples) {
    if (sample.side === side && sample.output !== null)
      answered.set(sample.caseId, (answered.get(sample.caseId) ?? 0) + 1);
  }
  return cases.map(({ id, cluster = id }) => {
    const rate = 1 - (answered.get(id) ?? 0) / repetitions;
    return { rate, trials: repetitions, cluster };
  });
}

function decisionOf(
  check: GateCheck,
  rule: Extract<Rule, { threshold: number }>,
  found: Observed,
  decision: Verdict,
  alpha: number,
): Decision {
  const { metric, severity } = check.criterion;
  const { rate, worst, missing } = found;
  const isOpen = decision === "inconclusive" && rate !== null && missing === 0;
  const bound = `${rule.kind === "at_least" ? "at least" : "at most"} ${percent(rule.threshold)}`;
  return {
    ...unpairedDecision,
    criterion: `${metric} is ${bound}`,
    cohort: check.cohort.name,
    metric,
    severity,
    rule,
    decision,
    reason: reasonFor(check, bound, found, decision),
    n: rate?.n ?? 0,
    clusters: rate?.clusters ?? 0,
    baseline: null,
    candidate: rate?.rate ?? null,
    estimate: rate?.rate ?? null,
    interval: rate?.interval ?? null,
    worstCaseInterval: worst?.interval ?? null,
    threshold: rule.threshold,
    degradedWithinMargin: false,
    casesNeeded: isOpen ? casesForThreshold(rate, rule, alpha) : null,
  };
}

function reasonFor(
  { criterion, cohort }: GateCheck,
  bound: string,
  { rate, planned, missing, isTelling }: Observed,
  decision: Verdict,
): string {
  const where = whereOf(cohort.name);
  const isOfTrials = criterion.metric === errorRateMetric || trialRate(criterion.metric) !== undefined;
  const noun = isOfTrials ? "planned trial" : "planned pair";
  if (rate === null)
    return `${criterion.metric} ${where}: not one of ${plural(planned, noun)} could be judged`;
  const { lower, upper, level: confidence } = rate.interval;
  const range = `${level(confidence)} interval ${percent(lower)} to ${percent(upper)}, ${plural(rate.n, "case")}`;
  const evidence = `${criterion.metric} ${where} is ${percent(rate.rate)} (${range})`;
  if (!isTelling) return `${evidence}: ${tellsNothing}`;
  if (decision === "pass") return `${evidence}: ${bound} is proven`;
  if (decision === "fail" || decision === "error") return `${evidence}: it must be ${bound}`;
  const lacking = missing > 0 ? `; ${plural(missing, "answer is", "answers are")} missing` : "";
  return `${evidence}: whether it is ${bound} is not settled${lacking}`;
}
