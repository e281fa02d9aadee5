import { createHash } from "node:crypto";
import { type ContextIndex, indexContext } from "../../src/evaluators/grounding/context.ts";
import type { Task } from "../../src/evaluators/grounding/model.ts";
import { knownFrom, matchSentence, type SentenceMatch } from "../../src/evaluators/grounding/sentence.ts";
import { sentenceFeatures } from "../../src/evaluators/grounding/sentence-features.ts";
import { taskOf } from "../../src/evaluators/grounding/task.ts";
import { sentencesOf } from "../../src/evaluators/sentences.ts";
import { filesByRole } from "../agreement/files.ts";
import type { DataFile, Row } from "../agreement/kind.ts";

/** One labelled answer, with its comparisons. */
export interface Example {
  /** Which row and model. */
  readonly id: string;
  /** Name of the data set. */
  readonly dataset: string;
  /** What the answer was written for. */
  readonly task: Task;
  /** What the answer should rest on; answers with the same context are never split between training and test. */
  readonly context: string;
  /** The question, or the turn of a dialogue before the answer. */
  readonly question: string;
  /** The answer. */
  readonly response: string;
  /** 1 when people found something in it that the context does not support, else 0. */
  readonly label: 0 | 1;
  /** Its sentences with content. */
  readonly sentences: readonly ExampleSentence[];
}

/** A sentence of a labelled answer. */
export interface ExampleSentence {
  /** What the comparison found. */
  readonly match: SentenceMatch;
  /** Its features. */
  readonly features: readonly number[];
  /** 1 when it is the one that is not supported, 0 when it is supported, `null` when the label of the answer does not say. */
  readonly label: 0 | 1 | null;
}

const roles = {
  rows: ["id", "question", "context"],
  responses: ["row_id", "output", "hallucinated"],
  answers: ["id", "context", "output", "hallucinated"],
} as const;

/**
 * Reads labelled answers: files of rows with files of responses to them, and files with one row for each answer. Answers without a label
 * are left out.
 *
 * @throws WrongUse for files of another kind.
 */
export function readExamples(files: readonly DataFile[]): Example[] {
  if (files.length === 0) return [];
  const { answers, rows, responses } = filesByRole(
    files,
    { answers: roles.answers, responses: roles.responses, rows: roles.rows },
    ["answers", "responses", "rows"],
  );
  const byId = new Map(rows.rows.map((row) => [row.id, row]));
  const paired = responses.rows.flatMap((response): Row[] => {
    const row = byId.get(response.row_id);
    return row === undefined ? [] : [{ ...row, ...response, id: `${row.id} ${response.model ?? ""}`.trim() }];
  });
  let lastContext: string | null = null;
  let index: ContextIndex | null = null;
  return [...paired, ...answers.rows].filter(isUsable).map((row) => {
    if (index === null || row.context !== lastContext) index = indexContext([{ text: row.context }]);
    lastContext = row.context;
    return exampleOf(row, index);
  });
}

/** SHA-256 of the rows of a file, one a line, in hexadecimal. */
export function digestOf({ texts }: DataFile): string {
  return createHash("sha256").update(texts.join("\n")).digest("hex");
}

function isUsable(row: Row): boolean {
  const isLabelled = row.hallucinated === 0 || row.hallucinated === 1;
  return isLabelled && typeof row.context === "string" && typeof row.output === "string";
}

function exampleOf(row: Row, index: ContextIndex): Example {
  const question = typeof row.question === "string" ? row.question : "";
  const known = knownFrom([question]);
  const marked = Array.isArray(row.spans) && row.dataset === "ragtruth" ? row.spans : null;
  const sentences: ExampleSentence[] = [];
  let from = 0;
  for (const sentence of sentencesOf(row.output)) {
    const start = Math.max(from, row.output.indexOf(sentence, from));
    from = start;
    const match = matchSentence(sentence, index, known);
    if (match === null) continue;
    const label =
      marked === null ? (row.hallucinated === 0 ? 0 : null) : touches(marked, start, sentence.length);
    sentences.push({ match, features: sentenceFeatures(match), label });
  }
  const [only] = sentences;
  const settled =
    sentences.length === 1 && only!.label === null ? [{ ...only!, label: 1 as const }] : sentences;
  return {
    id: String(row.id),
    dataset: String(row.dataset ?? "unnamed"),
    task: taskOfRow(row, question),
    context: row.context,
    question,
    response: row.output,
    label: row.hallucinated,
    sentences: settled,
  };
}

/** 1 when a marked span covers more than a character of a sentence. */
function touches(spans: readonly Row[], start: number, length: number): 0 | 1 {
  return spans.some((span) => span.start < start + length - 1 && span.end > start + 1) ? 1 : 0;
}

/** The task as the names of data set and cohort say it, otherwise by the shape of the row. */
function taskOfRow(row: Row, question: string): Task {
  const names = `${row.dataset ?? ""} ${row.cohort ?? ""}`;
  if (/dialog/iu.test(names)) return "dialogue";
  if (/summ|qags|cliff|xsum|cnn/iu.test(names)) return "summary";
  if (/qa/iu.test(names)) return "question_answering";
  return taskOf(question, 1);
}
