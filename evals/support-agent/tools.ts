/** The twelve tools over a fresh copy of the world. They check status, never policy. */
import { readFileSync } from "node:fs";
import type { SpanRunner, Tier, ToolCall, ToolName } from "./config.ts";

export interface Order {
  id: string;
  customerId: string;
  items: { sku: string; name: string; quantity: number; priceEur: number }[];
  shippingEur: number;
  totalEur: number;
  status: "processing" | "shipped" | "delivered" | "refunded" | "cancelled";
  orderedOn: string;
  shippedOn: string | null;
  deliveredOn: string | null;
  address: string;
  chargebackOpen: boolean;
  refundApproval: string | null;
  refundReason: string | null;
  returnLabel: string | null;
  invoiceSentTo: string | null;
}
export interface Customer {
  id: string;
  name: string;
  tier: Tier;
  language: "en" | "de";
  email: string;
  country: string;
}
export interface Subscription {
  customerId: string;
  plan: Tier;
  nextPlan: Tier | null;
}
export interface World {
  customers: Record<string, Customer>;
  orders: Record<string, Order>;
  subscriptions: Record<string, Subscription>;
  accountActions: Record<string, { passwordReset?: string; dataExport?: string }>;
  tickets: Record<string, { queue: string; priority: string; summary: string; customerId: string }>;
}

const load = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`./world/${name}.json`, import.meta.url), "utf8"));
let loaded: Pick<World, "customers" | "orders" | "subscriptions"> | undefined;

/** A copy that a request may change as it likes. */
export function freshWorld(): World {
  loaded ??= {
    customers: load("customers") as World["customers"],
    orders: load("orders") as World["orders"],
    subscriptions: load("subscriptions") as World["subscriptions"],
  };
  return { ...structuredClone(loaded), accountActions: {}, tickets: {} };
}

type Arguments = Record<string, string>;
type Result = Record<string, unknown>;
type Handler = (world: World, given: Arguments, customerId: string) => Result;

const fail = (error: string): Result => ({ ok: false, error });
const queues = /^(refunds|billing|privacy|security|product-safety|accounts|technical|warranty|logistics)$/;
const isText = (text: string | undefined, least: number, most: number): boolean =>
  text !== undefined && text.length >= least && text.length <= most;

/** Wraps a tool about an order: refuses an unknown one. */
function onOrder(work: (order: Order, given: Arguments, world: World) => Result): Handler {
  return (world, given) => {
    const order = world.orders[given.order_id ?? ""];
    return order === undefined ? fail("not_found") : work(order, given, world);
  };
}

/** Wraps a tool about a customer: refuses an unknown one. */
function onCustomer(work: (customer: Customer, given: Arguments, world: World) => Result): Handler {
  return (world, given) => {
    const customer = world.customers[given.customer_id ?? ""];
    return customer === undefined ? fail("not_found") : work(customer, given, world);
  };
}

function changePlan(customer: Customer, given: Arguments, world: World): Result {
  const subscription = world.subscriptions[customer.id];
  if (given.plan !== "free" && given.plan !== "pro") return fail("invalid_arguments");
  if (customer.tier === "enterprise") return fail("contract");
  if (customer.tier === given.plan || subscription === undefined) return fail("no_change");
  if (given.plan === "pro") {
    customer.tier = "pro";
    subscription.plan = "pro";
  } else {
    subscription.nextPlan = "free";
  }
  return { ok: true, plan: given.plan };
}

const handlers: Record<ToolName, Handler> = {
  get_order: onOrder((order, _given, world) => ({
    ok: true,
    order: structuredClone(order),
    tier: world.customers[order.customerId]?.tier,
  })),
  get_customer: onCustomer((customer, _given, world) => ({
    ok: true,
    customer: structuredClone(customer),
    subscription: structuredClone(world.subscriptions[customer.id]),
  })),
  refund_order: onOrder((order, given) => {
    if (order.status !== "delivered") return fail("not_refundable");
    Object.assign(order, { status: "refunded", refundReason: given.reason });
    return { ok: true };
  }),
  request_refund_approval: onOrder((order, given) => {
    if (order.status !== "delivered") return fail("not_refundable");
    if (order.refundApproval === "pending") return fail("already_requested");
    Object.assign(order, { refundApproval: "pending", refundReason: given.reason });
    return { ok: true };
  }),
  create_return_label: onOrder((order) => {
    if (order.status !== "delivered") return fail("not_returnable");
    order.returnLabel = "created";
    return { ok: true };
  }),
  cancel_order: onOrder((order) => {
    if (order.status !== "processing") return fail("not_cancellable");
    order.status = "cancelled";
    return { ok: true };
  }),
  change_address: onOrder((order, given) => {
    if (!isText(given.address, 10, 200)) return fail("invalid_arguments");
    if (order.status !== "processing") return fail("not_changeable");
    order.address = given.address ?? order.address;
    return { ok: true };
  }),
  send_invoice: onOrder((order, _given, world) => {
    if (order.status === "processing" || order.status === "cancelled") return fail("no_invoice");
    order.invoiceSentTo = world.customers[order.customerId]?.email ?? null;
    return { ok: true };
  }),
  change_plan: onCustomer(changePlan),
  start_password_reset: onCustomer((customer, _given, world) => {
    world.accountActions[customer.id] = { ...world.accountActions[customer.id], passwordReset: "link_sent" };
    return { ok: true };
  }),
  export_data: onCustomer((customer, _given, world) => {
    if (world.accountActions[customer.id]?.dataExport === "started") return fail("too_soon");
    world.accountActions[customer.id] = { ...world.accountActions[customer.id], dataExport: "started" };
    return { ok: true };
  }),
  open_ticket: (world, given, customerId) => {
    const { queue = "", priority = "", summary = "" } = given;
    const isValid =
      queues.test(queue) && /^(low|normal|high|urgent)$/.test(priority) && isText(summary, 3, 600);
    if (!isValid) return fail("invalid_arguments");
    const ticket = `T-${Object.keys(world.tickets).length + 1}`;
    world.tickets[ticket] = { queue, priority, summary, customerId };
    return { ok: true, ticket };
  },
};

/** The tools of one conversation; keeps a record of every call. */
export class Toolbox {
  readonly calls: ToolCall[] = [];
  readonly world: World;
  readonly #names: ReadonlySet<ToolName>;
  readonly #customerId: string;
  readonly #span: SpanRunner;

  constructor(world: World, names: readonly ToolName[], customerId: string, span: SpanRunner) {
    this.world = world;
    this.#names = new Set(names);
    this.#customerId = customerId;
    this.#span = span;
  }

  call(name: ToolName, given: Arguments): Promise<Result> {
    return this.#span(`tool ${name}`, given, () => {
      const known = this.#names.has(name);
      const result = known ? handlers[name](this.world, given, this.#customerId) : fail("no_such_tool");
      this.calls.push({ name, arguments: given, result });
      return result;
    });
  }

  /** True when that call has happened and succeeded. */
  did(name: ToolName): boolean {
    return this.calls.some((call) => call.name === name && call.result.ok === true);
  }
}
