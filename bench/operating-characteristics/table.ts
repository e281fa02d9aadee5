import type { Anchor } from "./anchors.ts";
import { allCells, inPoints } from "./cells.ts";
import type { Tallies } from "./measure.ts";
import type { Tally } from "./simulate.ts";

const columns: readonly [title: string, key: keyof Tally][] = [
  ["FAIL", "fail"],
  ["INCONCLUSIVE", "inconclusive"],
  ["PASS", "pass"],
  ["cohort PASS", "cohortPass"],
  ["naive: drop > 2", "naiveLoss"],
  ["naive: rate < 82 %", "naiveRate"],
];

/** The measured shares in percent as a Markdown table, one row a cell. */
export function cellTable(tallies: Tallies): string {
  const head = ["margins", "true drop", "cases", "k", ...columns.map(([title]) => title)];
  const rows = allCells().map(({ id, n, repetitions, drop, margins }) => {
    const tally = tallies.get(id)!;
    const shares = columns.map(([, key]) => percent(tally[key] / tally.replications));
    const policy = `${inPoints(margins.all)}/${inPoints(margins.cohort)}`;
    return [policy, String(inPoints(drop)), String(n), String(repetitions), ...shares];
  });
  return markdownTable(head, rows);
}

/** The anchors with measured figure and bound as a Markdown table. */
export function anchorTable(anchors: readonly Anchor[]): string {
  const rows = anchors.map(({ name, where, measured, standardError, bound, isMet }) => [
    name,
    where,
    standardError === null ? String(measured) : `${shown(measured)} ± ${standardError.toFixed(4)}`,
    `${{ max: "≤ ", min: "≥ ", exact: "" }[bound.kind]}${shown(bound.value)}`,
    isMet ? "met" : "MISSED",
  ]);
  return markdownTable(["anchor", "where", "measured", "bound", ""], rows);
}

function shown(value: number | string): string {
  return typeof value === "string" ? value : value.toFixed(4);
}

function percent(share: number): string {
  return (100 * share).toFixed(1);
}

function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((text, i) => text.padEnd(widths[i]!)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [line(head), rule, ...rows.map(line)].join("\n");
}
