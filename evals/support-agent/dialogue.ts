/** What a message means in its conversation: requests inside a question, continued topics, false alarms. */
import type { Intent, Message } from "./config.ts";
import { hasAddressShape } from "./conversation.ts";
import { type Cue, type CueTable, compileCues, Reading } from "./cues.ts";

/** The optional part of a prompt table on reading a conversation. */
export interface ReadingTable {
  /** Words of danger or recall: without one, naming a battery or a lock is no safety matter. */
  danger: CueTable;
  /** In the assistant's message: it asked for the order or the address, so the next one continues. */
  asked: CueTable;
  /** In the customer's message: the same once more for something else. */
  sameAgain: CueTable;
  /** Sentences that order something done, whatever else the message asks. */
  command: CueTable;
}

export type CompiledReading = Record<keyof ReadingTable, Cue[]>;

export function compileReading(table: ReadingTable): CompiledReading {
  return {
    danger: compileCues(table.danger),
    asked: compileCues(table.asked),
    sameAgain: compileCues(table.sameAgain),
    command: compileCues(table.command),
  };
}

export interface Turn {
  reading: Reading;
  text: string;
  namesOrder: boolean;
  /** `answer` gives what the assistant asked for, `again` asks for the same once more. */
  continues: "answer" | "again" | null;
}

const orderId = /(?<![\w-])A\s?[-–_]?\s?\d{5}(?!\d)/i;

/** The customer's messages; without a reading table none continues another. */
export function turnsOf(messages: readonly Message[], table: CompiledReading | null): Turn[] {
  let before: string | null = null;
  const turns: Turn[] = [];
  for (const { role, content } of messages) {
    if (role === "assistant") before = content;
    if (role !== "user") continue;
    const reading = new Reading(content);
    const namesOrder = orderId.test(content);
    let continues: Turn["continues"] = null;
    if (table !== null && turns.length > 0 && before !== null) {
      const isAsked = new Reading(before).score(table.asked) > 0;
      if (isAsked && (namesOrder || hasAddressShape(content))) continues = "answer";
      else if (namesOrder && reading.score(table.sameAgain) > 0) continues = "again";
    }
    turns.push({ reading, text: content, namesOrder, continues });
    before = null;
  }
  return turns;
}

/** How much of a turn's own words counts, and how much of the turn before it. */
export function sharesOf(turn: Turn): { own: number; before: number } | null {
  if (turn.continues === "answer") return { own: 0.3, before: 1 };
  return turn.continues === "again" ? { own: 1, before: 0.75 } : null;
}

const noAlarm = 3;
const addressSpeaks = 5;

/** Takes back what a mere product name or a greeting claims, and hears an address as a change of address. */
export function adjustScores(
  scores: Record<Intent, number>,
  heard: readonly Turn[],
  order: "here" | "earlier" | "none",
  table: CompiledReading,
): void {
  const isDanger = heard.some(({ reading }) => reading.score(table.danger) > 0);
  if (!isDanger) scores.product_safety = Math.min(scores.product_safety, noAlarm);
  if (order === "here") scores.smalltalk_or_other = 0;
  const last = heard.at(-1);
  if (order !== "none" && last !== undefined && hasAddressShape(last.text))
    scores.change_address += addressSpeaks;
}

const clauses =
  /[.!?…:]+\s+|\n+|,?\s+(?=(?:and|und|but|aber|also)\s+(?:how|when|what|tell|let|is|do|can|will|wie|bis|wann|was)\b)/i;

/** The strongest clause that orders something done, with its own questions taken off. */
export function commandIn(
  text: string,
  request: readonly Cue[],
  question: readonly Cue[],
  table: CompiledReading,
) {
  return text.split(clauses).reduce((best, clause) => {
    const reading = new Reading(clause);
    const command = reading.score(table.command);
    if (command === 0) return best;
    return Math.max(best, command + reading.score(request) - reading.score(question));
  }, 0);
}
