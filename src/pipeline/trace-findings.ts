import { count, percent, plural } from "../core/quantities.ts";
import type { Comparability } from "../core/report.ts";
import type { TraceComparison, TraceSide } from "../core/trace-comparison.ts";
import type { TraceSides } from "./trace-cohorts.ts";
import type { ResolvedTraceGate } from "./trace-gate.ts";

/** What to know before trusting a comparison of traces: coverage and instrumentation first, then what was lost and what was left out. */
export function traceFindings(
  sides: TraceSides,
  { baseline, candidate }: TraceComparison,
  { leftOut, notMeasured }: ResolvedTraceGate,
  silent: readonly string[],
): Comparability[] {
  const found: Comparability[] = [];
  const note = (subject: string, message: string) => found.push({ level: "note", subject, message });
  for (const message of instrumentation(baseline, candidate)) note("instrumentation", message);
  note("coverage", `baseline: ${coverageText(baseline)}`);
  note("coverage", `candidate: ${coverageText(candidate)}`);
  for (const [name, side] of [
    ["baseline", baseline],
    ["candidate", candidate],
  ] as const) {
    if (side.incomplete > 0)
      note(
        "incomplete traces",
        `${plural(side.incomplete, "trace")} of the ${name} lost a part; they stay in the count`,
      );
    if (side.orphans > 0)
      note("orphans", `${plural(side.orphans, "span")} of the ${name} have a parent that is not there`);
    for (const message of side.skipped) note("not read", `${name}: ${message}`);
  }
  const shared = sharedTraces(sides);
  if (shared > 0 && shared === Math.max(baseline.traces, candidate.traces))
    note("same traces", "both sides are the same traces: whatever holds of one holds of the other");
  else if (shared > 0)
    note(
      "same traces",
      `${plural(shared, "trace")} are on both sides: what differs between the others alone is evidence`,
    );
  const apart = periodsApart(sides);
  if (apart !== null) note("periods", apart);
  if (notMeasured.length > 0)
    note("not measured", `traces do not have ${notMeasured.join(", ")}: these criteria are not decided here`);
  if (silent.length > 0)
    note("not recorded", `not one trace of either side says anything of ${silent.join(", ")}`);
  if (leftOut.length > 0) {
    const names = leftOut.map(({ cohort, cases }) => `${cohort} (${count(cases)})`);
    const shown = `${names.slice(0, 6).join(", ")}${names.length > 6 ? ", …" : ""}`;
    note(
      "small cohorts",
      `${plural(names.length, "cohort")} with too few traces on a side ${names.length === 1 ? "is" : "are"} not gated: ${shown}`,
    );
  }
  return found;
}

/** Dialects and libraries that only one side uses: then what differs may be how it was recorded. */
function instrumentation(baseline: TraceSide, candidate: TraceSide): string[] {
  const differences: string[] = [];
  const onlyIn = (own: readonly string[], other: readonly string[]) =>
    own.filter((name) => !other.includes(name));
  const compare = (what: string, from: readonly string[], to: readonly string[]) => {
    const [gone, added] = [onlyIn(from, to), onlyIn(to, from)];
    if (gone.length > 0) differences.push(`only the baseline has ${what} ${gone.join(", ")}`);
    if (added.length > 0) differences.push(`only the candidate has ${what} ${added.join(", ")}`);
  };
  compare("attributes of", baseline.dialects, candidate.dialects);
  compare("spans of", Object.keys(baseline.scopes), Object.keys(candidate.scopes));
  return differences;
}

function coverageText({ traces, spans, coverage, releases }: TraceSide): string {
  const { root, usage, timeToFirstToken, cost, fallback } = coverage;
  const shares = `root ${percent(root)}, tokens ${percent(usage)}, time to first token ${percent(timeToFirstToken)}, cost ${percent(cost)}, fallback ${percent(fallback)}`;
  const names = Object.keys(releases);
  const shown = `${names.slice(0, 3).join(", ")}${names.length > 3 ? ", …" : ""}`;
  return `${count(traces)} traces of ${count(spans)} spans (release ${shown}); recorded in so many of them: ${shares}`;
}

function sharedTraces({ baseline, candidate }: TraceSides): number {
  const ids = new Set(baseline.map(({ traceId }) => traceId));
  return candidate.filter(({ traceId }) => ids.has(traceId)).length;
}

/** Traffic of different times differs by itself: a canary is best compared with a baseline of the same hours. */
function periodsApart({ baseline, candidate }: TraceSides): string | null {
  const period = (traces: TraceSides["baseline"]) => {
    const starts = traces.map(({ startedAt }) => startedAt).sort();
    return { first: starts[0] ?? "", last: starts.at(-1) ?? "" };
  };
  const [from, to] = [period(baseline), period(candidate)];
  if (from.last >= to.first && to.last >= from.first) return null;
  return `the sides do not overlap in time (${from.first} to ${from.last}, ${to.first} to ${to.last}): what differs may be the traffic`;
}
