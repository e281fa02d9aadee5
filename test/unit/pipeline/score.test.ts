import { describe, expect, it, vi } from "vitest";
import type { Evaluator, EvaluatorInput } from "../../../src/core/extensions.ts";
import { redactor } from "../../../src/core/redact.ts";
import { type Evaluation, scored, scoreSchema, unscored } from "../../../src/core/score.ts";
import { score } from "../../../src/pipeline/score.ts";
import { sampleOf } from "../../../src/testing.ts";
import { caseOf } from "./support.ts";

const sample = sampleOf("c", { text: "an answer" });

function evaluatorOf(evaluate: Evaluator["evaluate"] | (() => unknown), name = "task"): Evaluator {
  return { name, version: "3", evaluate: evaluate as Evaluator["evaluate"] };
}

async function evaluationOf(evaluate: Evaluator["evaluate"] | (() => unknown)): Promise<Evaluation> {
  const [only] = await score(caseOf("c"), sample, [evaluatorOf(evaluate)], (text) => text);
  return only!.evaluation;
}

describe("the scores of a sample", () => {
  it("are one for each evaluator, with its name and version and the place of the sample", async () => {
    const scores = await score(
      caseOf("c"),
      sample,
      [
        evaluatorOf(() => scored(1, true, "right"), "one"),
        evaluatorOf(async () => unscored("nothing"), "two"),
      ],
      (text) => text,
    );
    expect(
      scores.map(({ evaluator, version, evaluation }) => [evaluator, version, evaluation.status]),
    ).toEqual([
      ["one", "3", "scored"],
      ["two", "3", "unscored"],
    ]);
    for (const own of scores) {
      expect(scoreSchema.parse(own)).toEqual(own);
      expect(own).toMatchObject({ caseId: "c", side: "candidate", repetition: 1, trialKey: sample.trialKey });
    }
  });

  it("are none without an answer: a failed trial is missing, never a number", async () => {
    const failure = { kind: "timeout", message: "late", retryable: true } as const;
    let asked = false;
    const evaluator = evaluatorOf(() => {
      asked = true;
      return scored(0, false, "wrong");
    });
    expect(
      await score(caseOf("c"), { ...sample, output: null, failure }, [evaluator], (text) => text),
    ).toEqual([]);
    expect(asked).toBe(false);
  });

  it("show the evaluator the case, its sample and the spans", async () => {
    const spans = [
      { spanId: "1", parentSpanId: null, name: "s", startOffsetMs: 0, durationMs: 1, attributes: {} },
    ];
    let seen: unknown;
    const evaluator = evaluatorOf((input: unknown) => {
      seen = input;
      return unscored("");
    });
    await score(caseOf("c"), { ...sample, spans }, [evaluator], (text) => text);
    expect(seen).toMatchObject({ case: { id: "c" }, sample: { output: { text: "an answer" } }, spans });
  });
});

describe("an evaluator that shows no evidence", () => {
  it("gives a score all the same", async () => {
    expect(await evaluationOf(() => ({ status: "scored", value: 1, pass: true, reason: "short" }))).toEqual(
      scored(1, true, "short"),
    );
  });
});

