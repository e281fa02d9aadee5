import type { CaseChange, CaseReport, CaseSpan, Report } from "../../../core/report.ts";
import type { Evaluation } from "../../../core/score.ts";
import { type Column, type ColumnRules, type Columns, fromColumns, toColumns } from "./columns.ts";

/** What a page leaves out of its cases to keep its size. */
export interface Cut {
  /** Length in characters at which longer texts end, with `…` behind; `null` when every text is whole. */
  readonly at: number | null;
  /** Number of texts that end there. */
  readonly texts: number;
  /** Number of those texts by case, in the order of the cases. */
  readonly textsByCase: readonly number[];
  /** True when texts of cases that regressed or errored are among them. */
  readonly isHarmCut: boolean;
  /** Number of cases that are without steps and evidence: all that stayed the same, or none. */
  readonly casesInBrief: number;
}

/** What the case explorer knows. */
export interface ExplorerData {
  /** The run and its evaluation file, for commands; `null` when there is none. */
  readonly run: { readonly id: string; readonly file: string } | null;
  /** All cases by what became of them, those among them that the report leaves out. */
  readonly counts: Readonly<Record<CaseChange, number>>;
  /** `null` when nothing is left out. */
  readonly cut: Cut | null;
  readonly cases: readonly CaseReport[];
}

/** What stands before the texts of packed cases. */
interface Head extends Omit<ExplorerData, "cases"> {
  readonly length: number;
  readonly column: Column;
}

const rules: ColumnRules = {
  asJson: new Set(["expected", "arguments", "result"]),
  once: new Set(["context"]),
};

/** Whether a case regressed or errored: the last to be cut, and never left out. */
export function isHarmed({ change }: Pick<CaseReport, "change">): boolean {
  return change === "regressed" || change === "errored";
}

/** What the explorer needs of a report, whole. */
export function explorerData({ provenance, caseCounts, cases }: Report): ExplorerData {
  const run = provenance && { id: provenance.runId, file: provenance.evaluation.file };
  return { run, counts: caseCounts, cut: null, cases };
}

/** The cases in columns, with no more digits than are shown: digits hardly compress. Both sides share their columns. */
export function caseColumns(cases: readonly CaseReport[]): Columns {
  const records = cases.map(({ baseline, candidate, ...each }) => ({
    ...each,
    sides: [rounded(baseline), rounded(candidate)],
  }));
  return toColumns(records, rules);
}

type Side = CaseReport["baseline"];

function rounded(side: Side): Side {
  const { latencyMs, usage, spans } = side;
  return {
    ...side,
    ...(typeof latencyMs === "number" && { latencyMs: digits(latencyMs, 4) }),
    ...(usage && { usage: { ...usage, costUsd: usage.costUsd === null ? null : cents(usage.costUsd) } }),
    ...(spans && { spans: spans.map(roundedSpan) }),
    evaluations: Object.fromEntries(
      Object.entries(side.evaluations).map(([name, evaluation]) => [name, roundedEvaluation(evaluation)]),
    ),
  };
}

function roundedEvaluation(evaluation: Evaluation): Evaluation {
  if (evaluation.status !== "scored") return evaluation;
  return { ...evaluation, value: digits(evaluation.value, 4) };
}

function roundedSpan(span: CaseSpan): CaseSpan {
  const { startOffsetMs, durationMs } = span;
  return { ...span, startOffsetMs: digits(startOffsetMs, 3), durationMs: digits(durationMs, 3) };
}

function digits(value: number, significant: number): number {
  return Number(value.toPrecision(significant));
}

/** Four decimals, or two from a dollar on; of less at least one digit. */
function cents(costUsd: number): number {
  if (costUsd < 0.0001) return digits(costUsd, 1);
  return Number(costUsd.toFixed(costUsd < 1 ? 4 : 2));
}

/** A case without its steps and without the evidence of its scores. */
export function inBrief(each: CaseReport): CaseReport {
  const brief = (side: Side): Side => ({
    ...side,
    ...(side.spans && { spans: [] }),
    evaluations: Object.fromEntries(
      Object.entries(side.evaluations).map(([name, evaluation]) => [
        name,
        evaluation.status === "scored" ? { ...evaluation, evidence: [] } : evaluation,
      ]),
    ),
  });
  return { ...each, baseline: brief(each.baseline), candidate: brief(each.candidate) };
}

const between = "\0";
const sign = "\u0001";

/** Everything in one text: a line of JSON, then the texts of the cases. */
export function packedText(
  { cases, ...data }: ExplorerData,
  { column, texts }: Omit<Columns, "sources">,
): string {
  const head: Head = { ...data, length: cases.length, column };
  return `${JSON.stringify(head)}\n${texts.map(escaped).join(between)}`;
}

/** Puts everything back in its place. */
export function unpackedData(packed: string): ExplorerData {
  const end = packed.indexOf("\n");
  const { length, column, ...data } = JSON.parse(packed.slice(0, end)) as Head;
  const texts = packed.slice(end + 1).split(between);
  const records = fromColumns(column, packed.includes(sign) ? texts.map(plain) : texts, length);
  const cases = records.map((record) => {
    const { sides, ...each } = record as Omit<CaseReport, "baseline" | "candidate"> & { sides: [Side, Side] };
    return { ...each, baseline: sides[0], candidate: sides[1] };
  });
  return { ...data, cases };
}

const special = new RegExp(`[${between}${sign}\\ud800-\\udfff]`);

/** What stands between texts, and halves of characters, which UTF-8 does not have, by their number. */
function escaped(text: string): string {
  if (!special.test(text)) return text;
  const byNumber = (unit: string) => `${sign}${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return text
    .replaceAll(sign, byNumber)
    .replaceAll(between, byNumber)
    .replace(/\p{Surrogate}/gu, byNumber);
}

function plain(text: string): string {
  const [first = "", ...rest] = text.split(sign);
  return (
    first +
    rest.map((part) => String.fromCharCode(Number.parseInt(part.slice(0, 4), 16)) + part.slice(4)).join("")
  );
}
