import { expect, it } from "vitest";
import { main } from "../../src/cli/main.ts";
import { evals, fakeProcess } from "../support/command-line.ts";
import { casesOf, type TestProject, testProject } from "../support/project.ts";

// A target that keeps something open is told once when the run is over.

/** A project whose targets write down what they are asked to do; `shared` gives both releases the same target. */
async function closingProject(shared: boolean, onClose = ""): Promise<TestProject> {
  const project = await testProject(casesOf(60));
  project.write("log", "");
  project.write(
    "evals/closing.eval.ts",
    `import { appendFileSync } from "node:fs";
    import { defineEvaluation, defineRelease, taskCompletionEvaluator } from "gatewright";
    const log = (text) => appendFileSync(new URL("../log", import.meta.url), text + "\\n");
    const target = (name) => ({ name, components: {}, call: async () => { log("call " + name); return { text: "right" }; },
      close: async () => { log("close " + name); ${onClose} } });
    const both = target("both");
    const release = (name, prompt, changes) => defineRelease({ name, changes, target: ${shared ? "both" : "target(name)"},
      components: { model: "m", prompt, retriever: null, tools: null, guardrail: null, decoding: null, route: null } });
    export default defineEvaluation({ name: "closing", dataset: "../datasets/tiny", gate: "../gates/tiny.gate.ts", baseline: "live",
      candidate: "next", releases: [release("live", "1", []), release("next", "2", ["prompt"])], evaluators: [taskCompletionEvaluator()] });`,
  );
  return project;
}

const closings = (project: TestProject) =>
  project
    .read("log")
    .split("\n")
    .filter((line) => line.startsWith("close"))
    .sort();

it("closes each target once, after the last call", async () => {
  const project = await closingProject(false);
  expect((await evals(project.folder, "run", "evals/closing.eval.ts", "--no-html")).exitCode).toBe(0);
  expect(closings(project)).toEqual(["close live", "close next"]);
  expect(project.read("log").trimEnd().split("\n").slice(-2)).toEqual(["close live", "close next"]);
});

it("closes a target that both releases share once", async () => {
  const project = await closingProject(true);
  expect((await evals(project.folder, "run", "evals/closing.eval.ts", "--no-html")).exitCode).toBe(0);
  expect(closings(project)).toEqual(["close both"]);
});

it("lets a target that cannot be closed change nothing but a warning", async () => {
  const project = await closingProject(false, 'throw new Error("stuck");');
  const { exitCode, stderr } = await evals(project.folder, "run", "evals/closing.eval.ts", "--no-html");
  expect(exitCode).toBe(0);
  expect(stderr).toContain('warning: target "live" could not be closed: stuck');
});

it("closes the targets of an interrupted run", async () => {
  const project = await closingProject(false);
  const before = process.cwd();
  process.chdir(project.folder);
  try {
    const { process: fake, signal } = fakeProcess(["run", "evals/closing.eval.ts", "--no-html"]);
    const interrupting = {
      ...fake,
      on: (event: "SIGINT" | "SIGTERM", listener: () => void) => {
        fake.on(event, listener);
        if (event === "SIGTERM") signal("SIGINT");
      },
    };
    expect(await main(interrupting)).toBe(130);
  } finally {
    process.chdir(before);
  }
  expect(closings(project)).toEqual(["close live", "close next"]);
});
