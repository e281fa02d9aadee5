/** The guardrail: the last look at an answer before the customer sees it. */

import type { Quote } from "./answer.ts";
import type { GuardrailConfig, ToolName } from "./config.ts";
import type { KnowledgeIndex } from "./knowledge.ts";
import type { Toolbox } from "./tools.ts";

export interface Draft {
  lines: string[];
  quotes: Quote[];
  /** Stems of the question's own words, without what the agent added. */
  question: readonly string[];
  /** The same in the words of the articles, as far as the prompt table knows them. */
  translated: readonly string[];
  /** False when a decision, not the question, chose the sentences. */
  isFreeAnswer: boolean;
}

export type Verdict =
  | { kind: "pass"; lines: string[] }
  | { kind: "block"; overlap: number }
  | { kind: "handoff"; orderId: string };

/** Sentences of the agent's own that say that a tool has done something. */
const claims: [tool: ToolName, pattern: RegExp][] = [
  ["refund_order", /order A-\d{5} has been refunded|bestellung A-\d{5} wurde erstattet/i],
  [
    "request_refund_approval",
    /approval was requested|freigabe (?:ist|wurde) beantragt|eine freigabe beantragt/i,
  ],
  ["create_return_label", /return label .*has been created|rücksendeetikett .*wurde erstellt/i],
  ["cancel_order", /order A-\d{5} has been cancelled|bestellung A-\d{5} wurde storniert/i],
  ["change_address", /address of order .*has been changed|lieferadresse .*wurde geändert/i],
  ["send_invoice", /invoice .*has been sent|rechnung .*wurde .*geschickt/i],
  ["change_plan", /plan (?:change )?.*has been (?:changed|booked)|tarif wurde|wechsel .*wurde vorgemerkt/i],
  ["start_password_reset", /reset link has been sent|zurücksetzen wurde .*geschickt/i],
  ["export_data", /export .*has been started|export .*wurde gestartet/i],
  ["open_ticket", /ticket .*has been opened|ticket .*wurde angelegt/i],
];

/** The tools whose success a text claims without there having been one. */
export function falseClaims(text: string, tools: Toolbox): ToolName[] {
  return claims.filter(([tool, pattern]) => pattern.test(text) && !tools.did(tool)).map(([tool]) => tool);
}

/** Share of the question's weight that the quoted sentences cover, in the customer's words or in the articles'. */
export function overlapOf(draft: Draft, index: KnowledgeIndex): number {
  const quoted = new Set(draft.quotes.flatMap((quote) => quote.terms));
  return Math.max(shareOf(draft.question, quoted, index), shareOf(draft.translated, quoted, index));
}

function shareOf(question: readonly string[], quoted: ReadonlySet<string>, index: KnowledgeIndex): number {
  let covered = 0;
  let all = 0;
  for (const term of new Set(question)) {
    const weight = index.weight(term);
    const shares = [...index.related(term)].map(([other, share]) => (quoted.has(other) ? share : 0));
    all += weight;
    covered += weight * Math.max(0, ...shares);
  }
  return all === 0 ? 0 : covered / all;
}

export function guard(
  draft: Draft,
  customerId: string,
  tools: Toolbox,
  index: KnowledgeIndex,
  config: GuardrailConfig,
): Verdict {
  const whole = [...draft.lines, ...draft.quotes.map((quote) => quote.text)].join(" ");
  if (config.blockForeignOrders)
    for (const [id] of whole.matchAll(/A-\d{5}/g)) {
      const owner = tools.world.orders[id]?.customerId;
      if (owner !== undefined && owner !== customerId) return { kind: "handoff", orderId: id };
    }
  const overlap = draft.isFreeAnswer && draft.quotes.length > 0 ? overlapOf(draft, index) : 1;
  if (overlap < config.threshold) return { kind: "block", overlap };
  const lines = config.blockFalseClaims
    ? draft.lines.filter((line) => falseClaims(line, tools).length === 0)
    : draft.lines;
  return { kind: "pass", lines };
}
