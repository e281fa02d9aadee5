import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import * as statistics from "../../../src/stats/index.ts";

type OracleCase = {
  id: string;
  fn: string;
  /** Where the answer comes from. */
  source?: string;
  in: Record<string, unknown>;
  out: Record<string, unknown>;
  tol?: { rel?: number; abs?: number };
};

type OracleMap = {
  functions: Record<string, unknown>;
  checkCase(statistics: unknown, entry: OracleCase): string[];
};

// By address, because the script's mapping is plain JavaScript without type declarations.
const map = new URL("../../../scripts/oracle-map.mjs", import.meta.url).href;
const { checkCase, functions } = (await import(map)) as OracleMap;

const extract = fileURLToPath(new URL("../../fixtures/stats-extract.json", import.meta.url));
const table = fileURLToPath(new URL("../../../../shared/oracles/stats-dev.json", import.meta.url));

function readCases(path: string): OracleCase[] {
  return (JSON.parse(readFileSync(path, "utf8")) as { cases: OracleCase[] }).cases;
}

describe("reference values of the extract", () => {
  const cases = readCases(extract);

  test("cover every function of the mapping and name their sources", () => {
    expect(new Set(cases.map(({ fn }) => fn))).toEqual(new Set(Object.keys(functions)));
    expect(cases.filter(({ source }) => !source)).toEqual([]);
  });

  test.each(cases)("$id: $source", (entry) => {
    expect(checkCase(statistics, entry)).toEqual([]);
  });
});

describe("comparison with a table", () => {
  const entry: OracleCase = { id: "x", fn: "holm", in: { p: [0.01, 0.04] }, out: { adjusted: [0.02, 0.04] } };

  test.each([
    ["a number outside the tolerance", { ...entry, out: { adjusted: [0.02, 0.041] } }],
    ["an array of another length", { ...entry, out: { adjusted: [0.02] } }],
    ["a missing field", { ...entry, out: { other: 1 } }],
    ["null where a number is wanted", { ...entry, fn: "quantile", in: { x: [], p: 0.5 }, out: { type7: 1 } }],
    [
      "a number where null is wanted",
      { ...entry, fn: "quantile", in: { x: [1], p: 0.5 }, out: { type7: null } },
    ],
    ["an unknown function", { ...entry, fn: "toString" }],
    ["an error", { ...entry, in: { p: [2] } }],
  ])("reports %s", (_, broken) => {
    expect(checkCase(statistics, broken)).toHaveLength(1);
  });

  test("accepts an answer within either tolerance", () => {
    expect(checkCase(statistics, { ...entry, out: { adjusted: [0.021, 0.04] }, tol: { abs: 2e-3 } })).toEqual(
      [],
    );
    expect(checkCase(statistics, { ...entry, out: { adjusted: [0.021, 0.04] }, tol: { rel: 0.1 } })).toEqual(
      [],
    );
  });
});

if (existsSync(table)) {
  describe("shared reference table", () => {
    test.each(readCases(table))("$id $fn", (entry) => {
      expect(checkCase(statistics, entry)).toEqual([]);
    });
  });
} else {
  test.skip("shared reference table: skipped, there is none beside the repository", () => {});
}
