import { describe, expect, test } from "vitest";
import * as s from "../../../src/stats/index.ts";

const evenly = (looks: number) => Array.from({ length: looks }, (_, index) => (index + 1) / looks);
const upperTail = (z: number) => s.normalCdf(-z);

/** The share of Brownian paths that reach the boundary at any look: an account of its own, by drawing. */
function shareReached(boundaries: readonly number[], information: readonly number[], paths: number): number {
  const random = s.seededRandom("brownian paths").uniform;
  let reached = 0;
  for (let path = 0; path < paths; path++) {
    let [position, before] = [0, 0];
    for (const [look, boundary] of boundaries.entries()) {
      const step = information[look]! - before;
      before = information[look]!;
      position += Math.sqrt(step) * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
      if (position / Math.sqrt(before) < boundary) continue;
      reached++;
      break;
    }
  }
  return reached / paths;
}

describe("boundaries", () => {
  test("of O'Brien–Fleming-like spending over five looks are those of the literature", () => {
    // Reboussin, DeMets, Kim & Lan 2000, Controlled Clinical Trials 21:190, and R's ldbounds: five equal looks, one-sided 0.025.
    const z = s.lanDemetsBoundaries(evenly(5), 0.025, "obrienFleming");
    [4.8769, 3.3569, 2.6803, 2.2898, 2.031].forEach((wanted, look) => {
      expect(z[look]).toBeCloseTo(wanted, 3);
    });
  });

  test("do not depend on the unit of the information", () => {
    const z = s.lanDemetsBoundaries(evenly(4), 0.05, "obrienFleming");
    const scaled = s.lanDemetsBoundaries(evenly(4), 0.05, "obrienFleming", [700, 1400, 2100, 2800]);
    scaled.forEach((each, look) => {
      expect(each).toBeCloseTo(z[look]!, 8);
    });
  });

  test("keep the error where information grows otherwise than the clock that spends it", () => {
    const fractions = [0.2, 0.5, 0.7, 1];
    for (const information of [
      [1, 2, 3, 9],
      [1, 6, 7, 7.5],
    ]) {
      const z = s.lanDemetsBoundaries(fractions, 0.05, "obrienFleming", information);
      const share = shareReached(z, information, 40_000);
      // Three Monte-Carlo standard errors of a share of .05 in 40,000 paths.
      expect(Math.abs(share - 0.05)).toBeLessThan(3 * Math.sqrt((0.05 * 0.95) / 40_000));
    }
  });
});

describe("repeated p values", () => {
  test("at a single look at the end are the p value itself", () => {
    for (const p of [1e-6, 0.01, 0.3]) {
      const repeated = s.repeatedPValue(p, [1], "obrienFleming");
      expect(Math.abs(repeated / p - 1)).toBeLessThan(1e-3);
    }
  });

  test("are alpha or less exactly where the boundary of alpha is reached", () => {
    const fractions = [0.13, 0.4, 0.41, 0.9];
    for (const alpha of [0.001, 0.05]) {
      const nominal = upperTail(s.lanDemetsBoundaries(fractions, alpha, "obrienFleming").at(-1)!);
      expect(s.repeatedPValue(nominal * 0.999, fractions, "obrienFleming")).toBeLessThan(alpha);
      expect(s.repeatedPValue(nominal * 1.001, fractions, "obrienFleming")).toBeGreaterThan(alpha);
    }
  });

  test("are never below the p value of the look, rise with it, and end at 1", () => {
    const values = [0, 1e-12, 1e-6, 0.003, 0.04, 0.4, 0.9, 1].map((p) =>
      s.repeatedPValue(p, evenly(3), "obrienFleming"),
    );
    expect(values).toEqual(values.toSorted((a, b) => a - b));
    [1e-12, 1e-6, 0.003, 0.04, 0.4].forEach((p, index) => {
      expect(values[index + 1]).toBeGreaterThanOrEqual(p);
    });
    expect(values.at(-1)).toBe(1);
  });

  test("nest: a smaller error never has the lower boundary", () => {
    for (const fractions of [evenly(20), [0.05, 0.06, 0.5, 0.51, 1], [0.9, 0.95, 1]]) {
      let before = s.lanDemetsBoundaries(fractions, 0.49, "obrienFleming");
      for (const alpha of [0.3, 0.1, 0.05, 0.01, 1e-4, 1e-8]) {
        const z = s.lanDemetsBoundaries(fractions, alpha, "obrienFleming");
        z.forEach((each, look) => {
          expect(each).toBeGreaterThanOrEqual(before[look]! - 1e-9);
        });
        before = z;
      }
    }
  });
});

describe("a family that grows", () => {
  const at = (...pairs: readonly [number, number][]) =>
    pairs.map(([informationFraction, hypotheses]) => ({ informationFraction, hypotheses }));

  test("has the whole error where it does not grow, or where nothing is tested", () => {
    expect(s.growingFamilyAlpha(at([0.2, 8], [0.6, 8], [1, 8]), 0.05, "obrienFleming")).toBeCloseTo(0.05, 12);
    expect(s.growingFamilyAlpha(at([0.2, 0], [0.6, 3]), 0.05, "obrienFleming")).toBeCloseTo(0.05, 12);
    expect(s.growingFamilyAlpha([], 0.05, "obrienFleming")).toBe(0.05);
  });

  test("spends no more than the error over all looks and hypotheses, whenever they join", () => {
    const looks = at([0.2, 1], [0.6, 3], [0.9, 40], [1, 60]);
    let [spent, most, before] = [0, 0, 0];
    looks.forEach(({ informationFraction, hypotheses }, index) => {
      const level = s.growingFamilyAlpha(looks.slice(0, index + 1), 0.05, "obrienFleming") / hypotheses;
      const upTo = (t: number) => s.spentError(t, level, "obrienFleming");
      spent += hypotheses * upTo(informationFraction) - most * upTo(before);
      [most, before] = [hypotheses, informationFraction];
    });
    expect(spent).toBeCloseTo(0.05, 9);
    const last = s.growingFamilyAlpha(looks, 0.05, "obrienFleming");
    expect(last).toBeLessThan(0.05);
    expect(last).toBeGreaterThan(0.03);
  });

  test("does not take back what it had when one is gone", () => {
    const gone = s.growingFamilyAlpha(at([0.5, 4], [1, 2]), 0.05, "obrienFleming");
    expect(gone).toBeCloseTo(0.05, 12);
  });
});
