import {
  type Cohort,
  type CohortTerm,
  cohortOf,
  dimensionsOf,
  inCohort,
  parseCohortExpression,
} from "../core/cohort.ts";
import type { Dataset, DatasetDescription } from "../core/dataset.ts";
import { EvalsError } from "../core/errors.ts";
import { builtInMetrics, type Criterion, errorRateMetric, type Gate, readMetric } from "../core/gate.ts";
import { ratioMeasure } from "../core/ratio.ts";
import { didYouMean } from "../core/suggest.ts";
import { type LoadedModule, lineOf } from "./load-module.ts";

/** A criterion in one cohort: what is decided. */
export interface GateCheck {
  readonly criterion: Criterion;
  readonly cohort: Cohort;
}

/** A gate spread over a dataset's cohorts. */
export interface ResolvedGate {
  readonly checks: readonly GateCheck[];
  /** Cohorts that a `*` found and that were too small, once each. */
  readonly leftOut: readonly { readonly cohort: string; readonly cases: number; readonly minimum: number }[];
}

/**
 * Spreads the criteria of a gate over the cohorts of a dataset.
 *
 * @throws EvalsError GATE_INVALID for an unknown metric, cohort or value, and for a criterion that would judge nothing.
 */
export function resolveGate(
  gate: LoadedModule<Gate>,
  dataset: Dataset,
  evaluators: readonly string[],
): ResolvedGate {
  const checks = new Map<string, GateCheck>();
  const leftOut = new Map<string, ResolvedGate["leftOut"][number]>();
  for (const criterion of gate.value.criteria) {
    checkMetric(criterion, gate, evaluators);
    const found = criterion.cohorts.flatMap((text) => expand(text, criterion, gate, dataset, leftOut));
    if (found.length === 0) {
      const message = `the criterion on ${criterion.metric} has no cohort of at least ${criterion.minimumCohortSize} cases`;
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

function gateError(gate: LoadedModule<Gate>, word: string, message: string, hint: string): EvalsError {
  const line = lineOf(gate.source, word);
  return new EvalsError("GATE_INVALID", `${gate.shown}${line === null ? "" : `:${line}`}: ${message}`, hint);
}

function checkMetric(criterion: Criterion, gate: LoadedModule<Gate>, evaluators: readonly string[]): void {
  const { metric } = criterion;
  if (metric === errorRateMetric) {
    if (criterion.atMost !== undefined) return;
    throw gateError(gate, metric, `${metric} takes \`atMost\``, "write for example `atMost: 0.02`");
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

function expand(
  text: string,
  criterion: Criterion,
  gate: LoadedModule<Gate>,
  dataset: Dataset,
  leftOut: Map<string, ResolvedGate["leftOut"][number]>,
): Cohort[] {
  const terms = parseCohortExpression(text);
  if (terms === null) {
    throw gateError(
      gate,
      text,
      `"${text}" is no cohort`,
      'write "all", "tier=free", "tier=free & intent=refund" or "tier=*"',
    );
  }
  for (const term of terms) checkTerm(term, text, gate, dataset.description);
  refuseTwice(terms, text, gate);
  const isPattern = terms.some(({ value }) => value === "*");
  const sets = combinations(terms, dataset.description);
  if (sets.length === 0) {
    const message = `the cohort "${text}" finds none: the dataset has too few dimensions`;
    throw gateError(gate, text, message, "name fewer terms, or declare more cohorts in dataset.yaml");
  }
  return sets.flatMap((tags) => {
    const cohort = cohortOf(tags, dimensionsOf(dataset.description));
    const cases = dataset.cases.filter((item) => inCohort(cohort, item.cohorts)).length;
    if (!isPattern && cases === 0) {
      throw gateError(
        gate,
        text,
        `the cohort "${text}" has no cases in the dataset`,
        "name a cohort that has some, or add cases",
      );
    }
    if (!isPattern || cases >= criterion.minimumCohortSize) return [cohort];
    if (cases > 0)
      leftOut.set(cohort.name, { cohort: cohort.name, cases, minimum: criterion.minimumCohortSize });
    return [];
  });
}

function refuseTwice(terms: readonly CohortTerm[], text: string, gate: LoadedModule<Gate>): void {
  const names = terms.map(({ dimension }) => dimension).filter((dimension) => dimension !== "*");
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  const message = `the cohort "${text}" names the dimension "${twice}" twice`;
  throw gateError(gate, text, message, "a case has one value of a dimension; write two cohorts");
}

function checkTerm(
  { dimension, value }: CohortTerm,
  text: string,
  gate: LoadedModule<Gate>,
  { cohorts }: DatasetDescription,
): void {
  if (dimension === "*") return;
  const values = Object.hasOwn(cohorts, dimension) ? cohorts[dimension] : undefined;
  if (values === undefined) {
    const hint = didYouMean(dimension, Object.keys(cohorts));
    throw gateError(gate, text, `unknown cohort dimension "${dimension}"`, hint);
  }
  if (value === "*" || values.includes(value)) return;
  const tag = `${dimension}=${value}`;
  const known = values.map((name) => `${dimension}=${name}`);
  throw gateError(gate, text, `unknown cohort "${tag}"`, didYouMean(tag, known));
}

/** Every set of tags that the terms allow, one tag of a dimension at most; the same set only once. */
function combinations(
  terms: readonly { dimension: string; value: string }[],
  { cohorts }: DatasetDescription,
): Record<string, string>[] {
  let found: Record<string, string>[] = [{}];
  for (const { dimension, value } of terms) {
    const dimensions = dimension === "*" ? Object.keys(cohorts) : [dimension];
    found = found.flatMap((tags) =>
      dimensions
        .filter((name) => !Object.hasOwn(tags, name))
        .flatMap((name) =>
          (value === "*" ? cohorts[name]! : [value]).map((tag) => ({ ...tags, [name]: tag })),
        ),
    );
  }
  return found;
}
