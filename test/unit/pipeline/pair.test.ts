import { describe, expect, it } from "vitest";
import { pair, sumCounts } from "../../../src/pipeline/pair.ts";
import { caseOf, casesOf, type Pairs, recordsOf, scoreOf } from "./support.ts";

/** The outcome of one case from its letters: baseline and candidate, one pair for each repetition. */
function outcomeOf(pairs: Pairs) {
  const { scores } = recordsOf({ c: pairs });
  return pair([caseOf("c")], scores, "task", pairs.split(" ").length)[0]!;
}

const zero = { scored: 0, notApplicable: 0, candidateMissing: 0, baselineMissing: 0, bothMissing: 0 };

describe("a pair of trials", () => {
  // First letter the baseline, second the candidate: p passed, f not passed, n nothing to judge, e evaluator error, - no answer.
  it.each([
    ["pp", "scored"],
    ["pf", "scored"],
    ["fp", "scored"],
    ["ff", "scored"],
    ["nn", "notApplicable"],
    ["p-", "candidateMissing"],
    ["pe", "candidateMissing"],
    ["fn", "candidateMissing"],
    ["-p", "baselineMissing"],
    ["ef", "baselineMissing"],
    ["--", "bothMissing"],
    ["ee", "bothMissing"],
    ["e-", "bothMissing"],
    ["-e", "bothMissing"],
  ])("%s is %s", (pairs, kind) => {
    expect(outcomeOf(pairs).counts).toEqual({ planned: 1, ...zero, [kind]: 1 });
  });

  it("does not apply where the baseline had nothing to judge and the candidate has no score", () => {
    for (const pairs of ["nn", "n-", "ne"]) {
      const { counts, observed, worstCase } = outcomeOf(pairs);
      expect(counts).toEqual({ planned: 1, ...zero, notApplicable: 1 });
      expect([observed, worstCase]).toEqual([null, null]);
    }
  });

  it("that was never run is missing, not left out", () => {
    const [outcome] = pair([caseOf("c")], [], "task", 3);
    expect(outcome!.counts).toEqual({ planned: 3, ...zero, bothMissing: 3 });
    expect(outcome!.observed).toBeNull();
    expect(outcome!.worstCase).toEqual({ baseline: 1, candidate: 0 });
  });
});

describe("the rates of a case", () => {
  it("are means over the pairs that were scored on both sides", () => {
    // Of four pairs three are scored: the baseline passed in 2 of 3, the candidate in 1 of 3.
    const { observed } = outcomeOf("pp pf ff p-");
    expect(observed!.baseline).toBeCloseTo(2 / 3, 12);
    expect(observed!.candidate).toBeCloseTo(1 / 3, 12);
  });

  it("count every missing score against the candidate in the worst case", () => {
    // Baseline p p ? f → 1 1 1 0, candidate p ? p ? → 1 0 1 0.
    expect(outcomeOf("pp p- -p fe").worstCase).toEqual({ baseline: 0.75, candidate: 0.5 });
    expect(outcomeOf("-- ee").worstCase).toEqual({ baseline: 1, candidate: 0 });
    expect(outcomeOf("pf fp").worstCase).toEqual(outcomeOf("pf fp").observed);
  });

  it("of the candidate alone are over its own trials", () => {
    expect(outcomeOf("pp -f -p p-").candidateAlone).toEqual({ sum: 2, scored: 3, missing: 1 });
    expect(outcomeOf("p- p-").candidateAlone).toEqual({ sum: 0, scored: 0, missing: 2 });
    // The candidate found nothing to judge where the baseline was judged: a score is missing.
    expect(outcomeOf("pn nn").candidateAlone).toEqual({ sum: 0, scored: 0, missing: 1 });
  });
});

describe("the pairing of a dataset", () => {
  const letters = ["pp", "pf", "n-", "nn", "p-", "-f", "--", "ef", "ne", "fp"];
  const cases = casesOf(letters.length);
  const { scores } = recordsOf(new Map(cases.map(({ id }, index) => [id, letters[index]!])));

  it("has counts that sum to what was planned: cases × repetitions", () => {
    const { planned, ...kinds } = sumCounts(pair(cases, scores, "task", 2));
    expect(planned).toBe(cases.length * 2);
    expect(Object.values(kinds).reduce((sum, count) => sum + count, 0)).toBe(planned);
  });

  it("gives one outcome for each case, in the order of the cases, whatever the order of the scores", () => {
    const outcomes = pair(cases, scores, "task", 1);
    expect(outcomes.map(({ caseId }) => caseId)).toEqual(cases.map(({ id }) => id));
    expect(pair(cases, [...scores].reverse(), "task", 1)).toEqual(outcomes);
  });

  it("looks at one metric alone", () => {
    const other = recordsOf({ c0000: "ff" }, "tools").scores;
    expect(pair(cases, [...scores, ...other], "task", 1)).toEqual(pair(cases, scores, "task", 1));
    expect(sumCounts(pair(cases, scores, "tools", 1)).bothMissing).toBe(cases.length);
  });

  it("refuses two scores for the same side, case and repetition", () => {
    const twice = scoreOf("c0000", "candidate", "p");
    expect(() => pair(cases, [...scores, twice], "task", 1)).toThrow(RangeError);
    const again = scoreOf("c0000", "candidate", "f", { repetition: 2 });
    expect(() => pair(cases, [...scores, again], "task", 2)).not.toThrow();
  });

  it.each([
    ["case", scoreOf("unknown", "candidate", "f")],
    ["repetition", scoreOf("c0000", "candidate", "f", { repetition: 9 })],
  ])("refuses a score of a %s that was not planned, and does not drop it", (_, stray) => {
    expect(() => pair(cases, [...scores, stray], "task", 1)).toThrow("which was not planned");
  });

  it("takes the cluster of a case, or its own id where it shares none", () => {
    const mixed = [caseOf("a", { cluster: "talk" }), caseOf("b")];
    expect(pair(mixed, [], "task", 1).map(({ cluster }) => cluster)).toEqual(["talk", "b"]);
  });
});
