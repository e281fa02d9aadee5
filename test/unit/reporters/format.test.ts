import { describe, expect, it } from "vitest";
import * as format from "../../../src/reporters/format.ts";

// Expected texts were written by hand from the rules in the functions' descriptions.
describe("format", () => {
  it.each([
    [0.842, "84.2 %"],
    [0, "0.0 %"],
    [1, "100.0 %"],
    [0.9996, "99.96 %"],
    [0.0004, "0.04 %"],
    [null, "–"],
  ])("percent of %s is %s", (value, text) => expect(format.percent(value)).toBe(text));

  it.each([
    [-0.091, "−9.1 points"],
    [0.02, "+2.0 points"],
    [0.01, "+1.0 point"],
    [0, "0.0 points"],
    [-0, "0.0 points"],
    [-1e-17, "0.0 points"],
    [-0.0004, "−0.04 points"],
    [null, "–"],
  ])("difference of %s is %s", (value, text) => expect(format.difference(value)).toBe(text));

  it("writes intervals with true minus signs", () => {
    expect(format.differenceInterval({ lower: -0.149, upper: -0.036, level: 0.9 })).toBe("[−14.9, −3.6]");
    expect(format.differenceInterval({ lower: -0.149, upper: 0.036, level: 0.9 })).toBe("[−14.9, +3.6]");
    expect(format.rateInterval({ lower: 0.781, upper: 0.89, level: 0.9 })).toBe("[78.1 %, 89.0 %]");
  });

  it.each([
    [4.2, "4.2 ms"],
    [840, "840 ms"],
    [999.4, "999 ms"],
    [999.6, "1.00 s"],
    [1239, "1.24 s"],
    [59_996, "1 min 0 s"],
    [125_000, "2 min 5 s"],
    [null, "–"],
  ])("duration of %s is %s", (value, text) => expect(format.duration(value)).toBe(text));

  it.each([
    [0, "0.00"],
    [0.00001, "< 0.0001"],
    [0.0123, "0.0123"],
    [12.4, "12.40"],
    [12345.678, "12,345.68"],
    [null, "–"],
  ])("dollars of %s is %s", (value, text) => expect(format.dollars(value)).toBe(text));

  it("counts with commas and nouns", () => {
    expect([7, 999, 1000, 1234567].map(format.count)).toEqual(["7", "999", "1,000", "1,234,567"]);
    expect([0, 1, 2].map((n) => format.plural(n, "case"))).toEqual(["0 cases", "1 case", "2 cases"]);
  });

  it("writes levels, probabilities, times and fingerprints", () => {
    expect([0.9, 0.95, 0.975, 0.99].map(format.level)).toEqual(["90 %", "95 %", "97.5 %", "99 %"]);
    expect([0.0004, 0.0041, 1, null].map(format.probability)).toEqual(["< 0.001", "0.004", "1.000", "–"]);
    expect(format.time("2025-03-04T10:15:02.000Z")).toBe("2025-03-04 10:15 UTC");
    expect(format.time("yesterday")).toBe("yesterday");
    expect(format.shortFingerprint("sha256:0123456789abcdef")).toBe("0123456789ab");
    expect(format.fixed(Number.NaN, 1)).toBe("–");
  });
});
