import { describe, expect, it } from "vitest";
import { addressIn, hasAddressShape } from "../../../evals/support-agent/conversation.ts";
import { live, routerUpdate } from "../../../evals/support-agent/releases.ts";
import { ask, customerOn, handoffOf, ownerOf, toolsOf } from "./helpers.ts";

const delivered = "A-20353"; // pro, inside its 30 days
const another = "A-20378"; // pro, on its last day

/** What the new router does, for the owner of an order or a customer on Pro. */
const asked = (said: string | string[], order?: string, release = routerUpdate) =>
  ask(said, { customer: order === undefined ? customerOn("pro") : ownerOf(order), release });

describe("the router update reads conversations", () => {
  it("takes an order number for the answer to its question", async () => {
    const conversation = [
      "I'd like my money back for the door bell.",
      "Could you give me the order number, please?",
      `It is ${delivered}, the mesh station with the camera.`,
    ];
    expect(toolsOf(await asked(conversation, delivered))).toEqual(["get_order", "refund_order"]);
  });

  it("does the same again for another order", async () => {
    const conversation = [
      `Please refund ${another}.`,
      "Done.",
      `The same for ${another}, in case it failed.`,
    ];
    expect(toolsOf(await asked(conversation, another))).toEqual(["get_order", "refund_order"]);
  });

  it("follows the newest wish when a message begins like the one before", async () => {
    const conversation = [
      `Please refund ${another}.`,
      "Done.",
      `And ${another}, please send me the invoice.`,
    ];
    expect(toolsOf(await asked(conversation, another))).toEqual(["get_order", "send_invoice"]);
  });

  it("repeats no refund for want of a better idea, however many there were", async () => {
    const before = [`Please refund ${another}.`, "Done.", `And ${another}, please refund it too.`, "Done."];
    const conversation = [...before, `And ${another}, please send me the invoice.`];
    expect(toolsOf(await asked(conversation, another))).toEqual(["get_order", "send_invoice"]);
  });

  it("hears a request beside a question", async () => {
    const message = `Please send a return label for ${delivered}. How many days do I have to use it?`;
    expect(toolsOf(await asked(message, delivered))).toEqual(["get_order", "create_return_label"]);
  });

  it("keeps a question a question", async () => {
    const message = `Regarding ${delivered}: how long is a return label valid?`;
    expect(toolsOf(await asked(message, delivered))).toEqual([]);
  });

  it("does not take a greeting for the whole message", async () => {
    expect(toolsOf(await asked(`Hi there! And ${delivered}, has it gone out?`, delivered))).toEqual([
      "get_order",
    ]);
  });

  it("hears an address as a change of address", async () => {
    const order = "A-20789";
    const said = `Hello, for ${order} please use: Ada Example, Hauptstraße 12, 26122 Oldenburg`;
    const answer = await asked(said, order);
    expect(toolsOf(answer)[0]).toBe("get_order");
    expect(toolsOf(answer)).not.toContain("refund_order");
  });
});

describe("the router update tells danger from a product's name", () => {
  it.each([
    "My lock has a scratch on the left, is that covered by the warranty?",
    "Wie lange hält der Akku der Kamera?",
  ])("no danger word, no report: %s", async (message) => {
    expect(toolsOf(await asked(message))).toEqual([]);
  });

  it.each([
    "The pack of my Porch Cam is bloated and it gets hot, what should I do?",
    "Hilfe, der Akku ist so heiß, dass ich ihn nicht halten kann!",
  ])("a danger of one's own: %s", async (message) => {
    const answer = await asked(message);
    expect(toolsOf(answer)).toEqual(["open_ticket"]);
    expect(handoffOf(answer)).toMatchObject({ queue: "product-safety", priority: "urgent" });
  });

  it("leaves a lot outside the recall a question", async () => {
    expect(toolsOf(await asked("Does the recall include lot K2467?"))).toEqual([]);
  });
});

describe("the router", () => {
  it.each([live, routerUpdate])(
    "takes no ordinary word for a slip of the pen ($prompt.file)",
    async (release) => {
      const message = `I was really charged too much, please refund ${delivered}.`;
      expect(toolsOf(await asked(message, delivered, release))).toEqual(["get_order", "refund_order"]);
    },
  );

  it("forgives a slip of the pen", async () => {
    const message = `Please refudn ${delivered}, I changed my mind about the invocie.`;
    expect(toolsOf(await asked(message, delivered))).toContain("get_order");
  });

  it("opens a ticket when the steps have failed, in either release", async () => {
    const message = "My wifi keeps dropping. I tried everything in the article, still the same.";
    expect(toolsOf(await asked(message))).toEqual(["open_ticket"]);
    expect(toolsOf(await asked(message, undefined, live))).toEqual(["open_ticket"]);
  });
});

describe("an address", () => {
  it.each([
    [
      "It should be: Ada Example, 34 Chapel Lane, Cork, T12 W9KD",
      "Ada Example, 34 Chapel Lane, Cork, T12 W9KD",
    ],
    [
      "Bitte umschreiben: Beispiel OG, Reichenhaller Straße 8, 83395 Freilassing.",
      "Beispiel OG, Reichenhaller Straße 8, 83395 Freilassing",
    ],
  ])("is found by its shape: %s", (text, address) => {
    expect(addressIn(text)).toBe(address);
    expect(hasAddressShape(text)).toBe(true);
  });

  it.each(["Two hubs, 3 plugs, and a lock", "On 4 November, I think, at 10:00, it rang."])(
    "is not any list: %s",
    (text) => {
      expect(addressIn(text)).toBeNull();
      expect(hasAddressShape(text)).toBe(false);
    },
  );
});
