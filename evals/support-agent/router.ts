/** The router: reads a prompt table and decides what the last message of a conversation asks for. */
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { type Intent, intents, type Language, type Message, type Tier, type ToolName } from "./config.ts";
import { isNear, pick, type Random, words } from "./text.ts";

/** Weight to phrases. `refund*` matches a beginning, `send .. back` leaves up to three words between. */
type CueTable = Partial<Record<Language, Record<string, string[]>>>;

export interface PromptTable {
  version: string;
  /** Intents that win over the others when a message fits several, most important first. */
  precedence: Intent[];
  intents: Record<Intent, { articles: Record<Language, string[]> } & CueTable>;
  request: CueTable;
  question: CueTable;
  signals: Record<string, CueTable>;
  /** Which tool pays a refund back, per tier. */
  refundActions: Record<Tier, ToolName>;
  /** Customers' words (alternatives with `|` between them) to the words of the articles, per language. */
  glossary: Record<Language, Record<string, string>>;
}

interface CuePart {
  text: string;
  isPrefix: boolean;
  afterGap: boolean;
}
interface Cue {
  parts: CuePart[];
  weight: number;
}
interface CompiledTable {
  table: PromptTable;
  intents: Map<Intent, Cue[]>;
  request: Cue[];
  question: Cue[];
  signals: Map<string, Cue[]>;
  glossary: Record<Language, { cues: Cue[]; adds: string }[]>;
}

export interface Route {
  intent: Intent;
  scores: Record<Intent, number>;
  mode: "request" | "question";
  signals: ReadonlySet<string>;
  /** True when the last message only makes sense together with the earlier ones. */
  isElliptical: boolean;
}

const tables = new Map<string, CompiledTable>();

function compileCues(cues: CueTable): Cue[] {
  return Object.values(cues)
    .filter((byWeight) => typeof byWeight === "object" && !Array.isArray(byWeight))
    .flatMap((byWeight) => Object.entries(byWeight))
    .flatMap(([weight, phrases]) => phrases.map((phrase) => compileCue(phrase, Number(weight))));
}

function compileCue(phrase: string, weight: number): Cue {
  const parts: CuePart[] = [];
  let afterGap = false;
  for (const piece of phrase.split(/\s+/)) {
    if (piece === "..") afterGap = true;
    for (const text of words(piece)) {
      parts.push({ text, isPrefix: piece.endsWith("*"), afterGap });
      afterGap = false;
    }
  }
  return { parts, weight };
}

function compileGlossary(entries: Record<string, string>): { cues: Cue[]; adds: string }[] {
  return Object.entries(entries).map(([phrases, adds]) => ({
    cues: phrases.split("|").map((phrase) => compileCue(phrase.trim(), 1)),
    adds,
  }));
}

/** Reads and compiles a prompt table once per process. */
export function promptTable(file: string): CompiledTable {
  const known = tables.get(file);
  if (known !== undefined) return known;
  const table = parse(readFileSync(new URL(`./${file}`, import.meta.url), "utf8")) as PromptTable;
  const compiled: CompiledTable = {
    table,
    intents: new Map(
      intents.map((intent) => {
        const { articles: _, ...cues } = table.intents[intent];
        return [intent, compileCues(cues)];
      }),
    ),
    request: compileCues(table.request),
    question: compileCues(table.question),
    signals: new Map(Object.entries(table.signals).map(([name, cues]) => [name, compileCues(cues)])),
    glossary: { en: compileGlossary(table.glossary.en), de: compileGlossary(table.glossary.de) },
  };
  tables.set(file, compiled);
  return compiled;
}

/** "A-20493" reads as "order": which one it is does not matter for the route. */
function withoutIds(text: string): string {
  return text.replace(
    /(?:\b(?:order|bestellung|auftrag)\s+(?:(?:number|nummer|nr|no)\.?\s+)?)?(?<![\w-])A\s?[-–_]?\s?\d{5}(?!\d)/gi,
    " order ",
  );
}

/** The words of a text, with a memory of where each part of a cue occurs. */
class Reading {
  /** Positions by first letter, which even a slip of the pen keeps. */
  readonly #byLetter = new Map<string, { word: string; at: number }[]>();
  readonly #places = new Map<string, number[]>();

  constructor(text: string) {
    for (const [at, word] of words(withoutIds(text)).entries()) {
      const letter = word[0] ?? "";
      this.#byLetter.set(letter, [...(this.#byLetter.get(letter) ?? []), { word, at }]);
    }
  }

  score(cues: readonly Cue[]): number {
    return cues.reduce((sum, cue) => (this.has(cue) ? sum + cue.weight : sum), 0);
  }

  has(cue: Cue): boolean {
    let ends: number[] = [];
    for (const [index, part] of cue.parts.entries()) {
      const places = this.#find(part);
      const reach = part.afterGap ? 4 : 1;
      ends = index === 0 ? places : places.filter((at) => ends.some((end) => at > end && at - end <= reach));
      if (ends.length === 0) return false;
    }
    return cue.parts.length > 0;
  }

