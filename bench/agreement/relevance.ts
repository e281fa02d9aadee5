import { contextRelevance } from "gatewright";
import { queryCoverage } from "../../src/evaluators/query-coverage.ts";
import { areaUnderCurve, type Judged } from "../groundedness/measures.ts";
import { filesByRole } from "./files.ts";
import type { Kind, Row } from "./kind.ts";
import { passes } from "./tally.ts";

/**
 * Context relevance without ids against human grades: each passage alone with its question, 1 and 2 are relevant. `auroc` is over all
 * passages, `aurocWithinQuestion` the mean over questions that have both kinds; `termCoverage` is what the plain share of the
 * question's words reaches on the same rows. Rows with `relevant: null` are left out.
 */
export const kind: Kind = {
  run({ files }) {
    const { passages } = filesByRole(files, { passages: ["id", "query_id", "question", "context", "grade"] });
    const rows = passages.rows.filter((row) => row.relevant !== null);
    const judged = rows.map((row) => {
      const evaluation = contextRelevance({ question: row.question, context: [row.context] });
      const score = evaluation.status === "scored" ? evaluation.value : 0;
      return { row, label: labelOf(row), score, flagged: passes(evaluation) };
    });
    const plain = judged.map((one) => ({ ...one, score: coverageOf(one.row) }));
    const wrong = judged.filter(({ label, flagged }) => flagged !== (label === 1));
    return {
      n: rows.length,
      agree: rows.length - wrong.length,
      figures: {
        relevant: judged.filter(({ label }) => label === 1).length,
        auroc: areaUnderCurve(judged),
        aurocWithinQuestion: withinQuestion(judged),
        termCoverage: { auroc: areaUnderCurve(plain), aurocWithinQuestion: withinQuestion(plain) },
      },
      disagreements: wrong.map(
        ({ row, score }) => `${row.id}: value ${score.toFixed(3)}, grade ${row.grade}`,
      ),
    };
  },
};

function labelOf({ relevant, grade }: Row): 0 | 1 {
  return (relevant ?? grade > 0) ? 1 : 0;
}

function coverageOf({ question, context }: Row): number {
  return queryCoverage(question, [context])?.together ?? 0;
}

function withinQuestion(judged: readonly (Judged & { readonly row: Row })[]): number | null {
  const questions = [...new Set(judged.map(({ row }) => row.query_id))];
  const each = questions
    .map((question) => areaUnderCurve(judged.filter(({ row }) => row.query_id === question)))
    .filter((auroc) => auroc !== null);
  return each.length === 0 ? null : each.reduce((sum, auroc) => sum + auroc, 0) / each.length;
}
