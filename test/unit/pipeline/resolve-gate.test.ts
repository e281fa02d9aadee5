import { describe, expect, it } from "vitest";
import { EvalsError } from "../../../src/core/errors.ts";
import { resolveGate } from "../../../src/pipeline/resolve-gate.ts";
import { casesOf, datasetOf, descriptionOf, gateOf } from "./support.ts";

// free/en 3, free/de 2, pro/en 5; nobody is pro/de.
const tags = [
  ...Array(3).fill("free en"),
  ...Array(2).fill("free de"),
  ...Array(5).fill("pro en"),
] as string[];
const cases = casesOf(10, (index) => {
  const [tier, language] = tags[index]!.split(" ");
  return { cohorts: { tier: tier!, language: language! } };
});
const dataset = datasetOf(cases);
const resolve = (criteria: readonly object[], data = dataset) =>
  resolveGate(gateOf(criteria), data, ["task", "tools"]);
const cohortsOf = (...cohorts: string[]) =>
  resolve([{ metric: "task", margin: 0.1, cohorts }]).checks.map(({ cohort }) => cohort.name);

function refusalOf(...criteria: object[]): EvalsError {
  try {
    resolve(criteria);
  } catch (error) {
    if (error instanceof EvalsError) return error;
    throw error;
  }
  throw new Error("the gate was accepted");
}

describe("the cohorts of a criterion", () => {
  it("are all cases where none is named", () => {
    const { checks } = resolve([{ metric: "task", margin: 0.1 }]);
    expect(checks.map(({ cohort }) => cohort)).toEqual([{ name: "all", tags: {} }]);
  });

  it("are each value of a dimension for `tier=*`", () => {
    expect(cohortsOf("tier=*")).toEqual(["tier=free", "tier=pro"]);
  });

  it("are each tag of each dimension for `*`", () => {
    expect(cohortsOf("*")).toEqual(["tier=free", "tier=pro", "language=en", "language=de"]);
  });

  it("are each combination of two tags for `* & *`, once each, without the empty one", () => {
    expect([...cohortsOf("* & *")].sort()).toEqual([
      "tier=free & language=de",
      "tier=free & language=en",
      "tier=pro & language=en",
    ]);
  });

  it("are each combination of a fixed tag with a pattern", () => {
    expect(cohortsOf("language=en & tier=*")).toEqual(["tier=free & language=en", "tier=pro & language=en"]);
  });

  it("are the same cohort whatever the order of the tags, so it is judged once", () => {
    expect(cohortsOf("language=de & tier=free", "tier=free & language=de", "tier=free&language=de")).toEqual([
      "tier=free & language=de",
    ]);
    expect(cohortsOf("tier=free", "tier=*", "*")).toHaveLength(4);
  });

  it("are judged once though two criteria say the same, and twice when they differ in bound or severity", () => {
    const rule = { metric: "task", margin: 0.1 };
    expect(resolve([rule, rule]).checks).toHaveLength(1);
    expect(resolve([rule, { ...rule, margin: 0.2 }]).checks).toHaveLength(2);
    expect(resolve([rule, { ...rule, severity: "advisory" }]).checks).toHaveLength(2);
    expect(resolve([rule, { metric: "task", atLeast: 0.1 }]).checks).toHaveLength(2);
    const ratio = { metric: "cost_usd", maximumRatio: 1.1 };
    expect(resolve([ratio, ratio]).checks).toHaveLength(1);
    expect(resolve([ratio, { ...ratio, maximumRatio: 1.2 }]).checks).toHaveLength(2);
  });
});

describe("a small cohort", () => {
  it("is left out when a pattern found it, and counted", () => {
    const { checks, leftOut } = resolve([
      { metric: "task", margin: 0.1, cohorts: ["all", "* & *"], minimumCohortSize: 3 },
    ]);
    expect(checks.map(({ cohort }) => cohort.name)).toEqual([
      "all",
      "tier=free & language=en",
      "tier=pro & language=en",
    ]);
    expect(leftOut).toEqual([{ cohort: "tier=free & language=de", cases: 2, minimum: 3 }]);
  });

  it("is judged all the same when it is named", () => {
    const { checks, leftOut } = resolve([
      { metric: "task", margin: 0.1, cohorts: ["tier=free & language=de"], minimumCohortSize: 100 },
    ]);
    expect(checks).toHaveLength(1);
    expect(leftOut).toEqual([]);
  });

  it("is no reason to judge nothing: a criterion of which no cohort is left is refused", () => {
    const error = refusalOf({ metric: "task", margin: 0.1, cohorts: ["tier=*"], minimumCohortSize: 100 });
    expect(error.code).toBe("GATE_INVALID");
    expect(error.message).toContain("no cohort of at least 100 cases");
  });
});

