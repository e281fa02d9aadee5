import { taskCompletion } from "gatewright";
import { filesByRole } from "./files.ts";
import type { Kind } from "./kind.ts";
import { type Comparison, passes, tally } from "./tally.ts";

/** Task completion against the labels of GSM8K solutions: the last number of a solution is the answer. */
export const kind: Kind = {
  run({ files }) {
    const { problems } = filesByRole(files, { problems: ["id", "answer", "responses"] });
    const comparisons: Comparison[] = problems.rows.flatMap(({ id, answer, responses }) =>
      Object.entries<{ output: string | null; correct: boolean }>(responses ?? {}).map(
        ([system, { output, correct }]) => {
          const evaluation = taskCompletion({
            response: output ?? "",
            expected: { answer: String(answer), answerMatch: { as: "number", of: "last_number" } },
          });
          return {
            id: `${id} ${system}`,
            passes: passes(evaluation),
            label: correct,
            reason: evaluation.reason,
            group: system,
          };
        },
      ),
    );
    return tally(comparisons);
  },
};
