import { scaleLinear } from "d3-scale";
import type { Report } from "../../core/report.ts";
import type { TraceComparison, TraceSide, Transition } from "../../core/trace-comparison.ts";
import * as format from "../format.ts";
import { cut, oneLine, visible } from "../text.ts";
import { breakable } from "./break-places.tsx";
import { Code, type ColumnOf, DataTable, Name, Section } from "./parts.tsx";

interface SideFact {
  readonly label: string;
  readonly text: (side: TraceSide) => string;
}

const shownCounts = 6;
const longestStep = 80;

const sideFacts: readonly SideFact[] = [
  { label: "Traces", text: ({ label }) => label },
  { label: "Number of traces", text: ({ traces }) => format.count(traces) },
  { label: "Spans", text: ({ spans }) => format.count(spans) },
  { label: "Releases that answered", text: ({ releases }) => countsText(releases) },
  { label: "Vocabularies", text: ({ dialects }) => dialects.join(", ") || "none known" },
  { label: "Written by", text: ({ scopes }) => countsText(scopes) },
  { label: "With their root span", text: ({ coverage }) => format.percent(coverage.root) },
  { label: "With tokens", text: ({ coverage }) => format.percent(coverage.usage) },
  {
    label: "With the time to the first token",
    text: ({ coverage }) => format.percent(coverage.timeToFirstToken),
  },
  { label: "With a cost", text: ({ coverage }) => format.percent(coverage.cost) },
  { label: "Saying whether a fallback answered", text: ({ coverage }) => format.percent(coverage.fallback) },
  { label: "Of which a part was lost", text: ({ incomplete }) => format.count(incomplete) },
  { label: "Spans without their parent", text: ({ orphans }) => format.count(orphans) },
];

function countsText(counts: Readonly<Record<string, number>>): string {
  const entries = Object.entries(counts).sort(([, a], [, b]) => b - a);
  const shown = entries.slice(0, shownCounts).map(([name, n]) => `${name} (${format.count(n)})`);
  return `${shown.join(", ") || "none"}${entries.length > shownCounts ? ", …" : ""}`;
}