  #find(part: CuePart): number[] {
    const key = part.isPrefix ? `${part.text}*` : part.text;
    let places = this.#places.get(key);
    if (places === undefined) {
      const candidates = this.#byLetter.get(part.text[0] ?? "") ?? [];
      places = candidates.filter(({ word }) => matches(word, part)).map(({ at }) => at);
      this.#places.set(key, places);
    }
    return places;
  }
}

/** Equality, or one slip of the pen in a long word. */
function matches(word: string, part: CuePart): boolean {
  const { text, isPrefix } = part;
  if (isPrefix ? word.startsWith(text) : word === text) return true;
  if (text.length < 6 || word.length < text.length - 1) return false;
  if (!isPrefix) return word.length >= 6 && isNear(word, text);
  const lengths = word.length < text.length + 2 ? [0, -1, 1] : [0, 1];
  return lengths.some((more) => isNear(word.slice(0, text.length + more), text));
}

const ellipticalBelow = 2;
/** From this score on a message counts as fitting an intent, and precedence applies. */
const fitsFrom = 4;
const precedenceStep = 2.5;
/** More phrases say nothing new above this score. */
const enough = 7;

function addScores(scores: Record<Intent, number>, reading: Reading, compiled: CompiledTable, share: number) {
  for (const intent of intents)
    scores[intent] += share * Math.max(0, reading.score(compiled.intents.get(intent) ?? []));
}

function emptyScores(): Record<Intent, number> {
  return Object.fromEntries(intents.map((intent) => [intent, 0])) as Record<Intent, number>;
}

/** Adds the earlier messages: much when the last one says little, hardly otherwise. */
function scoreConversation(
  readings: readonly Reading[],
  order: RouteInput["order"],
  compiled: CompiledTable,
) {
  const scores = emptyScores();
  const last = readings.at(-1);
  if (last !== undefined) addScores(scores, last, compiled, 1);
  const isElliptical = Math.max(...Object.values(scores)) < ellipticalBelow;
  let share = isElliptical ? 0.8 : 0.1;
  for (const reading of readings.slice(0, -1).toReversed()) {
    addScores(scores, reading, compiled, share);
    share *= 0.6;
  }
  // Nothing said and an order named: its status. Nothing at all: small talk.
  if (Math.max(...Object.values(scores)) < 1)
    scores[order === "here" ? "order_status" : "smalltalk_or_other"] += 1;
  return { scores, isElliptical };
}

function applyPrecedence(scores: Record<Intent, number>, precedence: readonly Intent[]): number[] {
  return intents.map((intent) => {
    const rank = precedence.indexOf(intent);
    const isFit = rank >= 0 && scores[intent] >= fitsFrom;
    return Math.min(scores[intent], enough) + (isFit ? (precedence.length - rank) * precedenceStep : 0);
  });
}

/** An order in the message speaks for a request, a question mark for a question. */
function modeOf(reading: Reading, text: string, order: "here" | "earlier" | "none", compiled: CompiledTable) {
  const fromOrder = { here: 3, earlier: 1, none: 0 }[order];
  const request = 0.5 + fromOrder + reading.score(compiled.request);
  const question = (text.includes("?") ? 1 : 0) + reading.score(compiled.question);
  return request - question;
}

export interface RouteInput {
  messages: readonly Message[];
  order: "here" | "earlier" | "none";
}

export function route(input: RouteInput, file: string, temperature: number, random: Random): Route {
  const compiled = promptTable(file);
  const users = input.messages.filter((message) => message.role === "user");
  const readings = users.map((message) => new Reading(message.content));
  const { scores, isElliptical } = scoreConversation(readings, input.order, compiled);
  const logits = applyPrecedence(scores, compiled.table.precedence);
  const intent = intents[pick(logits, temperature, random)] ?? "smalltalk_or_other";
  const last = readings.at(-1);
  let lean = last === undefined ? 0 : modeOf(last, users.at(-1)?.content ?? "", input.order, compiled);
  const before = readings.at(-2);
  if (isElliptical && before !== undefined && lean > 0 && input.order !== "here")
    lean += modeOf(before, users.at(-2)?.content ?? "", "none", compiled);
  const heard = isElliptical ? readings : readings.slice(-1);
  const signals = new Set(
    [...compiled.signals].flatMap(([name, cues]) => (heard.some((r) => r.score(cues) > 0) ? [name] : [])),
  );
  return { intent, scores, mode: lean > 0 ? "request" : "question", signals, isElliptical };
}

/** The words of the articles for what the customer says in other words. */
export function glossaryFor(text: string, language: Language, file: string): string {
  const reading = new Reading(text);
  return promptTable(file)
    .glossary[language].filter(({ cues }) => cues.some((cue) => reading.has(cue)))
    .map(({ adds }) => adds)
    .join(" ");
}
