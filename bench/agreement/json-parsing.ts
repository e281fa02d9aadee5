import { jsonValidation } from "gatewright";
import { filesByRole } from "./files.ts";
import type { Kind, Row } from "./kind.ts";
import { type Comparison, passes, tally } from "./tally.ts";

/** JSON validation, with a schema that allows everything, against JSONTestSuite. What a parser may accept or reject is not counted. */
export const kind: Kind = {
  run({ files }) {
    const { texts } = filesByRole(files, { texts: ["id", "expect"] });
    const decided = texts.rows.filter((row) => row.expect === "accept" || row.expect === "reject");
    return tally(decided.map(compare), { undecided: texts.rows.length - decided.length });
  },
};

function compare(row: Row): Comparison {
  const label = row.expect === "accept";
  const evaluation = jsonValidation({ text: textOf(row), schema: true });
  // What could not be judged agrees with no label.
  const verdict = evaluation.status === "scored" ? passes(evaluation) : !label;
  return { id: row.id, passes: verdict, label, reason: evaluation.reason };
}

/** The bytes where the row has them, since its text cannot hold invalid UTF-8. */
function textOf({ text, base64, repeat }: Row): string | Uint8Array {
  if (repeat) return String(repeat.unit).repeat(repeat.count);
  return typeof base64 === "string" ? Buffer.from(base64, "base64") : (text ?? "");
}
