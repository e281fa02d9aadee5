import { type Cohort, inCohort } from "../core/cohort.ts";
import type { Dataset } from "../core/dataset.ts";
import { builtInMetrics, type Criterion, errorRateMetric, type Gate, readMetric } from "../core/gate.ts";
import { plural } from "../core/quantities.ts";
import { ratioMeasure } from "../core/ratio.ts";
import { didYouMean } from "../core/suggest.ts";
import { trialRate } from "../core/trial-rate.ts";
import { type CohortSource, expandCohorts, gateError, type LeftOut } from "./expand-cohorts.ts";
import type { LoadedModule } from "./load-module.ts";
import { type ResolvedWaiver, resolveWaivers } from "./resolve-waivers.ts";

/** A criterion in one cohort: what is decided. */
export interface GateCheck {
  readonly criterion: Criterion;
  readonly cohort: Cohort;
}

/** A gate spread over a dataset's cohorts. */
export interface ResolvedGate {
  readonly checks: readonly GateCheck[];
  /** Cohorts that a `*` found and that were too small, once each. */
  readonly leftOut: readonly LeftOut[];
  /** The waivers of the gate, each with its check. */
  readonly waivers: readonly ResolvedWaiver[];
}

/**
 * Spreads the criteria of a gate over the cohorts of a dataset.
 *
 * @throws EvalsError GATE_INVALID for an unknown metric, cohort or value, for a criterion that would judge nothing, and for a waiver of what the
 * gate does not decide.
 */
export function resolveGate(
  gate: LoadedModule<Gate>,
  dataset: Dataset,
  evaluators: readonly string[],
): ResolvedGate {
  for (const criterion of gate.value.criteria) checkMetric(criterion, gate, evaluators);
  const sizeOf = (cohort: Cohort) => dataset.cases.filter((item) => inCohort(cohort, item.cohorts)).length;
  const { cohorts } = dataset.description;
  const spread = spreadCriteria(gate, gate.value.criteria, {
    cohorts,
    sizeOf,
    isPresent: (cohort) => sizeOf(cohort) > 0,
    source: "dataset",
    noun: "case",
  });
  const context = { checks: spread.checks, cohorts, isOpen: false, notMeasured: [] };
  return { ...spread, waivers: resolveWaivers(gate, context) };
}

/**
 * Spreads criteria over the cohorts of a source; the same bound on the same metric in the same cohort only once.
 *
 * @throws EvalsError GATE_INVALID for an unknown cohort or value, and for a criterion that would judge nothing.
 */
export function spreadCriteria(
  gate: LoadedModule<Gate>,
  criteria: readonly Criterion[],
  source: CohortSource,
): Omit<ResolvedGate, "waivers"> {
  const checks = new Map<string, GateCheck>();
  const leftOut = new Map<string, LeftOut>();
  for (const criterion of criteria) {
    const found = criterion.cohorts.flatMap((text) => {
      const expanded = expandCohorts(text, criterion.minimumCohortSize, gate, source);
      for (const entry of expanded.leftOut) leftOut.set(entry.cohort, entry);
      return expanded.cohorts;
    });
    if (found.length === 0 && !source.isGrowing) {
      const message = `the criterion on ${criterion.metric} has no cohort of at least ${plural(criterion.minimumCohortSize, source.noun)}`;
      throw gateError(
        gate,
        criterion.metric,
        message,
        "lower its `minimumCohortSize` or name a larger cohort",
      );
    }
    for (const cohort of found) {
      const bound = [criterion.margin, criterion.atLeast, criterion.atMost, criterion.maximumRatio].join("/");
      checks.set(`${criterion.metric} ${bound} ${criterion.severity} ${cohort.name}`, { criterion, cohort });
    }
  }
  return { checks: [...checks.values()], leftOut: [...leftOut.values()] };
}

function checkMetric(criterion: Criterion, gate: LoadedModule<Gate>, evaluators: readonly string[]): void {
  const { metric } = criterion;
  if (metric === errorRateMetric) {
    if (criterion.atMost !== undefined) return;
    throw gateError(gate, metric, `${metric} takes \`atMost\``, "write for example `atMost: 0.02`");
  }
  if (trialRate(metric) !== undefined) {
    if (criterion.maximumRatio === undefined) return;
    const message = `the share of trials ${metric} cannot be bounded by \`maximumRatio\``;
    throw gateError(gate, metric, message, "use `margin`, `atLeast` or `atMost`");
  }
  if (ratioMeasure(metric) !== undefined) {
    if (criterion.maximumRatio !== undefined) return;
    throw gateError(
      gate,
      metric,
      `${metric} takes \`maximumRatio\``,
      "write for example `maximumRatio: 1.25`",
    );
  }
  const { evaluator, isValue } = readMetric(metric);
  if (isValue && criterion.margin === undefined) {
    throw gateError(
      gate,
      metric,
      `the mean score ${metric} takes \`margin\``,
      `for a bound use the pass rate: ${evaluator}`,
    );
  }
  if (!evaluators.includes(evaluator)) {
    const hint = didYouMean(metric, [...evaluators, ...builtInMetrics]);
    throw gateError(
      gate,
      metric,
      `unknown metric "${metric}"; no evaluator of the evaluation has that name`,
      hint,
    );
  }
  if (criterion.atMost !== undefined || criterion.maximumRatio !== undefined) {
    const bound = criterion.atMost === undefined ? "maximumRatio" : "atMost";
    throw gateError(
      gate,
      metric,
      `the pass rate of ${metric} cannot be bounded by \`${bound}\``,
      "use `margin` or `atLeast`",
    );
  }
}
