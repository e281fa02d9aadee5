import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { main } from "../../src/cli/main.ts";
import type { Report } from "../../src/index.ts";
import { evals, fakeProcess } from "../support/command-line.ts";
import { casesOf, lock, type TestProject, testProject } from "../support/project.ts";

// A run is recorded, and the recording is run: same verdict, no call.

afterEach(() => {
  delete process.env.GATEWRIGHT_TEST_KEY;
});

const candidateAnswers = (index: number) =>
  index % 7 === 0 ? { candidate: "wrong" } : index === 5 ? { live: "!provider", candidate: "!timeout" } : {};

/** An evaluation of the recordings of a folder: the releases are what was recorded. */
function replayOf(project: TestProject, folder: string, components = "{}"): void {
  project.write(
    "evals/replay.eval.ts",
    `import { defineEvaluation, defineRelease, replayTarget, taskCompletionEvaluator } from "gatewright";
    const release = (name, changes = []) => defineRelease({ name, changes,
      components: ${components}, target: replayTarget({ file: new URL("../${folder}/" + name + ".jsonl", import.meta.url) }) });
    export default defineEvaluation({ name: "tiny", dataset: "../datasets/tiny", gate: "../gates/tiny.gate.ts", baseline: "live",
      candidate: "candidate", releases: [release("live"), release("candidate", ["prompt"])], evaluators: [taskCompletionEvaluator()] });`,
  );
}

const run = (project: TestProject, file: string, ...args: string[]) =>
  evals(project.folder, "run", `evals/${file}.eval.ts`, "--no-html", "--json", ...args);

const linesOf = (project: TestProject, file: string) =>
  project
    .read(file)
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

const judged = ({ verdict, decisions, comparisons, caseCounts, cases }: Report) => ({
  verdict,
  decisions,
  comparisons: comparisons.filter(({ metric }) => metric === "task_completion"),
  caseCounts,
  cases: cases.map(({ caseId, change, regressedMetrics }) => ({ caseId, change, regressedMetrics })),
});

