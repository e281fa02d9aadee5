import type { DatasetDescription } from "./dataset.ts";

/** A cohort: the cases that carry all of these tags. No tag at all means every case. */
export interface Cohort {
  /** Canonical text, such as `all`, `tier=free` or `tier=free & intent=refund`. */
  readonly name: string;
  /** Value by dimension. */
  readonly tags: Readonly<Record<string, string>>;
}

/** The cohort of all cases. */
export const everyCase: Cohort = { name: "all", tags: {} };

/** One term of a cohort expression: a tag, `tier=*` (each value of a dimension) or `*` (each value of each dimension). */
export interface CohortTerm {
  readonly dimension: string;
  readonly value: string;
}

/**
 * Reads a cohort expression: `all`, or terms joined by `&`.
 *
 * @returns the terms, empty for `all`, or `null` when the text is no cohort expression.
 */
export function parseCohortExpression(text: string): CohortTerm[] | null {
  if (text.trim() === "all") return [];
  const terms: CohortTerm[] = [];
  for (const part of text.split("&")) {
    const term = part.trim();
    if (term === "*") {
      terms.push({ dimension: "*", value: "*" });
      continue;
    }
    const equals = term.indexOf("=");
    const dimension = term.slice(0, equals).trim();
    const value = term.slice(equals + 1).trim();
    if (equals < 1 || dimension === "" || value === "") return null;
    terms.push({ dimension, value });
  }
  return terms;
}

/** Where something holds, as a sentence says it: `over all cases`, `over all traces` or `in tier=free`. */
export function whereOf(cohort: string, unit: "case" | "trace" = "case"): string {
  return cohort === everyCase.name ? `over all ${unit}s` : `in ${cohort}`;
}

/** The tags of terms that each name one value; `null` when a dimension is named twice or a term holds a `*`. */
export function tagsOf(terms: readonly CohortTerm[]): Record<string, string> | null {
  const tags = Object.fromEntries(terms.map(({ dimension, value }) => [dimension, value]));
  const isOne = Object.keys(tags).length === terms.length && terms.every(({ value }) => value !== "*");
  return isOne ? tags : null;
}

/** A cohort from its tags, named in the dataset's own order of dimensions. */
export function cohortOf(tags: Readonly<Record<string, string>>, dimensions: readonly string[]): Cohort {
  const order = [...Object.keys(tags)].sort((a, b) => dimensions.indexOf(a) - dimensions.indexOf(b));
  if (order.length === 0) return everyCase;
  return { name: order.map((dimension) => `${dimension}=${tags[dimension]}`).join(" & "), tags };
}

/** True when the tags of a case place it in the cohort. */
export function inCohort(cohort: Cohort, tags: Readonly<Record<string, string>>): boolean {
  for (const dimension of Object.keys(cohort.tags))
    if (tags[dimension] !== cohort.tags[dimension]) return false;
  return true;
}

/** Dimensions of a dataset in the order of its description. */
export function dimensionsOf(description: DatasetDescription): string[] {
  return Object.keys(description.cohorts);
}
