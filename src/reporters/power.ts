import type { PowerCriterion, PowerPlan, PowerSizes } from "../core/power.ts";
import { absent, count, dollars, fixed, percent, plural, points } from "./format.ts";
import { type Column, columnWidths, flow, tableLines } from "./terminal-layout.ts";
import { oneLine } from "./text.ts";

/** What the letters behind the shares mean is said below the table. */
const letters = "abcdefghijklmnopqrstuvwxyz";

/** Shows a plan of `evals power` as tables. Pure: the same plan gives the same text. Its notes are not among them. */
export function powerReporter({ width }: { readonly width: number }): { render(plan: PowerPlan): string } {
  return {
    render(plan) {
      const sources = [...new Set(plan.criteria.map(sourceText))];
      const sections = [
        headLines(plan, width),
        mainLines(plan, sources, width),
        repetitionLines(plan, width),
        legendLines(plan, sources, width),
      ];
      return `${sections
        .filter((lines) => lines.length > 0)
        .map((lines) => lines.join("\n"))
        .join("\n\n")}\n`;
    },
  };
}

function headLines(plan: PowerPlan, width: number): string[] {
  const { evaluation, dataset, drop, power, repetitions, calls } = plan;
  const version = dataset.version === null ? "" : ` v${dataset.version}`;
  const asked = `${oneLine(evaluation)}: cases to see a drop of ${points(drop)} with a probability of ${percent(power)}, alpha ${plan.alpha}`;
  const now = `One run of ${oneLine(dataset.name)}${version} now: ${plural(dataset.cases, "case")} × ${plural(repetitions, "repetition")} × 2 sides = ${plural(calls, "call")}${costText(plan.costUsd)}`;
  return [asked, now, ...judgingTexts(plan)].flatMap((text) => flow([text], " ", width, 0));
}

/** What judging such a run takes, one sentence for each evaluator that asks a model, and what all costs together. */
function judgingTexts({ judging, wholeCostUsd }: PowerPlan): string[] {
  if (judging.length === 0) return [];
  const texts = judging.map(({ evaluator, calls, costUsd }) => {
    const times = calls === null ? "an unknown number of calls" : `up to ${plural(calls, "call")}`;
    return `Judging it by ${oneLine(evaluator)}: ${times}${costUsd === null ? ", at a cost that is not known" : costText(costUsd)}`;
  });
  return wholeCostUsd === null ? texts : [...texts, `Calls and judging together${costText(wholeCostUsd)}`];
}

function costText(usd: number | null): string {
  return usd === null ? "" : `, about ${dollars(usd)} US dollars`;
}

/** A line of a table: a criterion at a number of repetitions, or the heading over the cohorts of a metric. */
type Line = { readonly metric: string } | { readonly criterion: PowerCriterion; readonly sizes: PowerSizes };

/** The lines of the criteria, those of one metric together under its name. */
function linesOf(
  criteria: readonly PowerCriterion[],
  sizesOf: (criterion: PowerCriterion) => readonly PowerSizes[],
): Line[] {
  const metrics = [...new Set(criteria.map(({ metric }) => metric))];
  return metrics.flatMap((metric): Line[] => [
    { metric },
    ...criteria
      .filter((criterion) => criterion.metric === metric)
      .flatMap((criterion) => sizesOf(criterion).map((sizes) => ({ criterion, sizes }))),
  ]);
}

/** A column whose cells are empty beside the name of a metric. */
function column(
  lines: readonly Line[],
  heading: string,
  cell: (criterion: PowerCriterion, sizes: PowerSizes) => string,
  align: "left" | "right" = "right",
): Column {
  const cells = lines.map((line) => ("metric" in line ? "" : cell(line.criterion, line.sizes)));
  return { heading, cells, align };
}

/** The name of a cohort stands beside the first of its lines. */
function cohortColumn(lines: readonly Line[]): Column {
  const cells = lines.map((line, index) => {
    if ("metric" in line) return oneLine(line.metric);
    const above = lines[index - 1];
    const isFirst = above === undefined || "metric" in above || above.criterion !== line.criterion;
    return isFirst ? `  ${oneLine(line.criterion.cohort)}` : "";
  });
  return { heading: "cohort", cells, minimum: 16 };
}

/** The criteria at the evaluation's own number of repetitions. */
function mainLines({ criteria }: PowerPlan, sources: readonly string[], width: number): string[] {
  if (criteria.length === 0) return [];
  const lines = linesOf(criteria, ({ now }) => [now]);
  const columns = [
    cohortColumn(lines),
    column(lines, "margin", ({ margin }) => pointsCell(margin)),
    column(lines, "cases now", casesCell),
    column(lines, "differ", (each) => `${percent(each.discordance.share)} ${letterOf(each, sources)}`),
    ...sizeColumns(lines),
    column(lines, "now", nowText, "left"),
  ];
  return laidOut(columns, width);
}

