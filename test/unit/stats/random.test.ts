import { describe, expect, test } from "vitest";
import { seededRandom, xoshiro128 } from "../../../src/stats/random.ts";

describe("xoshiro128**", () => {
  test("gives the stream of the generator's definition, computed apart in C with 32-bit integers", () => {
    const next = xoshiro128([1, 2, 3, 4]);
    expect(Array.from({ length: 10 }, next)).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ]);
  });

  test("refuses the state from which it cannot move", () => {
    expect(() => xoshiro128([0, 0, 0, 0])).toThrow(/state must not be all zero/);
  });
});

describe("seededRandom", () => {
  const stream = (seed: string | number) => {
    const random = seededRandom(seed);
    return Array.from({ length: 8 }, () => random.uint32());
  };

  test("repeats itself for one seed and differs between seeds", () => {
    expect(stream("a")).toEqual(stream("a"));
    expect(stream(7)).toEqual(stream("7"));
    const seeds = ["", "a", "b", "ab", "ba", "aa", 0, 1, 2, -1, 0.5];
    expect(new Set(seeds.map((seed) => stream(seed).join())).size).toBe(seeds.length);
  });

  test("has a stream that a later version must not change", () => {
    expect(stream("gatewright")).toMatchInlineSnapshot(`
      [
        1249139219,
        3353741519,
        3982055940,
        3677479719,
        14422846,
        2641909774,
        2333545760,
        441521712,
      ]
    `);
  });

  test("fills [0, 1) evenly", () => {
    const random = seededRandom("uniform");
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 20_000; i++) {
      const value = random.uniform();
      expect(value >= 0 && value < 1).toBe(true);
      counts[Math.floor(value * 10)]! += 1;
    }
    const chiSquare = counts.reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0);
    expect(chiSquare).toBeLessThan(27.9); // 0.999 quantile of chi-square on 9 degrees of freedom
  });

  test("draws every integer below a limit", () => {
    const random = seededRandom(1);
    const draws = new Set(Array.from({ length: 200 }, () => random.below(6)));
    expect([...draws].sort()).toEqual([0, 1, 2, 3, 4, 5]);
    expect(random.below(1)).toBe(0);
    expect(random.below(2 ** 32)).toBeGreaterThanOrEqual(0);
  });

  test("names a bad argument", () => {
    expect(() => seededRandom(Number.NaN)).toThrow(/seed must be a finite number, got NaN/);
    expect(() => seededRandom(1).below(0)).toThrow(/limit must be an integer of at least 1, got 0/);
    expect(() => seededRandom(1).below(2 ** 33)).toThrow(/limit must be at most 2\^32/);
  });
});
