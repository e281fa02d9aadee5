/** The policy: which tools are called for a routed request, and what the answer has to say. */
import type { Intent, Tier, ToolName } from "./config.ts";
import { addressIn, type Conversation, countryIn } from "./conversation.ts";
import type { Line, Outcome, Summary } from "./outcomes.ts";
import { decideAccount, decideSafety } from "./policy-account.ts";
import type { Order, Toolbox } from "./tools.ts";

export interface Decision {
  /** The rule to quote; `null` quotes what fits the message best. */
  outcome: Outcome | null;
  lines: Line[];
  handoff: { queue: string; priority: string; summary: Summary } | null;
  values: Record<string, string>;
}

export interface Situation {
  intent: Intent;
  mode: "request" | "question";
  signals: ReadonlySet<string>;
  conversation: Conversation;
  tier: Tier;
  today: string;
  refundActions: Record<Tier, ToolName>;
  tools: Toolbox;
}

export const answer = (outcome: Outcome | null, ...lines: Line[]): Decision => ({
  outcome,
  lines,
  handoff: null,
  values: {},
});
export const handoff = (queue: string, priority: string, summary: Summary): Decision => ({
  outcome: null,
  lines: [],
  handoff: { queue, priority, summary },
  values: {},
});

/** Days in which a delivered order may come back, per tier. */
const windowDays: Record<Tier, number> = { free: 14, pro: 30, enterprise: Number.POSITIVE_INFINITY };

function ageInDays(order: Order, today: string): number {
  return (Date.parse(today) - Date.parse(order.deliveredOn ?? today)) / 86_400_000;
}

const orderIntents: ReadonlySet<Intent> = new Set([
  "refund",
  "return",
  "order_status",
  "cancel_order",
  "change_address",
  "invoice",
  "warranty",
]);

export async function decide(situation: Situation): Promise<Decision> {
  const { intent, mode, signals } = situation;
  if (intent === "product_safety") return decideSafety(situation);
  if (orderIntents.has(intent)) {
    const isReport = intent === "invoice" && signals.has("chargeback_report");
    const asksForStatus = intent === "order_status" && situation.conversation.orderIsIn === "here";
    if (mode === "question" && !isReport && !asksForStatus) return answer(null);
    return decideOrder(situation, isReport);
  }
  return decideAccount(situation);
}

/** Looks the order up, keeps to rows 1 and 2 of the refund rule, then follows the intent. */
async function decideOrder(situation: Situation, isChargebackReport: boolean): Promise<Decision> {
  const { conversation, tools, tier } = situation;
  const id = conversation.orderId;
  if (id === null) {
    if (isChargebackReport) return handoff("billing", "high", "chargeback_report");
    return answer(null, "ask_order");
  }
  const found = await tools.call("get_order", { order_id: id });
  const values = { order: id, tier };
  if (found.ok !== true) return { ...answer(null, "not_found"), values };
  const order = found.order as Order;
  if (order.customerId !== conversation.customerId)
    return { ...handoff("security", "high", "foreign_order"), values };
  const decision = isChargebackReport
    ? handoff("billing", "high", "chargeback_report")
    : await byIntent(situation, order);
  return {
    ...decision,
    values: { ...values, status: order.status, forOrder: ` (${id})`, ...decision.values },
  };
}

async function byIntent(situation: Situation, order: Order): Promise<Decision> {
  switch (situation.intent) {
    case "refund":
      return refund(situation, order);
    case "return":
      return returnOrder(situation, order);
    case "order_status":
      return orderStatus(situation, order);
    case "cancel_order":
      return cancel(situation, order);
    case "change_address":
      return changeAddress(situation, order);
    case "invoice":
      return invoice(situation, order);
    default:
      return warranty(situation, order);
  }
}

async function refund(
  { tier, today, refundActions, conversation, tools }: Situation,
  order: Order,
): Promise<Decision> {
  if (order.chargebackOpen) return handoff("billing", "high", "chargeback");
  if (order.status === "refunded") return answer("refund.again");
  if (order.status === "cancelled") return answer("refund.cancelled");
  if (order.status === "processing") return answer("refund.processing", "offer_cancel");
  if (order.status === "shipped") return answer("refund.shipped");
  if (ageInDays(order, today) > windowDays[tier])
    return answer(tier === "free" ? "refund.late.free" : "refund.late.pro", "declined");
  const action = refundActions[tier];
  const result = await tools.call(action, { order_id: order.id, reason: shorten(conversation.last, 200) });
  if (action === "refund_order") return answer(`refund.${tier}`, ...(result.ok === true ? [action] : []));
  return handoff("refunds", "normal", "refund_approval");
}

