import type { StoredCase } from "../core/report.ts";
import type { Sample } from "../core/sample.ts";
import type { Evaluation, Score } from "../core/score.ts";
import { duration } from "./format.ts";
import { cut, jsonText, oneLine, visible } from "./text.ts";

const longestPassage = 300;

/** Shows one case of a run in full on a terminal. Pure: the same records give the same text. */
export function caseReporter({ colour }: { readonly colour: boolean }): {
  render(found: StoredCase): string;
} {
  const bold = (text: string) => (colour ? `\u001b[1m${text}\u001b[22m` : text);
  return {
    render(found) {
      const lines = [bold(oneLine(found.case.id)), `run ${oneLine(found.runId)}`, ...caseLines(found, bold)];
      for (const { sample, scores } of found.trials)
        lines.push("", ...trialLines(found, sample, scores, bold));
      return `${lines.join("\n")}\n`;
    },
  };
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
  for (const { id, text } of item.context ?? [])
    lines.push(...indent(`context ${id ?? ""}: ${cut(text, longestPassage)}`));
  lines.push(
    "",
    bold("Expected"),
    ...indent(item.expected === undefined ? "nothing" : jsonText(item.expected, 2)),
  );
  return lines;
}

function trialLines(
  { releases }: StoredCase,
  sample: Sample,
  scores: readonly Score[],
  bold: Style,
): string[] {
  const { side, repetition, output, failure } = sample;
  const attempts = sample.attempts.length === 1 ? "" : `, ${sample.attempts.length} attempts`;
  const head = `${side} (${oneLine(releases[side])}), repetition ${repetition}, ${duration(sample.latencyMs)}${attempts}`;
  const lines = [bold(head)];
  if (failure !== null) lines.push(...indent(`no answer: ${failure.kind}: ${failure.message}`));
  if (output !== null) lines.push(...outputLines(output));
  for (const { name, durationMs, error } of sample.spans) {
    lines.push(
      ...indent(
        `step: ${oneLine(name)}, ${duration(durationMs)}${error === undefined ? "" : `, failed: ${error}`}`,
      ),
    );
  }
  for (const score of scores) lines.push(...scoreLines(score));
  return lines;
}

function outputLines(output: NonNullable<Sample["output"]>): string[] {
  const lines = indent(output.text === "" ? "(no text)" : output.text);
  if (output.refused) lines.push("  (refused)");
  for (const call of output.toolCalls) {
    const result = call.result === undefined ? "" : ` → ${cut(jsonText(call.result), longestPassage)}`;
    lines.push(...indent(`call: ${call.name}(${jsonText(call.arguments)})${result}`));
  }
  for (const { id, text } of output.context ?? [])
    lines.push(...indent(`retrieved ${id ?? ""}: ${cut(oneLine(text), longestPassage)}`));
  return lines;
}

function scoreLines({ evaluator, evaluation }: Score): string[] {
  if (evaluation.status === "unscored") return indent(`${evaluator}: unscored: ${evaluation.reason}`);
  if (evaluation.status === "error")
    return [...indent(`${evaluator}: error: ${evaluation.reason}`), ...voteLines(evaluation)];
  const outcome = evaluation.pass ? "pass" : "FAIL";
  const lines = indent(`${evaluator}: ${outcome} (${evaluation.value.toFixed(2)}): ${evaluation.reason}`);
  for (const { subject, finding, supports } of evaluation.evidence) {
    lines.push(...indent(`${supports ? "+" : "-"} ${cut(oneLine(subject), longestPassage)}: ${finding}`, 4));
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
