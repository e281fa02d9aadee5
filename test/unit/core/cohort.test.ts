import { describe, expect, it } from "vitest";
import {
  cohortOf,
  dimensionsOf,
  everyCase,
  inCohort,
  parseCohortExpression,
} from "../../../src/core/cohort.ts";
import { datasetDescriptionSchema } from "../../../src/core/dataset.ts";

describe("a cohort expression", () => {
  it("is all cases when it says all", () => {
    expect(parseCohortExpression("all")).toEqual([]);
    expect(parseCohortExpression("  all ")).toEqual([]);
  });

  it("is a tag", () => {
    expect(parseCohortExpression("tier=free")).toEqual([{ dimension: "tier", value: "free" }]);
  });

  it("is a combination of tags, with or without spaces", () => {
    const both = [
      { dimension: "tier", value: "free" },
      { dimension: "intent", value: "refund" },
    ];
    expect(parseCohortExpression("tier=free & intent=refund")).toEqual(both);
    expect(parseCohortExpression("tier=free&intent=refund")).toEqual(both);
    expect(parseCohortExpression("  tier = free  &  intent = refund ")).toEqual(both);
  });

  it("keeps spaces and equals signs inside a value", () => {
    expect(parseCohortExpression("region=north west")).toEqual([
      { dimension: "region", value: "north west" },
    ]);
    expect(parseCohortExpression("rule=a=b")).toEqual([{ dimension: "rule", value: "a=b" }]);
  });

  it("is a pattern: each value of a dimension, each tag, each combination of two tags", () => {
    expect(parseCohortExpression("tier=*")).toEqual([{ dimension: "tier", value: "*" }]);
    expect(parseCohortExpression("*")).toEqual([{ dimension: "*", value: "*" }]);
    expect(parseCohortExpression("* & *")).toHaveLength(2);
    expect(parseCohortExpression("tier=* & language=de")).toEqual([
      { dimension: "tier", value: "*" },
      { dimension: "language", value: "de" },
    ]);
  });

  it.each(["", "   ", "tier", "=free", "tier=", "tier= ", "tier=free &", "& tier=free", "tier=free && a=b"])(
    "is not read from %j",
    (text) => {
      expect(parseCohortExpression(text)).toBeNull();
    },
  );

  it.each(["ALL", "all & tier=free", "free", "**"])("is not guessed from %j", (text) => {
    expect(parseCohortExpression(text)).toBeNull();
  });
});

describe("a cohort", () => {
  const dimensions = ["tier", "language"];

  it("has one name, whatever the order in which its tags were given", () => {
    expect(cohortOf({ language: "de", tier: "free" }, dimensions).name).toBe("tier=free & language=de");
    expect(cohortOf({ tier: "free", language: "de" }, dimensions).name).toBe("tier=free & language=de");
    expect(cohortOf({}, dimensions)).toEqual(everyCase);
  });

  it("holds exactly the cases that carry all of its tags", () => {
    const cohort = cohortOf({ tier: "free", language: "de" }, dimensions);
    expect(inCohort(cohort, { tier: "free", language: "de", risk: "high" })).toBe(true);
    expect(inCohort(cohort, { tier: "free", language: "en" })).toBe(false);
    expect(inCohort(cohort, { tier: "free" })).toBe(false);
    expect(inCohort(cohort, {})).toBe(false);
    expect(inCohort(everyCase, {})).toBe(true);
  });

  it("compares values as they are written: case matters", () => {
    expect(inCohort(cohortOf({ tier: "free" }, dimensions), { tier: "Free" })).toBe(false);
  });

  it("is never found through what every object inherits", () => {
    expect(inCohort({ name: "constructor=x", tags: { constructor: "x" } }, {})).toBe(false);
  });

  it("takes its dimensions from the description, in its order", () => {
    const description = datasetDescriptionSchema.parse({
      name: "n",
      description: "d",
      owner: "o",
      licence: "MIT",
      cohorts: { tier: ["free"], language: ["de"] },
    });
    expect(dimensionsOf(description)).toEqual(["tier", "language"]);
  });
});
