// biome-ignore-all lint/a11y/noRedundantRoles: rows that are laid out as a grid lose their roles in some browsers
import { scaleLinear } from "d3-scale";
import { symbol, symbolCircle, symbolDiamond2, symbolSquare } from "d3-shape";
import type { Decision } from "../../core/comparison.ts";
import type { Report } from "../../core/report.ts";
import * as format from "../format.ts";
import { oneLine } from "../text.ts";
import { ruleText, verdictSymbol } from "../words.ts";
import { Code, Name, Section } from "./parts.tsx";

const shownRows = 40;
const middle = 18;
const height = 2 * middle;

interface Scale {
  /** Where a value stands, as a percentage of the width. */
  readonly at: (value: number) => string;
  readonly ticks: readonly number[];
  /** Decimals of the ticks in percentage points. */
  readonly decimals: number;
}

/** The margin decisions drawn as intervals on one scale, with zero and each margin marked. */
export function Forest({ report }: { report: Report }) {
  const drawn = report.decisions.filter(
    ({ margin, interval, estimate }) => margin !== null && interval && estimate !== null,
  );
  if (drawn.length === 0) return null;
  const shown = drawn.slice(0, shownRows);
  const scale = scaleOf(shown);
  return (
    <Section
      id="plot"
      title="Changes against their margins"
      lead="Candidate minus baseline in percentage points; of errors and fallbacks a rise is drawn as a loss. A decision passes when its whole bar lies right of the margin; the shaded part is a larger loss than is acceptable."
    >
      <table role="table" class="forest">
        <caption class="hidden">
          Change with interval for each decision on a margin, as a drawing and in numbers
        </caption>
        <thead role="rowgroup" class="hidden">
          <tr role="row">
            <th role="columnheader" scope="col">
              Decision
            </th>
            <th role="columnheader" scope="col">
              Drawing
            </th>
            <th role="columnheader" scope="col">
              Change and interval in points
            </th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {shown.map((decision) => (
            <Row decision={decision} scale={scale} />
          ))}
        </tbody>
      </table>
      <Axis scale={scale} />
      <Legend worstCase={shown.some(({ worstCaseInterval }) => worstCaseInterval !== null)} />
      {drawn.length > shown.length ? (
        <p class="faint">
          {format.plural(drawn.length - shown.length, "more decision")} not drawn; the table above has them.
        </p>
      ) : null}
    </Section>
  );
}

function Row({ decision, scale }: { decision: Decision; scale: Scale }) {
  return (
    <tr role="row">
      <th role="rowheader" scope="row">
        <span class={`mark ${decision.decision}`}>
          <span class="symbol" aria-hidden="true">
            {verdictSymbol[decision.decision]}
          </span>
          <span class="hidden">{decision.decision}: </span>
        </span>
        <span>
          <Name>{decision.cohort}</Name>
          <span class="sub">
            <Code>{decision.metric}</Code>
            {decision.severity === "advisory" ? " (advisory)" : ""}
          </span>
        </span>
      </th>
      <td role="cell" class="drawing">
        <Drawing decision={decision} scale={scale} />
      </td>
      <td role="cell" class="number">
        <strong>{format.difference(decision.estimate)}</strong>{" "}
        <span class="faint nowrap">{format.differenceInterval(decision.interval)}</span>
      </td>
    </tr>
  );
}

