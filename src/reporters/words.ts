import type { Decision, Rule } from "../core/comparison.ts";
import type { Verdict } from "../core/gate.ts";
import { ratioMeasure, ratioValue } from "../core/ratio.ts";
import type { CaseChange, CaseReport, Comparability, Report } from "../core/report.ts";
import { waivedOf } from "../core/waived.ts";
import * as format from "./format.ts";
import { shellWord } from "./text.ts";

/** The symbol of a verdict, so that nothing is said by colour alone. */
export const verdictSymbol: Readonly<Record<Verdict, string>> = {
  pass: "✓",
  fail: "✗",
  inconclusive: "?",
  error: "!",
};

const meanings: Readonly<Record<Verdict, string>> = {
  pass: "may ship",
  fail: "must not ship",
  inconclusive: "is not proven safe to ship",
  error: "could not be measured",
};

/** What a verdict means for the release, in a few words that name the waivers of a pass. */
export function meaningOf({ verdict, decisions }: Pick<Report, "verdict" | "decisions">): string {
  const waived = waivedOf(decisions).length;
  if (verdict !== "pass" || waived === 0) return meanings[verdict];
  return `may ship only by ${format.plural(waived, "waiver")}`;
}

/** A decision as symbol and words: `✗ fail`, or `✗ fail, waived`. */
export function decisionWord({ decision, waiver }: Pick<Decision, "decision" | "waiver">): string {
  return `${verdictSymbol[decision]} ${decision}${waiver === undefined ? "" : ", waived"}`;
}

/** By which waiver a decision does not block, until when, by whose word and why; `null` where it has none. */
export function waiverText({ waiver }: Pick<Decision, "waiver">): string | null {
  if (waiver === undefined) return null;
  const { name, expires, approvedBy, reason } = waiver;
  return `waived by ${name} to the end of ${expires} UTC, approved by ${approvedBy}: ${reason}`;
}

/** The symbol of what became of a case. */
export const changeSymbol: Readonly<Record<CaseChange, string>> = {
  regressed: "▼",
  errored: "!",
  unscored: "○",
  improved: "▲",
  unchanged: "=",
};

/** What became of cases, as a heading. */
export const changeHeading: Readonly<Record<CaseChange, string>> = {
  regressed: "Regressed",
  errored: "Without an answer or a judgement",
  unscored: "With nothing to judge",
  improved: "Improved",
  unchanged: "Unchanged",
};

/** The symbol of a finding on comparability. */
export const comparabilitySymbol: Readonly<Record<Comparability["level"], string>> = {
  refused: "✗",
  declared: "≠",
  note: "!",
};

/** The level of a finding on comparability in words. */
export const comparabilityWord: Readonly<Record<Comparability["level"], string>> = {
  refused: "refused",
  declared: "declared change",
  note: "note",
};

/** A finding on comparability in a sentence that names its subject once. */
export function findingText({ level, subject, message }: Comparability): string {
  const text = message.includes(subject) ? message : `${subject}: ${message}`;
  return level === "note" || /declare|refuse/.test(text) ? text : `${text} (${comparabilityWord[level]})`;
}

/** What a refused run says beyond its headline; `null` when the headline says it all. */
export function refusalText(report: Report): string | null {
  if (report.error === undefined || report.headline.includes(report.error.message)) return null;
  return report.error.message;
}

/** The command that records that the candidate became live; `null` unless a run passed. */
export function promoteCommand({
  provenance,
  verdict,
}: Pick<Report, "provenance" | "verdict">): string | null {
  if (provenance === null || verdict !== "pass") return null;
  return `npx evals promote ${shellWord(provenance.runId, "RUN")}`;
}

