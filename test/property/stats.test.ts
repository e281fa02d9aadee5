import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as s from "../../src/stats/index.ts";

/** Paired counts with every kind of pair possible. */
const counts = fc.tuple(fc.nat(60), fc.nat(60), fc.nat(300)).map(([regressions, improvements, rest]) => ({
  regressions,
  improvements,
  n: regressions + improvements + rest,
}));

const confidence = fc.double({ min: 0.5, max: 0.999, noNaN: true });
const margin = fc.double({ min: 0.005, max: 0.5, noNaN: true });
const pValue = fc.double({ min: 0, max: 1, noNaN: true });
const ternary = fc.constantFrom(-1, 0, 0, 0, 1);

/** Numbers with two decimals, whose sums are equal or clearly different. */
const score = fc.integer({ min: -100, max: 100 }).map((hundredths) => hundredths / 100);

function shuffled<T>(values: readonly T[], seed: number): T[] {
  const random = s.seededRandom(seed);
  const copy = [...values];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [copy[i], copy[j]] = [copy[j]!, copy[i]!];
  }
  return copy;
}

describe("paired pass/fail cases", () => {
  test("the Tango interval of swapped releases is its mirror image", () => {
    fc.assert(
      fc.property(counts, confidence, ({ regressions, improvements, n }, level) => {
        const one = s.tangoInterval({ regressions, improvements, n }, level);
        const other = s.tangoInterval({ regressions: improvements, improvements: regressions, n }, level);
        expect(other.lower).toBe(-one.upper);
        expect(other.upper).toBe(-one.lower);
      }),
    );
  });

  test("the Tango interval holds the estimate and agrees with the test", () => {
    fc.assert(
      fc.property(counts, margin, (table, m) => {
        fc.pre(table.n > 0);
        const { lower, upper } = s.tangoInterval(table, 0.9);
        const estimate = (table.improvements - table.regressions) / table.n;
        expect(lower).toBeLessThanOrEqual(estimate);
        expect(upper).toBeGreaterThanOrEqual(estimate);
        fc.pre(Math.abs(lower + m) > 1e-9);
        expect(s.tangoNonInferiority(table, m).pValue <= 0.05).toBe(lower >= -m);
      }),
    );
  });

  test("more regressions never lower the harm evidence", () => {
    fc.assert(
      fc.property(counts, (table) => {
        const worse = { ...table, regressions: table.regressions + 1 };
        const [before, after] = [s.mcnemar(table), s.mcnemar(worse)];
        expect(after.exactHarm).toBeLessThanOrEqual(before.exactHarm * (1 + 1e-12));
        expect(after.midPHarm).toBeLessThanOrEqual(before.midPHarm * (1 + 1e-12));
      }),
    );
    fc.assert(
      fc.property(fc.array(score, { maxLength: 12 }), fc.nat(11), (differences, at) => {
        fc.pre(at < differences.length);
        const worse = differences.map((d, i) => (i === at ? d - 0.3 : d));
        const [before, after] = [s.signFlipExact(differences).pHarm, s.signFlipExact(worse).pHarm];
        expect(after).toBeLessThanOrEqual(before);
      }),
    );
  });

  test("a candidate with one more regression never gets a better decision", () => {
    const rank = { fail: 0, inconclusive: 1, pass: 2 };
    const options = { alpha: 0.05, multiplicity: "discreteHolm" } as const;
    fc.assert(
      fc.property(counts, margin, fc.boolean(), ({ regressions, improvements, n }, m, fromImprovement) => {
        const pool = fromImprovement ? improvements : n - regressions - improvements;
        fc.pre(pool > 0);
        const worse = {
          regressions: regressions + 1,
          improvements: fromImprovement ? improvements - 1 : improvements,
          n,
        };
        const decide = (table: s.PairedCounts) =>
          s.decidePaired([{ ...table, id: "a", margin: m }], options).verdict;
        expect(rank[decide(worse)]).toBeLessThanOrEqual(rank[decide({ regressions, improvements, n })]);
      }),
    );
  });
});

