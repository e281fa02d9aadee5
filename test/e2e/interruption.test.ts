import { type ChildProcess, spawn } from "node:child_process";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import type { Report } from "../../src/index.ts";
import { evals } from "../support/command-line.ts";
import { casesOf, type TestProject, testProject } from "../support/project.ts";

const bin = resolve("dist/cli/bin.js");

/** A project whose calls take a while and are written down one by one, so that a test sees what was called. */
async function slowProject(
  n: number,
  change: Parameters<typeof casesOf>[1] = () => ({}),
): Promise<TestProject> {
  const project = await testProject(casesOf(n, change));
  const text = project
    .read("evals/tiny.eval.ts")
    .replace(
      'import { readFileSync } from "node:fs";',
      'import { appendFileSync, readFileSync } from "node:fs";',
    )
    .replace(
      "const answer = answers[name]",
      [
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text of a file
        'appendFileSync(new URL("./calls.log", import.meta.url), `${name}/${caseId}\\n`);',
        "await new Promise((done) => setTimeout(done, 20));",
        "const answer = answers[name]",
      ].join("\n"),
    );
  project.write("evals/tiny.eval.ts", text);
  project.write("evals/calls.log", "");
  return project;
}

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; signal: string | null; stdout: string; stderr: string }>;
}

function start({ folder }: TestProject, args: readonly string[], env: Record<string, string> = {}): Started {
  const words = [bin, "run", "evals/tiny.eval.ts", "--no-html", ...args];
  const child = spawn(process.execPath, words, { cwd: folder, env: { ...process.env, ...env } });
  const written = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => {
    written.stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    written.stderr += chunk;
  });
  const ended = new Promise<Awaited<Started["ended"]>>((done) =>
    child.on("close", (code, signal) => done({ code, signal, ...written })),
  );
  return { child, ended };
}

async function untilCalls(project: TestProject, count: number): Promise<void> {
  while (project.read("evals/calls.log").split("\n").length <= count)
    await new Promise((done) => setTimeout(done, 5));
}

const callsOf = (project: TestProject) => project.read("evals/calls.log").trim().split("\n");