function Drawing({ decision, scale }: { decision: Decision; scale: Scale }) {
  const { interval, estimate, margin, worstCaseInterval } = gainOf(decision);
  if (interval === null || estimate === null || margin === null) return null;
  const label = `${oneLine(decision.metric)} in ${oneLine(decision.cohort)}: ${format.difference(decision.estimate)}, interval ${format.differenceInterval(decision.interval)}, ${ruleText(decision.rule)}`;
  return (
    <svg role="img" width="100%" height={height} class={decision.decision}>
      <title>{label}</title>
      <rect class="beyond" x="0" y="0" width={scale.at(-margin)} height={height} />
      {scale.ticks.map((tick) => (
        <line class="grid" x1={scale.at(tick)} x2={scale.at(tick)} y1="0" y2={height} />
      ))}
      <line class="margin" x1={scale.at(-margin)} x2={scale.at(-margin)} y1="0" y2={height} />
      <line class="zero" x1={scale.at(0)} x2={scale.at(0)} y1="0" y2={height} />
      {worstCaseInterval === null ? null : (
        <line
          class="worst-case"
          x1={scale.at(worstCaseInterval.lower)}
          x2={scale.at(worstCaseInterval.upper)}
          y1={middle + 8}
          y2={middle + 8}
        />
      )}
      <line
        class="interval"
        x1={scale.at(interval.lower)}
        x2={scale.at(interval.upper)}
        y1={middle}
        y2={middle}
      />
      {[interval.lower, interval.upper].map((end) => (
        <line class="interval" x1={scale.at(end)} x2={scale.at(end)} y1={middle - 5} y2={middle + 5} />
      ))}
      <svg aria-hidden="true" x={scale.at(estimate)} y={middle} overflow="visible">
        <path class="point" d={shapeOf(decision)} />
      </svg>
    </svg>
  );
}

/** The decision as it is drawn, where right is better: a rise of a rate of harm counts as a loss. */
function gainOf(decision: Decision): Decision {
  if (decision.rule.kind !== "rise") return decision;
  const mirrored = (interval: Decision["interval"]) =>
    interval && { ...interval, lower: -interval.upper, upper: -interval.lower };
  return {
    ...decision,
    estimate: decision.estimate === null ? null : -decision.estimate,
    interval: mirrored(decision.interval),
    worstCaseInterval: mirrored(decision.worstCaseInterval),
  };
}

const shapes = {
  fail: symbol(symbolDiamond2, 110)(),
  pass: symbol(symbolCircle, 95)(),
  inconclusive: symbol(symbolSquare, 110)(),
  error: symbol(symbolSquare, 110)(),
};

/** A shape for each decision, so that it is not told by colour alone: a diamond failed, a square is open, a disc passed. */
function shapeOf({ decision }: Decision): string {
  return shapes[decision] ?? "";
}

function Axis({ scale }: { scale: Scale }) {
  return (
    <div class="axis">
      <svg aria-hidden="true" width="100%" height="40">
        {scale.ticks.map((tick) => (
          <text x={scale.at(tick)} y="14" text-anchor="middle">
            {format.fixed(tick * 100, scale.decimals)}
          </text>
        ))}
        <text class="faint" x="0" y="34">
          ← candidate worse
        </text>
        <text class="faint" x="100%" y="34" text-anchor="end">
          candidate better →
        </text>
      </svg>
    </div>
  );
}

function Legend({ worstCase }: { worstCase: boolean }) {
  return (
    <p class="legend faint">
      Solid line: no change. Dashed line: the margin. Diamond: failed. Square: inconclusive. Disc: passed.
      {worstCase ? " Dotted bar: the interval if every missing score spoke against the candidate." : ""}
    </p>
  );
}

function scaleOf(decisions: readonly Decision[]): Scale {
  const values = decisions
    .map(gainOf)
    .flatMap(({ interval, margin, worstCaseInterval, estimate }) => [
      0,
      -(margin ?? 0),
      estimate ?? 0,
      ...[interval, worstCaseInterval].flatMap((each) => (each === null ? [] : [each.lower, each.upper])),
    ]);
  const scale = scaleLinear([Math.min(...values), Math.max(...values)], [2, 98]).nice(6);
  const ticks = scale.ticks(6);
  const step = (ticks[1] ?? 1) - (ticks[0] ?? 0);
  return {
    at: (value) => `${scale(value).toFixed(2)}%`,
    ticks,
    decimals: step < 0.0099 ? 1 : 0,
  };
}
