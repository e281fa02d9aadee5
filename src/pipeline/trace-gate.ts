import { cohortOf } from "../core/cohort.ts";
import { builtInMetrics, type Criterion, type Gate, gateSchema, readMetric } from "../core/gate.ts";
import { count } from "../core/quantities.ts";
import { nearestWord } from "../core/suggest.ts";
import {
  isMeasuredByEvents,
  passMeasure,
  type TraceMeasure,
  traceMeasure,
  traceMetrics,
} from "../core/trace-metrics.ts";
import { type CohortSource, gateError } from "./expand-cohorts.ts";
import type { LoadedModule } from "./load-module.ts";
import { type ResolvedGate, spreadCriteria } from "./resolve-gate.ts";
import { resolveWaivers } from "./resolve-waivers.ts";
import { type TraceSides, traceCohorts } from "./trace-cohorts.ts";

/** How a metric of a gate is read from traces. */
export interface ReadTraces {
  readonly measure: TraceMeasure;
  /** True for an evaluator's pass rate: what is shown is 1 minus the rate of harm. */
  readonly isPassRate: boolean;
}

/** A gate spread over the cohorts of traces. */
export interface ResolvedTraceGate extends ResolvedGate {
  /** How each metric of the checks is read. */
  readonly measures: ReadonlyMap<string, ReadTraces>;
  /** Metrics of the gate that traces do not have, such as an evaluator's that only a replay runs. */
  readonly notMeasured: readonly string[];
  /** Cohort values by dimension. */
  readonly cohorts: CohortSource["cohorts"];
}

/** More checks than this say that a dimension is no cohort but an identifier. */
const mostChecks = 5000;

/**
 * Spreads a gate over the cohorts that traces have. Criteria on what only a replay measures are left out and named; where more traces will
 * come (`isGrowing`), so are cohorts that are too small so far.
 *
 * @throws EvalsError GATE_INVALID for an unknown metric or cohort, a bound that a metric does not take, and a gate of which nothing is left.
 */
export function resolveTraceGate(
  gate: LoadedModule<Gate>,
  sides: TraceSides,
  isGrowing = false,
): ResolvedTraceGate {
  const evaluators = evaluatorsIn(sides);
  const measures = new Map<string, ReadTraces>();
  const notMeasured = new Set<string>();
  for (const criterion of gate.value.criteria) {
    const found = measureOf(criterion, gate, evaluators);
    if (found === null) notMeasured.add(criterion.metric);
    else measures.set(criterion.metric, found);
  }
  const criteria = gate.value.criteria.filter(({ metric }) => measures.has(metric));
  if (!criteria.some(({ severity }) => severity === "blocking")) {
    const message = "not one of its blocking criteria can be judged from traces";
    throw gateError(gate, "criteria", message, `traces have ${traceMetrics.join(", ")}`);
  }
  const source = { ...traceCohorts(sides), isGrowing };
  const resolved = spreadCriteria(gate, criteria, source);
  if (resolved.checks.length > mostChecks) {
    const message = `its criteria spread over ${count(resolved.checks.length)} pairs of metric and cohort`;
    throw gateError(gate, "cohorts", message, "raise `minimumCohortSize`, or map no identifiers to cohorts");
  }
  const { cohorts } = source;
  const silent = [...notMeasured];
  const waivers = resolveWaivers(gate, {
    checks: resolved.checks,
    cohorts,
    isOpen: true,
    notMeasured: silent,
  });
  return { ...resolved, waivers, measures, notMeasured: silent, cohorts };
}

/** Names of the evaluators whose results came with the traces. */
function evaluatorsIn({ baseline, candidate }: TraceSides): ReadonlySet<string> {
  return new Set(
    [...baseline, ...candidate].flatMap(({ evaluations }) => evaluations.map(({ name }) => name)),
  );
}