async function returnOrder({ tier, today, tools }: Situation, order: Order): Promise<Decision> {
  if (order.chargebackOpen) return handoff("billing", "high", "chargeback");
  if (order.status !== "delivered") return answer("return.undelivered", "declined");
  if (ageInDays(order, today) > windowDays[tier]) return answer("return.late", "declined");
  const result = await tools.call("create_return_label", { order_id: order.id });
  return answer("return.label", ...(result.ok === true ? (["create_return_label"] as const) : []));
}

async function orderStatus({ signals, conversation, tools }: Situation, order: Order): Promise<Decision> {
  if (!signals.has("tracking_stuck") && !stuckForDays(conversation.all))
    return answer(`status.${order.status}`, "status");
  return ticket(tools, "logistics", `${order.id}: ${conversation.last}`, "status.stuck");
}

/** "has not moved for 6 business days": at least 5 business days, or a week. */
function stuckForDays(text: string): boolean {
  const stands =
    /not\s+(?:been\s+)?(?:moved?|updated?|changed?)|n['’]?t\s+(?:been\s+)?(?:moved?|updated?|changed?)|stuck|frozen|standing still|no (?:movement|update|change|scan)|same (?:place|status)|bewegt sich|hat sich .{0,40}(?:nichts|nicht)|steht .{0,30}still|tut sich|keine bewegung|nichts (?:mehr )?(?:getan|passiert|bewegt)|unver[äa]e?ndert|h[äa]e?ngt/i;
  const days =
    /\b(\d+|five|six|seven|eight|nine|ten|fünf|fuenf|sechs|sieben|acht|neun|zehn)\s+(?:\w+\s+)?(?:business |working |full )?(?:days|tage|werktage)/i;
  const found = days.exec(text)?.[1];
  const isLong = found !== undefined && (/^\d/.test(found) ? Number(found) >= 5 : true);
  return (
    stands.test(text) &&
    (isLong || /\b(?:a|one|two|2|over a) weeks?\b|(?:einer|eine|zwei|2) wochen?/i.test(text))
  );
}

export async function ticket(
  tools: Toolbox,
  queue: string,
  text: string,
  outcome: Outcome | null,
): Promise<Decision> {
  const priority = queue === "product-safety" ? "urgent" : "normal";
  const result = await tools.call("open_ticket", { queue, priority, summary: shorten(text, 300) });
  if (result.ok !== true) return answer(outcome);
  return { ...answer(outcome, "open_ticket"), values: { ticket: String(result.ticket) } };
}

async function cancel({ tools }: Situation, order: Order): Promise<Decision> {
  if (order.status === "cancelled") return answer("refund.cancelled");
  if (order.status !== "processing") return answer("cancel.declined", "declined");
  const result = await tools.call("cancel_order", { order_id: order.id });
  return answer("cancel.done", ...(result.ok === true ? (["cancel_order"] as const) : []));
}

async function changeAddress({ conversation, tools }: Situation, order: Order): Promise<Decision> {
  if (order.status !== "processing") return answer("address.declined", "declined");
  const address = addressIn(conversation.last) ?? addressIn(conversation.all);
  const from = countryIn(order.address);
  const to = countryIn(address ?? "") ?? countryIn(conversation.last);
  if (from !== null && to !== null && from !== to) return answer("address.country", "declined");
  if (address === null) return answer("address.done", "ask_address");
  const result = await tools.call("change_address", { order_id: order.id, address });
  return answer("address.done", ...(result.ok === true ? (["change_address"] as const) : []));
}

async function invoice({ tools }: Situation, order: Order): Promise<Decision> {
  if (order.chargebackOpen) return handoff("billing", "high", "chargeback");
  if (order.status === "processing" || order.status === "cancelled") return answer("invoice.none");
  const result = await tools.call("send_invoice", { order_id: order.id });
  return answer("invoice.sent", ...(result.ok === true ? (["send_invoice"] as const) : []));
}

async function warranty({ conversation, tools }: Situation, order: Order): Promise<Decision> {
  return ticket(tools, "warranty", `${order.id}: ${conversation.last}`, "warranty.ticket");
}

/** A text of 3 characters to `most`. */
export function shorten(text: string, most: number): string {
  const flat = text.replace(/\s+/g, " ").trim();
  if (flat.length < 3) return "no reason given";
  return flat.length <= most ? flat : `${flat.slice(0, most - 1)}…`;
}