describe("evals run --record", () => {
  it("gives the same verdict from the recording, with the same bundles, and calls nothing", async () => {
    const project = await testProject(casesOf(100, candidateAnswers));
    const first = await run(project, "tiny", "--record", "recorded/first");
    expect(first.stderr).toContain(
      "recorded answers: 99 of 100 in recorded/first/live.jsonl, 99 of 100 in recorded/first/candidate.jsonl; a trial without an answer replays as a failure",
    );
    project.write("evals/answers.json", "gone");
    replayOf(project, "recorded/first");
    const second = await run(project, "replay");
    expect(second.exitCode).toBe(first.exitCode);
    const reports = [first, second].map(({ stdout }) => JSON.parse(stdout) as Report);
    expect(judged(reports[1]!)).toEqual(judged(reports[0]!));
    const bundles = reports.map(({ provenance }) => [
      provenance!.baseline.fingerprint,
      provenance!.candidate.fingerprint,
    ]);
    expect(bundles[1]).toEqual(bundles[0]);
    // All that is known of both, beside the words of the trial that failed: a recording has no answer of it.
    const known = ({ comparability }: Report) =>
      comparability.filter(({ subject }) => subject !== "failures");
    expect(known(reports[1]!)).toEqual(known(reports[0]!));
  });

  it("says in the file what was recorded, and holds answers only", async () => {
    const project = await testProject(casesOf(60, candidateAnswers));
    await run(project, "tiny", "--record", "recorded");
    const [header, ...answers] = linesOf(project, "recorded/live.jsonl");
    expect(header.recording).toMatchObject({
      version: 1,
      release: "live",
      components: { prompt: "p-1", decoding: { temperature: 0 }, retriever: null },
      dataset: { name: "tiny", version: 1 },
    });
    expect(header.recording.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(answers).toHaveLength(59);
    expect(answers.map(({ caseId }) => caseId)).not.toContain("case-0005");
    for (const answer of answers)
      expect(answer).toMatchObject({ repetition: 1, text: "right", toolCalls: [] });
  });

  it("never overwrites: a file that is there is named, and nothing is called", async () => {
    const project = await testProject(casesOf(60));
    project.write("recorded/candidate.jsonl", "mine\n");
    const { exitCode, stderr } = await run(project, "tiny", "--record", "recorded");
    expect(exitCode).toBe(2);
    expect(stderr).toContain(
      "--record: recorded/candidate.jsonl: there is a file already, and it is not overwritten",
    );
    expect(stderr).toContain("give `--record` another folder, or move the file away");
    expect(project.read("recorded/candidate.jsonl")).toBe("mine\n");
    expect(existsSync(join(project.folder, "recorded/live.jsonl"))).toBe(false);
    expect((await evals(project.folder, "runs")).stdout).toBe("");
    const twice = ["tiny", "--record", "other"] as const;
    await run(project, ...twice);
    const before = project.read("other/live.jsonl");
    expect((await run(project, ...twice)).exitCode).toBe(2);
    expect(project.read("other/live.jsonl")).toBe(before);
  });

  it("refuses a folder that cannot be written", async () => {
    const project = await testProject(casesOf(60));
    project.write("file", "");
    const { exitCode, stderr } = await run(project, "tiny", "--record", "file");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("--record: file: nothing can be written there");
  });

  it("records both sides of a release that is compared with itself", async () => {
    const project = await testProject(casesOf(60));
    const { exitCode } = await run(project, "tiny", "--candidate", "live", "--record", "recorded");
    expect(exitCode).toBe(0);
    expect(readdirSync(join(project.folder, "recorded")).sort()).toEqual([
      "live.baseline.jsonl",
      "live.candidate.jsonl",
    ]);
  });

  it("writes no secret", async () => {
    const key = "sk-test-0123456789abcdef-4711";
    const project = await testProject(casesOf(60, () => ({ live: `right ${key}`, candidate: "right" })));
    const before = process.cwd();
    process.chdir(project.folder);
    try {
      const args = ["run", "evals/tiny.eval.ts", "--no-html", "--record", "recorded"];
      await main(fakeProcess(args, { GATEWRIGHT_TEST_KEY: key }).process);
    } finally {
      process.chdir(before);
    }
    const text = project.read("recorded/live.jsonl");
    expect(text).toContain("right [redacted]");
    expect(text).not.toContain(key);
  });

  it("goes on with the recording of an interrupted run, whatever became of its last line", async () => {
    const project = await testProject(casesOf(100, candidateAnswers));
    const before = process.cwd();
    process.chdir(project.folder);
    const {
      process: fake,
      written,
      signal,
    } = fakeProcess(["run", "evals/tiny.eval.ts", "--no-html", "--record", "recorded"]);
    try {
      const running = main(fake);
      const file = join(project.folder, "recorded/candidate.jsonl");
      while (!existsSync(file) || statSync(file).size < 3000) await new Promise((done) => setImmediate(done));
      signal("SIGINT");
      expect(await running).toBe(130);
    } finally {
      process.chdir(before);
    }
    const command = written.stderr.match(/npx evals run (.*)$/m)![1]!;
    expect(command).toContain("--record recorded");
    project.write("recorded/live.jsonl", project.read("recorded/live.jsonl").slice(0, -20));
    const resumed = await evals(project.folder, "run", ...command.split(" "), "--no-html");
    expect(resumed.stderr).toContain(
      "99 of 100 in recorded/live.jsonl, 99 of 100 in recorded/candidate.jsonl",
    );
    for (const side of ["live", "candidate"]) {
      const [, ...answers] = linesOf(project, `recorded/${side}.jsonl`);
      expect(new Set(answers.map(({ caseId }) => caseId)).size).toBe(99);
      expect(answers).toHaveLength(99);
    }
  });
});

describe("a recording that is replayed", () => {
  async function recorded(): Promise<TestProject> {
    const project = await testProject(casesOf(60));
    await run(project, "tiny", "--record", "recorded");
    replayOf(project, "recorded");
    return project;
  }

  it("is refused as another bundle than was recorded", async () => {
    const project = await recorded();
    replayOf(project, "recorded", "{ decoding: { temperature: 1 } }");
    const { exitCode, stderr } = await run(project, "replay");
    expect(exitCode).toBe(2);
    expect(stderr).toContain('name the component "decoding", differently');
  });

  it("is refused with components that were edited", async () => {
    const project = await recorded();
    const text = project.read("recorded/candidate.jsonl");
    project.write("recorded/candidate.jsonl", text.replace('"p-2"', '"p-1"'));
    const { exitCode, stderr } = await run(project, "replay");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("candidate.jsonl:1: the components are not those that were recorded");
  });

  it("answers no case that asks something else now", async () => {
    const project = await recorded();
    const cases = project.read("datasets/tiny/cases.jsonl");
    project.write("datasets/tiny/cases.jsonl", cases.replace("question case-0003", "another question"));
    await lock(project.folder);
    const { stdout } = await run(project, "replay");
    const report = JSON.parse(stdout) as Report;
    expect(report.caseCounts).toMatchObject({ errored: 1, unchanged: 59 });
    const shown = await evals(project.folder, "show", "latest", "case-0003");
    expect(shown.stdout).toContain("was recorded in");
    expect(shown.stdout).toContain("with another input");
  });

  it("answers no case that failed when it was recorded", async () => {
    const project = await recorded();
    const lines = project.read("recorded/live.jsonl").split("\n");
    const kept = lines.filter((line) => !line.includes('"case-0004"'));
    project.write("recorded/live.jsonl", kept.join("\n"));
    const report = JSON.parse((await run(project, "replay")).stdout) as Report;
    expect(report.caseCounts.errored).toBe(1);
  });
});
