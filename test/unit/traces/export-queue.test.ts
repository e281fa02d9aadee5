import { describe, expect, it } from "vitest";
import { type Delivery, exportQueue } from "../../../src/traces/emit/export-queue.ts";

const limits = {
  batchSize: 10,
  inFlight: 2,
  capacity: 50,
  lingerMs: 20,
  patienceMs: 100,
  stalledPatienceMs: 50,
  closeMs: 400,
};
const numbers = (n: number) => Array.from({ length: n }, (_, index) => index);
const never = () => new Promise<Delivery>(() => {});
const taken = (batch: readonly number[]): Delivery => ({ acknowledged: batch.length, error: null });
const refused = { acknowledged: 0, error: "refused" };

async function elapsed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

describe("a queue of exports", () => {
  it("keeps the order within batches, none larger than the limit", async () => {
    const batches: number[][] = [];
    const queue = exportQueue<number>(async (batch) => {
      batches.push([...batch]);
      return taken(batch);
    }, limits);
    await queue.add(numbers(35));
    await queue.close();
    expect(batches.map(({ length }) => length)).toEqual([10, 10, 10, 5]);
    expect(batches.flat()).toEqual(numbers(35));
    expect(queue.counts()).toEqual({ added: 35, acknowledged: 35, lastError: null });
  });

  it("lets who adds wait until there is room", async () => {
    const answers: (() => void)[] = [];
    const queue = exportQueue<number>(
      (batch) => new Promise((done) => answers.push(() => done(taken(batch)))),
      limits,
    );
    await queue.add(numbers(29));
    let isTaken = false;
    const added = queue.add([29]).then(() => {
      isTaken = true;
    });
    await new Promise((done) => setTimeout(done, 20));
    expect([answers.length, isTaken]).toEqual([2, false]);
    answers[0]!();
    await added;
    expect(answers).toHaveLength(3);
    for (const answer of answers) answer();
    await queue.close();
    expect(queue.counts().acknowledged).toBe(30);
  });

  it("waits no longer than its patience for an other side that is silent, and not again after that", async () => {
    const queue = exportQueue<number>(never, limits);
    expect(await elapsed(() => queue.add(numbers(30)))).toBeGreaterThan(90);
    expect(await elapsed(() => queue.add(numbers(30)))).toBeLessThan(50);
    const time = await elapsed(() => queue.close());
    expect(time).toBeGreaterThan(40);
    expect(time).toBeLessThan(90);
    expect(queue.counts()).toEqual({
      added: 60,
      acknowledged: 0,
      lastError: "no acknowledgement within 0.1 s",
    });
  });

  it("keeps no more than its capacity for an other side that refuses, and goes on when it takes again", async () => {
    let isUp = false;
    const queue = exportQueue<number>(async (batch) => {
      await new Promise((done) => setTimeout(done, 30));
      return isUp ? taken(batch) : refused;
    }, limits);
    await queue.add(numbers(30));
    for (let index = 0; index < 20; index++) await queue.add(numbers(10));
    isUp = true;
    await queue.close();
    const { added, acknowledged, lastError } = queue.counts();
    expect(added).toBe(230);
    // Nothing is slowed down, so that little more than what is kept and what flies arrives.
    expect(acknowledged).toBeGreaterThanOrEqual(50);
    expect(acknowledged).toBeLessThanOrEqual(100);
    expect(lastError).toBe("refused");
  });

  it("closes within its time while acknowledgements come too slowly", async () => {
    const queue = exportQueue<number>(async (batch) => {
      await new Promise((done) => setTimeout(done, 80));
      return taken(batch);
    }, limits);
    void queue.add(numbers(500));
    const time = await elapsed(() => queue.close());
    expect(time).toBeGreaterThan(350);
    expect(time).toBeLessThan(700);
    const { acknowledged } = queue.counts();
    expect(acknowledged).toBeGreaterThan(0);
    expect(acknowledged).toBeLessThan(500);
  });

  it("counts a delivery that throws", async () => {
    const queue = exportQueue<number>(async () => {
      throw new Error("broke");
    }, limits);
    await queue.add(numbers(3));
    await queue.close();
    expect(queue.counts()).toEqual({ added: 3, acknowledged: 0, lastError: "Error: broke" });
  });
});
