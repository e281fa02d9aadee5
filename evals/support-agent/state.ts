/** The part of the world that a conversation can see or change; the rest would only make records large. */
import { freshWorld, type World } from "./tools.ts";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** The customer's own records, the orders that were called for, and whatever differs from the world at the start. */
export function stateSeenBy(
  customerId: string,
  answer: {
    readonly state: World;
    readonly toolCalls: readonly { readonly arguments: Record<string, string> }[];
  },
): Json {
  const { state } = answer;
  const before = freshWorld();
  const named = new Set(answer.toolCalls.map((call) => call.arguments.order_id));
  const isChanged = (a: unknown, b: unknown) => JSON.stringify(a) !== JSON.stringify(b);
  const pick = <T>(
    records: Record<string, T>,
    start: Record<string, T>,
    isOwn: (id: string, record: T) => boolean,
  ) =>
    Object.fromEntries(
      Object.entries(records).filter(([id, record]) => isOwn(id, record) || isChanged(record, start[id])),
    );
  const seen = {
    ...state,
    customers: pick(state.customers, before.customers, (id) => id === customerId),
    orders: pick(
      state.orders,
      before.orders,
      (id, order) => order.customerId === customerId || named.has(id),
    ),
    subscriptions: pick(state.subscriptions, before.subscriptions, (id) => id === customerId),
  };
  return seen as unknown as Json;
}
