import { describe, expect, it } from "vitest";
import { budget } from "../../../src/pipeline/budget.ts";

/** Makes so many calls at a time until all are made or refused; says what was spent and how many were made at once. */
async function spend(
  limitUsd: number | undefined,
  spentBefore: number,
  costs: readonly (number | null | "fails")[],
  width: number,
) {
  const keeper = budget(limitUsd, spentBefore);
  let [spent, made, flying, most] = [spentBefore, 0, 0, 0];
  const refusals: string[] = [];
  const queue = [...costs];
  const worker = async () => {
    for (let cost = queue.shift(); cost !== undefined; cost = queue.shift()) {
      const refusal = await keeper.take("candidate");
      if (refusal !== null) {
        expect(refusal.kind).toBe("budget");
        refusals.push(refusal.message);
        continue;
      }
      made++;
      flying++;
      most = Math.max(most, flying);
      await new Promise((resolve) => setTimeout(resolve, 1));
      spent += typeof cost === "number" ? cost : 0;
      flying--;
      if (cost === "fails") keeper.unanswered("candidate");
      else keeper.answered("candidate", cost);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return { spent, made, refusals, most };
}

const equal = (n: number, cost: number) => Array<number>(n).fill(cost);

describe("a spend limit", () => {
  it("that is not set allows everything, at once", async () => {
    const { made, most } = await spend(undefined, 0, equal(20, 1), 8);
    expect([made, most]).toEqual([20, 8]);
  });

  it.each([1, 2, 8, 50])("is never passed by calls of equal cost, %d at a time", async (width) => {
    for (const [limit, cost] of [
      [1, 0.25],
      [1, 0.3],
      [10, 1],
      [0.5, 0.5],
    ] as const) {
      const { spent, made } = await spend(limit, 0, equal(60, cost), width);
      expect(spent).toBeLessThanOrEqual(limit);
      expect(made).toBe(Math.floor(limit / cost));
    }
  });

  it("lets the first call go alone, so that its cost is known before others follow", async () => {
    const keeper = budget(1, 0);
    expect(await keeper.take("candidate")).toBeNull();
    let second = "waits";
    const waiting = keeper.take("candidate").then((refusal) => {
      second = refusal === null ? "goes" : "is refused";
    });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(second).toBe("waits");
    keeper.answered("candidate", 0.4);
    await waiting;
    expect(second).toBe("goes");
  });

  it("counts calls in flight at the dearest cost so far", async () => {
    const keeper = budget(1, 0);
    await keeper.take("candidate");
    keeper.answered("candidate", 0.3);
    expect([await keeper.take("candidate"), await keeper.take("candidate")]).toEqual([null, null]);
    expect((await keeper.take("candidate"))?.kind).toBe("budget");
  });

  it("is passed by no more than what a call turned out dearer than every one before", async () => {
    const { spent } = await spend(1, 0, [0.1, 0.1, 0.5, 0.5, 0.5, 0.5], 1);
    expect(spent).toBeLessThanOrEqual(1.4);
  });

  it("cannot be kept when the target does not say what a call costs: nothing more is allowed", async () => {
    const { made, refusals } = await spend(1, 0, [null, ...equal(9, 0)], 4);
    expect(made).toBe(1);
    expect(refusals).toHaveLength(9);
    expect(refusals[0]).toContain("reports no cost");
    expect(refusals[0]).toContain("give the target `prices`, or run without `maximumCostUsd`");
  });

  it("counts what an earlier part of the run has spent", async () => {
    const { spent, made } = await spend(1, 0.5, equal(20, 0.25), 4);
    expect([spent, made]).toEqual([1, 2]);
    expect((await spend(1, 1.2, equal(5, 0.25), 1)).made).toBe(0);
  });

  it("says the limit in its refusal, and that a later run may go on", async () => {
    const refusal = await budget(2.5, 3).take("candidate");
    expect(refusal).toEqual({
      kind: "budget",
      message: "the spend limit of 2.5 USD is reached",
      retryable: true,
    });
  });

  // Guarded against: with all of it spent the cost of a call is unknown again and counts 0, so each resumption makes one more call.
  it("that is spent to the cent allows no call on resumption", async () => {
    expect((await spend(1, 1, equal(5, 0.25), 1)).made).toBe(0);
  });

  // Guarded against: a failed first call settles at 0, which counts as the known cost: all others go at once, at a price nobody knows.
  it("is kept when the first call fails, which says nothing of the cost of others", async () => {
    const { spent } = await spend(1, 0, ["fails", ...equal(20, 0.5)], 8);
    expect(spent).toBeLessThanOrEqual(1);
  });

  it("counts what a call cost that was answered in part, and that the next one may cost as much", async () => {
    const keeper = budget(1, 0);
    await keeper.take("candidate");
    keeper.unanswered("candidate", 0.6);
    expect((await keeper.take("candidate"))?.kind).toBe("budget");
    expect(await budget(1.2, 0.6).take("candidate")).toBeNull();
  });

  // Guarded against: after a cost that is no number the sum is NaN, and no comparison with NaN refuses anything.
  it("is kept when a target reports a cost that is no number", async () => {
    const { made } = await spend(1, 0, [Number.NaN, ...equal(20, 0.5)], 1);
    expect(made).toBeLessThanOrEqual(3);
  });

  // Guarded against: one answer of a cheap release lets as many calls of a dear one go at once as fit at the price of the cheap one.
  it("is kept where one release, or a judge, is dearer than the other", async () => {
    const price = { baseline: 1 / 1024, candidate: 0.5, judge: 0.25 };
    const keeper = budget(2, 0);
    let spent = 0;
    const payees = Object.keys(price) as (keyof typeof price)[];
    const calls = Array.from({ length: 300 }, (_, index) => payees[index % 3]!);
    await Promise.all(
      calls.map(async (payee) => {
        if ((await keeper.take(payee)) !== null) return;
        await new Promise((resolve) => setTimeout(resolve, 1));
        spent += price[payee];
        keeper.answered(payee, price[payee]);
      }),
    );
    expect(spent).toBeGreaterThan(1);
    expect(spent).toBeLessThanOrEqual(2);
  });
});
