import { type Cohort, type CohortTerm, cohortOf, parseCohortExpression } from "../core/cohort.ts";
import { EvalsError } from "../core/errors.ts";
import type { Gate } from "../core/gate.ts";
import { didYouMean } from "../core/suggest.ts";
import { type LoadedModule, lineOf } from "./load-module.ts";

/** Where cohorts are found: the cases of a dataset, or the traces of two releases. */
export interface CohortSource {
  /** Values by dimension, in the order in which they are shown. */
  readonly cohorts: Readonly<Record<string, readonly string[]>>;
  /** How large a cohort is. */
  readonly sizeOf: (cohort: Cohort) => number;
  /** True when it has any member at all, so that leaving it out is worth saying. */
  readonly isPresent: (cohort: Cohort) => boolean;
  /** What it is called in messages, such as `dataset`. */
  readonly source: string;
  /** What a cohort consists of, such as `case`. */
  readonly noun: string;
  /** True where more will come, as of a canary that runs: a named cohort that is still empty is left out, and not refused. */
  readonly isGrowing?: boolean;
}

/** A cohort that a `*` found and that was too small. */
export interface LeftOut {
  readonly cohort: string;
  readonly cases: number;
  readonly minimum: number;
}

/** An error in a gate, with the line of the word that it is about. */
export function gateError(gate: LoadedModule<Gate>, word: string, message: string, hint: string): EvalsError {
  const line = lineOf(gate.source, word);
  return new EvalsError("GATE_INVALID", `${gate.shown}${line === null ? "" : `:${line}`}: ${message}`, hint);
}

/**
 * The cohorts that an expression names. Those that a `*` finds are left out when they are smaller than the minimum.
 *
 * @throws EvalsError GATE_INVALID for what is no expression, an unknown dimension or value, and a named cohort that is empty.
 */
export function expandCohorts(
  text: string,
  minimum: number,
  gate: LoadedModule<Gate>,
  source: CohortSource,
): { cohorts: Cohort[]; leftOut: LeftOut[] } {
  const terms = parseCohortExpression(text);
  if (terms === null) {
    throw gateError(
      gate,
      text,
      `"${text}" is no cohort`,
      'write "all", "tier=free", "tier=free & intent=refund" or "tier=*"',
    );
  }
  for (const term of terms) checkTerm(term, text, gate, source);
  refuseTwice(terms, text, gate);
  const isPattern = terms.some(({ value }) => value === "*");
  const sets = combinations(terms, source.cohorts);
  if (sets.length === 0) {
    const message = `the cohort "${text}" finds none: the ${source.source} has too few dimensions`;
    const hint =
      source.source === "dataset"
        ? "name fewer terms, or declare more cohorts in dataset.yaml"
        : "name fewer terms, or map more attributes to cohorts";
    throw gateError(gate, text, message, hint);
  }
  const cohorts: Cohort[] = [];
  const leftOut: LeftOut[] = [];
  for (const tags of sets) {
    const cohort = cohortOf(tags, Object.keys(source.cohorts));
    const size = source.sizeOf(cohort);
    const isEmpty = !isPattern && size === 0;
    if (isEmpty && !source.isGrowing) {
      const message = `the cohort "${text}" has no ${source.noun}s in the ${source.source}`;
      throw gateError(gate, text, message, `name a cohort that has some, or add ${source.noun}s`);
    }
    if (isPattern ? size >= minimum : !isEmpty) cohorts.push(cohort);
    else if (isEmpty || source.isPresent(cohort)) leftOut.push({ cohort: cohort.name, cases: size, minimum });
  }
  return { cohorts, leftOut };
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
  { cohorts }: CohortSource,
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
  cohorts: CohortSource["cohorts"],
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
