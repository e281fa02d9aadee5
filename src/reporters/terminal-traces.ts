import type { TraceComparison } from "../core/trace-comparison.ts";
import * as format from "./format.ts";
import { columnWidths, type Paint, tableLines, wrap } from "./terminal-layout.ts";
import { cut, oneLine } from "./text.ts";

const shownTransitions = 6;
const longestStep = 60;

/** How the ways of the two sides through their steps differ: the typical ways, what one side alone has, the transitions that changed most. */
export function trajectoryLines(traces: TraceComparison | undefined, paint: Paint, width: number): string[] {
  if (traces === undefined) return [];
  const { typical, aligned, firstDivergence, transitions, onlyBaseline, onlyCandidate } = traces.trajectories;
  const lines = [paint("strong", "Ways through the steps")];
  const add = (text: string) => {
    for (const [index, line] of wrap(text, width - 4).entries())
      lines.push(`${index === 0 ? "  " : "    "}${line}`);
  };
  const shares = `${format.percent(typical.baseline.share)} and ${format.percent(typical.candidate.share)} of the traces`;
  if (firstDivergence === null)
    add(`the most frequent way is the same on both sides (${shares}): ${ways(aligned)}`);
  else add(`the most frequent ways (${shares}) part at step ${firstDivergence}: ${ways(aligned)}`);
  for (const [side, steps] of [
    ["baseline", onlyBaseline],
    ["candidate", onlyCandidate],
  ] as const) {
    const names = Object.entries(steps);
    if (names.length > 0)
      add(
        `only the ${side} has ${names
          .slice(0, 5)
          .map(([step, n]) => `${stepText(step)} (${format.count(n)})`)
          .join(", ")}`,
      );
  }
  const shown = transitions.slice(0, shownTransitions);
  if (shown.length === 0) return lines;
  const columns = [
    {
      heading: "  changed most",
      cells: shown.map(({ from, to }) => `  ${stepText(from)} → ${stepText(to)}`),
      minimum: 20,
    },
    {
      heading: "baseline",
      cells: shown.map(({ baseline }) => format.percent(baseline)),
      align: "right" as const,
    },
    {
      heading: "candidate",
      cells: shown.map(({ candidate }) => format.percent(candidate)),
      align: "right" as const,
    },
    { heading: "change in points", cells: shown.map(({ interval }) => format.differenceInterval(interval)) },
  ];
  const widths = columnWidths(columns, width);
  if (widths === null) return lines;
  const [heading = "", ...rows] = tableLines(columns, widths);
  return [...lines, paint("faint", heading), ...rows];
}

/** Steps in order; `−` stands before one that only the baseline takes, `+` before one of the candidate. */
function ways(aligned: TraceComparison["trajectories"]["aligned"]): string {
  const marks = { both: "", baseline: "−", candidate: "+" } as const;
  const shown = aligned.slice(0, 20).map(({ step, side }) => `${marks[side]}${stepText(step)}`);
  return `${shown.join(" → ")}${aligned.length > 20 ? " → …" : ""}`;
}

function stepText(step: string): string {
  return cut(oneLine(step), longestStep);
}
