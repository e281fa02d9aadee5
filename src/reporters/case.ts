import type { StoredCase } from "../core/report.ts";
import type { Sample } from "../core/sample.ts";
import type { Evaluation, Score } from "../core/score.ts";
import { duration } from "./format.ts";
import { pad, wrap } from "./terminal-layout.ts";
import { jsonText, oneLine, visible } from "./text.ts";

/** How a case is shown. */
export interface CaseOptions {
  /** Whether ANSI colour codes are written. */
  readonly colour: boolean;
  /** Columns of the terminal; left out, or fewer than 100, the two sides stand one below the other, and no line is broken. */
  readonly width?: number | undefined;
}

/** Columns from which the sides stand beside each other. */
const narrowestPair = 100;
const between = " │ ";

/** Shows one case of a run in full on a terminal, nothing of it cut. Pure: the same records give the same text. */
export function caseReporter({ colour, width = 0 }: CaseOptions): { render(found: StoredCase): string } {
  const bold = (text: string) => (colour ? `\u001b[1m${text}\u001b[22m` : text);
  return {
    render(found) {
      const lines = [bold(oneLine(found.case.id)), `run ${oneLine(found.runId)}`, ...caseLines(found, bold)];
      const trials = found.trials.map((trial) => sectionsOf(found, trial));
      const repetitions = new Set(found.trials.map(({ sample }) => sample.repetition));
      for (const repetition of repetitions) {
        const own = trials.filter((_, index) => found.trials[index]!.sample.repetition === repetition);
        const [first, second] = own;
        if (width >= narrowestPair && first !== undefined && second !== undefined && own.length === 2)
          lines.push("", ...besideEachOther(first, second, width, bold));
        else
          for (const { head, sections } of own) lines.push("", bold(head), ...[...sections.values()].flat());
      }
      return `${lines.join("\n")}\n`;
    },
  };
}

/** What one side did in one repetition: its parts by name, so that those of both sides can stand beside each other. */
interface Trial {
  readonly head: string;
  readonly sections: ReadonlyMap<string, readonly string[]>;
}

function besideEachOther(left: Trial, right: Trial, width: number, bold: Style): string[] {
  const column = Math.floor((width - between.length) / 2);
  const broken = (lines: readonly string[]) => lines.flatMap((line) => brokenLine(line, column));
  const rows = (before: readonly string[], after: readonly string[], style: Style = (text) => text) => {
    const [a, b] = [broken(before), broken(after)];
    return Array.from({ length: Math.max(a.length, b.length) }, (_, i) =>
      `${style(pad(a[i] ?? "", column))}${between}${style(b[i] ?? "")}`.trimEnd(),
    );
  };
  const names = new Set([...left.sections.keys(), ...right.sections.keys()]);
  return [
    ...rows([left.head], [right.head], bold),
    ...[...names].flatMap((name) => rows(left.sections.get(name) ?? [], right.sections.get(name) ?? [])),
  ];
}

/** A line in as many as it needs, each with its indent. */
function brokenLine(line: string, width: number): string[] {
  const text = line.trimStart();
  const indent = line.slice(0, line.length - text.length);
  const lines = wrap(text, width - indent.length).map((each) => indent + each);
  return lines.length === 0 ? [""] : lines;
}

type Style = (text: string) => string;

function caseLines({ case: item }: StoredCase, bold: Style): string[] {
  const tags = Object.entries(item.cohorts).map(([dimension, value]) => `${dimension}=${value}`);
  const lines = [`cohorts: ${oneLine(tags.join(", ")) || "none"}`];
  if (item.policyLabels?.length) lines.push(`policy labels: ${oneLine(item.policyLabels.join(", "))}`);
  if (item.cluster !== undefined) lines.push(`cluster: ${oneLine(item.cluster)}`);
  lines.push("", bold("Input"));
  for (const { role, content } of item.input.messages ?? []) lines.push(...indent(`${role}: ${content}`));
  if (item.input.variables !== undefined)
    lines.push(...indent(`variables: ${JSON.stringify(item.input.variables)}`));
  for (const { id, text } of item.context ?? []) lines.push(...indent(`context ${id ?? ""}: ${text}`));
  lines.push(
    "",
    bold("Expected"),
    ...indent(item.expected === undefined ? "nothing" : jsonText(item.expected, 2)),
  );
  return lines;
}

function sectionsOf({ releases }: StoredCase, { sample, scores }: StoredCase["trials"][number]): Trial {
  const { side, repetition, output, failure, spans } = sample;
  const attempts = sample.attempts.length === 1 ? "" : `, ${sample.attempts.length} attempts`;
  const head = `${side} (${oneLine(releases[side])}), repetition ${repetition}, ${duration(sample.latencyMs)}${attempts}`;
  const sections = new Map<string, readonly string[]>();
  if (failure !== null) sections.set("answer", indent(`no answer: ${failure.kind}: ${failure.message}`));
  if (output !== null) {
    const text = indent(output.text === "" ? "(no text)" : output.text);
    sections.set("answer", output.refused ? [...text, "  (refused)"] : text);
    sections.set("calls", output.toolCalls.flatMap(callLines));
    sections.set(
      "context",
      (output.context ?? []).flatMap(({ id, text }) => indent(`retrieved ${id ?? ""}: ${text}`)),
    );
  }
  sections.set("steps", spans.flatMap(stepLines));
  for (const score of scores) sections.set(`score ${score.evaluator}`, scoreLines(score));
  return { head, sections };
}

function callLines({
  name,
  arguments: given,
  result,
  failed,
}: NonNullable<Sample["output"]>["toolCalls"][number]): string[] {
  const returned = result === undefined ? "" : ` ${failed ? "failed" : "→"} ${jsonText(result)}`;
  return indent(`call: ${name}(${jsonText(given)})${returned}`);
}

function stepLines({ name, durationMs, error }: Sample["spans"][number]): string[] {
  const failed = error === undefined ? "" : `, failed: ${error}`;
  return indent(`step: ${oneLine(name)}, ${duration(durationMs)}${failed}`);
}

function scoreLines({ evaluator, evaluation }: Score): string[] {
  if (evaluation.status === "unscored") return indent(`${evaluator}: unscored: ${evaluation.reason}`);
  if (evaluation.status === "error")
    return [...indent(`${evaluator}: error: ${evaluation.reason}`), ...voteLines(evaluation)];
  const outcome = evaluation.pass ? "pass" : "FAIL";
  const lines = indent(`${evaluator}: ${outcome} (${evaluation.value.toFixed(2)}): ${evaluation.reason}`);
  for (const { subject, finding, supports } of evaluation.evidence) {
    lines.push(...indent(`${supports ? "+" : "-"} ${oneLine(subject)}: ${finding}`, 4));
  }
  return [...lines, ...voteLines(evaluation)];
}

/** What each vote of a judge said, where there are several. */
function voteLines(evaluation: Exclude<Evaluation, { status: "unscored" }>): string[] {
  const { votes = [] } = evaluation;
  if (votes.length < 2) return [];
  const told = votes.map(({ pass, problem }) =>
    problem !== null ? problem.kind : pass === null ? "nothing to judge" : pass ? "pass" : "FAIL",
  );
  const agreement = evaluation.status === "scored" ? evaluation.agreement : undefined;
  const agreed = agreement === undefined ? "" : `; agreement ${agreement.toFixed(2)}`;
  return indent(`votes: ${told.join(", ")}${agreed}`, 4);
}

function indent(text: string, by = 2): string[] {
  return visible(text)
    .split("\n")
    .map((line) => " ".repeat(by) + line);
}
