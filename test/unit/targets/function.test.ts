import { describe, expect, it } from "vitest";
import { TargetError } from "../../../src/core/errors.ts";
import type { TargetResponse } from "../../../src/core/extensions.ts";
import { functionTarget } from "../../../src/targets/index.ts";
import { context, evalsErrorOf, request, targetErrorOf } from "./support.ts";

const answering = (answer: unknown) =>
  functionTarget({ name: "agent", call: () => answer as TargetResponse | string });

const silent = () => "";

describe("functionTarget", () => {
  it("hands request and context to the function and takes a text as the answer", async () => {
    const seen: unknown[] = [];
    const target = functionTarget({
      name: "agent",
      components: { model: "rules-1" },
      call: (...given) => {
        seen.push(...given);
        return "Hello.";
      },
    });
    const asked = request();
    const during = context();
    expect(await target.call(asked, during)).toEqual({ text: "Hello." });
    expect(seen).toEqual([asked, during]);
    expect(target).toMatchObject({ name: "agent", components: { model: "rules-1" } });
    expect(functionTarget({ name: "agent", call: () => "" }).components).toEqual({});
  });

  it("takes a whole response and leaves out what is undefined", async () => {
    const response = {
      text: "",
      toolCalls: [{ name: "refund", arguments: { amount: 3 }, result: null }],
      context: [{ id: "a", text: "b" }],
      state: { refunded: true },
      refused: false,
      finishReason: "stop",
      usage: { inputTokens: 3, costUsd: null },
      latencyMs: 12.5,
    };
    const answer = await answering({ ...response, served: undefined }).call(request(), context());
    expect(answer).toEqual(response);
    expect(answer).not.toHaveProperty("served");
  });

  it.each([
    [undefined, "expected object"],
    [null, "expected object"],
    [42, "expected object"],
    [["x"], "expected object"],
    [{}, "`text`: expected string"],
    [{ text: null }, "`text`: expected string"],
    [{ text: "x", toolCalls: {} }, "`toolCalls`: expected array"],
    [{ text: "x", toolCalls: [{ arguments: {} }] }, "`toolCalls[0].name`"],
    [{ text: "x", toolCalls: [{ name: "a" }] }, "`toolCalls[0].arguments`"],
    [{ text: "x", toolCalls: [{ name: "a", arguments: { when: new Date(0) } }] }, "`toolCalls[0].arguments"],
    [{ text: "x", toolcalls: [] }, 'unknown key "toolcalls", did you mean "toolCalls"?'],
    [{ text: "x", toolCalls: [{ name: "a", args: {} }] }, 'unknown key "args" in `toolCalls[0]`'],
    [{ text: "x", usage: { inputTokens: -1 } }, "`usage.inputTokens`"],
    [{ text: "x", state: { left: Number.NaN } }, "`state"],
    [{ text: "x", refused: "no" }, "`refused`: expected boolean"],
  ])("makes a failure of %j", async (answer, words) => {
    const error = await targetErrorOf(() => answering(answer).call(request(), context()));
    expect(error.failure).toMatchObject({ kind: "target", retryable: false });
    expect(error.message).toContain(words);
    expect(error.message).toContain('"agent"');
  });

  it("makes a failure of an answer that contains itself", async () => {
    const state: Record<string, unknown> = {};
    state.self = state;
    const error = await targetErrorOf(() => answering({ text: "x", state }).call(request(), context()));
    expect(error.failure).toMatchObject({ kind: "target", retryable: false });
  });

  it("lets through what the function throws, sync or async", async () => {
    const limited = new TargetError({ kind: "rate_limit", message: "slow down", retryable: true });
    const asyncly = functionTarget({ name: "a", call: (): Promise<string> => Promise.reject(limited) });
    await expect(asyncly.call(request(), context())).rejects.toBe(limited);
    const bug = new Error("bug");
    const syncly = functionTarget({
      name: "a",
      call: (): string => {
        throw bug;
      },
    });
    await expect(syncly.call(request(), context())).rejects.toBe(bug);
  });

  it.each([
    [{ name: "a" }, "`call`: expected a function"],
    [{ name: "", call: silent }, "`name`"],
    [{ name: "a", call: silent, component: {} }, 'unknown key "component", did you mean "components"?'],
  ])("refuses the options %j", async (options, words) => {
    const error = await evalsErrorOf(() => functionTarget(options as never));
    expect(error.code).toBe("TARGET_INVALID");
    expect(error.message).toContain(words);
  });
});
