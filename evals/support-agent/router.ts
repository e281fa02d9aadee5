/** The router: reads a prompt table and decides what the last message of a conversation asks for. */
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { type Intent, intents, type Language, type Message, type Tier, type ToolName } from "./config.ts";
import { hasAddressShape } from "./conversation.ts";
import { type Cue, type CueTable, compileCue, compileCues, Reading } from "./cues.ts";
import {
  adjustScores,
  type CompiledReading,
  commandIn,
  compileReading,
  type ReadingTable,
  sharesOf,
  type Turn,
  turnsOf,
} from "./dialogue.ts";
import { pick, type Random } from "./text.ts";

export interface PromptTable {
  version: string;
  /** Intents that win over the others when a message fits several, most important first. */
  precedence: Intent[];
  intents: Record<Intent, { articles: Record<Language, string[]> } & CueTable>;
  request: CueTable;
  question: CueTable;
  signals: Record<string, CueTable>;
  /** How a conversation is read beyond its single messages; without it every message stands alone. */
  reading?: ReadingTable;
  /** Which tool pays a refund back, per tier. */
  refundActions: Record<Tier, ToolName>;
  /** Customers' words (alternatives with `|` between them) to the words of the articles, per language. */
  glossary: Record<Language, Record<string, string>>;
}

interface CompiledTable {
  table: PromptTable;
  intents: Map<Intent, Cue[]>;
  request: Cue[];
  question: Cue[];
  signals: Map<string, Cue[]>;
  reading: CompiledReading | null;
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
    reading: table.reading === undefined ? null : compileReading(table.reading),
    glossary: { en: compileGlossary(table.glossary.en), de: compileGlossary(table.glossary.de) },
  };
  tables.set(file, compiled);
  return compiled;
}

const ellipticalBelow = 2;
/** From this score on a message counts as fitting an intent, and precedence applies. */
const fitsFrom = 4;
const precedenceStep = 2.5;
/** How much of an earlier wish a message can repeat: too little to fit by itself. */
const repeats = 3.75;
/** More phrases say nothing new above this score. */
const enough = 7;

function addScores(scores: Record<Intent, number>, reading: Reading, compiled: CompiledTable, share: number) {
  for (const intent of intents)
    scores[intent] += share * Math.max(0, reading.score(compiled.intents.get(intent) ?? []));
}

function emptyScores(): Record<Intent, number> {
  return Object.fromEntries(intents.map((intent) => [intent, 0])) as Record<Intent, number>;
}

/** Adds the earlier messages: much when the last one continues them or says little, hardly otherwise. */
function scoreConversation(turns: readonly Turn[], order: RouteInput["order"], compiled: CompiledTable) {
  const scores = emptyScores();
  const last = turns.at(-1);
  if (last !== undefined) addScores(scores, last.reading, compiled, sharesOf(last)?.own ?? 1);
  const continued = last === undefined ? null : sharesOf(last);
  const isElliptical = continued !== null || Math.max(...Object.values(scores)) < ellipticalBelow;
  let share = continued?.before ?? (isElliptical ? 0.8 : 0.1);
  const earlier = emptyScores();
  for (const turn of turns.slice(0, -1).toReversed()) {
    const shares = sharesOf(turn);
    addScores(earlier, turn.reading, compiled, share * (shares?.own ?? 1));
    share *= shares?.before ?? 0.6;
  }
  // A wish of its own wins over "and this one too".
  const most = last?.continues === "again" ? repeats : Number.POSITIVE_INFINITY;
  for (const intent of intents) scores[intent] += Math.min(earlier[intent], most);
  if (compiled.reading !== null)
    adjustScores(scores, isElliptical ? turns : turns.slice(-1), order, compiled.reading);
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
  const turns = turnsOf(input.messages, compiled.reading);
  const { scores, isElliptical } = scoreConversation(turns, input.order, compiled);
  const logits = applyPrecedence(scores, compiled.table.precedence);
  const intent = intents[pick(logits, temperature, random)] ?? "smalltalk_or_other";
  const lean = leanOf(turns, input.order, isElliptical, compiled);
  const heard = isElliptical ? turns : turns.slice(-1);
  const signals = new Set(
    [...compiled.signals].flatMap(([name, cues]) =>
      heard.some(({ reading }) => reading.score(cues) > 0) ? [name] : [],
    ),
  );
  return { intent, scores, mode: lean > 0 ? "request" : "question", signals, isElliptical };
}

/** Above zero for a request. A message that says little leans as the one before it does. */
function leanOf(
  turns: readonly Turn[],
  order: RouteInput["order"],
  isElliptical: boolean,
  compiled: CompiledTable,
): number {
  const last = turns.at(-1);
  if (last === undefined) return 0;
  const lean = modeOf(last.reading, last.text, order, compiled);
  if (compiled.reading !== null) {
    const command = commandIn(last.text, compiled.request, compiled.question, compiled.reading);
    if (command > 0 || last.continues !== null || hasAddressShape(last.text))
      return Math.max(lean, command, 1);
  }
  const before = turns.at(-2);
  if (!isElliptical || before === undefined || lean <= 0 || order === "here") return lean;
  return lean + modeOf(before.reading, before.text, "none", compiled);
}

/** The words of the articles for what the customer says in other words. */
export function glossaryFor(text: string, language: Language, file: string): string {
  const reading = new Reading(text);
  return promptTable(file)
    .glossary[language].filter(({ cues }) => cues.some((cue) => reading.has(cue)))
    .map(({ adds }) => adds)
    .join(" ");
}
