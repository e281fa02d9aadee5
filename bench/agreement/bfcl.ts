import { type Evaluation, type Json, parsePythonJson, type ToolCall, toolSelection } from "gatewright";
import { filesByRole } from "./files.ts";
import type { Kind, Row } from "./kind.ts";
import { type Comparison, passes, tally } from "./tally.ts";

/** Tool selection, profile `bfcl`, against the verdicts of the Berkeley Function Calling Leaderboard's own checker. */
export const kind: Kind = {
  run({ files }) {
    const roles = {
      responses: ["row_id", "calls", "official"],
      rows: ["id", "tools", "expect"],
    };
    const { rows, responses } = filesByRole(files, roles);
    // Read so that 5 and 5.0 stay apart, in the answers and in the key.
    const cases = new Map(rows.texts.map(readRow).map((row) => [row.id as string, row]));
    const answers = responses.texts.map(readRow).filter((answer) => answer.official?.valid !== undefined);
    const known = answers.filter((answer) => cases.has(answer.row_id));
    const comparisons = known.map((answer) => compare(cases.get(answer.row_id)!, answer));
    return tally(comparisons, { withoutRow: answers.length - known.length });
  },
};

function readRow(text: string): Row {
  return parsePythonJson(text) as Row;
}

function compare(row: Row, { calls, model, official, cohort }: Row): Comparison {
  const made: ToolCall[] = (calls ?? []).map(({ name, args }: Row) => ({ name, arguments: args }));
  const evaluation = judged(row, made);
  return {
    id: `${row.id} ${model}`,
    passes: passes(evaluation),
    label: official.valid,
    reason: `${evaluation.reason}; the checker says ${official.error_type ?? "valid"}`,
    group: cohort ?? row.cohort ?? row.category,
  };
}

/** Where any call will do, its content is not checked. */
function judged({ expect, expected_calls, tools }: Row, calls: ToolCall[]): Evaluation {
  if (expect === "some_call") {
    return toolSelection({ calls, expected: { calls: [], mode: "contains", minimumCalls: 1 } });
  }
  const expected = { calls: (expected_calls ?? []).map(expectedCall) };
  return toolSelection({ calls, expected, tools }, { profile: "bfcl" });
}

/** The first accepted value into `arguments`, the others into `accept`; `""` among them makes the argument optional. */
function expectedCall({ name, args }: Row) {
  const call = {
    name,
    arguments: {} as Record<string, Json>,
    accept: {} as Record<string, Json[]>,
    optional: [] as string[],
  };
  for (const [argument, accepted] of Object.entries<Json[]>(args)) {
    if (accepted.includes("")) call.optional.push(argument);
    const [first, ...others] = accepted.filter((value) => value !== "");
    if (first !== undefined) call.arguments[argument] = first;
    if (others.length > 0) call.accept[argument] = others;
  }
  return call;
}
