import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PowerPlan, powerReporter } from "../../src/index.ts";
import { completion, json, type OpenAIServer, startOpenAIServer } from "../fixtures/openai-server.ts";
import { evals } from "../support/command-line.ts";
import { readQuestion, verdictsText } from "../support/judge.ts";
import { casesOf, type TestCase, type TestProject, testProject } from "../support/project.ts";

const file = "evals/tiny.eval.ts";

async function planOf(folder: string, ...args: string[]): Promise<PowerPlan> {
  const { exitCode, stdout } = await evals(folder, "power", file, "--json", ...args);
  expect(exitCode).toBe(0);
  return JSON.parse(stdout) as PowerPlan;
}

const criterionOf = (plan: PowerPlan, cohort: string) =>
  plan.criteria.find((criterion) => criterion.cohort === cohort)!;

/** A project whose cases of this number of letters answer by script: the n-th call of a case is right for `p`, wrong for `f`. */
async function scripted(
  n: number,
  script: (index: number) => string,
  change: (index: number) => Partial<TestCase> = () => ({}),
): Promise<TestProject> {
  const project = await testProject(casesOf(n, change));
  const scripts = Object.fromEntries(
    casesOf(n).map(({ id }, index): [string, string] => [id, script(index)]),
  );
  const text = project
    .read(file)
    .replace(
      /const answer = .*\n[^\n]*\n\s*return answer;/,
      [
        "calls[caseId] = (calls[caseId] ?? 0) + 1;",
        'const text = scripts[caseId][calls[caseId] - 1] === "p" ? "right" : "wrong";',
        "return { text, usage: { costUsd: 0.01 } };",
      ].join("\n"),
    )
    .replace("const bundle", `const calls = {};\nconst scripts = ${JSON.stringify(scripts)};\nconst bundle`);
  project.write(file, text);
  return project;
}

describe("evals power without any run", () => {
  it("assumes that one case in ten differs, says so, and plans by the published formulas", async () => {
    const { folder } = await testProject(casesOf(100));
    const plan = await planOf(folder);
    expect(plan).toMatchObject({
      schemaVersion: 1,
      evaluation: "tiny",
      dataset: { name: "tiny", version: 1, cases: 100 },
      drop: 0.05,
      power: 0.8,
      alpha: 0.05,
      repetitions: 1,
      calls: 200,
      costUsd: null,
      callCost: null,
    });
    expect(plan.criteria.map(({ cohort }) => cohort)).toEqual(["all", "tier=free", "tier=pro"]);
    const all = criterionOf(plan, "all");
    expect(all).toMatchObject({
      metric: "task_completion",
      margin: 0.1,
      cases: 100,
      clusters: 100,
      canPass: true,
      // ⌈1.645² · 0.9 / 0.1⌉
      minimumCases: 25,
      discordance: { share: 0.1, source: "assumed", runId: null, cohort: null, cases: 0 },
      byRepetitions: null,
    });
    // Connor 1987 at a drop of 5 points and ψ = .10: 246. Non-inferiority at 10 points: ⌈6.183 · 0.1 / 0.01⌉ = 62.
    expect(all.now).toMatchObject({ casesForHarm: 246, casesForSafety: 62, calls: 492, costUsd: null });
    // √.1 · (1.6449·10 + .8416·√98.003) / 100.708
    expect(all.now.smallestVisibleDrop).toBeCloseTo(0.0778, 4);
    expect(plan.notes.join("\n")).toContain("10.0 % of the cases differ");
    expect(plan.notes.join("\n")).toContain(`evals run ${file} --candidate live`);
  });

  it("takes the drop and the probability that it is given", async () => {
    const { folder } = await testProject(casesOf(100));
    const plan = await planOf(folder, "--drop", "0.02", "--power", "0.8");
    // The table of Connor's formula: 2 points at ψ = .10 need 1544.
    expect(criterionOf(plan, "all").now.casesForHarm).toBe(1544);
    // ((1.6449 + 1.2816)/.1)² · .1 = 85.6
    expect(criterionOf(await planOf(folder, "--power", "0.9"), "all").now.casesForSafety).toBe(86);
  });

  it("prints the table on standard output and the notes on standard error", async () => {
    const { folder } = await testProject(casesOf(40));
    const { exitCode, stdout, stderr } = await evals(folder, "power", file);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("cases to see a drop of 5.0 points with a probability of 80.0 %");
    expect(stdout).toMatch(/\n {2}all\s+10\.0\s+40\s+10\.0 % a\s+\S+\s+246\s+62\s+492\s+neither/);
    expect(stdout).toMatch(/tier=free\s+10\.0\s+20 .* NEVER PASSES/);
    expect(stdout).not.toContain("note:");
    expect(stderr).toContain(
      "note: task_completion in tier=free can never pass as it is: a margin of 10.0 points needs at least 25 cases, the cohort has 20",
    );
  });

  it("takes the only evaluation of the project", async () => {
    const { folder } = await testProject(casesOf(100));
    expect((await evals(folder, "power")).exitCode).toBe(0);
  });

  it("counts the cases of a cluster once, and stretches what is needed by them", async () => {
    const { folder } = await testProject(casesOf(100, (index) => ({ cluster: `talk-${index >> 1}` })));
    const all = criterionOf(await planOf(folder), "all");
    expect(all).toMatchObject({ cases: 100, clusters: 50, minimumCases: 50 });
    expect(all.now).toMatchObject({ casesForHarm: 492, casesForSafety: 124, calls: 984 });
  });
});

