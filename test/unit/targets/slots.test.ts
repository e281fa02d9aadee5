import { describe, expect, it } from "vitest";
import { slotQueue } from "../../../src/targets/slots.ts";

const never = new AbortController().signal;

describe("slots", () => {
  it("are given to calls in their order", async () => {
    const queue = slotQueue(["one"]);
    const served: string[] = [];
    const use = async (name: string) => {
      const slot = await queue.take(never);
      served.push(name);
      queue.give(slot);
    };
    const first = await queue.take(never);
    const waiting = ["a", "b", "c"].map(use);
    queue.give(first);
    await Promise.all(waiting);
    expect(served).toEqual(["a", "b", "c"]);
  });

  it("are not kept by a call that was aborted while it waited", async () => {
    const queue = slotQueue(["one"]);
    const slot = await queue.take(never);
    const controller = new AbortController();
    const aborted = queue.take(controller.signal);
    const next = queue.take(never);
    controller.abort(new Error("too late"));
    await expect(aborted).rejects.toThrow("too late");
    queue.give(slot);
    expect(await next).toBe("one");
  });

  it("are not given to a call that was aborted before", async () => {
    const queue = slotQueue(["one"]);
    await expect(queue.take(AbortSignal.abort(new Error("no")))).rejects.toThrow("no");
    expect(await queue.take(never)).toBe("one");
  });
});
