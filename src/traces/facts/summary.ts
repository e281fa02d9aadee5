import type { TraceCoverage, TraceFacts, TraceProblem, TraceSummary } from "../../core/trace-facts.ts";
import type { KnownName } from "./names.ts";

/** Sums of facts. */
export interface SummaryBuilder {
  /** Counts a trace. */
  readonly add: (facts: TraceFacts) => void;
  /** The sums so far. */
  readonly finish: (
    files: readonly string[],
    names: Iterable<KnownName>,
    skipped: readonly TraceProblem[],
  ) => TraceSummary;
}

/** Sums the facts of any number of traces. */
export function summaryBuilder(): SummaryBuilder {
  const sums = {
    traces: 0,
    spans: 0,
    modelCalls: 0,
    modelCallsWithUsage: 0,
    modelErrors: 0,
    toolCalls: 0,
    errors: 0,
    inputTokens: 0,
    outputTokens: 0,
    orphans: 0,
    incomplete: 0,
  };
  const withFact = {
    answered: 0,
    usage: 0,
    outputUsage: 0,
    timeToFirstToken: 0,
    root: 0,
    cost: 0,
    release: 0,
    route: 0,
  };
  const cohorts = new Map<string, number>();
  const scopes = new Map<string, number>();
  const dialects = new Set<string>();
  const count = (map: Map<string, number>, key: string) => void map.set(key, (map.get(key) ?? 0) + 1);

  return {
    add(facts) {
      sums.traces++;
      sums.spans += facts.spans;
      sums.modelCalls += facts.modelCalls;
      sums.modelCallsWithUsage += facts.modelCallsWithUsage;
      sums.modelErrors += facts.modelErrors;
      sums.toolCalls += facts.toolCalls;
      sums.errors += errorsOf(facts);
      sums.inputTokens += facts.inputTokens ?? 0;
      sums.outputTokens += facts.outputTokens ?? 0;
      sums.orphans += facts.orphans;
      if (facts.incomplete) sums.incomplete++;
      if (facts.inputTokens !== null) withFact.usage++;
      if (facts.inputTokens !== null || facts.modelCalls > facts.modelErrors) withFact.answered++;
      if (facts.outputTokens !== null) withFact.outputUsage++;
      if (facts.timeToFirstTokenMs !== null) withFact.timeToFirstToken++;
      if (facts.hasRoot) withFact.root++;
      if (facts.costUsd !== null) withFact.cost++;
      if (facts.release !== null) withFact.release++;
      if (facts.route !== null) withFact.route++;
      for (const dimension in facts.cohorts) count(cohorts, dimension);
      for (const scope of facts.scopes) count(scopes, scope);
      for (const dialect of facts.dialects) dialects.add(dialect);
    },
    finish(files, names, skipped) {
      const share = (part: number) => (sums.traces === 0 ? null : part / sums.traces);
      const answered = sums.modelCalls - sums.modelErrors;
      const coverage: TraceCoverage = {
        usage: withFact.answered === 0 ? null : withFact.usage / withFact.answered,
        modelCallUsage: answered <= 0 ? null : Math.min(1, sums.modelCallsWithUsage / answered),
        timeToFirstToken: share(withFact.timeToFirstToken),
        root: share(withFact.root),
        cost: share(withFact.cost),
        release: share(withFact.release),
        route: share(withFact.route),
        cohorts: Object.fromEntries([...cohorts].map(([key, part]) => [key, part / sums.traces])),
        incomplete: sums.incomplete,
        orphans: sums.orphans,
        names: Object.fromEntries(
          [...names].filter((name) => name.count > 0).map(({ name, count: n }) => [name, n]),
        ),
        scopes: Object.fromEntries(scopes),
      };
      return {
        files,
        traces: sums.traces,
        spans: sums.spans,
        modelCalls: sums.modelCalls,
        toolCalls: sums.toolCalls,
        inputTokens: withFact.usage === 0 ? null : sums.inputTokens,
        outputTokens: withFact.outputUsage === 0 ? null : sums.outputTokens,
        errors: sums.errors,
        dialects: [...dialects].sort(),
        coverage,
        skipped,
      };
    },
  };
}

/** Failures of a trace: its model errors, and at least one where its root ended in an error. */
export function errorsOf({ modelErrors, hasError }: TraceFacts): number {
  return Math.max(modelErrors, hasError ? 1 : 0);
}
