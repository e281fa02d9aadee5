import { describe, expect, it } from "vitest";
import type { Sample } from "../../../src/core/sample.ts";
import type { Score } from "../../../src/core/score.ts";
import { failureFindings } from "../../../src/pipeline/failure-findings.ts";
import { sampleFor, scoreOf } from "./support.ts";

const failed = (
  caseId: string,
  message: string,
  side: Sample["side"] = "candidate",
  kind = "provider",
): Sample => ({
  ...sampleFor(caseId, side, "-"),
  failure: { kind, message, retryable: true } as Sample["failure"],
});
const broken = (caseId: string, reason: string, evaluator = "task"): Score => ({
  ...scoreOf(caseId, "candidate", "e", { evaluator }),
  evaluation: { status: "error", reason },
});
const messages = (samples: Sample[], scores: Score[] = []) =>
  failureFindings({ samples, scores }).map(({ message }) => message);

// A server that is down: whoever reads the report must not have to open a case to learn it.
describe("what a report says of failures", () => {
  it("names the side, the number, the words and a case", () => {
    const refused = "could not reach 127.0.0.1:8009: connect ECONNREFUSED 127.0.0.1:8009";
    expect(messages([sampleFor("a", "baseline", "p"), failed("b", refused), failed("a", refused)])).toEqual([
      `2 trials of the candidate have no answer; all of them: "provider: ${refused}", as in a`,
    ]);
    expect(messages([failed("a", "late", "baseline", "rate_limit")])).toEqual([
      '1 trial of the baseline has no answer; "rate limit: late", as in a',
    ]);
  });

  it("quotes what was said most often, whatever the order of the records", () => {
    const samples = [
      failed("a", "status 500"),
      failed("b", "status 401"),
      failed("c", "status 401"),
      failed("d", "x"),
    ];
    const expected = [
      '4 trials of the candidate have no answer; most often (2): "provider: status 401", as in b',
    ];
    expect(messages(samples)).toEqual(expected);
    expect(messages(samples.reverse())).toEqual(expected);
  });

  it("says why an evaluator gave no score, each evaluator by itself", () => {
    const scores = [
      broken("a", "x is not a function", "z"),
      broken("b", "no rubric"),
      broken("c", "no rubric"),
    ];
    expect(messages([], scores)).toEqual([
      'task could not judge 2 answers; all of them: "no rubric", as in b',
      'z could not judge 1 answer; "x is not a function", as in a',
    ]);
  });

  it("says nothing of answers, nor of calls that the spend limit kept from being made", () => {
    expect(
      messages([sampleFor("a", "candidate", "p"), failed("b", "the limit", "candidate", "budget")]),
    ).toEqual([]);
    expect(messages([], [scoreOf("a", "candidate", "n")])).toEqual([]);
  });

  it("quotes a long message on one line and cuts it, no character in half", () => {
    const [message] = messages([failed("a", `first\n\n  second ${"😀".repeat(5000)}`)]);
    expect(message).toContain("provider: first second 😀");
    expect(message!.length).toBeLessThan(300);
    expect(() => encodeURIComponent(message!)).not.toThrow();
  });
});
