import type { Verdict } from "../core/gate.ts";

/** Columns that a text takes on a terminal: two for wide characters, none for combining ones. An approximation without tables. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += columnsOfCharacter(character);
  return columns;
}

function columnsOfCharacter(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x300) return 1;
  if (/\p{Mn}|\p{Me}|\p{Cf}/u.test(character)) return 0;
  return /\p{Emoji_Presentation}|\p{sc=Han}|\p{sc=Hiragana}|\p{sc=Katakana}|\p{sc=Hangul}|[！-｠]/u.test(
    character,
  )
    ? 2
    : 1;
}

/** Text of at most `width` columns, with `…` at its end when something was cut. */
export function shorten(text: string, width: number): string {
  if (columnsOf(text) <= width) return text;
  let result = "";
  let columns = 0;
  for (const character of text) {
    columns += columnsOfCharacter(character);
    if (columns > width - 1) break;
    result += character;
  }
  return `${result}…`;
}

/** Text filled with spaces to `width` columns. */
export function pad(text: string, width: number, side: "left" | "right" = "left"): string {
  const fill = " ".repeat(Math.max(0, width - columnsOf(text)));
  return side === "left" ? text + fill : fill + text;
}

/** Lines of at most `width` columns, broken at spaces that do not stand before a percent sign, or inside a word that is longer than a line. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/ (?!%)/).flatMap((each) => pieces(each, width))) {
    if (line !== "" && columnsOf(line) + 1 + columnsOf(word) > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return line === "" ? lines : [...lines, line];
}

function pieces(word: string, width: number): string[] {
  if (columnsOf(word) <= width) return [word];
  const result: string[] = [];
  let piece = "";
  for (const character of word) {
    if (piece !== "" && columnsOf(piece) + columnsOfCharacter(character) > width) {
      result.push(piece);
      piece = "";
    }
    piece += character;
  }
  return [...result, piece];
}

/** Parts joined by a separator in lines of at most `width` columns, each line after `indent` spaces; no part is broken that fits. */
export function flow(parts: readonly string[], separator: string, width: number, indent: number): string[] {
  const room = width - indent;
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    const joined = last === undefined ? null : last + separator + part;
    if (joined !== null && columnsOf(joined) <= room) lines[lines.length - 1] = joined;
    else lines.push(...wrap(part, room));
  }
  return lines.map((line) => " ".repeat(indent) + line);
}

/** A column of a table. */
export interface Column {
  readonly heading: string;
  readonly cells: readonly string[];
  readonly align?: "left" | "right";
  /** Width below which the column is not shrunk; a column without it is never shrunk. */
  readonly minimum?: number;
}

const gap = 2;

/** Widths of columns that fit into `width`, the widest shrunk first; `null` when they do not fit. */
export function columnWidths(columns: readonly Column[], width: number): number[] | null {
  const widths = columns.map(({ heading, cells }) => Math.max(...[heading, ...cells].map(columnsOf)));
  const lowest = columns.map(({ minimum }, i) =>
    Math.min(minimum ?? Number.POSITIVE_INFINITY, widths[i] ?? 0),
  );
  const total = () => widths.reduce((sum, each) => sum + each, gap * (widths.length - 1));
  while (total() > width) {
    const shrinkable = widths.map((each, i) => (each > (lowest[i] ?? 0) ? each : 0));
    const widest = shrinkable.indexOf(Math.max(...shrinkable));
    if ((shrinkable[widest] ?? 0) === 0) return null;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

/** Lines of a table: its headings, then one line for each row. */
export function tableLines(columns: readonly Column[], widths: readonly number[]): string[] {
  const rows = Math.max(0, ...columns.map(({ cells }) => cells.length));
  const line = (cell: (column: Column) => string) =>
    columns
      .map((column, i) => pad(shorten(cell(column), widths[i] ?? 0), widths[i] ?? 0, column.align))
      .join(" ".repeat(gap))
      .trimEnd();
  const body = Array.from({ length: rows }, (_, row) => line(({ cells }) => cells[row] ?? ""));
  return [line(({ heading }) => heading), ...body];
}

/** How a text is emphasised. */
export type Style = "strong" | "faint" | Verdict;

/** Emphasises a text, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

const codes: Readonly<Record<Style, string>> = {
  strong: "1",
  faint: "2",
  pass: "32",
  fail: "31",
  inconclusive: "33",
  error: "35",
};

/** The emphasis of a terminal: ANSI codes, or nothing without colour. */
export function painter(colour: boolean): Paint {
  return (style, text) => (colour ? `\u001b[${codes[style]}m${text}\u001b[0m` : text);
}
