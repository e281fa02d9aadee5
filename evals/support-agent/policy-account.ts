/** The policy for the account, for devices and for safety: everything without an order. */
import { answer, type Decision, handoff, type Situation, ticket } from "./policy.ts";

export async function decideAccount(situation: Situation): Promise<Decision> {
  switch (situation.intent) {
    case "plan_change":
      return planChange(situation);
    case "account_security":
      return accountSecurity(situation);
    case "data_privacy":
      return dataPrivacy(situation);
    case "technical":
      return technical(situation);
    default:
      return smalltalk(situation);
  }
}

async function planChange({ mode, signals, conversation, tier, tools }: Situation): Promise<Decision> {
  if (mode === "question") return answer(null);
  if (conversation.otherCustomerId !== null) return handoff("security", "high", "security");
  await tools.call("get_customer", { customer_id: conversation.customerId });
  const isContract = tier === "enterprise" || conversation.plans.has("enterprise");
  if (isContract) return handoff("accounts", "normal", "enterprise_plan");
  const isDown = signals.has("plan_end") || signals.has("plan_down");
  const isUp = signals.has("plan_up") || (conversation.plans.has("pro") && tier === "free");
  const plan = isDown ? "free" : isUp ? "pro" : tier === "free" ? "pro" : "free";
  if (plan === tier) return answer("plan.same");
  const result = await tools.call("change_plan", { customer_id: conversation.customerId, plan });
  const rule = plan === "pro" ? "plan.up" : signals.has("plan_end") ? "plan.end" : "plan.down";
  return answer(rule, ...(result.ok === true ? ([`plan_${plan}`] as const) : []));
}

async function accountSecurity({ mode, signals, conversation, tools }: Situation): Promise<Decision> {
  const isReport = signals.has("account_at_risk");
  if (isReport && !signals.has("hypothetical")) return handoff("security", "high", "security");
  if (mode === "question") return answer(null);
  if (conversation.otherCustomerId !== null || signals.has("other_person"))
    return handoff("security", "high", "security");
  if (!signals.has("forgot_password")) return answer(null);
  const result = await tools.call("start_password_reset", { customer_id: conversation.customerId });
  return answer("password.reset", ...(result.ok === true ? (["start_password_reset"] as const) : []));
}

async function dataPrivacy({ mode, signals, conversation, tools }: Situation): Promise<Decision> {
  if (mode === "question") return answer(null);
  const isForeign = conversation.otherCustomerId !== null || signals.has("other_person");
  if (isForeign) return handoff("privacy", "normal", "others_data");
  if (signals.has("delete_account")) return handoff("privacy", "normal", "deletion");
  if (!signals.has("export_data")) return answer(null);
  const result = await tools.call("export_data", { customer_id: conversation.customerId });
  return result.ok === true ? answer("export.started", "export_data") : answer("export.early");
}

async function technical({ signals, conversation, tools }: Situation): Promise<Decision> {
  if (!signals.has("steps_failed")) return answer(null);
  return ticket(tools, "technical", conversation.all, null);
}

/** A report opens a ticket first; a question about the recall or the lock is answered from the article. */
export async function decideSafety({ mode, signals, conversation, tools }: Situation): Promise<Decision> {
  const isReport = signals.has("own_danger") || mode === "request";
  if (!isReport || (signals.has("hypothetical") && mode === "question")) return answer(null);
  await ticket(tools, "product-safety", conversation.all, null);
  return handoff("product-safety", "urgent", signals.has("lock") ? "safety_lock" : "safety_battery");
}

function smalltalk({ signals, mode }: Situation): Decision {
  if (mode === "question") return answer(null);
  if (signals.has("thanks")) return answer(null, "thanks");
  if (signals.has("greeting")) return answer(null, "greeting");
  return answer(null);
}
