import { describe, expect, it } from "vitest";
import { reportSchema } from "../../../src/core/report.ts";
import type { Sample } from "../../../src/core/sample.ts";
import { report } from "../../../src/pipeline/report.ts";
import { caseOf, casesOf, type Pairs, pairsOf, recordsOf, reportInput, scoreOf } from "./support.ts";

const of = (counts: Readonly<Record<string, number>>, criteria?: object[], more: object = {}) => {
  const letters = pairsOf(counts);
  return reportInput(casesOf(letters.length), letters, criteria, more);
};
const refused = { kind: "budget", message: "the spend limit is reached", retryable: true } as const;
const cutShort = (sample: Sample): Sample => ({ ...sample, output: null, failure: refused });

describe("a report", () => {
  it("is what its schema says, and the same whatever the order of the records", () => {
    const input = of({ pp: 80, pf: 12, "p-": 5, nn: 3 });
    const found = report(input);
    expect(reportSchema.parse(JSON.parse(JSON.stringify(found)))).toEqual(found);
    const reversed = { ...input, samples: [...input.samples].reverse(), scores: [...input.scores].reverse() };
    expect(report(reversed)).toEqual(found);
  });

  it("passes with exit code 0, fails with 1, is inconclusive with 3, could not measure with 4", () => {
    const codes = [{ pp: 60 }, { pf: 60 }, { pp: 5 }, { "--": 60 }].map((counts) => report(of(counts)));
    expect(codes.map(({ verdict, exitCode }) => [verdict, exitCode])).toEqual([
      ["pass", 0],
      ["fail", 1],
      ["inconclusive", 3],
      ["error", 4],
    ]);
  });

  it("never passes a part of the dataset, and keeps what a part can prove", () => {
    const filtered = (counts: Readonly<Record<string, number>>) =>
      report(of(counts, undefined, { filter: "tier=free" }));
    expect(filtered({ pp: 60 })).toMatchObject({ verdict: "inconclusive", exitCode: 3 });
    expect(filtered({ pp: 60 }).headline).toContain("tier=free");
    expect(filtered({ pp: 40, pf: 20 })).toMatchObject({ verdict: "fail", exitCode: 1 });
    expect(filtered({ "--": 60 }).verdict).toBe("error");
    expect(filtered({ pp: 60 }).comparability).toContainEqual(expect.objectContaining({ subject: "filter" }));
  });

  it("could not measure when the spend limit ended the run, though what was run would pass", () => {
    const input = of({ pp: 200 }, [
      { metric: "task", margin: 0.1 },
      { metric: "error_rate", atMost: 0.1 },
    ]);
    expect(report(input).verdict).toBe("pass");
    const cut = {
      ...input,
      samples: input.samples.map((sample, at) => (at === 7 ? cutShort(sample) : sample)),
    };
    const found = report({ ...cut, scores: input.scores.filter((_, at) => at !== 7) });
    expect(found).toMatchObject({ verdict: "error", exitCode: 4 });
    expect(found.headline).toContain("spend limit");
  });

  it("still fails when harm was proven before the spend limit ended the run", () => {
    const input = of({ pf: 30, pp: 60 });
    const cut = {
      ...input,
      samples: input.samples.map((sample, at) => (at === 170 ? cutShort(sample) : sample)),
    };
    const found = report({ ...cut, scores: input.scores.filter((_, at) => at !== 170) });
    expect(found).toMatchObject({ verdict: "fail", exitCode: 1 });
  });

  it("notes a loss that is proven and stays within its margin", () => {
    const found = report(of({ pp: 990, pf: 10 }));
    expect(found.verdict).toBe("pass");
    expect(found.comparability).toContainEqual({
      level: "note",
      subject: "task",
      message: expect.stringContaining("proven worse, though within its margin"),
    });
  });

  it("notes missing answers, cases that a metric does not apply to, and a gate without a bound on errors", () => {
    const messages = report(of({ pp: 90, "p-": 4, nn: 6 })).comparability.map(({ message }) => message);
    expect(messages).toContainEqual(
      expect.stringMatching(/lacks a score for 4 of 100 planned pairs \(4\.0 %\)/),
    );
    expect(messages).toContainEqual(expect.stringMatching(/applies to 94 of 100 cases/));
    expect(messages).toContainEqual(expect.stringMatching(/does not bound error_rate/));
    const bounded = report(of({ pp: 90 }, [{ metric: "error_rate", atMost: 0.1 }]));
    expect(bounded.comparability.some(({ subject }) => subject === "error_rate")).toBe(false);
  });

  it("names cohorts that are too small for the gate", () => {
    const cases = casesOf(60, (index) => ({ cohorts: { tier: index < 2 ? "free" : "pro" } }));
    const criteria = [{ metric: "task", margin: 0.1, cohorts: ["all", "tier=*"], minimumCohortSize: 10 }];
    const found = report(reportInput(cases, pairsOf({ pp: 60 }), criteria));
    const note = found.comparability.find(({ subject }) => subject === "small cohorts");
    expect(note?.message).toContain("tier=free (2)");
  });

  it("lists declared differences, and declarations where nothing differs", () => {
    const input = of({ pp: 5 });
    expect(report(input).comparability[0]).toMatchObject({ level: "declared", subject: "prompt" });
    const candidate = { ...input.manifest.candidate, changes: ["prompt", "tools"] };
    const idle = report({ ...input, manifest: { ...input.manifest, candidate } }).comparability;
    expect(idle).toContainEqual(expect.objectContaining({ level: "note", subject: "tools" }));
  });

  it("compares every metric in every cohort of one tag, also where the gate does not ask", () => {
    const cases = casesOf(4, (index) => ({ cohorts: { tier: index < 1 ? "free" : "pro", language: "en" } }));
    const { comparisons } = report(reportInput(cases, ["pp", "pf", "fp", "p-"]));
    expect(comparisons.map(({ cohort, n }) => [cohort, n])).toEqual([
      ["all", 3],
      ["tier=free", 1],
      ["tier=pro", 2],
      ["language=en", 3],
      ["language=de", 0],
    ]);
    // Over the pairs that were judged on both sides: baseline 2 of 3, candidate 2 of 3.
    expect(comparisons[0]).toMatchObject({ regressed: 1, improved: 1 });
    expect(comparisons[0]!.baseline).toBeCloseTo(2 / 3, 12);
    expect(comparisons[0]!.pairs).toMatchObject({ planned: 4, scored: 3, candidateMissing: 1 });
    expect(comparisons[4]).toMatchObject({
      baseline: null,
      difference: null,
      interval: null,
      method: "none",
    });
  });
});

