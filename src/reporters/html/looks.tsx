import { scaleLinear } from "d3-scale";
import { symbol, symbolCircle, symbolDiamond2 } from "d3-shape";
import type { CanaryState, Look } from "../../core/canary.ts";
import type { Report } from "../../core/report.ts";
import * as format from "../format.ts";
import { decidedText, lookColumns, planText } from "../looks.ts";
import { oneLine, visible } from "../text.ts";
import { breakable } from "./break-places.tsx";
import { DataTable, Section } from "./parts.tsx";

const height = 240;
const floor = 204;
const discs = { fail: symbol(symbolDiamond2, 120)(), other: symbol(symbolCircle, 95)() };

/** The looks at a canary: how the evidence of harm stands against the boundary, as a drawing and as a table. */
export function Looks({ report: { canary } }: { report: Report }) {
  if (canary === undefined) return null;
  const { looks } = canary;
  return (
    <Section
      id="looks"
      title="Looks"
      lead="At each look the comparison that speaks most for harm is held against a boundary that is high at first and falls towards the planned end, so that all looks together keep the error of the gate. The canary passes at the planned end alone."
    >
      <p>{breakable(visible(planText(canary)))}</p>
      {looks.length === 0 ? null : (
        <>
          <Drawing canary={canary} />
          <DataTable
            kind="cards"
            caption="What each look found"
            columns={lookColumns.map(({ heading, isNumeric, cell }, index) => ({
              heading,
              numeric: isNumeric,
              names: index === 0,
              cell: (look: Look) => <span>{breakable(oneLine(cell(look)))}</span>,
            }))}
            rows={looks}
          />
        </>
      )}
    </Section>
  );
}

interface Mark {
  readonly fraction: number;
  readonly boundary: number;
}

function Drawing({ canary: { looks, ahead } }: { canary: CanaryState }) {
  const taken = looks.flatMap((look) => (look.worst === null ? [] : [{ look, worst: look.worst }]));
  const past = taken.map(({ look, worst }): Mark => ({ fraction: look.fraction, boundary: worst.boundary }));
  const future = ahead.flatMap(({ fraction, boundary }): Mark[] =>
    boundary === null ? [] : [{ fraction, boundary }],
  );
  if (past.length === 0) return null;
  const evidence = taken.map(({ worst }) => worst.z);
  const highest = Math.max(4, ...evidence, ...past.concat(future).map(({ boundary }) => boundary));
  const y = scaleLinear([Math.min(0, ...evidence), highest], [floor, 16]).nice(5);
  const x = scaleLinear([0, 1], [7, 94]);
  const at = (fraction: number) => `${x(fraction).toFixed(2)}%`;
  const label = taken
    .map(
      ({ look, worst }) =>
        `look ${look.number}: ${format.fixed(worst.z, 1)} of ${format.fixed(worst.boundary, 1)}, ${decidedText(look)}`,
    )
    .join("; ");
  return (
    <figure class="looks">
      <figcaption>Evidence of harm, in standard errors, against the share of the planned traces</figcaption>
      <svg role="img" width="100%" height={height}>
        <title>{`Evidence of harm against its boundary. ${label}.`}</title>
        {y.ticks(5).map((tick) => (
          <>
            <line class={tick === 0 ? "zero" : "grid"} x1={at(0)} x2={at(1)} y1={y(tick)} y2={y(tick)} />
            <text x="5.5%" y={y(tick) + 4} text-anchor="end">
              {format.fixed(tick, 0)}
            </text>
          </>
        ))}
        <Boundary marks={[...past, ...future]} taken={past.length} at={at} y={y} />
        {taken.map(({ look, worst }) => (
          <svg
            aria-hidden="true"
            x={at(look.fraction)}
            y={y(worst.z)}
            overflow="visible"
            class={look.verdict}
          >
            <path class="point" d={(look.verdict === "fail" ? discs.fail : discs.other) ?? ""} />
          </svg>
        ))}
        {thinned([...past, ...future]).map(({ fraction }) => (
          <text x={at(fraction)} y={floor + 20} text-anchor="middle">
            {format.fixed(fraction * 100, 0)} %
          </text>
        ))}
      </svg>
      <p class="legend faint">
        Bars: where harm is proven at a look; dashed for looks that are still planned, were the traces to grow
        evenly. Disc: the evidence of a look. Diamond: a look that proved harm.
      </p>
    </figure>
  );
}

/** So many marks as can be named beside each other on a narrow screen, the last one among them. */
function thinned(marks: readonly Mark[]): Mark[] {
  const step = Math.ceil(marks.length / 5);
  return marks.filter((_, index) => (marks.length - 1 - index) % step === 0);
}

function Boundary(props: {
  marks: readonly Mark[];
  /** How many of the marks are of looks that were taken. */
  taken: number;
  at: (fraction: number) => string;
  y: (value: number) => number;
}) {
  const { marks, taken, at, y } = props;
  return (
    <>
      {marks.map(({ fraction, boundary }, index) => (
        <>
          <line
            class={index < taken ? "proven" : "proven planned"}
            x1={at(fraction)}
            x2={at(fraction)}
            y1={y(boundary)}
            y2="8"
          />
          <svg aria-hidden="true" x={at(fraction)} y={y(boundary)} overflow="visible">
            <line class="proven" x1="-7" x2="7" y1="0" y2="0" />
          </svg>
        </>
      ))}
    </>
  );
}