describe("empirical likelihood", () => {
  test("is Tango's score for differences in {-1, 0, 1}", () => {
    fc.assert(
      fc.property(
        fc.array(ternary, { minLength: 1, maxLength: 80 }),
        margin,
        confidence,
        (differences, m, level) => {
          const table = {
            regressions: differences.filter((d) => d === -1).length,
            improvements: differences.filter((d) => d === 1).length,
            n: differences.length,
          };
          const el = s.elScore(differences, { margin: m, confidence: level });
          const tango = s.tangoInterval(table, level);
          expect(el.z).toBeCloseTo(s.tangoNonInferiority(table, m).z!, 9);
          expect(el.lower).toBeCloseTo(tango.lower, 9);
          expect(el.upper).toBeCloseTo(tango.upper, 9);
        },
      ),
    );
  });

  test("mirrors with the sign, holds the estimate and ignores the order", () => {
    fc.assert(
      fc.property(fc.array(score, { minLength: 1, maxLength: 40 }), fc.nat(), (differences, seed) => {
        const options = { margin: 0.05, confidence: 0.9 };
        const one = s.elScore(differences, options);
        const mirrored = s.elScore(
          differences.map((d) => -d),
          options,
        );
        const mean = differences.reduce((sum, d) => sum + d, 0) / differences.length;
        expect(mirrored.lower).toBeCloseTo(-one.upper, 12);
        expect(one.lower).toBeLessThanOrEqual(mean + 1e-12);
        expect(one.upper).toBeGreaterThanOrEqual(mean - 1e-12);
        expect(s.elScore(shuffled(differences, seed), options).lower).toBeCloseTo(one.lower, 12);
        const sized = s.elScore(differences, { ...options, clusterSizes: differences.map(() => 1) });
        expect(sized).toEqual(one);
      }),
    );
  });

  test("is never less cautious when the largest cluster ends the support", () => {
    const cluster = fc.tuple(fc.integer({ min: 1, max: 20 }), fc.double({ min: -1, max: 1, noNaN: true }));
    fc.assert(
      fc.property(fc.array(cluster, { minLength: 1, maxLength: 25 }), (clusters) => {
        const clusterSizes = clusters.map(([size]) => size);
        const sums = clusters.map(([size, mean]) => size * mean);
        const options = { margin: 0.05, confidence: 0.9, clusterSizes };
        const mean = s.elScore(sums, options);
        const largest = s.elScore(sums, { ...options, supportEnd: "largestCluster" });
        expect(Math.abs(largest.z!)).toBeLessThanOrEqual(Math.abs(mean.z!) * (1 + 1e-9));
        expect(largest.lower).toBeLessThanOrEqual(mean.lower + 1e-9);
        expect(largest.upper).toBeGreaterThanOrEqual(mean.upper - 1e-9);
      }),
    );
  });
});

