import type { Decision } from "../core/comparison.ts";
import { count, percent, plural } from "../core/quantities.ts";
import type { Comparability } from "../core/report.ts";
import type { Sample } from "../core/sample.ts";
import type { CaseOutcome } from "./pair.ts";
import type { ReportInput } from "./report-input.ts";

/** What was taken from earlier runs: it was not measured beside the rest. */
function reuseOf(samples: readonly Sample[]): string | null {
  const reused = samples.filter(({ reusedFrom }) => reusedFrom !== undefined);
  if (reused.length === 0) return null;
  const ofBaseline = reused.filter(({ side }) => side === "baseline").length;
  const times = reused.map(({ startedAt }) => startedAt).sort();
  return `${plural(ofBaseline, "answer")} of the baseline and ${count(reused.length - ofBaseline)} of the candidate were taken from earlier runs, made from ${times[0]} to ${times.at(-1)}; their latency is left out, failures are never taken over, and a change at the provider since then is not in them`;
}

/** How often a rate limit refused an attempt, and what became of the pace: what was measured was measured on a provider that was asked for too much. */
function rateLimitsOf(samples: readonly Sample[]): string | null {
  const refused = { baseline: 0, candidate: 0 };
  for (const { side, attempts } of samples) {
    for (const { failure } of attempts) if (failure?.kind === "rate_limit") refused[side]++;
  }
  const slowed = slowedIn(samples);
  if (refused.baseline + refused.candidate === 0 && slowed === null) return null;
  const said = `rate limits refused ${plural(refused.baseline, "attempt")} of the baseline and ${count(refused.candidate)} of the candidate`;
  return slowed === null ? said : `${said}; ${slowed}`;
}

/** How far rate limits lowered the number of attempts at a time, and for how many of the attempts; `null` where they did not. */
function slowedIn(samples: readonly Sample[]): string | null {
  // Answers of earlier runs were paced then, not now.
  const made = samples.filter(({ reusedFrom }) => reusedFrom === undefined);
  const attempts = made.flatMap((sample) => sample.attempts);
  const slowed = attempts.flatMap((attempt) => attempt.slowed ?? []);
  if (slowed.length === 0) return null;
  const to = slowed.reduce((least, each) => Math.min(least, each.to), Number.POSITIVE_INFINITY);
  const from = slowed.reduce((most, each) => Math.max(most, each.from), 0);
  return `so at times only ${to} instead of ${from} were made at a time: ${count(slowed.length)} of ${plural(attempts.length, "attempt")} began while fewer were allowed, and took their latency from a provider under less load`;
}

/** What a reader should know before trusting the verdict. */
export function warnings(
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
        `${metric} applies to ${count(dataset.cases.length - unjudged)} of ${plural(dataset.cases.length, "case")}; the others expect nothing of it`,
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
        `${metric} lacks a score for ${count(missing)} of ${plural(planned, "planned pair")} (${percent(missing / planned)})`,
      );
  }
  if (resolved.leftOut.length > 0) {
    const names = resolved.leftOut.map(({ cohort, cases }) => `${cohort} (${count(cases)})`);
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
