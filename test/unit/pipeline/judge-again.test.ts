import { describe, expect, it } from "vitest";
import type { Sample } from "../../../src/core/sample.ts";
import { type Evaluation, type Score, scored } from "../../../src/core/score.ts";
import { judgeAgain } from "../../../src/pipeline/judge-again.ts";
import { lastScores } from "../../../src/pipeline/last-scores.ts";
import { tellJudgedAgain } from "../../../src/pipeline/summarise-judging.ts";
import { mcnemar, seededRandom, tangoNonInferiority } from "../../../src/stats/index.ts";
import { type Letter, recordsOf, scoreOf } from "./support.ts";

type Asked = { readonly sample: Sample; readonly round: number };

/** Judges what letters say, in further rounds by `again`; tells what was asked and kept. */
async function again(
  letters: Readonly<Record<string, string>>,
  verdict: (asked: Asked) => Evaluation | null,
  more: { judges?: string[]; stop?: AbortSignal } = {},
) {
  const { samples, scores } = recordsOf(letters);
  const asked: string[] = [];
  const kept: string[] = [];
  const found = await judgeAgain({
    scores,
    samples,
    judges: more.judges ?? ["task"],
    async judge(sample, evaluator, round) {
      asked.push(`${sample.caseId} ${sample.side} ${round}`);
      const evaluation = verdict({ sample, round });
      if (evaluation === null) return null;
      const { caseId, side, repetition } = sample;
      return { ...scoreOf(caseId, side, "p", { repetition, evaluator }), evaluation, round };
    },
    keep: async (pair) => void kept.push(pair.map(({ caseId, side }) => `${caseId} ${side}`).join("+")),
    concurrency: 2,
    stop: more.stop ?? new AbortController().signal,
  });
  return { found, asked: asked.sort(), kept, scores: [...scores, ...found] };
}

const withVotes = (pass: boolean): Evaluation => ({
  ...scored(pass ? 1 : 0, pass, "over all votes"),
  votes: Array.from({ length: 3 }, () => ({ value: 1, pass, problem: null, reused: false })),
});

const verdictOf = (scores: readonly Score[], caseId: string, side: string) => {
  const own = lastScores(scores).find((score) => score.caseId === caseId && score.side === side);
  return own?.evaluation.status === "scored" ? own.evaluation.pass : own?.evaluation.status;
};

describe("judging again", () => {
  it("takes both sides of each pair with different verdicts, regressed or improved, and no other", async () => {
    const { asked, kept } = await again(
      { a: "pf", b: "fp", c: "pp", d: "ff", e: "pe", f: "p-", g: "pn" },
      () => withVotes(true),
    );
    expect(asked).toEqual(["a baseline 2", "a candidate 2", "b baseline 2", "b candidate 2"]);
    expect(kept.sort()).toEqual(["a baseline+a candidate", "b baseline+b candidate"]);
  });

  it("takes each repetition for itself", async () => {
    const { asked } = await again({ a: "pp pf" }, () => withVotes(true));
    expect(asked).toHaveLength(2);
  });

  it("lets the further round count, for the gate as for the report", async () => {
    const { scores } = await again({ a: "pf", b: "pf" }, ({ sample }) =>
      withVotes(sample.caseId === "a" || sample.side === "baseline"),
    );
    expect([verdictOf(scores, "a", "baseline"), verdictOf(scores, "a", "candidate")]).toEqual([true, true]);
    expect([verdictOf(scores, "b", "baseline"), verdictOf(scores, "b", "candidate")]).toEqual([true, false]);
    expect(tellJudgedAgain(scores)).toEqual([
      {
        level: "note",
        subject: "judged again",
        message:
          "task judged 2 pairs with different verdicts again, both sides: 1 of 2 regressions and 0 of 0 improvements stood",
      },
    ]);
  });

  it("asks a judge without votes twice more, and the majority of the three counts", async () => {
    const { asked, scores } = await again({ a: "pf" }, ({ sample, round }) =>
      scored(0.5, sample.side === "baseline" ? round === 2 : true, `round ${round}`),
    );
    expect(asked).toEqual(["a baseline 2", "a baseline 3", "a candidate 2", "a candidate 3"]);
    expect([verdictOf(scores, "a", "baseline"), verdictOf(scores, "a", "candidate")]).toEqual([true, true]);
  });

  it("leaves a pair as it was where a side cannot be judged again", async () => {
    const error: Evaluation = { status: "error", reason: "down", kind: "provider" };
    for (const failing of [error, null]) {
      const { kept, scores } = await again({ a: "pf" }, ({ sample }) =>
        sample.side === "baseline" ? withVotes(false) : failing,
      );
      expect(kept).toEqual([]);
      expect([verdictOf(scores, "a", "baseline"), verdictOf(scores, "a", "candidate")]).toEqual([
        true,
        false,
      ]);
    }
  });

  it("is not done twice, nor for an evaluator that is no judge, nor in a run that is stopped", async () => {
    const first = await again({ a: "pf" }, ({ sample }) => withVotes(sample.side === "baseline"));
    const { samples } = recordsOf({ a: "pf" });
    const never = async () => {
      throw new Error("asked again");
    };
    const input = { samples, judge: never, keep: never, concurrency: 1, stop: new AbortController().signal };
    expect(await judgeAgain({ ...input, scores: first.scores, judges: ["task"] })).toEqual([]);
    expect((await again({ a: "pf" }, () => withVotes(true), { judges: ["other"] })).asked).toEqual([]);
    const stopped = new AbortController();
    stopped.abort();
    expect((await again({ a: "pf" }, () => withVotes(true), { stop: stopped.signal })).asked).toEqual([]);
  });
});

