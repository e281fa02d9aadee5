import { scaleLinear } from "d3-scale";
import type { Operations } from "../../core/comparison.ts";
import * as format from "../format.ts";
import { Name } from "./parts.tsx";

/** Cohorts that are drawn; the table has all. */
const mostCohorts = 16;
const height = 30;

/** One measure of the operations, as points on a line from 0. */
interface Measure {
  readonly title: string;
  /** What the points are, in words. */
  readonly points: string;
  /** The points of one side in rising order; empty where it is not known. */
  readonly of: (side: Operations) => readonly number[];
  readonly text: (value: number) => string;
}

const measures: readonly Measure[] = [
  {
    title: "Latency",
    points: "Disc: median. Ticks: 95th and 99th percentile.",
    of: ({ latencyMs }) => (latencyMs === null ? [] : [latencyMs.p50, latencyMs.p95, latencyMs.p99]),
    text: (value) => format.duration(value),
  },
  {
    title: "Without an answer",
    points: "Share of the planned trials.",
    of: ({ planned, answered }) => (planned === 0 ? [] : [(planned - answered) / planned]),
    text: (value) => format.percent(value),
  },
  {
    title: "Answered by a fallback",
    points: "Share of the answered trials that say it.",
    of: ({ fallbackRate }) => (typeof fallbackRate === "number" ? [fallbackRate] : []),
    text: (value) => format.percent(value),
  },
];

interface CohortPair {
  readonly cohort: string;
  readonly baseline: Operations;
  readonly candidate: Operations;
}

/** The operations of both sides drawn cohort by cohort. The table beside it has every number. */
export function OperationPlots({ operations }: { operations: readonly Operations[] }) {
  const pairs = pairsOf(operations).slice(0, mostCohorts);
  return (
    <>
      {measures.map((measure) => {
        const drawn = pairs.filter(
          ({ baseline, candidate }) => measure.of(baseline).length + measure.of(candidate).length > 0,
        );
        const highest = Math.max(
          0,
          ...drawn.flatMap(({ baseline, candidate }) => [...measure.of(baseline), ...measure.of(candidate)]),
        );
        return highest === 0 ? null : <Plot measure={measure} pairs={drawn} highest={highest} />;
      })}
    </>
  );
}

function pairsOf(operations: readonly Operations[]): CohortPair[] {
  const cohorts = [...new Set(operations.map(({ cohort }) => cohort))];
  return cohorts.flatMap((cohort) => {
    const of = (name: string) => operations.find((each) => each.cohort === cohort && each.side === name);
    const [baseline, candidate] = [of("baseline"), of("candidate")];
    return baseline && candidate ? [{ cohort, baseline, candidate }] : [];
  });
}

function Plot(props: { measure: Measure; pairs: readonly CohortPair[]; highest: number }) {
  const { measure, pairs, highest } = props;
  const scale = scaleLinear([0, highest], [0, 100]).nice(5);
  const at = (value: number) => `${scale(value).toFixed(2)}%`;
  return (
    <figure class="plot">
      <figcaption>
        <strong>{measure.title}</strong> <span class="faint">{measure.points}</span>
        <span class="key">
          <span class="key-mark baseline" aria-hidden="true" /> baseline
          <span class="key-mark candidate" aria-hidden="true" /> candidate
        </span>
      </figcaption>
      <ul>
        {pairs.map((pair) => (
          <li>
            <Name>{pair.cohort}</Name>
            <svg width="100%" height={height} role="img">
              <title>{titleOf(measure, pair)}</title>
              {scale.ticks(5).map((tick) => (
                <line class="grid" x1={at(tick)} x2={at(tick)} y1="0" y2={height} />
              ))}
              <Marks side="baseline" points={measure.of(pair.baseline)} y={9} at={at} />
              <Marks side="candidate" points={measure.of(pair.candidate)} y={21} at={at} />
            </svg>
          </li>
        ))}
        <li aria-hidden="true" class="plot-axis">
          <span />
          <svg aria-hidden="true" width="100%" height="18">
            {scale.ticks(5).map((tick, index, all) => (
              <text x={at(tick)} y="13" text-anchor={anchorOf(index, all.length)}>
                {measure.text(tick)}
              </text>
            ))}
          </svg>
        </li>
      </ul>
    </figure>
  );
}

function anchorOf(index: number, length: number): "start" | "middle" | "end" {
  if (index === 0) return "start";
  return index === length - 1 ? "end" : "middle";
}

function titleOf(measure: Measure, { cohort, baseline, candidate }: CohortPair): string {
  const of = (side: Operations) => measure.of(side).map(measure.text).join(", ") || format.absent;
  return `${measure.title} in ${cohort}: baseline ${of(baseline)}; candidate ${of(candidate)}`;
}

function Marks(props: {
  side: "baseline" | "candidate";
  points: readonly number[];
  y: number;
  at: (value: number) => string;
}) {
  const { side, points, y, at } = props;
  const [first, ...rest] = points;
  if (first === undefined) return null;
  const last = rest.at(-1);
  return (
    <g class={`marks ${side}`}>
      {last === undefined ? null : <line x1={at(first)} x2={at(last)} y1={y} y2={y} />}
      {rest.map((point) => (
        <line x1={at(point)} x2={at(point)} y1={y - 4} y2={y + 4} />
      ))}
      <circle cx={at(first)} cy={y} r="4.5" />
    </g>
  );
}
