import { type ToolCall, toolSelection } from "gatewright";
import { filesByRole } from "./files.ts";
import type { Kind, Row } from "./kind.ts";
import { type Comparison, passes, tally } from "./tally.ts";

/**
 * Tool selection on the calls that changed something, against whether the sandbox of WorkBench ended as it should. `exactCallMatch` in the
 * last line is the agreement with its own comparison of the calls.
 */
export const kind: Kind = {
  run({ files }) {
    const { rows, responses } = filesByRole(files, {
      rows: ["id", "expected_calls"],
      responses: ["row_id", "calls", "label"],
    });
    const cases = new Map(rows.rows.map((row) => [row.id as string, row]));
    const known = responses.rows.filter((answer) => cases.has(answer.row_id));
    const comparisons = known.map((answer) => compare(cases.get(answer.row_id)!, answer));
    const exact = known.filter(
      ({ label }, index) => comparisons[index]!.byCalls === label.exact_call_match,
    ).length;
    const figures = {
      withoutRow: responses.rows.length - known.length,
      exactCallMatch: { agree: exact, rate: exact / known.length },
    };
    const outcome = tally(comparisons, figures);
    const positives = comparisons.filter(({ label }) => label).length;
    return { ...outcome, figures: { ...outcome.figures, positives } };
  },
};

type Judged = Comparison & { readonly byCalls: boolean };

function compare(row: Row, answer: Row): Judged {
  const changes: ToolCall[] = (answer.calls ?? [])
    .filter((call: Row) => call.side_effect)
    .map(({ name, args }: Row) => ({ name, arguments: args }));
  const expected = (row.expected_calls ?? []).map(({ name, args }: Row) => ({ name, arguments: args }));
  const evaluation = toolSelection({ calls: changes, expected: { calls: expected } });
  return {
    id: `${row.id} ${answer.config}`,
    // A run that ended in an error is a failed trial, whatever it had called before.
    passes: passes(evaluation) && !answer.error,
    byCalls: passes(evaluation),
    label: answer.label.correct === true,
    reason: evaluation.reason,
    group: answer.config,
  };
}
