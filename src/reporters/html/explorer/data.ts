import type { Passage } from "../../../core/dataset.ts";
import type { CaseChange, CaseReport, CaseSpan, Report } from "../../../core/report.ts";
import type { Evaluation } from "../../../core/score.ts";

/** What the case explorer knows. */
export interface ExplorerData {
  /** The run and its evaluation file, for commands; `null` when there is none. */
  readonly run: { readonly id: string; readonly file: string } | null;
  /** All cases by what became of them, those among them that the report leaves out. */
  readonly counts: Readonly<Record<CaseChange, number>>;
  /** Length at which long texts were cut to keep the page small, in characters; `null` when none was. */
  readonly cutAt: number | null;
  /** True when cases that stayed the same are without steps and evidence, to keep the page small. */
  readonly isBrief: boolean;
  /** True when texts of cases that regressed or errored were cut too. */
  readonly isHarmCut: boolean;
  readonly cases: readonly CaseReport[];
}

/** Name, depth, start and duration in milliseconds, and the error where there is one. */
type PackedSpan = readonly [string, number, number, number, string?];

type PackedSide = Omit<CaseReport["baseline"], "context" | "spans"> & {
  readonly context: readonly number[] | null;
  readonly spans: readonly PackedSpan[];
};

/** The same with each passage only once, to which cases refer by its place, and with no more digits than are shown: digits hardly compress. */
export interface PackedData extends Omit<ExplorerData, "cases"> {
  readonly passages: readonly Passage[];
  readonly cases: readonly (Omit<CaseReport, "baseline" | "candidate"> & {
    readonly baseline: PackedSide;
    readonly candidate: PackedSide;
  })[];
}

/** Whether a case regressed or errored: the last to be cut, and never left out. */
export function isHarmed({ change }: Pick<CaseReport, "change">): boolean {
  return change === "regressed" || change === "errored";
}

/** What the explorer needs of a report. */
export function explorerData({ provenance, caseCounts, cases }: Report): ExplorerData {
  const run = provenance && { id: provenance.runId, file: provenance.evaluation.file };
  return { run, counts: caseCounts, isBrief: false, cutAt: null, isHarmCut: false, cases };
}

/** Writes each passage once. */
export function packData(data: ExplorerData): PackedData {
  const places = new Map<string, number>();
  const passages: Passage[] = [];
  const placeOf = (passage: Passage): number => {
    const key = JSON.stringify([passage.id ?? null, passage.text]);
    const known = places.get(key);
    if (known !== undefined) return known;
    places.set(key, passages.length);
    return passages.push(passage) - 1;
  };
  const pack = ({ context, spans, ...side }: CaseReport["baseline"]): PackedSide => ({
    ...side,
    ...(typeof side.latencyMs === "number" && { latencyMs: digits(side.latencyMs, 4) }),
    evaluations: Object.fromEntries(
      Object.entries(side.evaluations).map(([name, evaluation]) => [name, packEvaluation(evaluation)]),
    ),
    context: context?.map(placeOf) ?? null,
    spans: (spans ?? []).map(packSpan),
  });
  const cases = data.cases.map((each) => ({
    ...each,
    baseline: pack(each.baseline),
    candidate: pack(each.candidate),
  }));
  return { ...data, passages, cases };
}

function packEvaluation(evaluation: Evaluation): Evaluation {
  if (evaluation.status !== "scored") return evaluation;
  return { ...evaluation, value: digits(evaluation.value, 4) };
}

function packSpan({ name, depth, startOffsetMs, durationMs, error }: CaseSpan): PackedSpan {
  const packed = [name, depth, digits(startOffsetMs, 3), digits(durationMs, 3)] as const;
  return error === undefined ? packed : [...packed, error];
}

function digits(value: number, significant: number): number {
  return Number(value.toPrecision(significant));
}

/** A packed case without its steps and without the evidence of its scores. */
export function inBrief(each: PackedData["cases"][number]): PackedData["cases"][number] {
  const brief = (side: PackedSide): PackedSide => ({
    ...side,
    spans: [],
    evaluations: Object.fromEntries(
      Object.entries(side.evaluations).map(([name, evaluation]) => [
        name,
        evaluation.status === "scored" ? { ...evaluation, evidence: [] } : evaluation,
      ]),
    ),
  });
  return { ...each, baseline: brief(each.baseline), candidate: brief(each.candidate) };
}

/** Puts everything back in its place. */
export function unpackData({ passages, cases, ...data }: PackedData): ExplorerData {
  const unpack = ({ context, spans, ...side }: PackedSide): CaseReport["baseline"] => ({
    ...side,
    context: context?.map((place) => passages[place]!) ?? null,
    spans: spans.map(([name, depth, startOffsetMs, durationMs, error]) => ({
      name,
      depth,
      startOffsetMs,
      durationMs,
      ...(error !== undefined && { error }),
    })),
  });
  return {
    ...data,
    cases: cases.map((each) => ({
      ...each,
      baseline: unpack(each.baseline),
      candidate: unpack(each.candidate),
    })),
  };
}
