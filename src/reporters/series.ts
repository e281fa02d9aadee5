import type { Comparison } from "../core/comparison.ts";
import type { Promotion } from "../core/promotion.ts";
import type { Report } from "../core/report.ts";
import { verdictInWords } from "../core/waived.ts";
import * as format from "./format.ts";
import { objections, promotionSymbol } from "./promotions.ts";
import { oneLine } from "./text.ts";

/** One metric in one cohort over several runs; `null` where a run did not compare it. */
export interface SeriesRow {
  readonly metric: string;
  readonly cohort: string;
  readonly cells: readonly (Comparison | null)[];
}

/** Every metric × cohort of the runs, in the order in which the newest reports name them. */
export function seriesRows(reports: readonly Report[]): SeriesRow[] {
  const keyOf = ({ metric, cohort }: Comparison) => JSON.stringify([metric, cohort]);
  const byRun = reports.map(({ comparisons }) => new Map(comparisons.map((each) => [keyOf(each), each])));
  const all = new Map(
    [...reports]
      .reverse()
      .flatMap(({ comparisons }) => comparisons.map((each) => [keyOf(each), each] as const)),
  );
  return [...all].map(([key, { metric, cohort }]) => ({
    metric,
    cohort,
    cells: byRun.map((run) => run.get(key) ?? null),
  }));
}

/** True when a run was compared with another bundle than the run before it. */
export function isBaselineNew(reports: readonly Report[], index: number): boolean {
  const fingerprint = (at: number) => reports[at]?.provenance?.baseline.fingerprint;
  return index > 0 && fingerprint(index) !== fingerprint(index - 1);
}

/** Number of the runs that had begun when something was recorded: 0 is before the first. */
export function runsBefore(reports: readonly Report[], at: string): number {
  return reports.filter(({ provenance }) => provenance !== null && provenance.createdAt <= at).length;
}

/**
 * Several runs as text: first the runs with their verdicts, then each metric in each cohort, a line a run.
 *
 * @param promotions what is shown between the runs, the oldest first.
 */
export function renderSeries(reports: readonly Report[], promotions: readonly Promotion[] = []): string {
  const promoted = (before: number) =>
    promotions.filter(({ at }) => runsBefore(reports, at) === before).flatMap(promotionLines);
  const lines = [
    ...promoted(0),
    ...reports.flatMap((report, index) => [
      `${index + 1}  ${runText(reports, report, index)}`,
      ...promoted(index + 1),
    ]),
  ];
  for (const { metric, cohort, cells } of seriesRows(reports)) {
    lines.push("", `${oneLine(metric)} in ${oneLine(cohort)}`);
    for (const [index, cell] of cells.entries()) lines.push(`  ${index + 1}  ${cellText(cell)}`);
  }
  return `${lines.join("\n")}\n`;
}

function promotionLines(promotion: Promotion): string[] {
  const { kind, at, by, release, note } = promotion;
  const head = `${promotionSymbol[kind]}  ${kind.padEnd(12)}  ${oneLine(format.time(at))}  ${oneLine(release.name)} (${format.shortFingerprint(release.fingerprint)}) by ${oneLine(by)}`;
  const said = [
    ...objections(promotion).map((text) => `! ${text}`),
    ...(note === undefined ? [] : [`note: ${oneLine(note)}`]),
  ];
  return [head, ...said.map((text) => `     ${text}`)];
}

function runText(reports: readonly Report[], report: Report, index: number): string {
  const { provenance } = report;
  const verdict = verdictInWords(report);
  if (provenance === null) return verdict;
  const { runId, createdAt, baseline, candidate } = provenance;
  const names = `${oneLine(baseline.name)} → ${oneLine(candidate.name)}`;
  const note = isBaselineNew(reports, index) ? "  (another baseline than before)" : "";
  return `${verdict.padEnd(12)}  ${oneLine(format.time(createdAt))}  ${names}  ${oneLine(runId)}${note}`;
}

function cellText(cell: Comparison | null): string {
  if (cell === null) return "not compared";
  const rates = `${format.percent(cell.baseline)} → ${format.percent(cell.candidate)}`;
  return `${rates}  ${format.signedPoints(cell.difference)} ${format.differenceInterval(cell.interval)}  ${format.plural(cell.n, "case")}`;
}
