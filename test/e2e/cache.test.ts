import { expect, it } from "vitest";
import { reportSchema } from "../../src/core/report.ts";
import { evals } from "../support/command-line.ts";
import { casesOf, type TestProject, testProject } from "../support/project.ts";

/** A project whose function says that it may be cached, or does not; each call is written down. */
async function cachedProject(cacheable: boolean): Promise<TestProject> {
  const project = await testProject(casesOf(60));
  project.write("log", "");
  project.write(
    "evals/cached.eval.ts",
    `import { appendFileSync } from "node:fs";
    import { defineEvaluation, defineRelease, functionTarget, taskCompletionEvaluator } from "gatewright";
    const call = () => { appendFileSync(new URL("../log", import.meta.url), "."); return "right"; };
    const release = (name, prompt, changes) => defineRelease({ name, changes, target: functionTarget({ name, call }), ${cacheable ? "cacheable: true," : ""}
      components: { model: "m", prompt, retriever: null, tools: null, guardrail: null, decoding: null, route: null } });
    export default defineEvaluation({ name: "cached", dataset: "../datasets/tiny", gate: "../gates/tiny.gate.ts", baseline: "live",
      candidate: "next", cache: { maximumAgeHours: 1 }, releases: [release("live", "1", []), release("next", "2", ["prompt"])],
      evaluators: [taskCompletionEvaluator()] });`,
  );
  return project;
}

const run = (project: TestProject, ...more: string[]) =>
  evals(project.folder, "run", "evals/cached.eval.ts", "--no-html", "--json", ...more);

it("takes answers of an earlier run, says so, and calls again where it is told to", async () => {
  const project = await cachedProject(true);
  await run(project);
  const { exitCode, stdout } = await run(project);
  expect(exitCode).toBe(0);
  expect(project.read("log")).toHaveLength(120);
  const report = reportSchema.parse(JSON.parse(stdout));
  expect(report.operations[0]!.reused).toBe(60);
  expect(report.comparability.map(({ subject }) => subject)).toContain("reused answers");
  await run(project, "--no-cache");
  expect(project.read("log")).toHaveLength(240);
});

it("calls code that does not say that it may be cached, and says why", async () => {
  const project = await cachedProject(false);
  await run(project);
  const { stderr } = await run(project);
  expect(project.read("log")).toHaveLength(240);
  expect(stderr).toContain('note: every trial of release "live" is called');
});

it("lists what is stored by release, and removes runs", async () => {
  const project = await cachedProject(true);
  await run(project);
  await run(project);
  const { stdout } = await evals(project.folder, "cache");
  expect(stdout.match(/60 answers {2}.* {2}(live|next)$/gm)).toHaveLength(2);
  expect((await evals(project.folder, "cache", "prune")).exitCode).toBe(2);
  expect((await evals(project.folder, "cache", "prune", "--older-than", "soon")).stderr).toContain("no age");
  const prune = (...args: string[]) => evals(project.folder, "cache", "prune", ...args);
  expect((await prune("--older-than", "1d", "--yes")).stdout).toBe("removed: 0 runs with 0 answers\n");
  const runs = (await evals(project.folder, "runs")).stdout;
  const listed = await prune("--release", "next");
  expect(listed.stdout).toBe(
    `${runs.replace(/$/gm, (_, at) => (at === runs.length ? "" : "  120 answers"))}would be removed: 2 runs with 240 answers\n`,
  );
  expect(listed.stderr).toContain("nothing was removed");
  expect((await evals(project.folder, "runs")).stdout).toBe(runs);
  expect((await prune("--release", "next", "--yes")).stdout).toContain("removed: 2 runs with 240 answers\n");
  expect((await evals(project.folder, "runs")).stdout).toBe("");
});