function casesCell({ cases, clusters }: PowerCriterion): string {
  return clusters < cases ? `${count(cases)} (${count(clusters)})` : count(cases);
}

function pointsCell(proportion: number | null): string {
  return proportion === null ? absent : fixed(proportion * 100, 1);
}

function sizeColumns(lines: readonly Line[]): Column[] {
  const costOf = ({ wholeCostUsd, costUsd }: PowerSizes) => wholeCostUsd ?? costUsd;
  const hasCosts = lines.some((line) => "sizes" in line && costOf(line.sizes) !== null);
  return [
    column(lines, "sees", (_, { smallestVisibleDrop }) => pointsCell(smallestVisibleDrop)),
    column(lines, "harm", (_, { casesForHarm }) => count(casesForHarm)),
    column(lines, "safety", (_, { casesForSafety }) => count(casesForSafety)),
    column(lines, "calls", (_, { calls }) => count(calls)),
    ...(hasCosts ? [column(lines, "USD", (_, sizes) => dollars(costOf(sizes)))] : []),
  ];
}

/** What the present cases suffice for. */
function nowText({ canPass, cases, now }: PowerCriterion): string {
  if (!canPass) return "NEVER PASSES";
  const harm = cases >= now.casesForHarm;
  const safety = cases >= now.casesForSafety;
  if (harm && safety) return "both";
  if (safety) return "safety";
  return harm ? "harm" : "neither";
}

/** The criteria of which repetitions can be judged, a line for each number of repetitions. */
function repetitionLines({ criteria }: PowerPlan, width: number): string[] {
  const lines = linesOf(
    criteria.filter(({ byRepetitions }) => byRepetitions !== null),
    ({ byRepetitions }) => byRepetitions ?? [],
  );
  if (lines.length === 0) return [];
  const columns = [
    cohortColumn(lines),
    column(lines, "margin", ({ margin }) => pointsCell(margin)),
    column(lines, "repetitions", (_, { repetitions }) => count(repetitions)),
    ...sizeColumns(lines),
  ];
  return ["What repetitions would do", ...laidOut(columns, width)];
}

function laidOut(columns: readonly Column[], width: number): string[] {
  const widths = columnWidths(columns, width) ?? columnWidths(columns, Number.POSITIVE_INFINITY)!;
  return tableLines(columns, widths);
}

function legendLines(plan: PowerPlan, sources: readonly string[], width: number): string[] {
  if (plan.criteria.length === 0) return [];
  const clustered = plan.criteria.some(({ clusters, cases }) => clusters < cases);
  const entries: [string, string][] = [
    ["margin", "largest acceptable loss, in points"],
    ["cases now", `cases that count${clustered ? " (independent ones)" : ""}`],
    ["differ", "share of cases whose outcome differs between the sides at one repetition"],
    ...sources.map((source, index): [string, string] => [`  ${letters[index] ?? "*"}`, source]),
    ["sees", "smallest drop that the cases now show, in points"],
    ["harm", `cases to prove harm at a drop of ${points(plan.drop)}`],
    ["safety", "cases to prove a loss below the margin when nothing changed"],
    ["calls", "for the larger of both: cases × repetitions × 2 sides"],
    ...costEntries(plan),
    [
      "now",
      "what the cases now suffice for; a margin that NEVER PASSES could not be proven were no case to differ",
    ],
  ];
  const room = Math.max(...entries.map(([word]) => word.length)) + 2;
  return entries.flatMap(([word, meaning]) => {
    const [first = "", ...rest] = flow([meaning], " ", width, room);
    return [word.padEnd(room) + first.slice(room), ...rest];
  });
}

/** What the costs are of, where answers are judged. */
function costEntries({ judging, costUsd, wholeCostUsd }: PowerPlan): [string, string][] {
  if (judging.length === 0 || costUsd === null) return [];
  return [
    [
      "USD",
      wholeCostUsd === null ? "of these calls alone, without judging" : "of these calls and of judging",
    ],
  ];
}

function letterOf(criterion: PowerCriterion, sources: readonly string[]): string {
  return letters[sources.indexOf(sourceText(criterion))] ?? "*";
}

/** Where a share of differing cases comes from. */
function sourceText({ cohort: own, discordance }: PowerCriterion): string {
  const { source, runId, cohort, isFloor } = discordance;
  if (source === "assumed") return "assumed: nothing was measured";
  const cases = cohort === own ? "the cohort's own cases" : "all cases, since the cohort has too few";
  const least = isFloor ? "; less than one differed, one is taken" : "";
  const place = `run ${oneLine(runId ?? "")}, ${cases}${least}`;
  if (source === "same-release") return `measured with the same release on both sides of ${place}`;
  if (source === "repetitions") return `measured by repetitions of the baseline in ${place}`;
  return `measured between two releases, real change included, in ${place}`;
}
