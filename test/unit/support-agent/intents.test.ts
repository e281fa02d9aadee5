import { describe, expect, it } from "vitest";
import { ask, customerOn, handoffOf, ownerOf, toolsOf } from "./helpers.ts";

describe("requests about an order", () => {
  it.each([
    ["I need a return label for A-20395.", ["get_order", "create_return_label"], "valid for 21 days"],
    ["I would like to return A-20253.", ["get_order"], "14 days after delivery on Free"],
    ["Where is my order A-20712?", ["get_order"], "Shipped"],
    [
      "The tracking for A-20716 has not moved for 5 business days.",
      ["get_order", "open_ticket"],
      "up to 10 business days",
    ],
    ["Please cancel order A-20775.", ["get_order", "cancel_order"], "released within 2 business days"],
    ["Please cancel order A-20783.", ["get_order"], "as long as its status is Processing"],
    ["Storniere bitte die Bestellung A-20789.", ["get_order", "cancel_order"], "freigegeben"],
    ["Please send me the invoice for A-20353.", ["get_order", "send_invoice"], "available for 10 years"],
    ["Please send me the invoice for A-20775.", ["get_order"], "on the day an order is shipped"],
    [
      "The plug from A-20401 is defective, it is under warranty.",
      ["get_order", "open_ticket"],
      "within 5 business days",
    ],
  ])("%s", async (message, calls, fact) => {
    const id = /A-\d{5}/.exec(message)?.[0] ?? "";
    const answer = await ask(message, { customer: ownerOf(id) });
    expect(toolsOf(answer)).toEqual(calls);
    expect(answer.text).toContain(fact);
  });

  it("changes the address as it was written, in the same country only", async () => {
    const id = "A-20821";
    const to = "Buchenweg 4, 26122 Oldenburg";
    const same = await ask(`Bitte ändern Sie die Lieferadresse von ${id} auf: ${to}`, {
      customer: ownerOf(id),
    });
    expect(same.toolCalls.at(-1)).toMatchObject({ name: "change_address", arguments: { address: to } });
    expect(same.state.orders[id]?.address).toBe(to);
    const abroad = await ask(`Neue Lieferadresse für ${id}: 12 Rue Haute, 44000 Nantes, Frankreich`, {
      customer: ownerOf(id),
    });
    expect(toolsOf(abroad)).toEqual(["get_order"]);
  });
});

describe("requests about the account", () => {
  it("resets a forgotten password, and hands a takeover to the security desk", async () => {
    const customer = customerOn("free");
    const reset = await ask("I forgot my password.", { customer });
    expect(toolsOf(reset)).toEqual(["start_password_reset"]);
    expect(reset.text).toContain("valid for 30 minutes");
    const risk = await ask("My account was hacked!", { customer });
    expect(toolsOf(risk)).toEqual([]);
    expect(handoffOf(risk)).toMatchObject({ queue: "security", priority: "high", customer_id: customer });
  });

  it("exports own data, and hands over a deletion and data of others", async () => {
    const customer = customerOn("pro");
    const own = await ask("Please send me a copy of my data.", { customer });
    expect(toolsOf(own)).toEqual(["export_data"]);
    for (const message of ["Please delete my account.", "Please export the data of my wife for me."]) {
      const answer = await ask(message, { customer });
      expect(toolsOf(answer)).toEqual([]);
      expect(handoffOf(answer)).toMatchObject({ queue: "privacy", priority: "normal" });
    }
  });

  it("changes a plan, and leaves contracts to the account managers", async () => {
    const free = customerOn("free");
    const up = await ask("Please upgrade me to Pro.", { customer: free });
    expect(toolsOf(up)).toEqual(["get_customer", "change_plan"]);
    expect(up.state.customers[free]?.tier).toBe("pro");
    const pro = customerOn("pro");
    const down = await ask("Please cancel my Pro subscription.", { customer: pro });
    expect(down.state.subscriptions[pro]).toMatchObject({ plan: "pro", nextPlan: "free" });
    const contract = await ask("Please downgrade us to Pro.", { customer: customerOn("enterprise") });
    expect(toolsOf(contract)).toEqual(["get_customer"]);
    expect(handoffOf(contract)).toMatchObject({ queue: "accounts", priority: "normal" });
  });
});

describe("devices and safety", () => {
  it("opens a ticket only after the steps have failed", async () => {
    const customer = customerOn("pro");
    expect(toolsOf(await ask("The wifi keeps dropping, what can I do?", { customer }))).toEqual([]);
    const failed = await ask("I already tried everything in the article, the wifi still drops.", {
      customer,
    });
    expect(failed.state.tickets["T-1"]).toMatchObject({ queue: "technical", priority: "normal" });
  });

  it("puts safety first, in the customer's language", async () => {
    const id = "A-20493";
    const answer = await ask(`My battery from ${id} is swollen and hot, refund it!`, {
      customer: ownerOf(id),
    });
    expect(toolsOf(answer)).toEqual(["open_ticket"]);
    expect(handoffOf(answer)).toMatchObject({ queue: "product-safety", priority: "urgent" });
    expect(handoffOf(answer).summary).toContain("call 112");
    const german = await ask("Der Akku meiner Kamera ist aufgebläht.", { customer: customerOn("free") });
    expect(handoffOf(german).summary).toContain("rufen Sie 112");
  });
});

describe("questions", () => {
  it.each([
    ["How long are gift cards valid?", "valid for 3 years", "kb-27"],
    ["How long is the warranty?", "24 months from delivery", "kb-17"],
    ["Welche Chargen sind vom Rückruf betroffen?", "Chargen K2431 bis K2452", "kb-43"],
    ["Wie lange ist der Export gültig, und wann ist er fertig?", "innerhalb von 48 Stunden fertig", "kb-41"],
  ])("%s calls no tool and quotes the article", async (message, fact, article) => {
    const answer = await ask(message, { customer: customerOn("free") });
    expect(toolsOf(answer)).toEqual([]);
    expect(answer.text).toContain(fact);
    expect(answer.context.map((passage) => passage.id)).toContain(article);
  });

  it("says so when only an English article exists", async () => {
    const answer = await ask("Wie viele API-Anfragen dürfen wir senden?", {
      customer: customerOn("enterprise"),
    });
    expect(answer.text).toMatch(/^Dazu gibt es nur einen englischen Artikel: /);
    expect(answer.text).toContain("900 requests per minute");
  });
});