describe("permutation tests", () => {
  test("do not depend on the order of the cases", () => {
    const cases = fc.array(fc.tuple(score, score, fc.integer({ min: 0, max: 25 })), { maxLength: 60 });
    fc.assert(
      fc.property(cases, fc.nat(), fc.boolean(), (rows, seed, clustered) => {
        const run = (given: typeof rows) => {
          const clusters = clustered ? given.map(([, , cluster]) => cluster) : null;
          const [first, second] = [given.map(([a]) => a), given.map(([, b]) => b)];
          const options = { seed: 4, flips: 199, clusters };
          return [s.signFlip(first, options), s.westfallYoung([first, second], options)];
        };
        expect(run(shuffled(rows, seed))).toEqual(run(rows));
      }),
      { numRuns: 60 },
    );
  });

  test("adjust upwards, and by no more than the number of hypotheses", () => {
    const rows = fc.array(fc.array(score, { minLength: 6, maxLength: 6 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(rows, (differences) => {
        const { pValues, adjusted } = s.westfallYoung(differences, { seed: 1 });
        pValues.forEach((p, j) => {
          expect(adjusted[j]).toBeGreaterThanOrEqual(p);
          expect(adjusted[j]).toBeLessThanOrEqual(s.holm(pValues)[j]! + 1e-12);
        });
      }),
    );
  });
});

describe("adjusted p-values", () => {
  const pValues = fc.array(pValue, { maxLength: 12 });

  test("are at least the raw ones, keep their order, and are at most Bonferroni's", () => {
    fc.assert(
      fc.property(pValues, (p) => {
        for (const adjusted of [s.holm(p), s.benjaminiHochberg(p)]) {
          p.forEach((raw, i) => {
            expect(adjusted[i]).toBeGreaterThanOrEqual(raw);
            expect(adjusted[i]).toBeLessThanOrEqual(Math.min(1, raw * p.length) + 1e-15);
            p.forEach((other, j) => {
              if (raw < other) expect(adjusted[i]).toBeLessThanOrEqual(adjusted[j]!);
            });
          });
        }
      }),
    );
  });

  test("with equal weights are Holm's", () => {
    fc.assert(
      fc.property(pValues, (p) => {
        s.weightedHolm(
          p,
          p.map(() => 2.5),
        ).forEach((value, i) => {
          expect(value).toBeCloseTo(s.holm(p)[i]!, 12);
        });
      }),
    );
  });

  test("of the discrete step-down lie between the raw ones and Holm's", () => {
    const table = fc.record({ regressions: fc.nat(25), improvements: fc.nat(25) });
    fc.assert(
      fc.property(fc.array(table, { maxLength: 8 }), (tables) => {
        const { pValues: raw, adjusted } = s.discreteHolmMcnemar(tables);
        const holm = s.holm(raw);
        raw.forEach((p, i) => {
          expect(adjusted[i]).toBeGreaterThanOrEqual(p);
          expect(adjusted[i]).toBeLessThanOrEqual(holm[i]! + 1e-12);
        });
      }),
    );
  });
});

describe("distributions", () => {
  test("quantiles undo distribution functions", () => {
    const shape = fc.double({ min: 0.05, max: 5000, noNaN: true });
    const inner = fc.double({ min: 1e-12, max: 1 - 1e-12, noNaN: true });
    fc.assert(
      fc.property(inner, shape, shape, (p, a, b) => {
        const x = s.betaQuantile(p, a, b);
        fc.pre(x > 1e-300 && x < 1 - 1e-6);
        expect(Math.abs(s.betaCdf(x, a, b) - p)).toBeLessThanOrEqual(1e-10 * p + 1e-14);
        expect(Math.abs(s.normalCdf(s.normalQuantile(p)) - p)).toBeLessThanOrEqual(1e-13 * p + 1e-16);
        const df = a + 0.5;
        const again = s.studentTCdf(s.studentTQuantile(p, df), df);
        expect(Math.abs(again - p)).toBeLessThanOrEqual(1e-10 * p + 1e-14);
      }),
    );
  });

  test("a binomial tail and its complement add to 1, and the exact interval inverts them", () => {
    const sample = fc
      .integer({ min: 1, max: 400 })
      .chain((n) => fc.tuple(fc.integer({ min: 1, max: n }), fc.constant(n)));
    fc.assert(
      fc.property(sample, confidence, ([successes, n], level) => {
        const { lower, upper } = s.clopperPearson(successes, n, level);
        const tail = (1 - level) / 2;
        expect(1 - s.binomialCdf(successes - 1, n, lower)).toBeCloseTo(tail, 9);
        if (successes < n) expect(s.binomialCdf(successes, n, upper)).toBeCloseTo(tail, 9);
        expect(lower).toBeLessThanOrEqual(successes / n);
        expect(upper).toBeGreaterThanOrEqual(successes / n);
      }),
    );
  });
});

describe("two samples", () => {
  const values = fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 60 });

  test("swapped samples give mirrored comparisons", () => {
    const negated = (value: number | null) => (value === null ? null : 0 - value);
    fc.assert(
      fc.property(values, values, (x, y) => {
        const [one, other] = [s.quantileCompare(x, y, 0.5, 0.9), s.quantileCompare(y, x, 0.5, 0.9)];
        expect(other.difference).toBe(negated(one.difference));
        expect(other.differenceLower).toBe(negated(one.differenceUpper));
        const [shift, back] = [s.hodgesLehmann(x, y, 0.9), s.hodgesLehmann(y, x, 0.9)];
        expect(back.estimate).toBe(negated(shift.estimate));
        expect(back.lower).toBe(negated(shift.upper));
        expect(s.mannWhitney(y, x).pLess).toBeCloseTo(s.mannWhitney(x, y).pGreater, 12);
      }),
    );
  });

  test("ranked differences agree with the sorted list of all of them", () => {
    fc.assert(
      fc.property(values, values, (x, y) => {
        const all = x.flatMap((a) => y.map((b) => a - b)).sort((a, b) => a - b);
        const { lower, upper, rank } = s.hodgesLehmann(x, y, 0.8);
        expect(lower).toBe(all[rank! - 1]);
        expect(upper).toBe(all[all.length - rank!]);
      }),
    );
  });

  test("the score interval of independent rates agrees with its test and mirrors", () => {
    const arm = fc
      .integer({ min: 1, max: 200 })
      .chain((n) => fc.record({ successes: fc.nat(n), n: fc.constant(n) }));
    const thousandths = fc.integer({ min: -900, max: 900 }).map((value) => value / 1000);
    fc.assert(
      fc.property(arm, arm, thousandths, (x, y, difference) => {
        const one = s.miettinenNurminen(x, y, { confidence: 0.9, difference });
        const other = s.miettinenNurminen(y, x, { confidence: 0.9, difference: -difference });
        expect(other.lower).toBeCloseTo(-one.upper, 9);
        expect(other.pLess).toBeCloseTo(one.pGreater, 9);
        fc.pre(Math.abs(one.lower - difference) > 1e-7 && Math.abs(one.pGreater - 0.05) > 1e-9);
        expect(one.pGreater <= 0.05).toBe(one.lower >= difference);
      }),
    );
  });
});
