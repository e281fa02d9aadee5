import type { CaseReport } from "../../../core/report.ts";
import type { View } from "./view.ts";

/** How much a case lost: over all evaluators, how far the candidate's score lies below the baseline's. A missing score counts as 0. */
export function lossOf({ baseline, candidate }: CaseReport): number {
  let loss = 0;
  for (const [name, before] of Object.entries(baseline.evaluations)) {
    if (before.status !== "scored") continue;
    const after = Object.hasOwn(candidate.evaluations, name) ? candidate.evaluations[name] : undefined;
    loss += Math.max(0, before.value - (after?.status === "scored" ? after.value : 0));
  }
  return loss;
}

/** By how many milliseconds the candidate answered later; below 0 when it was faster, 0 when it is not known. */
export function delayOf({ baseline, candidate }: CaseReport): number {
  return (candidate.latencyMs ?? 0) - (baseline.latencyMs ?? candidate.latencyMs ?? 0);
}

/** The tags of a case, as a view names them. */
export function tagsOf({ cohorts }: CaseReport): string[] {
  return Object.entries(cohorts).map(([dimension, value]) => `${dimension}=${value}`);
}

/** The cases that a view shows, in its order. */
export function selectCases(
  cases: readonly CaseReport[],
  view: View,
  textOf: (each: CaseReport) => string,
): CaseReport[] {
  const words = view.search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = cases.filter(
    (each) => fits(each, view) && (words.length === 0 || words.every((word) => textOf(each).includes(word))),
  );
  if (view.order === "name") return found.sort((a, b) => (a.caseId < b.caseId ? -1 : 1));
  const measure = view.order === "loss" ? lossOf : delayOf;
  const sizes = new Map(found.map((each) => [each, measure(each)]));
  return found.sort((a, b) => sizes.get(b)! - sizes.get(a)! || (a.caseId < b.caseId ? -1 : 1));
}

function fits(each: CaseReport, { change, tags, evaluator, label }: View): boolean {
  if (change !== "all" && each.change !== change) return false;
  if (label !== "" && !each.policyLabels.includes(label)) return false;
  if (evaluator !== "" && !concerns(each, change, evaluator)) return false;
  if (tags.length === 0) return true;
  const own = tagsOf(each);
  return tags.every((tag) => own.includes(tag));
}

/** Whether an evaluator made the case what it is; of cases that are no change, whether it judged them. */
function concerns(each: CaseReport, change: View["change"], evaluator: string): boolean {
  if (change === "regressed") return each.regressedMetrics.includes(evaluator);
  if (change === "improved") return each.improvedMetrics.includes(evaluator);
  return (
    Object.hasOwn(each.baseline.evaluations, evaluator) ||
    Object.hasOwn(each.candidate.evaluations, evaluator)
  );
}

/** Everything of a case that is searched, in lower case. */
export function searchedText(each: CaseReport): string {
  const sides = [each.baseline, each.candidate].flatMap(
    ({ text, toolCalls, failure, evaluations, context }) => [
      text ?? "",
      JSON.stringify(toolCalls),
      failure?.message ?? "",
      ...Object.values(evaluations).map(({ reason }) => reason),
      ...(context ?? []).map((passage) => passage.text),
    ],
  );
  return [
    each.caseId,
    tagsOf(each).join(" "),
    each.policyLabels.join(" "),
    each.input,
    JSON.stringify(each.expected),
    ...sides,
  ]
    .join("\n")
    .toLowerCase();
}
