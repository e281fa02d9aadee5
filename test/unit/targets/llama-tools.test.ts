import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { callFormatOf, parseCalls } from "../../../src/targets/llama-tools.ts";

// How Qwen 2.5 and Hermes write calls: the chat template of Qwen2.5-7B-Instruct.
const hermes = callFormatOf('<tool_call>\n{"name": "{{name}}", "arguments": {{arguments}}}\n</tool_call>');
// How Mistral 7B v0.3 does: a list of objects after a sign.
const bare = callFormatOf("[[call: {{name}}({{arguments}})]]");

const one = '<tool_call>\n{"name": "refund", "arguments": {"order": "A-1", "note": "} \\" ]"}}\n</tool_call>';
const refund = { name: "refund", arguments: { order: "A-1", note: '} " ]' } };

describe("tool calls in an answer", () => {
  it("are taken out of it with their arguments as JSON", () => {
    expect(parseCalls(one, hermes)).toEqual({ text: "", calls: [refund] });
  });

  it("leave the text around them", () => {
    expect(parseCalls(`I look it up.\n${one}\nOne moment.`, hermes)).toEqual({
      text: "I look it up.\n\nOne moment.",
      calls: [refund],
    });
  });

  it("may be several", () => {
    const { calls, text } = parseCalls(`${one}\n${one}`, hermes);
    expect(calls).toEqual([refund, refund]);
    expect(text).toBe("");
  });

  it("are found with other white space than the template has", () => {
    const tight = '<tool_call>{"name":"refund","arguments":{"order":"A-1"}}</tool_call>';
    expect(parseCalls(tight, hermes)).toEqual({
      text: "",
      calls: [{ name: "refund", arguments: { order: "A-1" } }],
    });
  });

  it("are found in other formats", () => {
    expect(parseCalls('[[call: refund({"order": "A-1"})]]', bare)).toEqual({
      text: "",
      calls: [{ name: "refund", arguments: { order: "A-1" } }],
    });
  });

  it("keep arguments that are no JSON as text", () => {
    const broken = one.replace('"A-1"', "A-1");
    const { calls } = parseCalls(broken, hermes);
    expect(calls).toEqual([{ name: "refund", arguments: '{"order": A-1, "note": "} \\" ]"}' }]);
  });

  it("keep the text of arguments that reading them as JSON changes, as every target does", () => {
    const { calls } = parseCalls(one.replace('"A-1"', "5.0"), hermes);
    expect(calls).toEqual([
      {
        name: "refund",
        arguments: { order: 5, note: '} " ]' },
        argumentsText: '{"order": 5.0, "note": "} \\" ]"}',
      },
    ]);
  });

  it("keep what a cut answer has of its arguments", () => {
    const { calls } = parseCalls(one.slice(0, one.indexOf("A-1") + 2), hermes);
    expect(calls).toEqual([{ name: "refund", arguments: '{"order": "A-' }]);
  });

  it("are none in a plain answer, which stays as it is", () => {
    const answer = " Which order is it? Not {this} one. ";
    expect(parseCalls(answer, hermes)).toEqual({ text: answer, calls: [] });
  });

  it("keep prototype keys as plain members", () => {
    const { calls } = parseCalls(one.replace('"order"', '"__proto__"'), hermes);
    expect(Object.keys(calls[0]?.arguments as object)).toEqual(["__proto__", "note"]);
  });

  it("never make it throw or run away, whatever was written", () => {
    const parts = fc.constantFrom(
      '<tool_call>\n{"name": "',
      '", "arguments": ',
      "{",
      "}",
      '"',
      "a",
      "\n</tool_call>",
      "\\",
      "[",
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 40 }), (written) => {
        const { calls } = parseCalls(written.join(""), hermes);
        expect(calls.length).toBeLessThanOrEqual(written.length);
      }),
    );
    const begun = '<tool_call>\n{"name": "'.repeat(20_000);
    expect(parseCalls(begun, hermes).calls).toEqual([]);
  });
});
