import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Calibration } from "../../src/core/calibration.ts";
import { readCsv, writeCsv } from "../../src/pipeline/csv.ts";
import { failing, type OpenAIServer, startOpenAIServer } from "../fixtures/openai-server.ts";
import { evals } from "../support/command-line.ts";
import { judging } from "../support/judge.ts";
import { type TestProject, testProject } from "../support/project.ts";

let server: OpenAIServer;
beforeAll(async () => {
  server = await startOpenAIServer();
});
beforeEach(() => {
  // A judge that likes what says "right", and is fooled by what says "sure".
  server.play(
    judging((_, { materials }) => ({
      verdict: /right|sure/.test(materials.get("the answer") ?? "") ? "met" : "not_met",
    })),
  );
});
afterAll(() => server.close());

/** Ten answers of forty are wrong on the candidate's side; two of them are sure of themselves. */
const cases = Array.from({ length: 40 }, (_, index) => ({
  id: `c${index}`,
  tier: index % 2 === 0 ? "free" : "pro",
  live: `right ${index}`,
  candidate: index < 8 ? `wrong ${index}` : index < 10 ? `sure ${index}` : `right, surely ${index}`,
  expected: { criteria: "The answer is right." },
}));

const judged = (
  votes = 1,
) => `import { defineEvaluation, openaiTarget, taskCompletionJudge } from "gatewright";
import tiny from "./tiny.eval.ts";
const judge = openaiTarget({
  model: "judge-1", baseURL: ${JSON.stringify(server.baseURL)}, prices: { inputUsdPerMillion: 10, outputUsdPerMillion: 10 },
});
export default defineEvaluation({
  ...tiny,
  gate: "../gates/judged.gate.ts",
  evaluators: [taskCompletionJudge({ judge, votes: ${votes} })],
});
`;

async function project(own = cases): Promise<TestProject> {
  const made = await testProject(own);
  made.write("evals/judged.eval.ts", judged());
  made.write(
    "gates/judged.gate.ts",
    'import { defineGate } from "gatewright";\nexport default defineGate({ name: "judged", criteria: [{ metric: "task_completion_judge", margin: 0.1 }] });\n',
  );
  return made;
}

const run = (folder: string, ...more: string[]) =>
  evals(folder, "run", "evals/judged.eval.ts", "--no-html", "--quiet", "--json", ...more);

interface Shown {
  readonly verdict: string;
  readonly judging: Record<string, { calls: number; reused: number; costUsd: number | null }>;
  readonly comparability: { subject: string; message: string }[];
  readonly decisions: { judge: unknown; reason: string; interval: { lower: number; upper: number } }[];
  readonly cases: { change: string; candidate: { evaluations: Record<string, object> } }[];
  readonly provenance: { runId: string };
}
const shown = (stdout: string) => JSON.parse(stdout) as Shown;

