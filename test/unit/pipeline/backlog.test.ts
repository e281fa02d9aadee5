import { describe, expect, it } from "vitest";
import { backlog } from "../../../src/pipeline/backlog.ts";

const gate = () => {
  let open: () => void = () => {};
  const promise = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { promise, open };
};

describe("a backlog", () => {
  it("lets its adder go on while work is under way, and holds it back when there is too much", async () => {
    const work = backlog(2);
    const first = gate();
    await work.add(() => first.promise);
    let isThrough = false;
    const second = work
      .add(() => first.promise)
      .then(() => {
        isThrough = true;
      });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(isThrough).toBe(false);
    first.open();
    await second;
    await work.done();
    expect(isThrough).toBe(true);
  });

  it("is done when all work is, and not before", async () => {
    const work = backlog(10);
    const ended: number[] = [];
    for (let i = 0; i < 5; i++) {
      await work.add(async () => {
        await new Promise((resolve) => setTimeout(resolve, 5 * (5 - i)));
        ended.push(i);
      });
    }
    await work.done();
    expect(ended.sort()).toEqual([0, 1, 2, 3, 4]);
  });

  it("hands on the first error, to its adder or at the end, and never as an unhandled one", async () => {
    const work = backlog(3);
    await work.add(() => Promise.reject(new Error("the disk is full")));
    await expect(work.done()).rejects.toThrow("the disk is full");
    await expect(work.add(async () => {})).rejects.toThrow("the disk is full");
  });
});