describe("evals power with stored runs", () => {
  it("measures noise by a run of the same release on both sides, with its costs", async () => {
    // Of 100 cases 10, all of them free, come out differently the second time: ψ = .10 over all, .20 in tier=free.
    const { folder } = await scripted(100, (index) => (index < 20 && index % 2 === 0 ? "pf" : "pp"));
    await evals(folder, "run", file, "--candidate", "live", "--no-html");
    const plan = await planOf(folder);
    const all = criterionOf(plan, "all");
    expect(all.discordance).toMatchObject({ share: 0.1, source: "same-release", cohort: "all", cases: 100 });
    // On top of the noise a drop of .05: ψ = .15, (1.6449·√.15 + .8416·√.1475)²/.05² = 368.9.
    expect(all.now).toMatchObject({ casesForHarm: 369, casesForSafety: 62, calls: 738 });
    expect(all.now.costUsd).toBeCloseTo(7.38, 9);
    expect(plan.costUsd).toBeCloseTo(2, 9);
    // Noise of .1/3: ψ = .08333, (1.6449·.288675 + .8416·.284312)²/.05² = 203.98; safety: 6.183·.03333/.01 = 20.6 < 25.
    expect(all.byRepetitions!.map(({ repetitions }) => repetitions)).toEqual([1, 3, 5]);
    expect(all.byRepetitions![1]).toMatchObject({ casesForHarm: 204, casesForSafety: 25, calls: 204 * 6 });
    expect(criterionOf(plan, "tier=free").discordance).toMatchObject({
      share: 0.2,
      cohort: "tier=free",
      cases: 50,
    });
    // Nothing differed among the 50 paying cases: one is taken.
    expect(criterionOf(plan, "tier=pro").discordance).toMatchObject({ share: 0.02, isFloor: true });
  });

  it("prefers it to a newer comparison of two releases, which is used by itself or where it is named", async () => {
    const { folder } = await scripted(100, (index) => (index < 20 ? "pfpp" : "pppp"));
    await evals(folder, "run", file, "--no-html");
    const compared = await planOf(folder);
    expect(criterionOf(compared, "all")).toMatchObject({
      discordance: { share: 0.2, source: "comparison" },
      byRepetitions: null,
      // Connor 1987 at 5 points and ψ = .20.
      now: { casesForHarm: 493 },
    });
    expect(compared.notes.join("\n")).toContain("includes real change");
    const text = compared.notes.join("\n");
    expect(text).toContain("cannot be judged without repeated runs");
    const { runId } = criterionOf(compared, "all").discordance;
    await evals(folder, "run", file, "--candidate", "live", "--no-html");
    await evals(folder, "run", file, "--no-html");
    expect(criterionOf(await planOf(folder), "all").discordance.source).toBe("same-release");
    const named = await planOf(folder, "--run", runId!);
    expect(criterionOf(named, "all").discordance).toMatchObject({ source: "comparison", runId });
  });

  it("measures noise by repetitions of the baseline in any run", async () => {
    // The first repetition of both sides comes before the second: both sides pass once and fail once.
    const { folder } = await scripted(60, (index) => (index < 12 ? "ppff" : "pppp"));
    await evals(folder, "run", file, "--repetitions", "2", "--no-html");
    const plan = await planOf(folder);
    // Each of 12 cases of 60 has one pass and one failure on each side: variance .5, mean .1, twice that .2.
    expect(criterionOf(plan, "all").discordance).toMatchObject({ source: "repetitions", cases: 60 });
    expect(criterionOf(plan, "all").discordance.share).toBeCloseTo(0.2, 12);
    const { stdout } = await evals(folder, "power", file);
    expect(stdout).toContain("What repetitions would do");
    expect(stdout).toContain("measured by repetitions of the baseline in run");
  });

  it("says so where the named run did not judge the metric, and where the run is of another baseline", async () => {
    const project = await testProject(casesOf(100));
    await evals(project.folder, "run", file, "--no-html", "--baseline", "candidate");
    const other = await planOf(project.folder);
    expect(other.notes.join("\n")).toMatch(/run \S+ was made with another baseline/);
    const definition = project.read(file);
    project.write(
      file,
      definition.replace("taskCompletionEvaluator()]", '{ ...taskCompletionEvaluator(), version: "99" }]'),
    );
    const unjudged = await planOf(project.folder, "--run", "latest");
    expect(criterionOf(unjudged, "all").discordance.source).toBe("assumed");
    expect(unjudged.notes.join("\n")).toMatch(/run \S+ did not judge task_completion/);
  });

  it("does not count cases that gave the metric nothing to judge", async () => {
    const { folder } = await testProject(casesOf(100, (index) => (index < 40 ? { expected: {} } : {})));
    const { exitCode } = await evals(folder, "run", file, "--no-html");
    expect([0, 3]).toContain(exitCode);
    const all = criterionOf(await planOf(folder), "all");
    expect(all).toMatchObject({ cohortCases: 100, cases: 60 });
  });
});