/** What the traces of both sides are, and how much of them was understood. */
export function TraceCoverage({ report }: { report: Report }) {
  const { traces } = report;
  if (traces === undefined) return null;
  const { baseline, candidate } = traces;
  const columns: ColumnOf<SideFact>[] = [
    { heading: "Of the traces", names: true, cell: ({ label }) => label },
    { heading: "Baseline", cell: ({ text }) => <span>{breakable(oneLine(text(baseline)))}</span> },
    { heading: "Candidate", cell: ({ text }) => <span>{breakable(oneLine(text(candidate)))}</span> },
  ];
  const skipped = [
    ...baseline.skipped.map((text) => `baseline: ${text}`),
    ...candidate.skipped.map((text) => `candidate: ${text}`),
  ];
  return (
    <Section
      id="coverage"
      title="What the traces say"
      lead="A metric rests on the traces that record it. Where the two sides differ here, they may differ in how they are recorded, not in what they do."
    >
      <DataTable kind="cards" caption="Coverage of both sides" columns={columns} rows={sideFacts} />
      <UsedNames traces={traces} />
      <h3>What could not be read</h3>
      {skipped.length === 0 ? (
        <p>Nothing: every line was understood.</p>
      ) : (
        <ul>
          {skipped.map((text) => (
            <li>{breakable(visible(text))}</li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function UsedNames({ traces: { baseline, candidate } }: { traces: TraceComparison }) {
  const names = [...new Set([...Object.keys(baseline.names), ...Object.keys(candidate.names)])].sort();
  if (names.length === 0) return null;
  const of = (side: TraceSide, name: string) =>
    format.count(Object.hasOwn(side.names, name) ? (side.names[name] ?? 0) : 0);
  return (
    <details>
      <summary>Show the {format.plural(names.length, "attribute")} that facts were read from</summary>
      <DataTable
        kind="cards"
        caption="Attributes and the number of spans that had them"
        columns={[
          { heading: "Attribute", names: true, cell: (name) => <Code>{name}</Code> },
          { heading: "Baseline", numeric: true, cell: (name) => of(baseline, name) },
          { heading: "Candidate", numeric: true, cell: (name) => of(candidate, name) },
        ]}
        rows={names}
      />
    </details>
  );
}

/** How the ways of the two sides through their steps differ. */
export function Trajectories({ report }: { report: Report }) {
  const { traces } = report;
  if (traces === undefined) return null;
  const { typical, aligned, firstDivergence, transitions, onlyBaseline, onlyCandidate } = traces.trajectories;
  const shares = `${format.percent(typical.baseline.share)} of the baseline’s traces and ${format.percent(typical.candidate.share)} of the candidate’s took it`;
  return (
    <Section id="ways" title="Ways through the steps">
      <p>
        {firstDivergence === null
          ? `The most frequent way is the same on both sides; ${shares}.`
          : `The most frequent ways part at step ${firstDivergence}; ${shares.replace("took it", "took theirs")}.`}
      </p>
      <ol class="way">
        {aligned.map(({ step, side }) => (
          <li class={side}>
            {side === "both" ? null : (
              <span class="symbol" aria-hidden="true">
                {side === "baseline" ? "− " : "+ "}
              </span>
            )}
            <Code>{cut(oneLine(step), longestStep)}</Code>
            {side === "both" ? null : <span class="faint"> {side} alone</span>}
          </li>
        ))}
      </ol>
      <Transitions transitions={transitions} />
      <Alone name="baseline" steps={onlyBaseline} />
      <Alone name="candidate" steps={onlyCandidate} />
    </Section>
  );
}

function Alone({ name, steps }: { name: string; steps: Readonly<Record<string, number>> }) {
  const entries = Object.entries(steps);
  if (entries.length === 0) return null;
  return (
    <>
      <h3>Steps that only the {name} takes</h3>
      <ul>
        {entries.map(([step, n]) => (
          <li>
            <Code>{cut(oneLine(step), longestStep)}</Code> in {format.plural(n, "trace")}
          </li>
        ))}
      </ul>
    </>
  );
}

function Transitions({ transitions }: { transitions: readonly Transition[] }) {
  if (transitions.length === 0)
    return <p>No transition between steps changed by more than chance explains.</p>;
  const far = Math.max(
    ...transitions.flatMap(({ interval }) => [Math.abs(interval.lower), Math.abs(interval.upper)]),
  );
  const scale = scaleLinear([-far, far], [2, 98]);
  const columns: ColumnOf<Transition>[] = [
    {
      heading: "Step and next step",
      names: true,
      cell: ({ from, to }) => (
        <Name>{`${cut(oneLine(from), longestStep)} → ${cut(oneLine(to), longestStep)}`}</Name>
      ),
    },
    { heading: "Baseline", numeric: true, cell: ({ baseline }) => format.percent(baseline) },
    { heading: "Candidate", numeric: true, cell: ({ candidate }) => format.percent(candidate) },
    {
      heading: "Change in points [interval]",
      numeric: true,
      cell: ({ interval, baseline, candidate }) => (
        <>
          <strong>{format.signedPoints(candidate - baseline)}</strong>{" "}
          <span class="faint">{format.differenceInterval(interval)}</span>
        </>
      ),
    },
    {
      heading: "rarer ← 0 → more often",
      drawn: true,
      cell: (each) => <Bar each={each} at={(value) => `${scale(value).toFixed(2)}%`} />,
    },
  ];
  return (
    <DataTable
      kind="cards"
      caption="Transitions that changed most, as shares of the traces"
      columns={columns}
      rows={transitions}
    />
  );
}

function Bar({ each, at }: { each: Transition; at: (value: number) => string }) {
  const { interval, baseline, candidate } = each;
  return (
    <svg class="change-bar" height="18" aria-hidden="true">
      <line class="zero" x1="50%" x2="50%" y1="0" y2="18" />
      <line class="interval" x1={at(interval.lower)} x2={at(interval.upper)} y1="9" y2="9" />
      <circle class="point" cx={at(candidate - baseline)} cy="9" r="4.5" />
    </svg>
  );
}
