import type { Instruction } from "../core/instruction.ts";
import { clip, count, show } from "./text.ts";
import {
  countCapitalWords,
  countOccurrences,
  countSentences,
  countWords,
  escaped,
  hasWord,
  isLowerCase,
  isUpperCase,
} from "./text-counts.ts";
import { languageOfText } from "./written-language.ts";

type Of<Kind extends Instruction["kind"]> = Extract<Instruction, { kind: Kind }>;

/** For each kind what is wrong with a text, `null` when it does as told. */
type Checks = {
  readonly [Kind in Instruction["kind"]]: (text: string, instruction: Of<Kind>) => string | null;
};

const checks: Checks = {
  words: (text, bounds) => within(countWords(text), bounds, "word"),
  sentences: (text, bounds) => within(countSentences(text), bounds, "sentence"),
  paragraphs: (text, bounds) => {
    const parts = partsBetween(text, bounds.separator ?? "\n\n");
    return parts === null ? "a paragraph is empty" : within(parts.length, bounds, "paragraph");
  },
  paragraph_first_word: (text, { paragraph, word }) => {
    const paragraphs = text.split("\n\n").filter((part) => part.trim() !== "");
    const part = paragraphs[paragraph - 1];
    if (part === undefined)
      return `there ${paragraphs.length === 1 ? "is" : "are"} only ${count(paragraphs.length, "paragraph")}`;
    const first = (part.trim().split(/\s+/u)[0] ?? "").replace(/^["']+/u, "").replace(/[.,?!'"].*$/su, "");
    return first.toLowerCase() === word.toLowerCase()
      ? null
      : `paragraph ${paragraph} begins with ${show(first)}, not ${show(word)}`;
  },
  bullets: (text, bounds) => within(text.match(/^\s*(?:\*[^*\n]|-).*$/gmu)?.length ?? 0, bounds, "item"),
  sections: (text, bounds) => {
    const found = text.match(new RegExp(`${escaped(bounds.marker)}\\s?\\d+`, "gu"))?.length ?? 0;
    return within(found, bounds, "section");
  },
  highlights: (text, bounds) => {
    const found = [...(text.match(/\*[^\n*]*\*/gu) ?? []), ...(text.match(/\*\*[^\n*]*\*\*/gu) ?? [])];
    const full = found.filter((part) => part.replaceAll("*", "").trim() !== "");
    return within(full.length, bounds, "highlighted part");
  },
  placeholders: (text, bounds) => within(text.match(/\[[^\n]*?\]/gu)?.length ?? 0, bounds, "placeholder"),
  title: (text) => {
    const titles = text.match(/<<[^\n]+?>>/gu) ?? [];
    return titles.some((title) => title.replace(/^<+|>+$/gu, "").trim() !== "")
      ? null
      : "no title in <<double angular brackets>>";
  },
  postscript: (text, { marker }) => {
    const letters = marker
      .toLowerCase()
      .split(/[.\s]+/u)
      .filter((part) => part !== "");
    const pattern = letters.map(escaped).join("\\.\\s?") + (marker.endsWith(".") ? "\\." : "");
    return new RegExp(pattern, "u").test(text.toLowerCase()) ? null : `no postscript with ${show(marker)}`;
  },
  json: (text) => (isJson(text) ? null : "not JSON"),
  one_of: (text, { options }) =>
    options.some((option) => text.includes(option)) ? null : `contains none of ${show(options, 120)}`,
  answers: (text, bounds) => {
    const parts = partsBetween(text, bounds.separator);
    if (parts === null) return "an answer is empty";
    const isRepeated = new Set(parts.map((part) => part.trim())).size < parts.length;
    return isRepeated ? "two answers are the same" : within(parts.length, bounds, "answer");
  },
  begins_with: (text, { text: beginning }) =>
    text.trim().toLowerCase().startsWith(beginning.trim().toLowerCase())
      ? null
      : `does not begin with ${show(beginning)}`,
  ends_with: (text, { text: ending }) => {
    const end = text
      .trim()
      .replace(/^"+|"+$/gu, "")
      .toLowerCase();
    return end.endsWith(ending.trim().toLowerCase()) ? null : `does not end with ${show(ending)}`;
  },
  quoted: (text) => (/^".*"$/su.test(text.trim()) ? null : "does not stand in double quotation marks"),
  occurrences: (text, bounds) =>
    within(countOccurrences(text, bounds.text), bounds, `occurrence`, ` of ${show(bounds.text, 40)}`),
  without_words: (text, { words }) => {
    const found = words.find((word) => hasWord(text, word));
    return found === undefined ? null : `contains ${show(found)}`;
  },
  capital_words: (text, bounds) => within(countCapitalWords(text), bounds, "word", " in capitals"),
  letter_case: (text, { letters }) => {
    if (letters === "upper") return isUpperCase(text) ? null : "not all letters are capitals";
    return isLowerCase(text) ? null : "not all letters are small";
  },
  language: (text, { language }) => {
    const found = languageOfText(text);
    if (found === language) return null;
    return found === null ? "the language cannot be told" : `the language is ${found}, not ${language}`;
  },
};

/** What is wrong with an answer that was told to do something; `null` when it did. An empty answer does nothing. */
export function instructionProblem(answer: string, instruction: Instruction): string | null {
  if (answer.trim() === "") return "the answer is empty";
  const check = checks[instruction.kind] as (text: string, instruction: Instruction) => string | null;
  return check(answer, instruction);
}

/** An instruction in a few words. */
export function showInstruction(instruction: Instruction): string {
  const { kind, ...rest } = instruction;
  const parts = Object.entries(rest).map(([name, value]) => `${name} ${show(value, 60)}`);
  return clip([kind.replaceAll("_", " "), ...parts].join(", "), 120);
}

interface Bounds {
  readonly atLeast?: number | undefined;
  readonly lessThan?: number | undefined;
  readonly exactly?: number | undefined;
}

function within(found: number, { atLeast, lessThan, exactly }: Bounds, noun: string, of = ""): string | null {
  const wanted: string[] = [];
  if (atLeast !== undefined && found < atLeast) wanted.push(`at least ${atLeast}`);
  if (lessThan !== undefined && found >= lessThan) wanted.push(`less than ${lessThan}`);
  if (exactly !== undefined && found !== exactly) wanted.push(`exactly ${exactly}`);
  return wanted.length === 0 ? null : `${count(found, noun)}${of}, not ${wanted.join(" and ")}`;
}

/** Parts between separators; an empty one at an end is none, one in the middle makes it `null`. */
function partsBetween(text: string, separator: string): string[] | null {
  const parts = text.split(separator);
  if (parts[0]?.trim() === "") parts.shift();
  if (parts.at(-1)?.trim() === "") parts.pop();
  return parts.some((part) => part.trim() === "") ? null : parts;
}

function isJson(text: string): boolean {
  const inside = text
    .trim()
    .replace(/^```(?:json)?/iu, "")
    .replace(/```$/u, "");
  try {
    JSON.parse(inside.trim());
    return true;
  } catch {
    return false;
  }
}