describe("evals power where evaluators ask models", () => {
  let server: OpenAIServer;
  beforeAll(async () => {
    server = await startOpenAIServer();
    // A judge that likes what says "right", and uses a hundred tokens for it.
    server.play((request, response) => {
      const { ids, materials } = readQuestion(request.body.messages as { content: string }[]);
      const verdict = /right/.test(materials.get("the answer") ?? "") ? "met" : "not_met";
      const usage = { prompt_tokens: 90, completion_tokens: 10, total_tokens: 100 };
      json(completion({ content: verdictsText(ids, () => ({ verdict })) }, "stop", { usage }))(
        request,
        response,
      );
    });
  });
  afterAll(() => server.close());

  /** Sixty cases, of which forty have criteria to judge by; each answer is one of its own and costs a cent. */
  async function judged(votes: number, prices = "{ inputUsdPerMillion: 10, outputUsdPerMillion: 10 }") {
    const change = (index: number): Partial<TestCase> => ({
      live: `right ${index}`,
      candidate: `right, surely ${index}`,
      expected: index < 40 ? { criteria: "The answer is right." } : {},
    });
    const project = await testProject(casesOf(60, change));
    const text = project.read(file);
    const definition = text
      .replace(/return answer;/, "return { text: answer, usage: { costUsd: 0.01 } };")
      .replace("defineEvaluation", "defineEvaluation, openaiTarget, taskCompletionJudge")
      .replace(
        "taskCompletionEvaluator()]",
        `taskCompletionJudge({ name: "judged", votes: ${votes}, judge: openaiTarget({ model: "judge-1", baseURL: ${JSON.stringify(server.baseURL)}, prices: ${prices} }) })]`,
      );
    project.write(file, definition);
    project.write(
      "gates/tiny.gate.ts",
      'export default { name: "tiny", criteria: [{ metric: "judged", margin: 0.1 }] };\n',
    );
    return project;
  }

  it("says how often judges are asked at most, and that they are not in the cost", async () => {
    const { folder } = await judged(3);
    const plan = await planOf(folder);
    // 60 cases on 2 sides, 3 votes each; ⌈6.183 · 0.1 / 0.01⌉ = 62 and Connor's 246 cases on 2 sides.
    expect(plan.judging).toEqual([
      { evaluator: "judged", callsPerAnswer: 3, calls: 360, costUsd: null, measured: null },
    ]);
    expect(criterionOf(plan, "all").now).toMatchObject({ calls: 492, judgeCalls: 1476, wholeCostUsd: null });
    expect(plan.wholeCostUsd).toBeNull();
    expect(plan.notes.join("\n")).toMatch(
      /judging by judged is not in the cost: no stored run .* says what its judge costs/,
    );
    const { stdout } = await evals(folder, "power", file);
    expect(stdout).toContain("Judging it by judged: up to 360 calls, at a cost that is not known");
    expect(server.requests).toEqual([]);
  });

  it("takes calls and cost from the newest run that was judged by this version, votes that were reused among the calls", async () => {
    const { folder, read, write } = await judged(3);
    await evals(folder, "run", file, "--no-html");
    const paid = await planOf(folder);
    // A third of the cases has nothing to judge by: 80 answers of 120 got 3 votes, of 100 tokens at 10 USD a million.
    const [judge] = paid.judging;
    expect(judge).toMatchObject({
      callsPerAnswer: 2,
      calls: 240,
      measured: { calls: 240, reused: 0, callsPerAnswer: 2 },
    });
    expect(judge!.costUsd).toBeCloseTo(0.24, 9);
    expect(judge!.measured!.usdPerCall).toBeCloseTo(0.001, 12);
    expect(paid.costUsd).toBeCloseTo(1.2, 9);
    expect(paid.wholeCostUsd).toBeCloseTo(1.44, 9);
    const { now } = criterionOf(paid, "all");
    expect(now.judgeCalls).toBe(now.calls * 2);
    expect(now.wholeCostUsd).toBeCloseTo(now.calls * 0.012, 9);
    expect(paid.notes.join("\n")).not.toContain("not in the cost");
    const { stdout } = await evals(folder, "power", file);
    expect(stdout).toContain("Judging it by judged: up to 240 calls, about 0.2400 US dollars");
    expect(stdout).toContain("Calls and judging together, about 1.44 US dollars");
    expect(stdout).toMatch(/USD +of these calls and of judging/);

    // The second run reuses each vote and pays for none: what a call costs is known by the first.
    await evals(folder, "run", file, "--no-html");
    expect((await planOf(folder)).judging).toEqual(paid.judging);

    // Another number of votes is another version, of which nothing is known.
    write(file, read(file).replace("votes: 3", "votes: 5"));
    expect((await planOf(folder)).judging).toEqual([
      { evaluator: "judged", callsPerAnswer: 5, calls: 600, costUsd: null, measured: null },
    ]);
  });

  it("knows calls without a cost where no price is known, and says which votes were reused", async () => {
    const { folder } = await judged(1, "undefined");
    await evals(folder, "run", file, "--no-html");
    await evals(folder, "run", file, "--no-html");
    const plan = await planOf(folder);
    expect(plan.judging).toMatchObject([
      { calls: 80, costUsd: null, measured: { calls: 0, reused: 80, usdPerCall: null } },
    ]);
    const notes = plan.notes.join("\n");
    expect(notes).toContain("judging by judged is not in the cost");
    expect(notes).toMatch(/80 of 80 votes of judged were reused/);
  });
});

