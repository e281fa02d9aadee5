import { type Cohort, cohortOf, parseCohortExpression, tagsOf } from "../core/cohort.ts";
import { boundsOf, type Criterion, type Gate, type Waiver } from "../core/gate.ts";
import { didYouMean } from "../core/suggest.ts";
import { type CohortSource, gateError } from "./expand-cohorts.ts";
import type { LoadedModule } from "./load-module.ts";
import type { GateCheck } from "./resolve-gate.ts";

/** A waiver with the one check that it is about. */
export interface ResolvedWaiver {
  readonly waiver: Waiver;
  readonly cohort: Cohort;
  /** `null` where the criterion is not decided here: its metric is not measured, or its cohort is absent or too small. */
  readonly check: GateCheck | null;
}

/** Where the checks of a gate come from. */
export interface WaiverContext {
  readonly checks: readonly GateCheck[];
  /** Values by dimension. */
  readonly cohorts: CohortSource["cohorts"];
  /** True where cohorts are known only as far as they were met, as in traces: one that a `*` covers may be absent. */
  readonly isOpen: boolean;
  /** Metrics of the gate that are not measured here. */
  readonly notMeasured: readonly string[];
}

/**
 * Finds the one check of each waiver of a gate.
 *
 * @throws EvalsError GATE_INVALID for a waiver of what the gate does not decide, of an advisory criterion, of more than one criterion, and for two
 * waivers of one decision.
 */
export function resolveWaivers(gate: LoadedModule<Gate>, context: WaiverContext): ResolvedWaiver[] {
  const resolved = (gate.value.waivers ?? []).map((waiver) => resolveWaiver(waiver, gate, context));
  const seen = new Map<string, Waiver>();
  for (const { waiver, cohort, check } of resolved) {
    const [bound] = boundsOf(check?.criterion ?? waiver);
    const key = JSON.stringify([waiver.metric, cohort.name, bound?.name, bound?.value]);
    const twin = seen.get(key);
    if (twin !== undefined) {
      const message = `the waivers "${twin.name}" and "${waiver.name}" waive the same decision, ${waiver.metric} in ${cohort.name}`;
      throw gateError(gate, waiver.name, message, "keep one of them, and remove what it replaces");
    }
    seen.set(key, waiver);
  }
  return resolved;
}

function resolveWaiver(waiver: Waiver, gate: LoadedModule<Gate>, context: WaiverContext): ResolvedWaiver {
  const refuse = (what: string, hint: string): never => {
    throw gateError(gate, waiver.name, `the waiver "${waiver.name}" ${what}`, hint);
  };
  const criteria = criteriaFor(waiver, gate, refuse);
  const tags = tagsOf(parseCohortExpression(waiver.cohort)!)!;
  const cohort = cohortOf(tags, Object.keys(context.cohorts));
  if (context.notMeasured.includes(waiver.metric)) return { waiver, cohort, check: null };
  const ofMetric = context.checks.filter(({ criterion }) => criteria.includes(criterion));
  const checks = ofMetric.filter((check) => isSame(check.cohort.tags, tags));
  if (checks.length > 1) {
    const named = checks.map(({ criterion }) => boundText(criterion)).join(" or ");
    refuse(`names more than one criterion on ${waiver.metric} in ${cohort.name}`, `add its bound: ${named}`);
  }
  if (checks.length === 0 && !mayBeAbsent(tags, criteria, context)) {
    const known = [...new Set(ofMetric.map((check) => check.cohort.name))];
    const what = `names the cohort "${waiver.cohort}", in which the gate does not decide ${waiver.metric}`;
    refuse(what, didYouMean(cohort.name, known));
  }
  return { waiver, cohort, check: checks[0] ?? null };
}

/** The blocking criteria that a waiver can be about. */
function criteriaFor(
  waiver: Waiver,
  { value: { criteria } }: LoadedModule<Gate>,
  refuse: (what: string, hint: string) => never,
): Criterion[] {
  const { metric } = waiver;
  const ofMetric = criteria.filter((criterion) => criterion.metric === metric);
  if (ofMetric.length === 0) {
    const known = [...new Set(criteria.map((criterion) => criterion.metric))];
    refuse(`names the metric "${metric}", on which the gate has no criterion`, didYouMean(metric, known));
  }
  const [bound] = boundsOf(waiver);
  const bounded = ofMetric.filter(
    (criterion) => bound === undefined || criterion[bound.name] === bound.value,
  );
  if (bounded.length === 0) {
    const known = ofMetric.map(boundText).join(", ");
    refuse(`names ${boundText(waiver)}, which no criterion on ${metric} has`, `known: ${known}`);
  }
  const blocking = bounded.filter(({ severity }) => severity === "blocking");
  if (blocking.length === 0)
    refuse(
      `is about an advisory criterion on ${metric}, which blocks nothing`,
      "remove the waiver, or name a blocking criterion",
    );
  return blocking;
}

function boundText(bounded: Criterion | Waiver): string {
  return boundsOf(bounded)
    .map(({ name, value }) => `\`${name}: ${value}\``)
    .join(", ");
}

type Tags = Readonly<Record<string, string>>;

function isSame(some: Tags, other: Tags): boolean {
  const names = Object.keys(some);
  return names.length === Object.keys(other).length && names.every((name) => some[name] === other[name]);
}

/** True for a cohort that a `*` of the gate covers, and that is not there or too small to be decided. */
function mayBeAbsent(
  tags: Tags,
  criteria: readonly Criterion[],
  { cohorts, isOpen }: WaiverContext,
): boolean {
  const isKnown = Object.entries(tags).every(
    ([name, value]) => Object.hasOwn(cohorts, name) && cohorts[name]?.includes(value),
  );
  return (isKnown || isOpen) && criteria.some((each) => each.cohorts.some((text) => covers(text, tags)));
}

/** True when a cohort expression finds the cohort of these tags. */
function covers(text: string, tags: Tags): boolean {
  const terms = parseCohortExpression(text) ?? [];
  const named = terms.filter(({ dimension }) => dimension !== "*");
  return (
    terms.length === Object.keys(tags).length &&
    named.every(
      ({ dimension, value }) =>
        Object.hasOwn(tags, dimension) && (value === "*" || value === tags[dimension]),
    )
  );
}