function measureOf(
  criterion: Criterion,
  gate: LoadedModule<Gate>,
  evaluators: ReadonlySet<string>,
): ReadTraces | null {
  const { metric } = criterion;
  const measure = traceMeasure(metric);
  if (measure !== undefined) {
    checkBound(criterion, measure.kind === "rate" ? ["margin", "atMost"] : ["maximumRatio"], gate);
    return { measure, isPassRate: false };
  }
  const { evaluator, isValue } = readMetric(metric);
  if (!isValue && evaluators.has(evaluator)) {
    checkBound(criterion, ["margin", "atLeast"], gate);
    return { measure: passMeasure(evaluator), isPassRate: true };
  }
  if (builtInMetrics.includes(metric) || isValue) return null;
  const near = nearestWord(metric, traceMetrics);
  if (near === undefined) return null;
  throw gateError(gate, metric, `unknown metric "${metric}"`, `did you mean "${near}"?`);
}

function checkBound(
  criterion: Criterion,
  allowed: readonly ("margin" | "atLeast" | "atMost" | "maximumRatio")[],
  gate: LoadedModule<Gate>,
): void {
  if (allowed.some((bound) => criterion[bound] !== undefined)) return;
  const named = allowed.map((bound) => `\`${bound}\``).join(" or ");
  throw gateError(
    gate,
    criterion.metric,
    `${criterion.metric} of traces takes ${named}`,
    "change the criterion",
  );
}

/** What is decided where no gate is named: the bound, and the smallest cohort of one tag that is judged by itself. */
const defaults: readonly (Pick<Criterion, "metric" | "margin" | "maximumRatio"> & {
  readonly minimum: number;
})[] = [
  { metric: "error_rate", margin: 0.05, minimum: 200 },
  { metric: "fallback_rate", margin: 0.05, minimum: 200 },
  { metric: "tool_timeout_rate", margin: 0.05, minimum: 200 },
  { metric: "negative_feedback_rate", margin: 0.05, minimum: 200 },
  { metric: "latency_ms.p50", maximumRatio: 1.2, minimum: 200 },
  { metric: "latency_ms.p95", maximumRatio: 1.3, minimum: 300 },
  { metric: "input_tokens", maximumRatio: 1.25, minimum: 200 },
  { metric: "output_tokens", maximumRatio: 1.25, minimum: 200 },
  { metric: "cost_usd", maximumRatio: 1.25, minimum: 200 },
];

/** The error of the default policy. */
export const defaultTraceAlpha = 0.05;

/** What tells one default policy from another: its bounds, whatever the traces have of them. */
export const defaultTracePolicy: unknown = { alpha: defaultTraceAlpha, criteria: defaults };

/**
 * The policy of a comparison for which no gate is named: errors, fallbacks, tool timeouts and negative feedback may rise by less than five
 * points, the median latency by a fifth, the 95th percentile by three tenths, tokens and cost by a quarter; over all traces and in each
 * cohort of one tag that is large enough. A metric that not one trace of either side says anything of is left out.
 */
export function defaultTraceGate(
  sides: TraceSides,
): LoadedModule<Gate> & { readonly silent: readonly string[] } {
  const source = traceCohorts(sides);
  const sizes = Object.entries(source.cohorts).flatMap(([dimension, values]) =>
    values.map((value) => source.sizeOf(cohortOf({ [dimension]: value }, [dimension]))),
  );
  const largest = Math.max(0, ...sizes);
  const isSilent = ({ metric }: { metric: string }) => isSilentIn(sides, metric);
  const value = gateSchema.parse({
    name: "default policy for traces",
    alpha: defaultTraceAlpha,
    criteria: defaults
      .filter((entry) => !isSilent(entry))
      .map(({ minimum, ...criterion }) => ({
        ...criterion,
        cohorts: largest >= minimum ? ["all", "*"] : ["all"],
        minimumCohortSize: minimum,
      })),
  });
  const silent = defaults.filter(isSilent).map(({ metric }) => metric);
  return { value, file: "", shown: "the default policy for traces", source: "", silent };
}

/** True when no trace of either side has a value; of a mean or of a rate of events, when none is above 0. */
function isSilentIn({ baseline, candidate }: TraceSides, metric: string): boolean {
  const { kind, read } = traceMeasure(metric)!;
  const isZeroSilent = kind === "mean" || isMeasuredByEvents(metric);
  const says = (facts: (typeof baseline)[number]) => {
    const value = read(facts);
    return typeof value === "number" && (!isZeroSilent || value > 0);
  };
  return !baseline.some(says) && !candidate.some(says);
}