describe("the table of evals power", () => {
  it("shows no control character of a name, and keeps to the width of the terminal", async () => {
    const { folder } = await testProject(casesOf(100));
    const plan = await planOf(folder);
    const hostile = { ...plan, evaluation: "tiny\u001b[31m" };
    const text = powerReporter({ width: 90 }).render(hostile);
    expect(text).toContain("tiny⟨U+001B⟩[31m");
    for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(90);
  });
});

describe("evals power refuses, 2", () => {
  it.each([
    [["--drop", "5"], "give a number above 0 and below 1"],
    [["--drop", ""], "give a number above 0 and below 1"],
    [["--power", "0.5"], "give a number above 0.5 and below 1"],
    [["--run", "none"], "the store holds no run"],
    [["--dorp", "0.1"], "unknown option"],
  ])("%j", async (args, message) => {
    const { folder } = await testProject(casesOf(60));
    const { exitCode, stdout, stderr } = await evals(folder, "power", file, ...args);
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
  });

  it("a missing evaluation, a broken gate and a run of another evaluation", async () => {
    const project = await testProject(casesOf(60));
    expect((await evals(project.folder, "power", "evals/none.eval.ts")).exitCode).toBe(2);
    await evals(project.folder, "run", file, "--no-html");
    const definition = project.read(file);
    project.write(file, definition.replace('name: "tiny",\n  dataset', 'name: "other",\n  dataset'));
    const { exitCode, stderr } = await evals(project.folder, "power", file, "--run", "latest");
    expect(exitCode).toBe(2);
    expect(stderr).toContain('is of the evaluation "tiny", not of "other"');
    project.write("gates/tiny.gate.ts", project.read("gates/tiny.gate.ts").replace("margin", "margn"));
    expect((await evals(project.folder, "power", file)).exitCode).toBe(2);
  });
});