describe("a regression by a judge", () => {
  /** Twelve of the candidate's answers are stopped by the first vote; by later ones only where the answer says so. */
  const fickle = (isWrong: (answer: string) => boolean) =>
    judging((_, { materials }, { seed }) => {
      const answer = materials.get("the answer")!;
      const isStopped = isWrong(answer) || (seed === 1 && /surely (\d|1[01])$/.test(answer));
      return { verdict: isStopped ? "not_met" : "met" };
    });
  const surely = cases.map((item, index) => ({ ...item, candidate: `right, surely ${index}` }));

  it("does not block when the same judge takes it back, and is no pass either", async () => {
    server.play(fickle(() => false));
    const { folder } = await project(surely);
    const { exitCode, stdout } = await run(folder);
    const report = shown(stdout);
    expect([exitCode, report.verdict]).toEqual([3, "inconclusive"]);
    expect(report.decisions[0]!.reason).toMatch(
      /^by the first verdicts .*; judged again, that is no longer proven$/,
    );
    const notes = report.comparability.map(({ message }) => message).join("\n");
    expect(notes).toMatch(
      /judged 12 pairs with different verdicts again, both sides: 0 of 12 regressions and 0 of 0 improvements stood/,
    );
    // 80 first votes; two more for each side of twelve pairs.
    expect(report.judging.task_completion_judge).toMatchObject({ calls: 80 + 48 });
    const told = await evals(folder, "show", "latest", "c3");
    expect(told.stdout).toMatch(/task_completion_judge: FAIL .*judged again it passes by 3 votes/);
    expect(told.stdout).toMatch(/votes: FAIL, pass, pass; agreement 0\.67/);
    const [first] = report.cases;
    expect(first!.change).toBe("regressed");
    expect(first!.candidate.evaluations.task_completion_judge).toMatchObject({
      reason: expect.stringMatching(/judged again it passes by 3 votes/),
      votes: [{ pass: false }, { pass: true }, { pass: true }],
    });
  });

  it("blocks when it stands", async () => {
    server.play(fickle((answer) => /surely/.test(answer)));
    const { folder } = await project(surely);
    const { exitCode, stdout } = await run(folder);
    expect(exitCode).toBe(1);
    expect(shown(stdout).decisions[0]!.reason).toMatch(/; judged again, that stands$/);
  });

  it("blocks by the first verdicts where the judge is gone, and says so", async () => {
    const first = fickle(() => false);
    server.play((request, response) =>
      request.body.seed === 1 ? first(request, response) : failing(400, "gone")(request, response),
    );
    const { folder } = await project(surely);
    const { exitCode, stdout } = await run(folder);
    expect(exitCode).toBe(1);
    const notes = shown(stdout)
      .comparability.map(({ message }) => message)
      .join("\n");
    expect(notes).toMatch(
      /could not judge 12 pairs with different verdicts again; there the first verdicts count/,
    );
  });
});

describe("a judge that was down", () => {
  it("is asked again when the run is resumed, for what it did not judge alone", async () => {
    const honest = judging(() => ({ verdict: "met" }));
    let calls = 0;
    server.play((request, response) =>
      ++calls > 30 ? failing(400, "down")(request, response) : honest(request, response),
    );
    const { folder } = await project();
    const first = await run(folder);
    const { provenance, judging: used } = shown(first.stdout);
    expect(used.task_completion_judge).toMatchObject({ calls: 80 });
    server.play(honest);
    const resumed = shown((await run(folder, "--resume", provenance.runId)).stdout);
    expect(resumed.judging.task_completion_judge).toMatchObject({ calls: 80 + 50 });
    expect(resumed.verdict).toBe("pass");
  });
});

