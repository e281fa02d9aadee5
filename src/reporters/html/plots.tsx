import { scaleLinear } from "d3-scale";
import type { Operations } from "../../core/comparison.ts";
import * as format from "../format.ts";
import { type Mark, type Measure, measures } from "./operation-measures.ts";
import { Name } from "./parts.tsx";

/** Cohorts that are drawn; the table has all. */
const mostCohorts = 16;
const height = 32;
const lines = { baseline: 9, candidate: 23 } as const;
/** The lines of the scale are drawn once, from below through all rows; the list cuts them off at its top. */
const farAbove = 4000;

interface CohortPair {
  readonly cohort: string;
  readonly baseline: Mark | null;
  readonly candidate: Mark | null;
}

/** The operations of both sides drawn cohort by cohort, each drawing beside its numbers. */
export function OperationPlots({ operations }: { operations: readonly Operations[] }) {
  const cohorts = [...new Set(operations.map(({ cohort }) => cohort))];
  const shown = cohorts.slice(0, mostCohorts);
  const known = measures
    .map((measure) => ({ measure, pairs: pairsOf(measure, operations, shown) }))
    .filter(({ pairs }) => pairs.length > 0);
  const happens = ({ pairs }: { pairs: readonly CohortPair[] }) =>
    marksOf(pairs).some(({ point }) => point > 0);
  const drawn = known.filter(happens);
  const nowhere = known.filter((each) => !happens(each));
  return (
    <>
      <div class="plots">
        {drawn.map(({ measure, pairs }) => (
          <Plot measure={measure} pairs={pairs} level={levelOf(operations)} />
        ))}
      </div>
      {nowhere.length === 0 ? null : (
        <p class="faint">
          Not drawn, since on both sides it is 0 in all cohorts:{" "}
          {nowhere.map(({ measure }) => measure.title.toLowerCase()).join(", ")}.
        </p>
      )}
      {cohorts.length > shown.length ? (
        <p class="faint">
          {format.plural(cohorts.length - shown.length, "more cohort")} not drawn; the table has all.
        </p>
      ) : null}
    </>
  );
}

function marksOf(pairs: readonly CohortPair[]): Mark[] {
  return pairs.flatMap(({ baseline, candidate }) => [baseline, candidate]).filter((mark) => mark !== null);
}

function pairsOf(
  measure: Measure,
  operations: readonly Operations[],
  cohorts: readonly string[],
): CohortPair[] {
  return cohorts.flatMap((cohort) => {
    const of = (name: Operations["side"]) => {
      const side = operations.find((each) => each.cohort === cohort && each.side === name);
      return side === undefined ? null : measure.of(side);
    };
    const [baseline, candidate] = [of("baseline"), of("candidate")];
    return baseline === null && candidate === null ? [] : [{ cohort, baseline, candidate }];
  });
}

/** The level of the intervals in words. */
function levelOf(operations: readonly Operations[]): string {
  const level = operations.find(({ estimates }) => estimates !== undefined)?.estimates?.level;
  return level === undefined ? "" : format.level(level);
}

interface PlotProps {
  readonly measure: Measure;
  readonly pairs: readonly CohortPair[];
  readonly level: string;
}

function Plot({ measure, pairs, level }: PlotProps) {
  const highest = Math.max(...marksOf(pairs).flatMap(({ point, others }) => [point, ...others]));
  const scale = scaleLinear([0, highest], [0, 100]).nice(4);
  const at = (value: number) => `${scale(value).toFixed(1)}%`;
  const ticks = scale.ticks(4);
  const last = ticks.at(-1) ?? highest;
  return (
    <figure class="plot">
      <figcaption>
        <strong>{measure.title}</strong>{" "}
        <span class="key">
          <span class="key-mark baseline" aria-hidden="true" /> baseline
          <span class="key-mark candidate" aria-hidden="true" /> candidate
        </span>
        <span class="sub">{measure.legend(level)}</span>
      </figcaption>
      <ul>
        {pairs.map(({ cohort, baseline, candidate }) => (
          <li>
            <Name>{cohort}</Name>
            <svg width="100%" height={height} aria-hidden="true">
              <Marks side="baseline" mark={baseline} at={at} />
              <Marks side="candidate" mark={candidate} at={at} />
            </svg>
            <span class="plot-numbers">
              <Numbers side="baseline" mark={baseline} />
              <Numbers side="candidate" mark={candidate} />
            </span>
          </li>
        ))}
        <li aria-hidden="true" class="plot-axis">
          <span />
          <svg aria-hidden="true" width="100%" height="18">
            {ticks.map((tick) => (
              <line class="grid" x1={at(tick)} x2={at(tick)} y1={-farAbove} y2="0" />
            ))}
            <text x="0" y="13">
              {measure.tick(0)}
            </text>
            <text x={at(last)} y="13" text-anchor="end">
              {measure.tick(last)}
            </text>
          </svg>
        </li>
      </ul>
    </figure>
  );
}

function Numbers({ side, mark }: { side: Operations["side"]; mark: Mark | null }) {
  return (
    <span class={side}>
      <span class="hidden">{side}: </span>
      {mark === null ? format.absent : mark.text}
    </span>
  );
}

function Marks(props: { side: Operations["side"]; mark: Mark | null; at: (value: number) => string }) {
  const { side, mark, at } = props;
  if (mark === null) return null;
  const y = lines[side];
  const ends = [mark.point, ...mark.others];
  return (
    <g class={`marks ${side}`}>
      {mark.others.length === 0 ? null : (
        <line x1={at(Math.min(...ends))} x2={at(Math.max(...ends))} y1={y} y2={y} />
      )}
      {mark.others.map((other) => (
        <line x1={at(other)} x2={at(other)} y1={y - 4} y2={y + 4} />
      ))}
      <circle cx={at(mark.point)} cy={y} r="4.5" />
    </g>
  );
}
