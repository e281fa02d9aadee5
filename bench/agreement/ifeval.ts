import { type Instruction, taskCompletion } from "gatewright";
import { filesByRole } from "./files.ts";
import { type Kind, type Row, WrongUse } from "./kind.ts";
import { type Comparison, passes, tally } from "./tally.ts";

type Bounds = Readonly<{ atLeast?: number; lessThan?: number; exactly?: number }>;

/** Task completion by instructions, against the strict verdicts of IFEval's own checks, one by one. */
export const kind: Kind = {
  run({ files }) {
    const { answers } = filesByRole(files, { answers: ["output", "instructions", "strict"] });
    const comparisons = answers.rows.flatMap((row) =>
      row.instructions.map((instruction: Row, index: number) => compare(row, instruction, index)),
    );
    const whole = answers.rows.filter((row) => {
      const own = comparisons.filter((one) => one.row === row.id);
      return own.every((one) => one.passes) === row.strict.all;
    }).length;
    const prompts = { n: answers.rows.length, agree: whole, rate: whole / answers.rows.length };
    return tally(comparisons, { prompts });
  },
};

function compare(row: Row, { id, kwargs }: Row, index: number): Comparison & { row: string } {
  const instructions = instructionsOf(id, kwargs ?? {});
  const evaluation = taskCompletion({ response: row.output ?? "", expected: { instructions } });
  return {
    row: row.id,
    id: `${row.id} ${id} ${JSON.stringify(kwargs)}`,
    passes: passes(evaluation),
    label: row.strict.each[index],
    reason: evaluation.reason,
    group: id,
  };
}

/** IFEval's relations as bounds. */
function bounds(relation: string | undefined, number: number): Bounds {
  return relation === "less than" ? { lessThan: number } : { atLeast: number };
}

/** An instruction of IFEval in our words. */
function instructionsOf(id: string, given: Row): Instruction[] {
  const table: Record<string, () => Instruction[]> = {
    "keywords:existence": () =>
      given.keywords.map((text: string) => ({ kind: "occurrences", text, atLeast: 1 })),
    "keywords:frequency": () => [
      { kind: "occurrences", text: given.keyword, ...bounds(given.relation, given.frequency) },
    ],
    "keywords:forbidden_words": () => [{ kind: "without_words", words: given.forbidden_words }],
    "keywords:letter_frequency": () => [
      { kind: "occurrences", text: given.letter, ...bounds(given.let_relation, given.let_frequency) },
    ],
    "language:response_language": () => [{ kind: "language", language: given.language.slice(0, 2) }],
    "length_constraints:number_sentences": () => [
      { kind: "sentences", ...bounds(given.relation, given.num_sentences) },
    ],
    "length_constraints:number_paragraphs": () => [
      { kind: "paragraphs", separator: "***", exactly: given.num_paragraphs },
    ],
    "length_constraints:number_words": () => [{ kind: "words", ...bounds(given.relation, given.num_words) }],
    "length_constraints:nth_paragraph_first_word": () => [
      { kind: "paragraphs", exactly: given.num_paragraphs },
      { kind: "paragraph_first_word", paragraph: given.nth_paragraph, word: given.first_word },
    ],
    "detectable_content:number_placeholders": () => [
      { kind: "placeholders", atLeast: given.num_placeholders },
    ],
    "detectable_content:postscript": () => [{ kind: "postscript", marker: given.postscript_marker }],
    "detectable_format:number_bullet_lists": () => [{ kind: "bullets", exactly: given.num_bullets }],
    "detectable_format:constrained_response": () => [
      { kind: "one_of", options: ["My answer is yes.", "My answer is no.", "My answer is maybe."] },
    ],
    "detectable_format:number_highlighted_sections": () => [
      { kind: "highlights", atLeast: given.num_highlights },
    ],
    "detectable_format:multiple_sections": () => [
      { kind: "sections", marker: given.section_spliter, atLeast: given.num_sections },
    ],
    "detectable_format:json_format": () => [{ kind: "json" }],
    "detectable_format:title": () => [{ kind: "title" }],
    "combination:two_responses": () => [{ kind: "answers", separator: "******", exactly: 2 }],
    "combination:repeat_prompt": () => [{ kind: "begins_with", text: given.prompt_to_repeat }],
    "startend:end_checker": () => [{ kind: "ends_with", text: given.end_phrase }],
    "startend:quotation": () => [{ kind: "quoted" }],
    "change_case:capital_word_frequency": () => [
      { kind: "capital_words", ...bounds(given.capital_relation, given.capital_frequency) },
    ],
    // Its language detector sees nothing in capitals, so that only the capitals decide.
    "change_case:english_capital": () => [{ kind: "letter_case", letters: "upper" }],
    "change_case:english_lowercase": () => [
      { kind: "letter_case", letters: "lower" },
      { kind: "language", language: "en" },
    ],
    "punctuation:no_comma": () => [{ kind: "occurrences", text: ",", exactly: 0 }],
  };
  const read = table[id];
  if (read === undefined) throw new WrongUse(`unknown instruction ${id}`);
  return read();
}
