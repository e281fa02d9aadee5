import { describe, expect, it } from "vitest";
import { z } from "zod";
import { caseSchema, datasetDescriptionSchema } from "../../../src/core/dataset.ts";
import { gateSchema } from "../../../src/core/gate.ts";
import { check, complaint, problemsError } from "../../../src/core/validate.ts";

function problemOf(schema: z.ZodType, value: unknown) {
  const checked = check(schema, value);
  if ("value" in checked) throw new Error("the value was accepted");
  return checked.problems[0];
}

const gate = (criterion: object) => ({ name: "g", criteria: [{ metric: "m", margin: 0.1, ...criterion }] });
const item = (more: object) => ({ id: "c", input: { variables: {} }, ...more });

describe("a check of what a user wrote", () => {
  it("gives the value with its defaults when nothing is wrong", () => {
    const checked = check(gateSchema, gate({}));
    expect(checked).toMatchObject({
      value: { alpha: 0.05, criteria: [{ severity: "blocking", cohorts: ["all"], minimumCohortSize: 1 }] },
    });
  });

  it("names an unknown key, where it is and what was meant", () => {
    expect(problemOf(gateSchema, gate({ margn: 0.05 }))).toEqual({
      path: ["criteria", 0],
      key: "margn",
      isUnknownKey: true,
      message: 'unknown key "margn" in `criteria[0]`',
      hint: 'did you mean "margin"?',
    });
    expect(problemOf(gateSchema, { ...gate({}), aplha: 0.1 })).toMatchObject({
      path: [],
      message: 'unknown key "aplha"',
      hint: 'did you mean "alpha"?',
    });
  });

  it("finds an unknown key deep in a case: in an array in a union's object", () => {
    const expected = { toolCalls: { calls: [{ name: "a" }, { name: "b", argumnets: {} }] } };
    const problem = problemOf(caseSchema, item({ expected }));
    expect(problem.message).toBe('unknown key "argumnets" in `expected.toolCalls.calls[1]`');
    expect(problem.hint).toBe('did you mean "arguments"?');
  });

  it("finds an unknown key behind a union, a record, a default and an optional", () => {
    const schema = z.strictObject({
      releases: z.record(
        z.string(),
        z.union([z.string(), z.strictObject({ model: z.string(), prompt: z.string().optional() })]),
      ),
      limits: z.strictObject({ seconds: z.number() }).default({ seconds: 1 }),
    });
    const problem = problemOf(schema, { releases: { live: { model: "m", promt: "p" } } });
    expect(problem.path).toEqual(["releases", "live"]);
    expect(problem.message).toBe('unknown key "promt" in `releases.live`');
    expect(problem.hint).toBe('did you mean "prompt"?');
    const inDefault = problemOf(schema, { releases: {}, limits: { second: 2 } });
    expect(inDefault.hint).toBe('did you mean "seconds"?');
  });

  it("tells the unknown key first, since it explains why another is missing", () => {
    const problem = problemOf(gateSchema, { nmae: "g", criteria: [] });
    expect(problem.message).toBe('unknown key "nmae"');
    expect(problem.hint).toBe('did you mean "name"?');
  });

  it("names all problems, unknown keys first, and none that an unknown key explains", () => {
    const checked = check(gateSchema, {
      nmae: "g",
      aplha: 0.1,
      criteria: [
        { metric: "m", margn: 0.1 },
        { metric: 7, margin: 2 },
      ],
    });
    const messages = "problems" in checked ? checked.problems.map(({ message }) => message) : [];
    expect(messages.map((message) => message.split(": ")[0])).toEqual([
      'unknown key "margn" in `criteria[0]`',
      'unknown key "nmae"',
      'unknown key "aplha"',
      "`criteria[1].metric`",
      "`criteria[1].margin`",
    ]);
  });

  it("tells one problem as ever, several in a line each, and of very many how many more", () => {
    const schema = z.array(z.string());
    const errorOf = (count: number) => {
      const checked = check(
        schema,
        Array.from({ length: count }, () => 1),
      );
      if ("value" in checked) throw new Error("the value was accepted");
      return problemsError("USAGE", checked.problems, ({ path }) => `file:${Number(path[0]) + 1}`);
    };
    const what = "expected string, received number";
    expect(errorOf(1)).toMatchObject({ message: `file:1: \`[0]\`: ${what}`, hint: "correct `the value`" });
    expect(errorOf(2)).toMatchObject({
      message: `file:1: \`[0]\`: ${what}\nfile:2: \`[1]\`: ${what}`,
      hint: "correct all 2 of them",
    });
    expect(errorOf(5000).message.split("\n")).toHaveLength(21);
    expect(errorOf(5000).message).toMatch(/… and 4,980 more faults$/);
  });

  it("names the member whose value is wrong, by its path", () => {
    const problem = problemOf(gateSchema, gate({ severity: "fatal" }));
    expect(problem.path).toEqual(["criteria", 0, "severity"]);
    expect(problem.key).toBe("severity");
    expect(problem.message).toMatch(/^`criteria\[0\]\.severity`: /);
    expect(problem.isUnknownKey).toBe(false);
  });

  it("names the branch of a union that was meant: a list with one item that is no text", () => {
    const problem = problemOf(caseSchema, item({ expected: { facts: ["right", ["also right", 7]] } }));
    expect(problem.path).toEqual(["expected", "facts", 1, 1]);
    expect(problem.message).toMatch(/expected\.facts\[1\]\[1\]/);
  });

  it.each([
    ["a gate's bound", gateSchema, gate({ margin: "hunter2-secret" })],
    ["a gate's severity", gateSchema, gate({ severity: "hunter2-secret" })],
    ["a gate's list", gateSchema, { name: "g", criteria: "hunter2-secret" }],
    ["a case's role", caseSchema, item({ input: { messages: [{ role: "hunter2-secret", content: "" }] } })],
    ["a case's fact", caseSchema, item({ expected: { facts: [{ text: "hunter2-secret" }] } })],
    ["a case's mode", caseSchema, item({ expected: { toolCalls: { calls: [], mode: "hunter2-secret" } } })],
    ["a case's answer", caseSchema, item({ expected: { answer: { text: "hunter2-secret" } } })],
    ["a dataset's cohort", datasetDescriptionSchema, { cohorts: { tier: "hunter2-secret" } }],
  ] as [string, z.ZodType, unknown][])(
    "never repeats the value, which may be secret: %s",
    (_, schema, value) => {
      const { message, hint } = problemOf(schema, value);
      expect(`${message} ${hint}`).not.toContain("hunter2");
    },
  );

  it("says the rule in words where a rule spans several members", () => {
    const problem = problemOf(gateSchema, gate({ atLeast: 0.9 }));
    expect(problem.message).toContain("exactly one of `margin`, `atLeast`, `atMost` and `maximumRatio`");
    expect(problemOf(gateSchema, { name: "g", criteria: [] }).message).toContain(
      "a gate needs at least one criterion",
    );
    expect(problemOf(caseSchema, { id: "c", input: {} }).message).toContain("`messages` or `variables`");
  });

  it.each([0, 1, -0.1, 5, Number.NaN])(
    "refuses a margin of %s: a proportion between 0 and 1 is meant",
    (margin) => {
      expect(problemOf(gateSchema, gate({ margin })).key).toBe("margin");
    },
  );

  it("gives one line for a complaint, with the hint where a key is unknown", () => {
    const line = (value: unknown) => complaint(gateSchema, gateSchema.safeParse(value).error!);
    expect(line(gate({ margn: 1 }))).toBe('unknown key "margn" in `criteria[0]`, did you mean "margin"?');
    expect(line(gate({ margin: 2 }))).toMatch(/^`criteria\[0\]\.margin`: /);
  });

  // Guarded against: of a union of several objects only the keys of the first are known to the hint.
  it("knows the keys of every object of a union", () => {
    const schema = z.union([
      z.strictObject({ file: z.string() }),
      z.strictObject({ folder: z.string(), pattern: z.string() }),
    ]);
    expect(problemOf(schema, { folder: "a", pattren: "b" }).hint).toBe('did you mean "pattern"?');
  });
});
