import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { EvalsError } from "../core/errors.ts";
import { type GivenLabel, type LabelRow, labelRowSchema, labelSchema } from "../core/labels.ts";
import { check, problemsError } from "../core/validate.ts";
import { readCsv, writeCsv } from "./csv.ts";

/** A label that somebody gave, by the id of its row. */
export interface LabelEntry extends GivenLabel {
  readonly id: string;
}

const columns = ["id", "label", "labeller", "note", "asked", "context", "answer", "tool calls", "expected"];

/** Rows as the text of a file of labels: a line of JSON each. */
export function writeLabels(rows: readonly LabelRow[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}

/** Rows as a table for a spreadsheet. Only the columns label, labeller and note are read back. */
export function labelsTable(rows: readonly LabelRow[]): string {
  const lines = rows.map(({ id, label, case: item, output }) => [
    id,
    label ?? "",
    "",
    "",
    askedOf(item),
    [...(output.context ?? []), ...(item.context ?? [])].map(({ text }) => text).join("\n---\n"),
    output.text,
    output.toolCalls.length === 0 ? "" : JSON.stringify(output.toolCalls, null, 1),
    item.expected === undefined ? "" : JSON.stringify(item.expected, null, 1),
  ]);
  return writeCsv([columns, ...lines]);
}

function askedOf({ input }: LabelRow["case"]): string {
  const said = (input.messages ?? []).map(({ role, content }) => `${role}: ${content}`);
  return [...said, ...(input.variables === undefined ? [] : [JSON.stringify(input.variables, null, 1)])].join(
    "\n",
  );
}

/**
 * Reads a file of labels, strictly.
 *
 * @throws EvalsError LABELS_INVALID that names file and line.
 */
export async function readLabels(file: string): Promise<{ rows: LabelRow[]; text: string }> {
  const text = await textOf(file);
  const rows: LabelRow[] = [];
  const lines = new Map<string, number>();
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const place = `${file}:${index + 1}`;
    const row = rowOf(line, place);
    const twin = lines.get(row.id);
    if (twin !== undefined) {
      throw invalid(`${place}: the id "${row.id}" is on line ${twin} too`, "give each row an id of its own");
    }
    lines.set(row.id, index + 1);
    rows.push(row);
  }
  if (rows.length > 0) return { rows, text };
  throw invalid(`${file}: there is no label in it`, "export answers with `evals label RUN`, and label them");
}

function rowOf(line: string, place: string): LabelRow {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw invalid(`${place}: no JSON`, "each line is one JSON object, as `evals label RUN` writes it");
  }
  const checked = check(labelRowSchema, value);
  if ("value" in checked) return checked.value;
  throw problemsError("LABELS_INVALID", checked.problems, () => place);
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new EvalsError("LABELS_INVALID", `${file}: cannot be read`, "give the path of a file of labels", {
      cause,
    });
  }
}

/**
 * Reads the labels of one or more people from their copy of a table (`.csv`) or of a file of labels. Rows without a label are passed over; a row
 * without a name belongs to the file's.
 *
 * @throws EvalsError LABELS_INVALID that names file and line.
 */
export async function readEntries(file: string): Promise<LabelEntry[]> {
  const owner = basename(file).replace(/\.[^.]*$/, "");
  if (/\.(csv|tsv|txt)$/i.test(file)) return tableEntries(file, await textOf(file), owner);
  const { rows } = await readLabels(file);
  return rows.flatMap(({ id, label, labels }) =>
    labels.length > 0
      ? labels.map((given) => ({ ...given, id }))
      : label === null
        ? []
        : [{ id, by: owner, label }],
  );
}

function tableEntries(file: string, text: string, owner: string): LabelEntry[] {
  const table = readCsv(text);
  if (table === null)
    throw invalid(`${file}: this is no table: quotation marks do not match`, "save the table again as CSV");
  const [head = [], ...rows] = table;
  const at = (name: string) => head.findIndex((column) => column.trim().toLowerCase() === name);
  const place = { id: at("id"), label: at("label"), labeller: at("labeller"), note: at("note") };
  if (place.id < 0 || place.label < 0) {
    throw invalid(
      `${file}:1: there is no column ${place.id < 0 ? "id" : "label"}`,
      "keep the first line of the table",
    );
  }
  return rows.flatMap((row, index) => {
    const cellAt = (column: number) => (column < 0 ? "" : (row[column] ?? "").trim());
    const written = cellAt(place.label);
    if (written === "") return [];
    const label = labelOf(written);
    if (label === null) {
      const message = `${file}: row ${index + 2} has the label "${written.slice(0, 40)}"`;
      throw invalid(message, "write good, bad or unsure, or leave it empty");
    }
    const note = cellAt(place.note);
    const by = cellAt(place.labeller) || owner;
    return [{ id: cellAt(place.id), by, label, ...(note !== "" && { note }) }];
  });
}

/** What people write for a label. */
function labelOf(written: string): GivenLabel["label"] | null {
  const word = written.toLowerCase();
  if (["good", "pass", "yes", "y", "1", "true"].includes(word)) return "good";
  if (["bad", "fail", "no", "n", "0", "false"].includes(word)) return "bad";
  if (["?", "unknown"].includes(word)) return "unsure";
  return labelSchema.safeParse(word).data ?? null;
}

function invalid(message: string, hint: string): EvalsError {
  return new EvalsError("LABELS_INVALID", message, hint);
}
