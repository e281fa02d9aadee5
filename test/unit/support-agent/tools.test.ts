import { describe, expect, it } from "vitest";
import { type ToolName, toolNames } from "../../../evals/support-agent/config.ts";
import { freshWorld, Toolbox } from "../../../evals/support-agent/tools.ts";

const toolbox = (names: readonly ToolName[] = toolNames) =>
  new Toolbox(freshWorld(), names, "C-1042", async (_name, _attributes, work) => work());

describe("tools refuse by status", () => {
  it.each([
    ["get_order", { order_id: "A-00000" }, "not_found"],
    ["get_customer", { customer_id: "C-0000" }, "not_found"],
    ["refund_order", { order_id: "A-20743", reason: "test" }, "not_refundable"],
    ["request_refund_approval", { order_id: "A-20771", reason: "test" }, "not_refundable"],
    ["create_return_label", { order_id: "A-20743" }, "not_returnable"],
    ["cancel_order", { order_id: "A-20743" }, "not_cancellable"],
    ["change_address", { order_id: "A-20743", address: "12 Mill Lane, Galway" }, "not_changeable"],
    ["send_invoice", { order_id: "A-20771" }, "no_invoice"],
    ["change_plan", { customer_id: "C-1053", plan: "pro" }, "contract"],
    ["change_plan", { customer_id: "C-1042", plan: "free" }, "no_change"],
  ] as const)("%s %o: %s", async (name, given, error) => {
    const tools = toolbox();
    const before = structuredClone(tools.world);
    expect(await tools.call(name, given)).toEqual({ ok: false, error });
    expect(tools.world).toEqual(before);
    expect(tools.did(name)).toBe(false);
  });

  it("refuses a second approval request and a second export", async () => {
    const tools = toolbox();
    const order = { order_id: "A-20493", reason: "too small" };
    expect((await tools.call("request_refund_approval", order)).ok).toBe(true);
    expect((await tools.call("request_refund_approval", order)).error).toBe("already_requested");
    expect((await tools.call("export_data", { customer_id: "C-1042" })).ok).toBe(true);
    expect((await tools.call("export_data", { customer_id: "C-1042" })).error).toBe("too_soon");
  });
});

describe("tools change the state", () => {
  it("of an order", async () => {
    const tools = toolbox();
    const { orders, customers } = tools.world;
    await tools.call("refund_order", { order_id: "A-20353", reason: "not needed" });
    expect(orders["A-20353"]).toMatchObject({ status: "refunded", refundReason: "not needed" });
    await tools.call("create_return_label", { order_id: "A-20493" });
    expect(orders["A-20493"]?.returnLabel).toBe("created");
    await tools.call("cancel_order", { order_id: "A-20771" });
    expect(orders["A-20771"]?.status).toBe("cancelled");
    await tools.call("send_invoice", { order_id: "A-20743" });
    const owner = customers[orders["A-20743"]?.customerId ?? ""];
    expect(orders["A-20743"]?.invoiceSentTo).toBe(owner?.email);
  });

  it("of an account, and numbers the tickets", async () => {
    const tools = toolbox();
    await tools.call("change_plan", { customer_id: "C-1045", plan: "free" });
    expect(tools.world.customers["C-1045"]?.tier).toBe("pro");
    expect(tools.world.subscriptions["C-1045"]).toMatchObject({ plan: "pro", nextPlan: "free" });
    await tools.call("start_password_reset", { customer_id: "C-1042" });
    expect(tools.world.accountActions["C-1042"]).toEqual({ passwordReset: "link_sent" });
    const ticket = { queue: "technical", priority: "normal", summary: "Wi-Fi drops" };
    expect((await tools.call("open_ticket", ticket)).ticket).toBe("T-1");
    expect((await tools.call("open_ticket", ticket)).ticket).toBe("T-2");
    expect(tools.world.tickets["T-2"]).toEqual({ ...ticket, customerId: "C-1042" });
    expect((await tools.call("open_ticket", { ...ticket, queue: "kitchen" })).ok).toBe(false);
  });

  it("of this conversation only", async () => {
    await toolbox().call("cancel_order", { order_id: "A-20771" });
    expect(freshWorld().orders["A-20771"]?.status).toBe("processing");
  });

  it("not when the configuration leaves a tool out", async () => {
    const tools = toolbox(["get_order"]);
    expect((await tools.call("cancel_order", { order_id: "A-20771" })).error).toBe("no_such_tool");
    expect(tools.world.orders["A-20771"]?.status).toBe("processing");
  });
});
