import { type AgentAnswer, createSupportAgent } from "../../../evals/support-agent/agent.ts";
import type { Message, SupportAgentConfig } from "../../../evals/support-agent/config.ts";
import { live } from "../../../evals/support-agent/releases.ts";
import { freshWorld } from "../../../evals/support-agent/tools.ts";

const world = freshWorld();

/** The customer whom an order belongs to. */
export function ownerOf(orderId: string): string {
  const order = world.orders[orderId];
  if (order === undefined) throw new Error(`no order ${orderId}`);
  return order.customerId;
}

/** A customer of that plan. */
export function customerOn(tier: "free" | "pro" | "enterprise"): string {
  const customer = Object.values(world.customers).find((one) => one.tier === tier);
  if (customer === undefined) throw new Error(`no customer on ${tier}`);
  return customer.id;
}

export interface Asked {
  customer: string;
  release?: SupportAgentConfig;
  seed?: number;
}

/** Asks one message, or a conversation that begins and ends with the customer. */
export function ask(
  said: string | string[],
  { customer, release = live, seed = 1 }: Asked,
): Promise<AgentAnswer> {
  const messages: Message[] = [said]
    .flat()
    .map((content, index) => ({ role: index % 2 === 0 ? "user" : "assistant", content }));
  return createSupportAgent(release)({ messages, customerId: customer }, { seed });
}

export const toolsOf = (answer: AgentAnswer): string[] => answer.toolCalls.map((call) => call.name);

export function handoffOf(answer: AgentAnswer): Record<string, string> {
  return JSON.parse(answer.text) as Record<string, string>;
}
