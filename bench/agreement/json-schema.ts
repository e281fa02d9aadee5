import { type JsonSchema, jsonValidation } from "gatewright";
import { filesByRole } from "./files.ts";
import { type Kind, type Row, WrongUse } from "./kind.ts";
import { type Comparison, passes, tally } from "./tally.ts";

const drafts: Readonly<Record<string, string>> = {
  draft4: "http://json-schema.org/draft-04/schema#",
  draft6: "http://json-schema.org/draft-06/schema#",
  draft7: "http://json-schema.org/draft-07/schema#",
  "draft2019-09": "https://json-schema.org/draft/2019-09/schema",
  "draft2020-12": "https://json-schema.org/draft/2020-12/schema",
};

/** JSON validation against the JSON Schema Test Suite. A file without `schema` and `instance` holds the documents that may be referred to. */
export const kind: Kind = {
  run({ files }) {
    const isTable = ({ rows }: { rows: readonly Row[] }) => "instance" in rows[0]!;
    const references: Record<string, JsonSchema> = {};
    for (const file of files.filter((one) => !isTable(one))) {
      if (file.rows.length !== 1)
        throw new WrongUse(`${file.path}: neither test rows nor an object of schemas by URI`);
      Object.assign(references, file.rows[0]);
    }
    const { tests } = filesByRole(files.filter(isTable), { tests: ["draft", "schema", "instance", "valid"] });
    return tally(tests.rows.map((row) => compare(row, references)));
  },
};

function compare(row: Row, references: Readonly<Record<string, JsonSchema>>): Comparison {
  const part = row.format_assertion ? "format" : row.optional ? "optional" : "required";
  const told = {
    id: `${row.id} (${row.group}: ${row.test})`,
    label: row.valid,
    group: `${row.draft} ${part}`,
  };
  // A busy machine must not look like a wrong answer.
  const options = { references, assertFormats: row.format_assertion === true, timeLimitMs: 30_000 };
  try {
    const evaluation = jsonValidation({ text: JSON.stringify(row.instance), schema: ofDraft(row) }, options);
    // What could not be judged agrees with no label.
    if (evaluation.status !== "scored") return { ...told, passes: !row.valid, reason: evaluation.reason };
    return { ...told, passes: passes(evaluation), reason: evaluation.reason };
  } catch (error) {
    return { ...told, passes: !row.valid, reason: `refused: ${(error as Error).message}` };
  }
}

/** A schema that names no draft is of the draft of its row. */
function ofDraft({ draft, schema }: Row): JsonSchema {
  const named = drafts[draft];
  if (named === undefined) throw new WrongUse(`unknown draft ${draft}`);
  if (typeof schema !== "object" || draft === "draft2020-12" || "$schema" in schema) return schema;
  return { $schema: named, ...schema };
}
