import { symbol, symbolTriangle } from "d3-shape";
import type { Promotion } from "../../core/promotion.ts";
import type { Report } from "../../core/report.ts";
import * as format from "../format.ts";
import { objections, promotionSymbol } from "../promotions.ts";
import { runsBefore } from "../series.ts";
import { oneLine, visible } from "../text.ts";
import { Code, type ColumnOf, DataTable, Name, Section, VerdictMark } from "./parts.tsx";

/** A promotion or rollback with its place among the runs. */
export interface PlacedPromotion {
  readonly promotion: Promotion;
  /** Number of runs that had begun before it; 0 is before the first that is shown. */
  readonly before: number;
  /** Place among those between the same two runs, 0..1. */
  readonly within: number;
}

/** Places promotions between the runs. */
export function placePromotions(
  promotions: readonly Promotion[],
  reports: readonly Report[],
): PlacedPromotion[] {
  const places = promotions.map(({ at }) => runsBefore(reports, at));
  return promotions.map((promotion, index) => {
    const before = places[index]!;
    const together = places.filter((place) => place === before).length;
    const rank = places.slice(0, index).filter((place) => place === before).length;
    return { promotion, before, within: (rank + 0.5) / together };
  });
}

/** The address of a run on the page. */
export function runAnchor(index: number): string {
  return `run-${index + 1}`;
}

/** What was promoted and rolled back, when and by whom. */
export function Promotions({
  placed,
  reports,
}: {
  placed: readonly PlacedPromotion[];
  reports: readonly Report[];
}) {
  if (placed.length === 0) return null;
  return (
    <Section
      id="promotions"
      title="What was live"
      lead="▲ a promotion, ▼ a rollback, as they were recorded: the one before the first of these runs, and those since. In the drawings below they stand between the runs."
    >
      <DataTable
        kind="cards"
        caption="Promotions and rollbacks in their order"
        columns={columnsFor(reports, placed.at(-1)!.promotion.number)}
        rows={placed.map(({ promotion }) => promotion)}
        note={said}
      />
    </Section>
  );
}

function columnsFor(reports: readonly Report[], last: number): ColumnOf<Promotion>[] {
  return [
    {
      heading: "Recorded",
      names: true,
      cell: ({ kind, number }) => (
        <span class="nowrap">
          <span aria-hidden="true">{promotionSymbol[kind]} </span>
          {number}: {kind}
        </span>
      ),
    },
    { heading: "When", cell: ({ at }) => oneLine(format.time(at)) },
    {
      heading: "Release",
      cell: ({ release, number }) => (
        <span>
          <Name>{release.name}</Name>
          {number === last ? <strong> (live at the end)</strong> : null}
          <span class="sub">
            <Code>{format.shortFingerprint(release.fingerprint)}</Code>
          </span>
        </span>
      ),
    },
    { heading: "By", cell: ({ by }) => <Name>{by}</Name> },
    { heading: "Run", cell: ({ runId }) => <RunLink runId={runId} reports={reports} /> },
    {
      heading: "Verdict",
      cell: ({ verdict }) => (verdict === null ? format.absent : <VerdictMark verdict={verdict} />),
    },
  ];
}

function RunLink({ runId, reports }: { runId: string | null; reports: readonly Report[] }) {
  if (runId === null) return <>none</>;
  const index = reports.findIndex(({ provenance }) => provenance?.runId === runId);
  if (index < 0) return <Code>{runId}</Code>;
  return (
    <a href={`#${runAnchor(index)}`}>
      <Code>{runId}</Code>
    </a>
  );
}

/** What was said of it: reasons, what spoke against it, its note. */
function said(promotion: Promotion) {
  const texts = [
    ...objections(promotion).map((text) => `! ${text}`),
    ...(promotion.note === undefined ? [] : [`Note: ${visible(promotion.note)}`]),
  ];
  if (texts.length === 0) return null;
  return (
    <ul class="hints said">
      {texts.map((text) => (
        <li>{text}</li>
      ))}
    </ul>
  );
}

const triangle = symbol(symbolTriangle, 28)() ?? "";

/** The marks of promotions in a drawing that has a step for each run. Those before the first run are not drawn. */
export function PromotionMarks({
  placed,
  stepWidth,
  height,
}: {
  placed: readonly PlacedPromotion[];
  stepWidth: number;
  height: number;
}) {
  return (
    <>
      {placed
        .filter(({ before }) => before > 0)
        .map(({ promotion: { kind }, before, within }) => (
          // Between the points of two runs, and clear of both.
          <g
            class={kind}
            transform={`translate(${format.fixed(stepWidth * (before - 0.35 + within * 0.7), 1)} 0)`}
          >
            <line x1="0" x2="0" y1="8" y2={height} />
            <path d={triangle} transform={`translate(0 6)${kind === "rollback" ? " rotate(180)" : ""}`} />
          </g>
        ))}
    </>
  );
}
