import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { main } from "../../src/cli/main.ts";
import type { Report } from "../../src/index.ts";
import { evals, fakeProcess } from "../support/command-line.ts";
import { casesOf, testProject } from "../support/project.ts";

const run = ["run", "evals/tiny.eval.ts"];

describe("looking at a run", () => {
  it("shows one case in full: input, expectation, both answers and why each scored as it did", async () => {
    const { folder } = await testProject(
      casesOf(60, (index) => (index === 3 ? { candidate: "quite wrong" } : {})),
    );
    await evals(folder, ...run, "--no-html");
    const { exitCode, stdout } = await evals(folder, "show", "latest", "case-0003");
    expect(exitCode).toBe(0);
    for (const part of [
      "question case-0003",
      '"answer": "right"',
      "baseline (live)",
      "candidate (candidate)",
      "quite wrong",
      "task_completion: FAIL",
    ]) {
      expect(stdout).toContain(part);
    }
    const json = JSON.parse((await evals(folder, "show", "latest", "case-0003", "--json")).stdout);
    expect(json.trials.map((trial: { sample: { side: string } }) => trial.sample.side)).toEqual([
      "baseline",
      "candidate",
    ]);
  });

  it("says which case was meant when there is none of that name", async () => {
    const { folder } = await testProject(casesOf(60));
    await evals(folder, ...run, "--no-html");
    const { exitCode, stderr } = await evals(folder, "show", "latest", "case-003");
    expect(exitCode).toBe(2);
    expect(stderr).toContain('has no case "case-003"');
    expect(stderr).toContain("did you mean");
  });

  it("renders a stored report again, byte for byte, with the exit code of its run", async () => {
    const project = await testProject(casesOf(60, (index) => (index < 30 ? { candidate: "wrong" } : {})));
    const first = await evals(
      project.folder,
      ...run,
      "--json",
      "--html",
      "first.html",
      "--junit",
      "first.xml",
      "--markdown",
      "first.md",
    );
    expect(first.exitCode).toBe(1);
    const again = await evals(
      project.folder,
      "report",
      "latest",
      "--json",
      "--html",
      "again.html",
      "--junit",
      "again.xml",
      "--markdown",
      "again.md",
    );
    expect(again.exitCode).toBe(1);
    expect(again.stdout).toBe(first.stdout);
    for (const ending of ["html", "xml", "md"]) {
      expect(project.read(`again.${ending}`)).toBe(project.read(`first.${ending}`));
    }
  });

  it("prints a report of any format on standard output for the path -, and writes no file of that name", async () => {
    const project = await testProject(casesOf(60));
    const run = await evals(project.folder, "run", "evals/tiny.eval.ts", "--no-html", "--markdown", "-");
    expect(run.exitCode).toBe(0);
    expect(run.stdout).toMatch(/^#+ /);
    for (const [option, begin] of [
      ["--junit", "<?xml"],
      ["--html", "<!doctype html>"],
      ["--markdown", run.stdout],
    ] as const) {
      const again = await evals(project.folder, "report", "latest", option, "-");
      expect(again.stdout.slice(0, begin.length).toLowerCase()).toBe(begin.toLowerCase());
    }
    const history = await evals(project.folder, "report", "--history", "--html", "-");
    expect(history.stdout).toMatch(/^<!doctype html>/i);
    expect(readdirSync(project.folder)).not.toContain("-");
  });

  it("shows the history of an evaluation and runs side by side, with the intervals of each", async () => {
    const project = await testProject(casesOf(60, (index) => (index < 30 ? { candidate: "wrong" } : {})));
    for (let i = 0; i < 2; i++) await evals(project.folder, ...run, "--no-html");
    const { exitCode, stdout } = await evals(project.folder, "report", "--history", "--html", "history.html");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^1 {2}fail .*live → candidate/);
    expect(
      stdout.match(/100\.0 % → 50\.0 % {2}−50\.0 \[−\d+\.\d, −\d+\.\d\] {2}60 cases/g)?.length,
    ).toBeGreaterThan(1);
    expect(stdout).not.toContain("another baseline");
    const page = project.read("history.html");
    expect(page).toContain("2 runs");
    expect(page).not.toContain("<script");
    const ids = (await evals(project.folder, "runs")).stdout.split("\n").map((line) => line.split(" ")[0]!);
    const both = await evals(project.folder, "report", ids[0]!, ids[1]!, "--json");
    expect(JSON.parse(both.stdout).map((each: Report) => each.provenance?.runId)).toEqual([ids[0], ids[1]]);
    for (const wrong of [["report"], ["report", ids[0]!, ids[1]!, "--junit", "x.xml"]])
      expect((await evals(project.folder, ...wrong)).exitCode).toBe(2);
  });

  it("lists runs with their verdicts, newest first", async () => {
    const project = await testProject(casesOf(60));
    await evals(project.folder, ...run, "--no-html");
    await evals(project.folder, ...run, "--no-html", "--cohort", "tier=free");
    const { stdout } = await evals(project.folder, "runs");
    const verdicts = stdout
      .trimEnd()
      .split("\n")
      .map((line) => line.split(/\s+/)[3]);
    expect(verdicts).toEqual(["inconclusive", "pass"]);
  });

  it("keeps standard output for the result: the report alone, and progress on standard error", async () => {
    const { folder } = await testProject(casesOf(60));
    const { stdout, stderr } = await evals(folder, ...run, "--json");
    const report = JSON.parse(stdout) as Report;
    expect(report.provenance).toMatchObject({
      dataset: { name: "tiny", version: 1, cases: 60 },
      plannedTrials: 120,
    });
    for (const member of ["verdict", "exitCode", "decisions", "comparisons", "comparability", "provenance"]) {
      expect(report).toHaveProperty(member);
    }
    expect(stderr).toContain("120/120 trials");
    expect(stderr).toContain("html report: reports/tiny.html");
  });
});

describe("secrets", () => {
  it("never reach the store or a report, also when the target echoes them", async () => {
    const secret = "very-secret-value-4711";
    const project = await testProject(
      casesOf(60, (index) => (index === 0 ? { candidate: `wrong: ${secret}` } : {})),
    );
    const before = process.cwd();
    process.chdir(project.folder);
    const { process: fake, written } = fakeProcess(
      [...run, "--json", "--html", "r.html", "--junit", "r.xml", "--markdown", "r.md"],
      {
        SOME_API_KEY: secret,
      },
    );
    try {
      await main(fake);
    } finally {
      process.chdir(before);
    }
    const store = project.read(".evals/store.sqlite");
    const texts = [written.stdout, written.stderr, store, ...["r.html", "r.xml", "r.md"].map(project.read)];
    expect(written.stdout).toContain("wrong: [redacted]");
    for (const text of texts) expect(text).not.toContain(secret);
  });
});

describe("the command line itself", () => {
  it.each(["--version", "-V"])("%s prints the version of the package", async (option) => {
    const { exitCode, stdout } = await evals(".", option);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it("--help lists the commands and the exit codes", async () => {
    const { exitCode, stdout } = await evals(".", "--help");
    expect(exitCode).toBe(0);
    for (const word of [
      "run",
      "show",
      "report",
      "runs",
      "promote",
      "rollback",
      "promotions",
      "power",
      "dataset",
      "130 interrupted",
    ])
      expect(stdout).toContain(word);
  });
});
