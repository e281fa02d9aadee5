import { createHash } from "node:crypto";
import type { CanaryPlan, CanaryState, Look, StoredLook } from "../core/canary.ts";
import type { Decision } from "../core/comparison.ts";
import type { Report } from "../core/report.ts";
import { normalQuantile, spentError } from "../stats/index.ts";
import { type CompareTracesInput, comparedTraces, type DecidedCheck } from "./compare-traces.ts";
import { isBound, testedOf } from "./decide-groups.ts";
import { type LookTest, lookTest, noTest } from "./harm-test.ts";
import { lookHeadline, lookSteps } from "./look-words.ts";

/** What a look is taken at. */
export interface LookInput extends CompareTracesInput {
  readonly plan: CanaryPlan;
  /** The looks before it. */
  readonly earlier: readonly StoredLook[];
  /** The present time, ISO 8601. */
  readonly at: string;
}

/** A look with the report of it. */
export interface TakenLook {
  readonly look: StoredLook;
  readonly report: Report;
}

/** Traces of the smaller side: what is known of a difference is bounded by the side that has less of it. */
export function tracesOf({ baseline, candidate }: CompareTracesInput): number {
  return Math.min(baseline.facts.length, candidate.facts.length);
}

/** How far the plan has got, 0..1. */
function fractionOf(traces: number, plan: CanaryPlan): number {
  return Math.min(1, traces / plan.traces);
}

/** Which of the planned steps a number of traces has reached: `looks` at the end. */
function stepOf(traces: number, plan: CanaryPlan): number {
  return Math.min(plan.looks, Math.floor((traces * plan.looks) / plan.traces));
}

/** Traces of the smaller side at which the next look is due. */
export function nextDue(plan: CanaryPlan, last: Look | undefined): number {
  const reached = last === undefined ? 0 : stepOf(Math.min(last.baseline, last.candidate), plan);
  return Math.ceil(((reached + 1) * plan.traces) / plan.looks);
}

/** SHA-256 of what the traces of both sides say, whatever their order. */
export function digestOf({ baseline, candidate }: CompareTracesInput): string {
  const hash = createHash("sha256");
  for (const { facts } of [baseline, candidate]) {
    for (const line of facts.map((each) => JSON.stringify(each)).sort()) hash.update(`${line}\n`);
    hash.update("\n");
  }
  return hash.digest("hex");
}

/**
 * Takes a look at traces that grow. Before the planned end it fails or goes on; at the end it passes, fails or stays open as one comparison would,
 * with what is left of the error for harm.
 *
 * @throws EvalsError GATE_INVALID for a gate that does not fit the traces.
 */
export function takeLook(input: LookInput): TakenLook {
  const { plan, earlier, at } = input;
  const fraction = fractionOf(tracesOf(input), plan);
  const test = lookTest({ alpha: plan.alpha, fraction, earlier });
  const { report, decided } = comparedTraces(input, test, { at, obeysWaivers: false });
  const families = { blocking: familyOf(decided, "blocking"), advisory: familyOf(decided, "advisory") };
  const worst = worstOf(families.blocking);
  const members = families.blocking.length;
  const look: Look = {
    number: earlier.length + 1,
    at,
    baseline: input.baseline.facts.length,
    candidate: input.candidate.facts.length,
    fraction,
    spent: spentError(fraction, plan.alpha, "obrienFleming"),
    isLast: test.isEnd,
    verdict: report.verdict,
    worst: worst === null ? null : evidenceOf(worst, test, members),
  };
  const ahead = look.isLast || look.verdict === "fail" ? [] : aheadOf(plan, look, worst, { test, members });
  const canary: CanaryState = {
    plan,
    looks: [...earlier.map(lookOf), look],
    traces: tracesOf(input),
    state: look.verdict === "fail" ? "failed" : look.isLast ? "ended" : "running",
    ahead,
  };
  return {
    look: {
      ...look,
      digest: digestOf(input),
      tested: decided
        .filter(({ decision }) => decision.estimate !== null)
        .map(({ check }) => testedOf(check)),
      families: { blocking: members, advisory: families.advisory.length },
    },
    report: withCanary(report, canary),
  };
}

/**
 * What is known between two looks: nothing is decided, and no error is spent.
 *
 * @throws EvalsError GATE_INVALID for a gate that does not fit the traces.
 */
export function waitForLook(input: LookInput): Report {
  const { plan, earlier } = input;
  const { report } = comparedTraces(input, noTest, { at: input.at, obeysWaivers: false });
  const last = earlier.at(-1);
  const canary: CanaryState = {
    plan,
    looks: earlier.map(lookOf),
    traces: tracesOf(input),
    state: "waiting",
    ahead: stepsAfter(plan, last).map((traces) => ({
      traces,
      fraction: traces / plan.traces,
      boundary: null,
    })),
  };
  return withCanary(report, canary);
}

function withCanary(report: Report, canary: CanaryState): Report {
  return {
    ...report,
    headline: lookHeadline(report, canary),
    nextSteps: lookSteps(report, canary),
    canary,
  };
}

/** The comparisons of a severity: what is corrected together. */
function familyOf(decided: readonly DecidedCheck[], severity: Decision["severity"]): DecidedCheck[] {
  return decided.filter(({ decision: { rule, ...each } }) => each.severity === severity && !isBound(rule));
}

/** The comparison that speaks most for harm. */
function worstOf(family: readonly DecidedCheck[]): DecidedCheck | null {
  const p = ({ decision }: DecidedCheck) => decision.harmP ?? 1;
  const known = family.filter(({ decision }) => decision.harmP !== null);
  return known.reduce<DecidedCheck | null>(
    (worst, each) => (worst === null || p(each) < p(worst) ? each : worst),
    null,
  );
}

/** No p value of less than this has a normal deviate that a drawing could show. */
const smallestP = 1e-15;

function evidenceOf({ check, decision }: DecidedCheck, test: LookTest, members: number): Look["worst"] {
  const { metric, cohort, rule, estimate } = decision;
  const harmP = decision.harmP!;
  const requiredP = test.requiredP(testedOf(check), decision.severity, members);
  const deviate = (p: number) => -normalQuantile(Math.min(1 - smallestP, Math.max(smallestP, p)));
  return {
    metric,
    cohort,
    rule,
    estimate,
    harmP,
    requiredP,
    z: deviate(harmP),
    boundary: deviate(requiredP),
  };
}

/** The traces at which looks are due after the last one. */
function stepsAfter(plan: CanaryPlan, last: Look | undefined): number[] {
  const steps = Array.from({ length: plan.looks }, (_, index) =>
    Math.ceil(((index + 1) * plan.traces) / plan.looks),
  );
  return steps.filter((traces) => traces >= nextDue(plan, last));
}

function aheadOf(
  plan: CanaryPlan,
  last: Look,
  worst: DecidedCheck | null,
  { test, members }: { readonly test: LookTest; readonly members: number },
): CanaryState["ahead"] {
  const steps = stepsAfter(plan, last);
  const fractions = steps.map((traces) => traces / plan.traces);
  const boundaries =
    worst === null ? null : test.boundariesAhead(testedOf(worst.check), "blocking", members, fractions);
  return steps.map((traces, index) => ({
    traces,
    fraction: fractions[index]!,
    boundary: boundaries?.[index] ?? null,
  }));
}

/** A stored look as the report shows it. */
function lookOf({ digest: _, tested: __, families: ___, ...look }: StoredLook): Look {
  return look;
}