/** A judge that passes good answers and stops bad ones with these probabilities, by its own chance for each side and round. */
interface Skill {
  readonly sensitivity: number;
  readonly specificity: number;
}

/** Pairs that regressed and improved. */
interface Counts {
  readonly regressions: number;
  readonly improvements: number;
}

/**
 * Runs of 150 cases, four in five of them good on the live side; of a share of all the candidate is bad where the live release is good. Gives the
 * counts by first verdicts and by all verdicts.
 */
async function simulate(
  { sensitivity, specificity }: Skill,
  loss: number,
  selection: "both" | "regressions" = "both",
): Promise<{ first: Counts; all: Counts }[]> {
  const { uniform } = seededRandom(`${sensitivity} ${specificity} ${loss}`);
  const truth = Array.from({ length: cases }, (_, index) => {
    const live = index < cases * 0.8;
    return { live, next: live && index >= cases * loss };
  });
  const said = (isGood: boolean) => uniform() < (isGood ? sensitivity : 1 - specificity);
  const isGood = ({ caseId, side }: Sample) => truth[Number(caseId)]![side === "baseline" ? "live" : "next"];
  const found: { first: Counts; all: Counts }[] = [];
  for (let run = 0; run < runs; run++) {
    const letter = (good: boolean): Letter => (said(good) ? "p" : "f");
    const letters = truth.map(
      ({ live, next }, index) => [`${index}`, `${letter(live)}${letter(next)}`] as const,
    );
    const chosen = letters.filter(([, pair]) => pair === "pf" || (selection === "both" && pair === "fp"));
    const { scores } = await again(Object.fromEntries(chosen), ({ sample }) =>
      scored(1, said(isGood(sample)), "said"),
    );
    const now = chosen.map(
      ([id]) => `${verdictOf(scores, id, "baseline")} ${verdictOf(scores, id, "candidate")}`,
    );
    const count = (pair: string) => letters.filter(([, found]) => found === pair).length;
    const untouched = selection === "both" ? 0 : count("fp");
    found.push({
      first: { regressions: count("pf"), improvements: count("fp") },
      all: {
        regressions: now.filter((pair) => pair === "true false").length,
        improvements: now.filter((pair) => pair === "false true").length + untouched,
      },
    });
  }
  return found;
}

const cases = 150;
const runs = 200;
const margin = 0.1;
const fails = (counts: Counts) => mcnemar(counts).exactHarm <= 0.05;
const passes = (counts: Counts) => tangoNonInferiority({ ...counts, n: cases }, margin).pValue <= 0.05;
const share = <T>(found: readonly T[], holds: (one: T) => boolean) =>
  found.filter(holds).length / found.length;
const meanLoss = (found: readonly Counts[]) =>
  found.reduce((sum, { regressions, improvements }) => sum + (regressions - improvements) / cases, 0) /
  found.length;

describe("judging again, by simulation", () => {
  const fair = { sensitivity: 0.85, specificity: 0.85 };
  const lopsided = { sensitivity: 0.95, specificity: 0.6 };

  it("makes false fails rarer: a fail must be one by first verdicts and by all", async () => {
    const found = await simulate(fair, 0);
    const before = share(found, ({ first }) => fails(first));
    const after = share(found, ({ first, all }) => fails(first) && fails(all));
    expect(before).toBeLessThanOrEqual(0.08);
    expect(after).toBeLessThanOrEqual(before);
    expect(after).toBeLessThan(0.03);
  });

  it("hardly ever lets a true loss go that first verdicts had proven", async () => {
    for (const skill of [fair, lopsided]) {
      const proven = (await simulate(skill, 0.2)).filter(({ first }) => fails(first));
      expect(proven.length).toBeGreaterThan(runs / 4);
      expect(share(proven, ({ all }) => fails(all))).toBeGreaterThan(0.9);
    }
  });

  it("may not decide a pass: all verdicts show a smaller loss than first ones where the judge is lopsided", async () => {
    const found = await simulate(lopsided, margin);
    const [first, all] = [found.map((one) => one.first), found.map((one) => one.all)];
    // By enumeration .878 of the loss is left.
    expect(meanLoss(all) / meanLoss(first)).toBeGreaterThan(0.8);
    expect(meanLoss(all) / meanLoss(first)).toBeLessThan(0.95);
    expect(share(all, passes)).toBeGreaterThan(share(first, passes) + 0.1);
  });

  it("would favour the candidate if regressions alone were judged again", async () => {
    const found = await simulate(fair, 0, "regressions");
    expect(Math.abs(meanLoss(found.map(({ first }) => first)))).toBeLessThan(0.01);
    expect(meanLoss(found.map(({ all }) => all))).toBeLessThan(-0.05);
  });
});