describe("the cases of a report", () => {
  const changes = (letters: Readonly<Record<string, Pairs>>) => {
    const cases = Object.keys(letters).map((id) => caseOf(id, { expected: { answer: "right" } }));
    return report(reportInput(cases, Object.values(letters)));
  };

  it("say what became of each, the ones to look at first in front", () => {
    const found = changes({
      a: "pp",
      b: "fp",
      c: "nn",
      d: "p-",
      e: "pf",
      f: "pe",
      g: "ff",
      h: "-p",
      i: "pn",
    });
    expect(found.cases.map(({ caseId, change }) => [caseId, change])).toEqual([
      ["e", "regressed"],
      ["i", "regressed"],
      ["d", "errored"],
      ["f", "errored"],
      ["h", "errored"],
      ["c", "unscored"],
      ["b", "improved"],
      ["a", "unchanged"],
      ["g", "unchanged"],
    ]);
    expect(found.caseCounts).toEqual({ regressed: 2, errored: 3, unscored: 1, improved: 1, unchanged: 2 });
  });

  it("show the first repetition in which the change is seen", () => {
    const [shown] = changes({ a: "pp pf pf" }).cases;
    expect(shown).toMatchObject({ change: "regressed", repetition: 2, regressedMetrics: ["task"] });
    expect(shown!.candidate.evaluations.task).toMatchObject({ pass: false });
    expect(shown!.baseline).toMatchObject({ text: "baseline p", failure: null });
  });

  it("say why a side has no answer, also for a trial that was not run", () => {
    const [shown] = changes({ a: "p-" }).cases;
    expect(shown!.candidate).toMatchObject({ text: null, failure: { kind: "provider" } });
    const input = reportInput([caseOf("a")], ["pp"]);
    const [notRun] = report({ ...input, samples: [], scores: [] }).cases;
    expect(notRun).toMatchObject({
      change: "errored",
      candidate: { text: null, failure: { kind: "aborted" } },
    });
  });

  it("regress when one of two evaluators says so, and name it", () => {
    const input = reportInput([caseOf("a")], ["pp"]);
    const tools = [
      scoreOf("a", "baseline", "p", { evaluator: "tools" }),
      scoreOf("a", "candidate", "f", { evaluator: "tools" }),
    ];
    const evaluators = [...input.manifest.evaluators, { name: "tools", version: "1" }];
    const manifest = { ...input.manifest, evaluators };
    const [shown] = report({ ...input, manifest, scores: [...input.scores, ...tools] }).cases;
    expect(shown).toMatchObject({ change: "regressed", regressedMetrics: ["tools"], improvedMetrics: [] });
  });

  it("cut long answers and inputs", () => {
    const item = caseOf("a", { input: { messages: [{ role: "user", content: "q".repeat(5000) }] } });
    const input = reportInput([item], ["pf"]);
    const samples = recordsOf({ a: "pf" }).samples.map((sample) => ({
      ...sample,
      output: { ...sample.output!, text: "x".repeat(9000) },
    }));
    const [shown] = report({ ...input, samples }).cases;
    expect([shown!.input.length, shown!.candidate.text!.length]).toEqual([2000, 4000]);
  });
});