describe("an evaluator that is broken", () => {
  it.each([
    ["throws", () => Promise.reject(new Error("division by zero")), "division by zero"],
    ["throws a text", () => Promise.reject("out of memory"), "out of memory"],
  ])("and %s gives an error with its reason, not a score", async (_, evaluate, reason) => {
    expect(await evaluationOf(evaluate)).toEqual({ status: "error", reason });
  });

  it("and throws at once gives an error too, and the next evaluator is still asked", async () => {
    const broken = evaluatorOf(() => {
      throw new TypeError("undefined is not a function");
    });
    const scores = await score(
      caseOf("c"),
      sample,
      [broken, evaluatorOf(() => scored(1, true, "r"), "fine")],
      (text) => text,
    );
    expect(scores.map(({ evaluation }) => evaluation.status)).toEqual(["error", "scored"]);
  });

  it.each([
    ["nothing", undefined],
    ["null", null],
    ["a number", 0.5],
    ["a pass without a value", { status: "scored", pass: true, reason: "r", evidence: [] }],
    ["a value above 1", scored(1.5, true, "r")],
    ["a value below 0", scored(-1, true, "r")],
    ["a value that is no number", scored(Number.NaN, true, "r")],
    ["a pass that is a text", { ...scored(1, true, "r"), pass: "yes" }],
    ["no reason", { status: "unscored" }],
    ["an unknown status", { status: "passed", reason: "r" }],
    ["evidence that is none", { ...scored(1, true, "r"), evidence: ["looks good"] }],
  ])("and returns %s gives an error, never a pass", async (_, returned) => {
    const evaluation = await evaluationOf(() => returned);
    expect(evaluation.status).toBe("error");
    expect((evaluation as { reason: string }).reason).toContain("no evaluation");
  });

  // Guarded against: what is thrown need not have a text; `String(error)` then throws itself and the run ends.
  it("and throws what cannot be turned into text gives an error too", async () => {
    expect((await evaluationOf(() => Promise.reject(Object.create(null)))).status).toBe("error");
  });

  // Guarded against: evaluators are given the very answer that the next one judges, so one that changes it changes the verdict of others.
  it("and changes the answer does not change what the next one sees", async () => {
    const changing = evaluatorOf(({ sample: given }: Parameters<Evaluator["evaluate"]>[0]) => {
      given.output.text = "the expected answer";
      return unscored("");
    });
    let seen = "";
    const next = evaluatorOf(({ sample: given }: Parameters<Evaluator["evaluate"]>[0]) => {
      seen = given.output.text;
      return unscored("");
    });
    await score(caseOf("c"), sampleOf("c", { text: "an answer" }), [changing, next], (text) => text);
    expect(seen).toBe("an answer");
  });

  // Guarded against: the case is shared by both sides. An evaluator that adds what it saw to the expected answers accepts everything from then on.
  it.each([
    [
      "the tags of the case",
      ({ case: given }: EvaluatorInput) => delete (given.cohorts as Record<string, string>).tier,
    ],
    [
      "an expectation of the case",
      ({ case: given }: EvaluatorInput) => ((given.expected as { answer: string }).answer = "anything"),
    ],
    [
      "the usage of the sample",
      ({ sample: given }: EvaluatorInput) => ((given.usage as { costUsd: number }).costUsd = 0),
    ],
    [
      "the latency of the sample",
      ({ sample: given }: EvaluatorInput) => ((given as { latencyMs: number }).latencyMs = 0),
    ],
  ])("and changes %s does not change what the next one and the report see", async (_, change) => {
    const item = { ...caseOf("c"), cohorts: { tier: "free" }, expected: { answer: "right" } };
    const own = sampleOf("c", { text: "an answer" });
    const before = structuredClone({ item, own });
    const changing = evaluatorOf((input: EvaluatorInput) => {
      change(input);
      return unscored("");
    });
    await score(item, own, [changing], (text) => text);
    expect({ item, own }).toEqual(before);
  });
});

describe("secrets in an evaluation", () => {
  it("are removed from reason and evidence", async () => {
    const evidence = [{ subject: "the-secret-key", finding: "found the-secret-key", supports: false }];
    const evaluators = [
      evaluatorOf(() => scored(0, false, "the answer names the-secret-key", evidence), "one"),
      evaluatorOf(() => Promise.reject(new Error("401: the-secret-key")), "two"),
    ];
    const scores = await score(caseOf("c"), sample, evaluators, redactor(["the-secret-key"]));
    expect(JSON.stringify(scores)).not.toContain("the-secret-key");
    expect(scores[1]!.evaluation).toEqual({ status: "error", reason: "401: [redacted]" });
  });
});

describe("an evaluator that never ends", () => {
  const endless = evaluatorOf(() => new Promise(() => {}), "endless");

  it("is given up when the run is, and leaves an error that a continuation tries again", async () => {
    const run = new AbortController();
    const scores = score(caseOf("c"), sample, [endless], (text) => text, { abort: run.signal });
    run.abort();
    expect((await scores)[0]!.evaluation).toMatchObject({ status: "error", kind: "aborted" });
  });

  it("is named once it has taken a minute, and not before", async () => {
    vi.useFakeTimers();
    try {
      const run = new AbortController();
      const named: string[] = [];
      const onSlow = (evaluator: string, { caseId }: { caseId: string }) =>
        named.push(`${evaluator} ${caseId}`);
      const scores = score(caseOf("c"), sample, [endless], (text) => text, { abort: run.signal, onSlow });
      vi.advanceTimersByTime(59_000);
      expect(named).toEqual([]);
      vi.advanceTimersByTime(2000);
      expect(named).toEqual(["endless c"]);
      run.abort();
      await scores;
    } finally {
      vi.useRealTimers();
    }
  });
});