/** What a rollback restores, in one sentence: the whole bundle by name; `null` when nothing was compared, or when the candidate may ship. */
export function rollbackText({ rollback, verdict }: Pick<Report, "rollback" | "verdict">): string | null {
  if (rollback === null || verdict === "pass") return null;
  const { release, fingerprint, components } = rollback;
  if (components.length === 0) return `A rollback restores the whole bundle of ${release}.`;
  const named = components.map(({ name, changed }) => (changed ? `${name} (changed)` : name)).join(", ");
  return `A rollback restores the whole bundle of ${release}${fingerprint === null ? "" : ` (${fingerprint.slice(0, 12)})`}: ${named}.`;
}

/** A word with its first letter in upper case. */
export function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}

/** What a rule demands: `loses at most 5.0 points`, `at least 90.0 %`, `rises by at most 25.0 %` (a ratio) or `5.0 points` (a rate). */
export function ruleText(rule: Rule): string {
  if (rule.kind === "margin") return `loses at most ${format.points(rule.margin)}`;
  if (rule.kind === "rise") return `rises by at most ${format.points(rule.margin)}`;
  if (rule.kind === "ratio") return `rises by at most ${format.changeSize(rule.maximumRatio)}`;
  return `${rule.kind === "at_least" ? "at least" : "at most"} ${format.percent(rule.threshold)}`;
}

/** Rates of both sides: `91.2 % → 82.1 %`, or `812 ms → 1,064 ms` for a ratio; the candidate's alone where there is no baseline. */
export function ratesText({
  metric,
  baseline,
  candidate,
}: Pick<Decision, "metric" | "baseline" | "candidate">): string {
  const text = (value: number | null) =>
    ratioMeasure(metric) === undefined ? format.percent(value) : ratioValue(metric, value);
  return baseline === null ? text(candidate) : `${text(baseline)} → ${text(candidate)}`;
}

/** What the rule looks at, without its interval: `−9.1 points` for a margin or a rise, `84.2 %` for a threshold, `+31.0 %` for a ratio. */
export function estimateText({ rule, estimate }: Pick<Decision, "rule" | "estimate">): string {
  if (rule.kind === "margin" || rule.kind === "rise") return format.difference(estimate);
  return rule.kind === "ratio" ? format.signedChange(estimate) : format.percent(estimate);
}

/** What the rule looks at with its interval: `−9.1 points [−14.9, −3.6]`. */
export function evidenceText(decision: Decision): string {
  if (decision.estimate === null) return "no estimate";
  return `${estimateText(decision)} ${format.ruleInterval(decision.rule, decision.interval)}`;
}

/** The level of intervals when it is the same for all, as a prefix: `90 % `; empty otherwise. */
export function levelPrefix(items: readonly Pick<Decision, "interval">[]): string {
  const levels = new Set(items.flatMap(({ interval }) => (interval === null ? [] : [interval.level])));
  const [only] = levels;
  return levels.size === 1 && only !== undefined ? `${format.level(only)} ` : "";
}

/** Further facts on a decision, each a few words: how many more cases, what got worse, the worst case of what is missing. */
export function hintsOf(decision: Decision): string[] {
  const hints: string[] = [];
  const open = decision.decision === "inconclusive";
  if (decision.judge?.isTelling === false) hints.push(chanceText(decision.judge));
  if (decision.casesNeeded !== null)
    hints.push(
      decision.unit === "trace"
        ? `needs about ${format.plural(decision.casesNeeded, "trace")} on each side`
        : `needs about ${format.plural(decision.casesNeeded, "case")} in all`,
    );
  if (open && decision.smallestVisibleDrop !== null)
    hints.push(
      `could have shown a ${decision.rule.kind === "rise" ? "rise" : "drop"} of ${format.points(decision.smallestVisibleDrop)} or more`,
    );
  if (decision.degradedWithinMargin) hints.push("got worse, within the margin");
  if (decision.regressed + decision.improved > 0)
    hints.push(
      `${format.plural(decision.regressed, "case")} regressed, ${format.count(decision.improved)} improved`,
    );
  if (decision.decision === "fail" && decision.harmPAdjusted !== null)
    hints.push(`harm: p ${pRelation(decision.harmPAdjusted)} after correction`);
  if (decision.worstCaseInterval !== null)
    hints.push(
      `${format.ruleInterval(decision.rule, decision.worstCaseInterval)} if every missing score spoke against the candidate`,
    );
  if (decision.clusters !== decision.n)
    hints.push(
      `${format.count(decision.clusters)} of the ${format.plural(decision.n, decision.unit)} are independent`,
    );
  return hints;
}

