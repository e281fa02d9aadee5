import { inCohort } from "../core/cohort.ts";
import { percent } from "../core/quantities.ts";
import type { TraceFacts } from "../core/trace-facts.ts";
import { isMeasuredByEvents } from "../core/trace-metrics.ts";
import { miettinenNurminen } from "../stats/index.ts";
import type { GroupCheck, GroupMeasure } from "./group-check.ts";
import type { Valued } from "./group-statistics.ts";
import type { GateCheck } from "./resolve-gate.ts";
import { type TraceSides, tagsOfTrace } from "./trace-cohorts.ts";
import type { ReadTraces, ResolvedTraceGate } from "./trace-gate.ts";

/** The checks of a gate with what the traces of both sides say for each. */
export function groupChecks(sides: TraceSides, { checks, measures }: ResolvedTraceGate): GroupCheck[] {
  const tags = { baseline: sides.baseline.map(tagsOfTrace), candidate: sides.candidate.map(tagsOfTrace) };
  return checks.map((check) => {
    const read = measures.get(check.criterion.metric)!;
    const members = (side: keyof TraceSides) =>
      sides[side].filter((_, index) => inCohort(check.cohort, tags[side][index]!));
    return groupCheck(check, read, { baseline: members("baseline"), candidate: members("candidate") });
  });
}

/** One side of a check: the values, and how many traces should have one and have none. */
interface Side {
  readonly values: Valued[];
  readonly missing: number;
}

function groupCheck(check: GateCheck, read: ReadTraces, members: TraceSides): GroupCheck {
  const baseline = sideOf(members.baseline, read);
  const candidate = sideOf(members.candidate, read);
  return {
    check,
    measure: groupMeasure(read),
    groups: { baseline: baseline.values, candidate: candidate.values },
    missing: { baseline: baseline.missing, candidate: candidate.missing },
    obstacle: silence(check, baseline, candidate) ?? differentCoverage(baseline, candidate),
  };
}

function groupMeasure({ measure, isPassRate }: ReadTraces): GroupMeasure {
  if (measure.kind === "rate") return { kind: "rate", isPassRate };
  return measure.kind === "mean"
    ? { kind: "mean" }
    : { kind: "percentile", probability: measure.probability };
}

function sideOf(traces: readonly TraceFacts[], { measure }: ReadTraces): Side {
  const values: Valued[] = [];
  let missing = 0;
  for (const facts of traces) {
    const value = measure.read(facts);
    if (value === "missing") missing++;
    else if (value !== "not_applicable") values.push({ value, cluster: facts.conversation ?? facts.traceId });
  }
  return { values, missing };
}

/** Feedback is only there when somebody gave it: without one event on either side it was not recorded. */
function silence({ criterion }: GateCheck, baseline: Side, candidate: Side): string | null {
  if (!isMeasuredByEvents(criterion.metric)) return null;
  const events = [...baseline.values, ...candidate.values].some(({ value }) => value > 0);
  return events ? null : "not one trace of either side has such feedback, so it is taken as not recorded";
}

/** A larger difference of coverage than this is one of instrumentation, and not of the releases. */
const toleratedDifference = 0.05;

/** What differs in how much the sides recorded, where that is proven to differ by more than chance and more than a little. */
function differentCoverage(baseline: Side, candidate: Side): string | null {
  const [n, m] = [baseline, candidate].map(({ values, missing }) => values.length + missing) as [
    number,
    number,
  ];
  if (n === 0 || m === 0) return null;
  const difference = candidate.missing / m - baseline.missing / n;
  if (Math.abs(difference) <= toleratedDifference) return null;
  const { lower, upper } = miettinenNurminen(
    { successes: candidate.missing, n: m },
    { successes: baseline.missing, n },
    { confidence: 0.99, difference: 0 },
  );
  if (lower <= 0 && upper >= 0) return null;
  const recorded = (side: Side, size: number) => percent(side.values.length / size);
  return `the instrumentation differs: it is recorded in ${recorded(baseline, n)} of the traces of the baseline and ${recorded(candidate, m)} of the candidate`;
}
