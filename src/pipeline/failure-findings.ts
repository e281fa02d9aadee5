import { count, plural } from "../core/quantities.ts";
import type { Comparability } from "../core/report.ts";
import type { Sample } from "../core/sample.ts";
import type { Score } from "../core/score.ts";
import type { ReportInput } from "./report-input.ts";

/** Something that went wrong in a case, in the words of what failed. */
interface Trouble {
  readonly caseId: string;
  readonly said: string;
}

/** Characters of a message that are quoted. */
const longest = 200;

/** Why trials have no answer and answers no score, in the words that came most often: a count alone tells nobody what to repair. */
export function failureFindings({
  samples,
  scores,
}: Pick<ReportInput, "samples" | "scores">): Comparability[] {
  return [...unanswered(samples), ...unjudged(scores)];
}

function unanswered(samples: readonly Sample[]): Comparability[] {
  return (["baseline", "candidate"] as const).flatMap((side) => {
    // What was never called because of the spend limit says so in the headline.
    const failed = samples.flatMap(({ side: of, caseId, failure }): Trouble[] =>
      of === side && failure !== null && failure.kind !== "budget"
        ? [{ caseId, said: `${failure.kind.replace("_", " ")}: ${failure.message}` }]
        : [],
    );
    if (failed.length === 0) return [];
    const what = `${plural(failed.length, "trial")} of the ${side} ${failed.length === 1 ? "has" : "have"} no answer`;
    return [{ level: "note", subject: "failures", message: `${what}; ${inWords(failed)}` }];
  });
}

function unjudged(scores: readonly Score[]): Comparability[] {
  const byEvaluator = new Map<string, Trouble[]>();
  for (const { evaluator, caseId, evaluation } of scores) {
    if (evaluation.status !== "error" || evaluation.kind === "budget") continue;
    const known = byEvaluator.get(evaluator) ?? [];
    known.push({ caseId, said: evaluation.reason });
    byEvaluator.set(evaluator, known);
  }
  return [...byEvaluator]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([evaluator, failed]) => ({
      level: "note",
      subject: "failures",
      message: `${evaluator} could not judge ${plural(failed.length, "answer")}; ${inWords(failed)}`,
    }));
}

/** What was said most often, with how often and a case to look at; the same whatever the order of the records. */
function inWords(failed: readonly Trouble[]): string {
  const cases = new Map<string, string[]>();
  for (const { said, caseId } of failed) {
    const known = cases.get(said);
    if (known === undefined) cases.set(said, [caseId]);
    else known.push(caseId);
  }
  const [said, where] = [...cases].sort(
    ([a, of], [b, than]) => than.length - of.length || (a < b ? -1 : 1),
  )[0]!;
  const first = where.reduce((least, id) => (id < least ? id : least));
  const saying = `"${quoted(said)}", as in ${first}`;
  if (cases.size > 1) return `most often (${count(where.length)}): ${saying}`;
  return failed.length === 1 ? saying : `all of them: ${saying}`;
}

function quoted(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  if (line.length <= longest) return line;
  return `${line.slice(0, longest - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
