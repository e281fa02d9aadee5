import { type Cohort, inCohort } from "../core/cohort.ts";
import type { TraceFacts } from "../core/trace-facts.ts";
import type { CohortSource } from "./expand-cohorts.ts";

/** The traces of both sides. */
export interface TraceSides {
  readonly baseline: readonly TraceFacts[];
  readonly candidate: readonly TraceFacts[];
}

/** A trace's cohort tags, its route among them. */
export function tagsOfTrace({ cohorts, route }: TraceFacts): Readonly<Record<string, string>> {
  return route === null || Object.hasOwn(cohorts, "route") ? cohorts : { ...cohorts, route };
}

/** The cohorts that traces have, by their tags. A cohort is as large as it is on the smaller side. */
export function traceCohorts(sides: TraceSides): CohortSource {
  const tags = {
    baseline: sides.baseline.map(tagsOfTrace),
    candidate: sides.candidate.map(tagsOfTrace),
  };
  const values = new Map<string, Set<string>>();
  for (const own of [...tags.baseline, ...tags.candidate]) {
    for (const [dimension, value] of Object.entries(own)) {
      const known = values.get(dimension) ?? new Set();
      values.set(dimension, known.add(value));
    }
  }
  const dimensions = [...values].sort(([a], [b]) => (a < b ? -1 : 1));
  const sizes = (cohort: Cohort) =>
    [tags.baseline, tags.candidate].map((side) => side.filter((own) => inCohort(cohort, own)).length);
  return {
    cohorts: Object.fromEntries(dimensions.map(([dimension, found]) => [dimension, [...found].sort()])),
    sizeOf: (cohort) => Math.min(...sizes(cohort)),
    isPresent: (cohort) => sizes(cohort).some((size) => size > 0),
    source: "traces of both sides",
    noun: "trace",
  };
}
