import { scaleLinear } from "d3-scale";
import { line } from "d3-shape";
import { renderToString } from "preact-render-to-string";
import type { Comparison } from "../../core/comparison.ts";
import type { Promotion } from "../../core/promotion.ts";
import type { Report } from "../../core/report.ts";
import { verdictInWords } from "../../core/waived.ts";
import * as format from "../format.ts";
import { promotionText } from "../promotions.ts";
import { isBaselineNew, type SeriesRow, seriesRows } from "../series.ts";
import { oneLine } from "../text.ts";
import { Code, type ColumnOf, DataTable, Name, Section, VerdictMark } from "./parts.tsx";
import { policyFor } from "./policy.ts";
import {
  type PlacedPromotion,
  PromotionMarks,
  Promotions,
  placePromotions,
  runAnchor,
} from "./series-promotions.tsx";
import { styles } from "./styles.ts";

const height = 44;
const stepWidth = 26;

/**
 * Several runs on one page: one column a run, one row a metric in a cohort, drawn with their intervals. No script, no network.
 *
 * @param promotions what is shown between the runs, the oldest first.
 */
export function renderSeriesPage(reports: readonly Report[], promotions: readonly Promotion[] = []): string {
  return `<!doctype html>\n${renderToString(<SeriesPage reports={reports} promotions={promotions} />)}\n`;
}

function SeriesPage({
  reports,
  promotions,
}: {
  reports: readonly Report[];
  promotions: readonly Promotion[];
}) {
  const placed = placePromotions(promotions, reports);
  const name = oneLine(reports[0]?.provenance?.evaluation.name ?? "gatewright");
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={policyFor(null)} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`Runs: ${name}`}</title>
        {/* The only text that is not escaped is the page's own style. */}
        <style dangerouslySetInnerHTML={{ __html: styles }} />
      </head>
      <body>
        <header>
          <p class="brand">gatewright</p>
        </header>
        <main>
          <h1>
            <Name>{name}</Name>: {format.plural(reports.length, "run")}
          </h1>
          <Section id="runs" title="Runs">
            <DataTable
              kind="cards"
              caption="Runs in their order"
              columns={runColumns(reports)}
              rows={reports}
            />
          </Section>
          <Promotions placed={placed} reports={reports} />
          <Section
            id="changes"
            title="Candidate against baseline, run by run"
            lead="Change in percentage points with its interval. Each run has its own baseline; compare two columns only where it is the same. These intervals are for reading, each alone: none is corrected for the number of runs."
          >
            <DataTable
              kind="scroll"
              caption="Changes by metric, cohort and run"
              columns={changeColumns(reports, placed)}
              rows={seriesRows(reports)}
            />
          </Section>
        </main>
      </body>
    </html>
  );
}

function runColumns(reports: readonly Report[]): ColumnOf<Report>[] {
  return [
    {
      heading: "Run",
      names: true,
      cell: (each) => <span id={runAnchor(reports.indexOf(each))}>{reports.indexOf(each) + 1}</span>,
    },
    {
      heading: "Verdict",
      cell: (report) => <VerdictMark verdict={report.verdict} words={verdictInWords(report)} />,
    },
    {
      heading: "Started",
      cell: ({ provenance }) => (provenance ? oneLine(format.time(provenance.createdAt)) : format.absent),
    },
    {
      heading: "Baseline",
      cell: (each) => (
        <span>
          <Name>{each.provenance?.baseline.name ?? format.absent}</Name>
          {isBaselineNew(reports, reports.indexOf(each)) ? <strong> (another than before)</strong> : null}
          <BaselineSince report={each} />
        </span>
      ),
    },
    {
      heading: "Candidate",
      cell: ({ provenance }) => <Name>{provenance?.candidate.name ?? format.absent}</Name>,
    },
    {
      heading: "Dataset",
      cell: ({ provenance }) =>
        provenance ? (
          <span class="nowrap">
            <Code>{format.shortFingerprint(provenance.dataset.fingerprint)}</Code>
          </span>
        ) : (
          format.absent
        ),
    },
    { heading: "Identifier", cell: ({ provenance }) => <Code>{provenance?.runId ?? format.absent}</Code> },
  ];
}

function BaselineSince({ report: { provenance } }: { report: Report }) {
  const baseline = provenance?.promotions?.baseline;
  return baseline === undefined ? null : <span class="sub">live since {promotionText(baseline, "day")}</span>;
}

function changeColumns(
  reports: readonly Report[],
  placed: readonly PlacedPromotion[],
): ColumnOf<SeriesRow>[] {
  return [
    {
      heading: "Metric and cohort",
      names: true,
      cell: ({ metric, cohort }) => (
        <>
          <Code>{metric}</Code>
          <span class="sub">
            <Name>{cohort}</Name>
          </span>
        </>
      ),
    },
    { heading: "Drawn", cell: ({ cells }) => <Drawing cells={cells} placed={placed} /> },
    ...reports.map(
      ({ provenance }, index): ColumnOf<SeriesRow> => ({
        heading: `${index + 1}: ${oneLine(provenance?.candidate.name ?? "")}`,
        numeric: true,
        cell: ({ cells }) => <Cell cell={cells[index] ?? null} />,
      }),
    ),
  ];
}

function Cell({ cell }: { cell: Comparison | null }) {
  if (cell === null) return <>{format.absent}</>;
  return (
    <>
      <strong>{format.signedPoints(cell.difference)}</strong>
      <span class="sub">{format.differenceInterval(cell.interval)}</span>
    </>
  );
}

/** The changes as points with their intervals, a line through the points, a line at no change, and what was promoted between them. */
function Drawing({
  cells,
  placed,
}: {
  cells: readonly (Comparison | null)[];
  placed: readonly PlacedPromotion[];
}) {
  const known = cells.flatMap((cell, index) =>
    cell?.interval && cell.difference !== null
      ? [{ x: stepWidth * (index + 0.5), y: cell.difference, interval: cell.interval }]
      : [],
  );
  if (known.length === 0) return <>{format.absent}</>;
  const values = known.flatMap(({ interval }) => [interval.lower, interval.upper]);
  const scale = scaleLinear(
    [Math.min(0, ...values), Math.max(0, ...values)],
    [height - 4, placed.length > 0 ? 14 : 4],
  );
  const path = line<(typeof known)[number]>(
    ({ x }) => x,
    ({ y }) => scale(y),
  )(known);
  return (
    <svg
      class="series"
      width={stepWidth * (cells.length + (placed.some(({ before }) => before === cells.length) ? 0.5 : 0))}
      height={height}
      aria-hidden="true"
    >
      <PromotionMarks placed={placed} stepWidth={stepWidth} height={height} />
      <line class="zero" x1="0" x2="100%" y1={scale(0)} y2={scale(0)} />
      <path class="way-line" d={path ?? ""} />
      {known.map(({ x, y, interval }) => (
        <g>
          <line class="interval" x1={x} x2={x} y1={scale(interval.lower)} y2={scale(interval.upper)} />
          <circle class="point" cx={x} cy={scale(y)} r="4" />
        </g>
      ))}
    </svg>
  );
}