describe("an interrupted run", () => {
  it("ends with 130 on Ctrl-C, prints the command that resumes, and pays for nothing twice", async () => {
    const project = await slowProject(100);
    const first = start(project, ["--json"]);
    await untilCalls(project, 40);
    first.child.kill("SIGINT");
    const stopped = await first.ended;
    expect(stopped.code).toBe(130);
    expect(stopped.stdout).toBe("");
    const command = stopped.stderr.match(/npx evals run (.*)$/m)?.[1];
    expect(command).toMatch(/--resume \S+/);
    const before = callsOf(project).length;
    expect(before).toBeLessThan(200);

    const resumed = await evals(project.folder, "run", ...command!.split(" "), "--no-html");
    expect(resumed.exitCode).toBe(0);
    const report = JSON.parse(resumed.stdout) as Report;
    expect(report.operations[0]).toMatchObject({ cohort: "all", planned: 100, answered: 100 });
    const calls = callsOf(project);
    expect(calls).toHaveLength(200);
    expect(new Set(calls).size).toBe(200);
  });

  it("prints the whole command: every option that it was started with, and no default", async () => {
    const project = await slowProject(100);
    const given =
      "--candidate candidate --baseline live --gate gates/tiny.gate.ts --cohort tier=free --repetitions 1 --no-cache --store other.sqlite --record 'new answers' --html out/r.html --junit out/r.xml --markdown out/r.md --json --quiet --debug";
    const words = given.replaceAll("'", "").replace("new answers", "new_answers").split(" ");
    const first = start(
      project,
      words.map((word) => word.replace("new_answers", "new answers")),
    );
    await untilCalls(project, 10);
    first.child.kill("SIGINT");
    expect((await first.ended).stderr).toMatch(
      new RegExp(`npx evals run evals/tiny.eval.ts --resume \\S+ ${given}\n`),
    );
    const second = start(project, []);
    await untilCalls(project, callsOf(project).length + 10);
    second.child.kill("SIGINT");
    expect((await second.ended).stderr).toMatch(/npx evals run evals\/tiny.eval.ts --resume \S+ --no-html\n/);
  });

  it("loses nothing that was answered to kill -9: at most the calls in flight are made again", async () => {
    const project = await slowProject(100);
    const first = start(project, []);
    await untilCalls(project, 60);
    first.child.kill("SIGKILL");
    expect((await first.ended).signal).toBe("SIGKILL");
    const made = callsOf(project).length;
    const { stdout } = await evals(project.folder, "runs");
    expect(stdout).toContain("not finished");

    const resumed = await evals(
      project.folder,
      "run",
      "evals/tiny.eval.ts",
      "--no-html",
      "--resume",
      stdout.split(" ")[0]!,
    );
    expect(resumed.exitCode).toBe(0);
    const again = callsOf(project).length - 200;
    expect(again).toBeGreaterThanOrEqual(0);
    // Eight trials at a time.
    expect(again).toBeLessThanOrEqual(8);
    expect(made).toBeLessThan(200);
  });

  it("still fails after it was resumed, when the failures were answered before it was interrupted", async () => {
    const project = await slowProject(100, (index) => (index < 30 ? { candidate: "wrong" } : {}));
    const first = start(project, []);
    await untilCalls(project, 120);
    first.child.kill("SIGINT");
    expect((await first.ended).code).toBe(130);
    const { stdout } = await evals(project.folder, "runs");
    const resumed = await evals(
      project.folder,
      "run",
      "evals/tiny.eval.ts",
      "--no-html",
      "--resume",
      stdout.split(" ")[0]!,
      "--json",
    );
    expect(resumed.exitCode).toBe(1);
    const report = JSON.parse(resumed.stdout) as Report;
    expect(report.caseCounts).toMatchObject({ regressed: 30, unchanged: 70 });
  });

  it("tries failed calls again when it is resumed, and counts those that fail again", async () => {
    const project = await slowProject(60, (index) => (index < 3 ? { candidate: "!provider" } : {}));
    const first = await evals(project.folder, "run", "evals/tiny.eval.ts", "--no-html", "--json");
    const report = JSON.parse(first.stdout) as Report;
    expect(report.caseCounts.errored).toBe(3);
    const again = await evals(
      project.folder,
      "run",
      "evals/tiny.eval.ts",
      "--no-html",
      "--json",
      "--resume",
      "latest",
    );
    expect((JSON.parse(again.stdout) as Report).provenance!.runId).toBe(report.provenance!.runId);
    expect(callsOf(project)).toHaveLength(123);
    expect((JSON.parse(again.stdout) as Report).caseCounts.errored).toBe(3);
    expect(again.exitCode).toBe(first.exitCode);
  });

  it.each([
    [
      "an evaluator",
      "evaluators: [taskCompletionEvaluator()]",
      'evaluators: [taskCompletionEvaluator(), { name: "stuck", version: "1", evaluate: () => new Promise(() => setInterval(() => {}, 1000)) }]',
    ],
    [
      "the end of a target",
      "target: functionTarget({ name,",
      "target: Object.assign({ close: () => new Promise(() => setInterval(() => {}, 1000)) }, functionTarget({ name,",
    ],
  ])("ends with the second Ctrl-C although %s never does", async (_, line, other) => {
    const project = await slowProject(100);
    const text = project.read("evals/tiny.eval.ts");
    expect(text).toContain(line);
    const whole = other.startsWith("target") ? text.replace("  } }),\n});", "  } })),\n});") : text;
    project.write("evals/tiny.eval.ts", whole.replace(line, other));
    const run = start(project, []);
    await untilCalls(project, 8);
    run.child.kill("SIGINT");
    await new Promise((done) => setTimeout(done, 100));
    run.child.kill("SIGINT");
    const { code, stderr } = await run.ended;
    expect(code).toBe(130);
    expect(stderr).toMatch(/npx evals run .*--resume \S+/);
  });

  it("is not resumed with another gate, dataset or release", async () => {
    const project = await testProject(casesOf(60));
    const first = await evals(project.folder, "run", "evals/tiny.eval.ts", "--no-html", "--json");
    const { runId } = (JSON.parse(first.stdout) as Report).provenance!;
    project.write(
      "gates/tiny.gate.ts",
      project.read("gates/tiny.gate.ts").replace("margin: 0.1", "margin: 0.2"),
    );
    const resumed = await evals(project.folder, "run", "evals/tiny.eval.ts", "--no-html", "--resume", runId);
    expect(resumed.exitCode).toBe(2);
    expect(resumed.stderr).toContain("the gate changed since it began");
    const unknown = await evals(project.folder, "run", "evals/tiny.eval.ts", "--no-html", "--resume", "none");
    expect(unknown).toMatchObject({ exitCode: 2 });
    expect(unknown.stderr).toContain("there is no run none to resume");
  });
});
