import { describe, expect, it } from "vitest";
import { evals } from "../support/command-line.ts";
import { casesOf, testProject } from "../support/project.ts";

const folder = "datasets/tiny";
const cases = `${folder}/cases.jsonl`;

describe("a dataset that an editor saved with a byte order mark", () => {
  it("is the same dataset", async () => {
    const project = await testProject(casesOf(60));
    for (const file of ["datasets/tiny/cases.jsonl", "datasets/tiny/dataset.yaml"])
      project.write(file, `\ufeff${project.read(file)}`);
    expect(await evals(project.folder, "dataset", "check", "datasets/tiny")).toMatchObject({
      exitCode: 0,
      stderr: "",
    });
  });
});

describe("evals dataset", () => {
  it("checks a dataset that matches its lock, and counts its cohorts", async () => {
    const project = await testProject(casesOf(60));
    const { exitCode, stdout } = await evals(project.folder, "dataset", "check", folder);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("tiny v1: 60 cases");
    expect(stdout).toContain("tier=free: 30");
    expect(stdout).toContain("language=de: 0");
  });

  it("fails when a case changed without a new version, and names the line", async () => {
    const project = await testProject(casesOf(60));
    project.write(cases, project.read(cases).replace("question case-0007", "another question"));
    const { exitCode, stderr } = await evals(project.folder, "dataset", "check", folder);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("cases.jsonl:8: the dataset changed since version 1");
  });

  it("fails when a required cohort is thin, and names it", async () => {
    const project = await testProject(casesOf(60));
    const file = `${folder}/dataset.yaml`;
    project.write(
      file,
      `${project.read(file)}requiredCohorts: [{cohort: tier=free & language=en, minimumCases: 40}]\n`,
    );
    await evals(project.folder, "dataset", "lock", folder);
    const { exitCode, stderr } = await evals(project.folder, "dataset", "check", folder);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("tier=free & language=en has 30 of 40");
  });

  it("makes versions, says what changed case by case, and compares any two of them", async () => {
    const project = await testProject(casesOf(6));
    const lines = project.read(cases).trimEnd().split("\n");
    const edited = [
      lines[0]!.replace("question", "a question"),
      ...lines.slice(2),
      lines[1]!.replaceAll("case-0001", "case-9999"),
    ];
    project.write(cases, `${edited.join("\n")}\n`);
    const second = await evals(project.folder, "dataset", "lock", folder, "--note", "clearer wording");
    expect(second.exitCode).toBe(0);
    expect(second.stdout.split("\n")).toEqual([
      "tiny v2: 1 added, 1 removed, 1 changed",
      "  + case-9999",
      "  - case-0001",
      "  ~ case-0000: input",
      "",
    ]);
    project.write(cases, `${project.read(cases).replace('"tier":"free"', '"tier":"pro"')}`);
    await evals(project.folder, "dataset", "lock", folder);
    const later = await evals(project.folder, "dataset", "diff", "v2", "v3");
    expect(later.stdout).toBe("tiny v2 → v3: 1 changed\n  ~ case-0000: cohorts\n");
    const both = await evals(project.folder, "dataset", "diff", "v1", "v3", folder);
    expect(both.stdout).toContain("  ~ case-0000: cohorts, input\n");
    const back = await evals(project.folder, "dataset", "diff", "v3", "v1");
    expect(back.stdout).toContain("  + case-0001\n");
    expect(back.stdout).toContain("  - case-9999\n");
    expect((await evals(project.folder, "dataset", "check", folder)).exitCode).toBe(0);
  });

  it("makes no new version when nothing changed, and none when only the order did", async () => {
    const project = await testProject(casesOf(6));
    project.write(cases, `${project.read(cases).trimEnd().split("\n").reverse().join("\n")}\n`);
    const { stdout } = await evals(project.folder, "dataset", "lock", folder);
    expect(stdout).toContain("nothing changed, no new version");
  });

  it("knows no version that was never made", async () => {
    const project = await testProject(casesOf(6));
    const { exitCode, stderr } = await evals(project.folder, "dataset", "diff", "v1", "v7");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("tiny has no version v7");
  });
});