describe("a gate is refused", () => {
  it("for an unknown metric, with what was meant", () => {
    const error = refusalOf({ metric: "taks", margin: 0.1 });
    expect(error).toMatchObject({ code: "GATE_INVALID", hint: 'did you mean "task"?' });
    expect(error.message).toMatch(/^g\.gate\.ts:\d+: unknown metric "taks"/);
  });

  it("for an unknown dimension, an unknown value, and what is no cohort", () => {
    const of = (cohort: string) => refusalOf({ metric: "task", margin: 0.1, cohorts: [cohort] });
    expect(of("teir=free")).toMatchObject({ code: "GATE_INVALID", hint: 'did you mean "tier"?' });
    expect(of("tier=fre")).toMatchObject({ hint: 'did you mean "tier=free"?' });
    expect(of("tier=free & language=fr").message).toContain('unknown cohort "language=fr"');
    expect(of("constructor=x").message).toContain('unknown cohort dimension "constructor"');
    expect(of("free").message).toContain('"free" is no cohort');
    expect(of("teir=*").message).toContain('unknown cohort dimension "teir"');
  });

  it("for a named cohort without cases", () => {
    const error = refusalOf({ metric: "task", margin: 0.1, cohorts: ["tier=pro & language=de"] });
    expect(error.message).toContain('"tier=pro & language=de" has no cases');
  });

  it("for a bound that does not suit the metric", () => {
    expect(refusalOf({ metric: "error_rate", margin: 0.1 }).message).toContain("`atMost`");
    expect(refusalOf({ metric: "error_rate", atLeast: 0.1 }).message).toContain("`atMost`");
    expect(refusalOf({ metric: "task", atMost: 0.1 }).message).toContain("`atMost`");
  });

  it("for a ratio of what has none, and another bound for what is judged by its ratio", () => {
    expect(refusalOf({ metric: "task", maximumRatio: 1.1 }).message).toMatch(
      /^g\.gate\.ts:\d+: the pass rate of task cannot be bounded by `maximumRatio`$/,
    );
    expect(refusalOf({ metric: "error_rate", maximumRatio: 1.1 }).message).toContain("takes `atMost`");
    expect(refusalOf({ metric: "task.value", maximumRatio: 1.1 }).message).toContain("takes `margin`");
    for (const bound of ["margin", "atLeast", "atMost"]) {
      expect(refusalOf({ metric: "latency_ms.p95", [bound]: 0.1 })).toMatchObject({
        code: "GATE_INVALID",
        message: expect.stringMatching(/^g\.gate\.ts:\d+: latency_ms\.p95 takes `maximumRatio`$/),
        hint: "write for example `maximumRatio: 1.25`",
      });
    }
  });

  it("for a misspelt built-in metric, with what was meant", () => {
    const hintFor = (metric: string) => refusalOf({ metric, maximumRatio: 1.1 }).hint;
    expect(hintFor("latency_ms.p98")).toMatch(/^did you mean "latency_ms\.p9[59]"\?$/);
    expect(hintFor("cost_us")).toBe('did you mean "cost_usd"?');
    expect(hintFor("outputTokens")).toBe('did you mean "output_tokens"?');
  });

  it("for one wrong cohort beside right ones, and one wrong criterion beside right ones", () => {
    expect(refusalOf({ metric: "task", margin: 0.1, cohorts: ["all", "tier=gold"] }).code).toBe(
      "GATE_INVALID",
    );
    expect(refusalOf({ metric: "task", margin: 0.1 }, { metric: "nope", margin: 0.1 }).code).toBe(
      "GATE_INVALID",
    );
  });

  // Guarded against: two tags of one dimension leave no combination, and beside another cohort that is silent: the gate passes without
  // ever having judged what was written.
  it.each(["tier=free & tier=pro", "tier=free & tier=free"])(
    "for a cohort that nobody can be in, beside one that has cases: %s",
    (cohort) => {
      expect(refusalOf({ metric: "task", margin: 0.1, cohorts: ["all", cohort] }).code).toBe("GATE_INVALID");
    },
  );

  // Guarded against: the same silence for a pattern that can find nothing, here pairs of dimensions in a dataset with one dimension.
  it("for a pattern that finds no cohort at all, beside one that has cases", () => {
    const one = datasetOf(
      casesOf(4, () => ({ cohorts: { tier: "free" } })),
      descriptionOf({ cohorts: { tier: ["free"] } }),
    );
    expect(() => resolve([{ metric: "task", margin: 0.1, cohorts: ["all", "* & *"] }], one)).toThrow(
      EvalsError,
    );
  });
});

describe("names of cohorts", () => {
  it.each(["free & language=en", "a*", "x=y", " free"])(
    "cannot be confused: the value %j is refused",
    (value) => {
      expect(() => descriptionOf({ cohorts: { tier: [value] } })).toThrow("a cohort value may not");
    },
  );
});