describe("a judge from its first run to a calibrated gate", () => {
  it("is unmeasured at first, costs once, and its labels make the gate wider", async () => {
    const { folder, read, write } = await project();
    const first = shown((await run(folder)).stdout);
    expect(first.judging.task_completion_judge).toMatchObject({
      calls: expect.any(Number),
      costUsd: expect.any(Number),
    });
    expect(first.comparability.map(({ message }) => message).join()).toMatch(
      /task_completion_judge is unmeasured/,
    );
    expect(first.decisions[0]!.judge).toBeNull();

    const again = shown((await run(folder)).stdout);
    expect(again.judging.task_completion_judge).toMatchObject({ calls: 0, costUsd: null });
    expect(again.verdict).toBe(first.verdict);

    const exported = await evals(folder, "label", "latest", "--size", "80", "--labels", "labels/done.jsonl");
    expect(exported).toMatchObject({ exitCode: 0 });
    expect(readdirSync(join(folder, "labels")).sort()).toEqual(["done.csv", "done.jsonl"]);
    const [head, ...rows] = readCsv(read("labels/done.csv"))!;
    expect(JSON.stringify([head, rows])).not.toMatch(/baseline|candidate|live/);
    const label = (answer: string) => (/^right/.test(answer) ? "good" : "bad");
    const answerAt = head!.indexOf("answer");
    for (const person of ["ann", "ben"]) {
      const filled = rows.map(([id, , ...rest]) => [id!, label([id, "", ...rest][answerAt]!), ...rest]);
      write(`labels/${person}.csv`, writeCsv([head!, ...filled]));
    }
    const readBack = await evals(
      folder,
      "label",
      "--labels",
      "labels/done.jsonl",
      "--read",
      "labels/ann.csv",
      "labels/ben.csv",
    );
    expect(readBack.stdout).toMatch(/80 answers: 70 good, 10 bad, 0 unsure/);
    expect(readBack.stdout).toMatch(/ann and ben agree on 80 of 80: kappa 1\.00/);

    const calibrated = await evals(
      folder,
      "calibrate",
      "task_completion_judge",
      "--labels",
      "labels/done.jsonl",
      "--evaluation",
      "evals/judged.eval.ts",
    );
    expect(calibrated).toMatchObject({ exitCode: 0 });
    // Every vote was cast in the runs before.
    expect(calibrated.stdout).toMatch(/The judge was asked 0 times; 80 votes were reused/);
    const calibration = JSON.parse(read("calibrations/task_completion_judge.json")) as Calibration;
    expect(calibration.measures.sensitivity.estimate).toBe(1);
    expect(calibration.measures.specificity.estimate).toBeCloseTo(0.8);
    expect(calibration.measures.n).toBe(80);
    expect(Object.keys(calibration.cohorts)).toEqual(["language=en", "tier=free", "tier=pro"]);

    const measured = shown((await run(folder)).stdout);
    expect(measured.decisions[0]!.judge).toMatchObject({ sensitivity: 1 });
    const width = ({ decisions: [decision] }: Shown) => decision!.interval.upper - decision!.interval.lower;
    expect(width(measured)).toBeGreaterThan(width(first));

    // Another number of votes is another version: what was measured does not hold for it.
    write("evals/judged.eval.ts", judged(3));
    const refused = await run(folder);
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toMatch(
      /calibrations\/task_completion_judge\.json: was made for version "criteria-1 .*votes=1/,
    );
    expect(refused.stderr).toMatch(/evals calibrate task_completion_judge --labels labels\/done\.jsonl/);
    write("evals/judged.eval.ts", judged().replace("judge-1", "judge-2"));
    expect((await run(folder)).stderr).toMatch(
      /was made with another judge \(openai judge-1, now openai judge-2\)/,
    );
  }, 60_000);

  it("ends as an error when the spend limit leaves answers unjudged", async () => {
    const { folder } = await project();
    const limited = await run(folder, "--maximum-cost-usd", "0.01");
    expect(limited.exitCode).toBe(4);
  });

  it("takes no label's place, and says what is wrong", async () => {
    const { folder, write } = await project();
    await run(folder);
    const label = (...more: string[]) => evals(folder, "label", ...more);
    expect((await label("latest", "--labels", "labels/x.jsonl")).exitCode).toBe(0);
    expect(await label("latest", "--labels", "labels/x.jsonl")).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/labels\/x\.jsonl is there already/),
    });
    expect((await label()).stderr).toMatch(/neither a run nor --read/);
    const empty = await label("--labels", "labels/x.jsonl", "--read", "labels/x.csv");
    expect(empty.stderr).toMatch(/labels\/x\.csv: nobody labelled anything/);
    const calibrate = (name: string) =>
      evals(folder, "calibrate", name, "--labels", "labels/x.jsonl", "--evaluation", "evals/judged.eval.ts");
    expect((await calibrate("task_completion_jugde")).stderr).toMatch(/did you mean "task_completion_judge"/);
    expect((await calibrate("task_completion_judge")).stderr).toMatch(
      /no answer with the label good was scored/,
    );
    write("calibrations/task_completion_judge.json", "{}");
    expect((await run(folder)).stderr).toMatch(
      /calibrations\/task_completion_judge\.json: is no calibration/,
    );
  });
});