/** Why nothing follows from what such a judge says. */
function chanceText({ sensitivity, specificity }: NonNullable<Decision["judge"]>): string {
  const rates = `sensitivity ${format.percent(sensitivity)}, specificity ${format.percent(specificity)}`;
  return `the judge is not proven better than chance (${rates}), so nothing follows from its verdicts`;
}

function pRelation(value: number): string {
  const text = format.probability(value);
  return text.startsWith("<") ? text : `= ${text}`;
}

/** Decisions by severity, in the report's order; severities without one are left out. */
export function bySeverity(
  decisions: readonly Decision[],
): { severity: Decision["severity"]; decisions: Decision[] }[] {
  return (["blocking", "advisory"] as const)
    .map((severity) => ({ severity, decisions: decisions.filter((each) => each.severity === severity) }))
    .filter((group) => group.decisions.length > 0);
}

/** How many decisions came out how: `1 fail, 2 inconclusive (1 waived), 9 pass`. */
export function tally(decisions: readonly Decision[]): string {
  return (["fail", "error", "inconclusive", "pass"] as const)
    .map((verdict) => ({ verdict, found: decisions.filter(({ decision }) => decision === verdict) }))
    .filter(({ found }) => found.length > 0)
    .map(({ verdict, found }) => {
      const waived = waivedOf(found).length;
      return `${format.count(found.length)} ${verdict}${waived === 0 ? "" : ` (${format.count(waived)} waived)`}`;
    })
    .join(", ");
}

/** The cohort tags of a case: `tier=free, intent=refund`. */
export function tagsText(cohorts: Readonly<Record<string, string>>): string {
  return Object.entries(cohorts)
    .map(([dimension, value]) => `${dimension}=${value}`)
    .join(", ");
}

/** The first thing that is known against a case: what an evaluator that got worse said, or why the trial failed. */
export function firstReason(report: CaseReport): { metric: string | null; reason: string } {
  for (const metric of report.regressedMetrics) {
    const evaluations = report.candidate.evaluations;
    if (Object.hasOwn(evaluations, metric)) return { metric, reason: evaluations[metric]?.reason ?? "" };
  }
  const failure = report.candidate.failure ?? report.baseline.failure;
  if (failure !== null) return { metric: failureText(failure.kind), reason: failure.message };
  return { metric: report.regressedMetrics[0] ?? null, reason: "" };
}

/** The kind of a failure in words: `rate limit`. */
export function failureText(kind: string): string {
  return kind.replaceAll("_", " ");
}

/** Failures by kind: `none`, or `3 (timeout 2, rate limit 1)`. */
export function failuresText(failures: Readonly<Record<string, number>>): string {
  const kinds = Object.entries(failures).filter(([, n]) => n > 0);
  if (kinds.length === 0) return "none";
  const total = kinds.reduce((sum, [, n]) => sum + n, 0);
  return `${format.count(total)} (${kinds.map(([kind, n]) => `${failureText(kind)} ${format.count(n)}`).join(", ")})`;
}

/** Cases of one kind in the report's order. */
export function casesOf(report: Report, ...changes: CaseChange[]): CaseReport[] {
  return report.cases.filter(({ change }) => changes.includes(change));
}

/** Number of cases of one kind, as the report counts them. */
export function caseCount(report: Report, change: CaseChange): number {
  return report.caseCounts[change] ?? 0;
}
