import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { evals } from "../support/command-line.ts";
import { casesOf, type TestProject, testProject } from "../support/project.ts";

// What a CI job sees of a process that ends otherwise than by a verdict: 0 and 1 are verdicts (README.md, exit codes), 4 is "could not measure".

const bin = resolve("dist/cli/bin.js");

/** Runs a line of bash in the project's folder; `$EVALS` is the command. */
async function bash({ folder }: TestProject, line: string) {
  const env = { ...process.env, EVALS: `${process.execPath} ${bin}` };
  const child = spawn("bash", ["-c", line], { cwd: folder, env });
  const written = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name].on("data", (chunk) => {
      written[name] += chunk;
    });
  const code = await new Promise((done) => child.on("close", done));
  return { code, ...written };
}

/** A project with a line of its evaluation file replaced by another. */
async function projectWith(line: string, other: string): Promise<TestProject> {
  const project = await testProject(casesOf(100));
  const text = project.read("evals/tiny.eval.ts");
  expect(text).toContain(line);
  project.write("evals/tiny.eval.ts", text.replace(line, other));
  return project;
}

const run = "$EVALS run evals/tiny.eval.ts --quiet";

describe("code that was given and ends the process", () => {
  const ofTarget = "const answer = answers[name]?.[caseId]";
  it.each([
    ["the target, with 0", ofTarget, `process.exit(0); ${ofTarget}`],
    ["the target, with 1", ofTarget, `process.exit(1); ${ofTarget}`],
    ["the file, when it is loaded", "const bundle", "process.exit(0); const bundle"],
  ])("gives no verdict, but 4: %s", async (_, line, other) => {
    const { code, stdout, stderr } = await bash(await projectWith(line, other), run);
    expect(code).toBe(4);
    expect(stdout).toBe("");
    expect(stderr).toContain("process.exit");
  });
});

describe("code that was given and never ends", () => {
  const evaluators = "evaluators: [taskCompletionEvaluator()]";
  const waiting = '{ name: "mine", version: "1", evaluate: () => new Promise(() => {}) }';
  it.each([
    ["an evaluator", evaluators, `evaluators: [taskCompletionEvaluator(), ${waiting}]`],
    ["the file, when it is loaded", "const bundle", "await new Promise(() => {}); const bundle"],
  ])("ends with 4 and says so: %s", async (_, line, other) => {
    const { code, stderr } = await bash(await projectWith(line, other), run);
    expect(code).toBe(4);
    expect(stderr).toContain("nothing is left to wait for");
  });
});

describe("an output that nobody reads to its end", () => {
  it.each(["2>&1 >/dev/null | true", "2>/dev/null | head -c 10"])("changes no verdict: %s", async (rest) => {
    const project = await testProject(casesOf(100, () => ({ candidate: "wrong" })));
    await bash(project, `( ${run} --json; echo $? > code ) ${rest}; while ! [ -s code ]; do sleep 0.1; done`);
    expect(project.read("code").trim()).toBe("1");
  });
});

describe("an older report at the path of a new one", () => {
  const reports = "--html out/r.html --junit out/r.xml --markdown out/r.md";
  it.each([
    ["a crash of the file that is loaded", "const bundle", "process.abort(); const bundle"],
    [
      "a kill in the middle of a run",
      "const answer =",
      'process.kill(process.pid, "SIGKILL"); const answer =',
    ],
    ["a target that ends the process", "const answer =", "process.exit(0); const answer ="],
  ])("is not there to be read as its outcome after %s", async (_, line, other) => {
    const project = await testProject(casesOf(100));
    expect((await bash(project, `${run} ${reports}`)).code).toBe(0);
    expect(readdirSync(join(project.folder, "out"))).toHaveLength(3);
    project.write("evals/tiny.eval.ts", project.read("evals/tiny.eval.ts").replace(line, other));
    const second = await bash(project, `${run} ${reports}`);
    expect(second.code).not.toBe(0);
    expect(readdirSync(join(project.folder, "out"))).toEqual([]);
  });

  it("is the refusal's where the configuration is broken, in a folder that is not there yet too", async () => {
    const project = await testProject(casesOf(100));
    project.write("evals.config.ts", "export default { stroe: 1 };");
    const { code, stderr } = await bash(project, `${run} ${reports}`);
    expect(code).toBe(2);
    expect(stderr).toContain('unknown key "stroe"');
    expect(project.read("out/r.xml")).toContain("<error");
  });
});

describe("a report that cannot be written", () => {
  it("is no pass, names the file, and keeps no other report from being written", async () => {
    const project = await testProject(casesOf(100));
    expect((await bash(project, `${run} --no-html`)).code).toBe(0);
    // No file may be longer than 60 KiB, as on a disk that is full; the HTML report is.
    const limited = "ulimit -f 60; $EVALS report latest --html out/r.html --junit out/r.xml";
    const { code, stderr, stdout } = await bash(project, limited);
    expect(code).toBe(4);
    expect(stderr).toContain("out/r.html: the html report could not be written");
    expect(stdout).toContain("PASS");
    expect(readdirSync(join(project.folder, "out"))).toEqual(["r.xml"]);
  });

  it("is refused before the run where another one is to be in the same file", async () => {
    const project = await testProject(casesOf(100));
    const { code, stderr } = await bash(project, `${run} --junit out/r --markdown ./out/r`);
    expect(code).toBe(2);
    expect(stderr).toContain("two reports would be written there");
  });
});

describe("an output that cannot be written to its end", () => {
  it("is no pass: a part of a report would be read as the whole", async () => {
    const project = await testProject(casesOf(100));
    expect((await evals(project.folder, "run", "evals/tiny.eval.ts", "--no-html")).exitCode).toBe(0);
    const report = await bash(project, "$EVALS report latest --json > whole.json");
    expect(report.code).toBe(0);
    expect(project.read("whole.json").length).toBeGreaterThan(150_000);
    // A file may be no longer than 100 KiB, as on a disk that is full.
    const cut = await bash(project, "ulimit -f 100; $EVALS report latest --json > cut.json");
    expect(cut.code).toBe(4);
    expect(cut.stderr).toContain("EFBIG");
  });
});
