import { describe, expect, it } from "vitest";
import { createSupportAgent } from "../../../evals/support-agent/agent.ts";
import type { SupportAgentConfig } from "../../../evals/support-agent/config.ts";
import { falseClaims, guard } from "../../../evals/support-agent/guardrail.ts";
import { knowledgeIndex } from "../../../evals/support-agent/knowledge.ts";
import { forgottenTemperature, harmless, live } from "../../../evals/support-agent/releases.ts";
import { freshWorld, Toolbox } from "../../../evals/support-agent/tools.ts";
import { ask, customerOn, ownerOf, toolsOf } from "./helpers.ts";

const toolbox = (customer: string) =>
  new Toolbox(freshWorld(), live.tools.names, customer, async (_name, _attributes, work) => work());

describe("the index version", () => {
  const old: SupportAgentConfig = { ...live, retriever: { ...live.retriever, index: "2026-09" } };

  it.each([
    ["What does Pro cost per month?", "€7.90 per month or €79 per year", "€8.90 per month or €89 per year"],
    [
      "From which amount is shipping free? I mean free shipping.",
      "orders of €59 or more",
      "orders of €79 or more",
    ],
    ["Which firmware version is current?", "is 4.6.2", "is 4.7.1"],
    ["Welche Chargen sind vom Rückruf betroffen?", "Chargen K2431 bis K2438", "Chargen K2431 bis K2452"],
  ])("decides the facts: %s", async (message, before, now) => {
    const customer = customerOn("free");
    expect((await ask(message, { customer, release: old })).text).toContain(before);
    expect((await ask(message, { customer })).text).toContain(now);
  });

  it("has 43 articles in 2026-09 and 44 in 2026-11", () => {
    const articles = (index: "2026-09" | "2026-11") =>
      new Set([...knowledgeIndex({ index, chunkWords: 70 }).chunks.values()].map((chunk) => chunk.article));
    expect(articles("2026-09").size).toBe(43);
    expect(articles("2026-11").size).toBe(44);
    expect(articles("2026-09").has("kb-29")).toBe(false);
  });

  it("quotes sentences word for word", async () => {
    const answer = await ask("How long are gift cards valid?", { customer: customerOn("pro") });
    const text = [...knowledgeIndex(live.retriever).chunks.values()].map((chunk) => chunk.text).join("\n");
    for (const sentence of answer.text.split(/(?<=[.!?]) (?=[A-Z])/)) expect(text).toContain(sentence);
  });
});

describe("the guardrail", () => {
  it("knows a claim about an action that did not happen", async () => {
    const id = "A-20353";
    const tools = toolbox(ownerOf(id));
    const claim = `Order ${id} has been refunded.`;
    expect(falseClaims(claim, tools)).toEqual(["refund_order"]);
    await tools.call("refund_order", { order_id: id, reason: "not needed" });
    expect(falseClaims(claim, tools)).toEqual([]);
  });

  it("removes a false claim and hands off another customer's order", () => {
    const index = knowledgeIndex(live.retriever);
    const draft = (line: string) => ({
      lines: [line],
      quotes: [],
      question: [],
      translated: [],
      isFreeAnswer: false,
    });
    const check = (line: string) => guard(draft(line), "C-1042", toolbox("C-1042"), index, live.guardrail);
    expect(check("Ticket T-1 has been opened.")).toEqual({ kind: "pass", lines: [] });
    expect(check("The status of order A-20353 is: Delivered.")).toEqual({
      kind: "handoff",
      orderId: "A-20353",
    });
  });

  it("keeps an answer back that has little to do with the question", async () => {
    const answer = await ask("Who won the football match yesterday?", { customer: customerOn("free") });
    expect(answer.refused).toBe(true);
    expect(answer.text).toContain("help@fennbruck.example");
  });

  it("never lets a refused tool be reported as done", async () => {
    const id = "A-20353";
    const names = live.tools.names.filter((name) => name !== "refund_order");
    const release = { ...live, tools: { ...live.tools, names } };
    const answer = await ask(`Please refund ${id}.`, { customer: ownerOf(id), release });
    expect(answer.text).not.toContain("has been refunded");
    expect(answer.state.orders[id]?.status).toBe("delivered");
  });
});

describe("the temperature", () => {
  const message = "How do refunds work, and what about a return label?";
  const customer = customerOn("free");
  const texts = async (release: SupportAgentConfig) => {
    const seeds = Array.from({ length: 12 }, (_, seed) => seed);
    return Promise.all(seeds.map(async (seed) => (await ask(message, { customer, release, seed })).text));
  };

  it("0 answers the same for every seed", async () => {
    expect(new Set(await texts(harmless)).size).toBe(1);
  });

  it("0.7 answers by seed, and the same for the same seed", async () => {
    const first = await texts(forgottenTemperature);
    expect(new Set(first).size).toBeGreaterThan(1);
    expect(await texts(forgottenTemperature)).toEqual(first);
  });

  it("is the only difference between the two candidates", () => {
    expect({ ...forgottenTemperature, decoding: harmless.decoding }).toEqual(harmless);
    expect(live.decoding.temperature).toBe(0);
  });
});

describe("the agent", () => {
  it("refuses a configuration that cannot work", () => {
    expect(() => createSupportAgent({ ...live, retriever: { ...live.retriever, topK: 0 } })).toThrow("topK");
    expect(() => createSupportAgent({ ...live, today: "today" })).toThrow("today");
  });

  it("reports its steps and its tool calls as spans", async () => {
    const names: string[] = [];
    const id = "A-20775";
    const answer = await createSupportAgent(live)(
      { messages: [{ role: "user", content: `Please cancel order ${id}.` }], customerId: ownerOf(id) },
      {
        seed: 1,
        span: async (name, _attributes, work) => {
          names.push(name);
          return work();
        },
      },
    );
    expect(names).toEqual(["route", "decide", "tool get_order", "tool cancel_order", "retrieve", "answer"]);
    expect(toolsOf(answer)).toEqual(["get_order", "cancel_order"]);
  });
});
