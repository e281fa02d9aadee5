import { describe, expect, it } from "vitest";
import { daysLeft } from "../../../src/core/waiver.ts";
import { report } from "../../../src/pipeline/report.ts";
import { resolveGate } from "../../../src/pipeline/resolve-gate.ts";
import { casesOf, datasetOf, gateOf, pairsOf, reportInput } from "./support.ts";

const waiver = (more: object = {}) => ({
  ...{ name: "w", metric: "task", cohort: "all", reason: "known", approvedBy: "Ada", expires: "2026-03-10" },
  ...more,
});
const criteria = [
  { metric: "task", margin: 0.05 },
  { metric: "error_rate", atMost: 0.5 },
];
/** A candidate that lost twenty of a hundred cases, decided at a time. */
function decidedAt(time: string, more: object = {}) {
  const cases = casesOf(100);
  const input = reportInput(cases, pairsOf({ pp: 80, pf: 20 }), criteria, { waivers: [waiver(more)] });
  return { input, found: report({ ...input, decidedAt: time }) };
}

describe("the last day of a waiver", () => {
  // The end of a day in UTC, by the definition of the member `expires`.
  it.each([
    ["2026-03-10T23:59:59.999Z", "pass", 0],
    ["2026-03-11T00:00:00.000Z", "fail", -1],
    ["2026-03-11T01:30:00+02:00", "pass", 0],
    ["2026-03-10T23:30:00-01:00", "fail", -1],
    ["2026-02-28T12:00:00Z", "pass", 10],
  ] as const)("at %s gives %s", (time, verdict, left) => {
    const { found } = decidedAt(time);
    expect(found.verdict).toBe(verdict);
    expect(found.waivers?.[0]).toMatchObject({ daysLeft: left, state: left < 0 ? "expired" : "waived" });
    expect(found.decidedAt).toBe(time);
  });

  it("is flagged from the fourteenth day before it", () => {
    const flagged = (time: string) => decidedAt(time).found.waivers?.[0]?.isExpiringSoon;
    expect([flagged("2026-02-23T00:00:00Z"), flagged("2026-02-24T00:00:00Z")]).toEqual([false, true]);
    expect(flagged("2026-03-11T00:00:00Z")).toBe(false);
    expect(decidedAt("2026-03-01T00:00:00Z").found.comparability[0]?.message).toContain("expires soon");
    expect(decidedAt("2025-12-01T00:00:00Z").found.comparability[0]?.message).toContain("more than 90 days");
  });

  it("is unknown at a time that is none, so that nothing is waived by it", () => {
    expect(() => daysLeft("2026-03-10", "soon")).toThrow(RangeError);
  });

  it("follows again from the records with the time that the report keeps", () => {
    const { input, found } = decidedAt("2026-03-10T12:00:00Z");
    const stored = JSON.parse(JSON.stringify(found)) as typeof found;
    expect(JSON.parse(JSON.stringify(report({ ...input, decidedAt: stored.decidedAt! })))).toEqual(stored);
  });
});

describe("a run that was cut short", () => {
  it("is an error, though everything that fails is waived", () => {
    const { input } = decidedAt("2026-03-01T00:00:00Z");
    const [first, ...others] = input.samples;
    const failure = { kind: "budget", message: "the spend limit is reached", retryable: false } as const;
    const cut = { ...first!, output: null, failure };
    const found = report({ ...input, samples: [cut, ...others], decidedAt: "2026-03-01T00:00:00Z" });
    expect(found).toMatchObject({ verdict: "error", exitCode: 4 });
  });
});

describe("a waived fail", () => {
  it("is still named as harm, with what repairs it and by when", () => {
    const { nextSteps, headline } = decidedAt("2026-03-01T00:00:00Z").found;
    expect(headline).toContain("task over all cases fell by 20.0 points");
    expect(nextSteps[0]).toMatchObject({
      kind: "ship",
      action: expect.stringContaining("only if the waiver still stands"),
    });
    expect(nextSteps[1]).toMatchObject({
      kind: "settle_waiver",
      action: expect.stringContaining("by 2026-03-10 (9 days left)"),
    });
    expect(nextSteps[2]).toMatchObject({
      kind: "repair_task",
      because: expect.stringContaining("task failed in all"),
    });
  });

  it("is counted beside a fail that blocks, and that one is the reason", () => {
    const cases = casesOf(100, () => ({ cohorts: { tier: "free" } }));
    const both = [{ metric: "task", margin: 0.05, cohorts: ["all", "tier=free"] }];
    const found = report(reportInput(cases, pairsOf({ pp: 80, pf: 20 }), both, { waivers: [waiver()] }));
    expect(found.verdict).toBe("fail");
    expect(found.headline).toMatch(/^Blocked: task in tier=free .*And 1 blocking criterion is waived\.$/);
  });
});

describe("the check of a waiver", () => {
  const free = casesOf(40, (index) => ({ cohorts: { tier: index < 4 ? "free" : "pro", language: "en" } }));
  const resolve = (waivers: object[], rules: object[]) =>
    resolveGate(gateOf(rules, { waivers }), datasetOf(free), ["task"]).waivers;

  it("is found whatever the order of the cohort's terms, and by its bound where there are several", () => {
    const rules = [{ metric: "task", margin: 0.1, cohorts: ["* & *"] }];
    const [found] = resolve([waiver({ cohort: "language=en & tier=pro" })], rules);
    expect(found?.check?.cohort.name).toBe("tier=pro & language=en");
    const several = [
      { metric: "task", margin: 0.1 },
      { metric: "task", atLeast: 0.8 },
    ];
    expect(() => resolve([waiver()], several)).toThrow(/more than one criterion/);
    expect(resolve([waiver({ atLeast: 0.8 })], several)[0]?.check?.criterion.atLeast).toBe(0.8);
  });

  it("is none for a cohort that a `*` leaves out as too small: nothing is decided there", () => {
    const rules = [{ metric: "task", margin: 0.1, cohorts: ["tier=*"], minimumCohortSize: 10 }];
    expect(resolve([waiver({ cohort: "tier=free" })], rules)).toMatchObject([{ check: null }]);
    expect(() => resolve([waiver({ cohort: "language=de" })], rules)).toThrow(/does not decide task/);
  });

  it("may not be advisory: that blocks nothing", () => {
    const rules = [
      { metric: "task", margin: 0.1 },
      { metric: "error_rate", atMost: 0.1, severity: "advisory" },
    ];
    expect(() => resolve([waiver({ metric: "error_rate" })], rules)).toThrow(/advisory/);
  });
});
