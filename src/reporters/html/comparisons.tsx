import type { Comparison, Operations } from "../../core/comparison.ts";
import type { Report } from "../../core/report.ts";
import * as format from "../format.ts";
import { oneLine } from "../text.ts";
import { failuresText, levelPrefix } from "../words.ts";
import { Code, type ColumnOf, DataTable, Name, Section } from "./parts.tsx";
import { OperationPlots } from "./plots.tsx";

/** Candidate against baseline for each metric in each cohort. */
export function Comparisons({ report }: { report: Report }) {
  if (report.comparisons.length === 0) return null;
  const metrics = [...new Set(report.comparisons.map(({ metric }) => metric))];
  const rows = metrics.flatMap((metric) => report.comparisons.filter((each) => each.metric === metric));
  return (
    <Section
      id="comparisons"
      title="Comparisons by metric and cohort"
      lead="Every metric in every cohort of one tag, also where the gate asks nothing. These intervals are for reading; only decisions decide."
    >
      <DataTable
        kind="scroll"
        caption="Candidate against baseline"
        columns={comparisonColumns(rows)}
        rows={rows}
      />
    </Section>
  );
}

function comparisonColumns(rows: readonly Comparison[]): ColumnOf<Comparison>[] {
  return [
    { heading: "Metric", cell: ({ metric }) => <Code>{metric}</Code> },
    { heading: "Cohort", names: true, cell: ({ cohort }) => <Name>{cohort}</Name> },
    { heading: "Cases", numeric: true, cell: ({ n }) => format.count(n) },
    { heading: "Baseline", numeric: true, cell: ({ baseline }) => format.percent(baseline) },
    { heading: "Candidate", numeric: true, cell: ({ candidate }) => format.percent(candidate) },
    {
      heading: "Change in points",
      numeric: true,
      cell: ({ difference }) => <strong>{format.signedPoints(difference)}</strong>,
    },
    {
      heading: `${levelPrefix(rows)}interval`,
      numeric: true,
      cell: ({ interval }) => format.differenceInterval(interval),
    },
    { heading: "Regressed", numeric: true, cell: ({ regressed }) => format.count(regressed) },
    { heading: "Improved", numeric: true, cell: ({ improved }) => format.count(improved) },
    {
      heading: "Scored pairs",
      numeric: true,
      cell: ({ pairs }) => `${format.count(pairs.scored)} of ${format.count(pairs.planned)}`,
    },
  ];
}

/** Latency, tokens, cost and failures by cohort and side. */
export function OperationsSection({ report }: { report: Report }) {
  if (report.operations.length === 0) return null;
  return (
    <Section
      id="operations"
      title="Latency, tokens, cost and failures"
      lead="Latency is that of answered trials. Tokens and cost are drawn by trial; the table has their sums, over the trials that report them."
    >
      <OperationPlots operations={report.operations} />
      <DataTable
        kind="scroll"
        caption="Operations by cohort and side"
        columns={operationColumns.filter(
          ({ isKnown }) => isKnown === undefined || report.operations.some(isKnown),
        )}
        rows={report.operations}
      />
    </Section>
  );
}

/** A column that is left out where no row knows it. */
type OperationColumn = ColumnOf<Operations> & { readonly isKnown?: (row: Operations) => boolean };

function share(heading: string, of: (row: Operations) => number | null): OperationColumn {
  return {
    heading,
    numeric: true,
    cell: (row) => format.percent(of(row) ?? null),
    isKnown: (row) => typeof of(row) === "number",
  };
}

const operationColumns: readonly OperationColumn[] = [
  {
    heading: "Cohort and side",
    names: true,
    cell: ({ cohort, side }) => (
      <>
        <Name>{cohort}</Name> <span class={`side-name ${side}`}>{side}</span>
      </>
    ),
  },
  {
    heading: "Answers",
    numeric: true,
    cell: ({ answered, planned }) => `${format.count(answered)} of ${format.count(planned)}`,
  },
  { heading: "Failures", cell: ({ failures }) => oneLine(failuresText(failures)) },
  {
    heading: "First attempt",
    numeric: true,
    cell: ({ firstAttemptRate }) => format.percent(firstAttemptRate),
  },
  share("Fallback", ({ fallbackRate }) => fallbackRate),
  share("Cache", ({ cacheHitRate }) => cacheHitRate),
  share("Without a guardrail", ({ guardrailBypassRate }) => guardrailBypassRate),
  {
    heading: "Median latency",
    numeric: true,
    cell: ({ latencyMs }) => format.duration(latencyMs?.p50 ?? null),
  },
  {
    heading: "95th percentile",
    numeric: true,
    cell: ({ latencyMs }) => format.duration(latencyMs?.p95 ?? null),
  },
  {
    heading: "99th percentile",
    numeric: true,
    cell: ({ latencyMs }) => format.duration(latencyMs?.p99 ?? null),
  },
  {
    heading: "First token, median",
    numeric: true,
    cell: ({ timeToFirstTokenMs }) => format.duration(timeToFirstTokenMs?.p50 ?? null),
    isKnown: ({ timeToFirstTokenMs }) => timeToFirstTokenMs !== null && timeToFirstTokenMs !== undefined,
  },
  {
    heading: "First token, 95th percentile",
    numeric: true,
    cell: ({ timeToFirstTokenMs }) => format.duration(timeToFirstTokenMs?.p95 ?? null),
    isKnown: ({ timeToFirstTokenMs }) => timeToFirstTokenMs !== null && timeToFirstTokenMs !== undefined,
  },
  { heading: "Tokens read", numeric: true, cell: ({ inputTokens }) => format.tokens(inputTokens) },
  { heading: "Tokens written", numeric: true, cell: ({ outputTokens }) => format.tokens(outputTokens) },
  { heading: "Cost (US dollars)", numeric: true, cell: ({ costUsd }) => format.dollars(costUsd) },
];
