import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import type { Report } from "../../src/index.ts";
import { evals } from "../support/command-line.ts";
import { casesOf, testProject } from "../support/project.ts";

/** The evaluation of the repository, with its committed models. What must come out is what models/README.md says of them. */
async function verdictOf(candidate: string): Promise<Report & { called: number }> {
  const args = [
    "run",
    "evals/local-model.eval.ts",
    "--candidate",
    candidate,
    "--no-html",
    "--json",
    "--quiet",
  ];
  const store = join(mkdtempSync(join(tmpdir(), "gatewright-local-model-")), "store.sqlite");
  const { exitCode, stdout } = await evals(process.cwd(), ...args, "--store", store);
  return { ...(JSON.parse(stdout) as Report), called: exitCode };
}

function rateOf({ decisions }: Report, cohort: string) {
  const found = decisions.find((one) => one.metric === "tool_selection" && one.cohort === cohort);
  return { n: found?.n, baseline: found?.baseline, candidate: found?.candidate };
}

describe("the evaluation of the local models", () => {
  it("lets the quantised weights through", { timeout: 180_000 }, async () => {
    const report = await verdictOf("quantised");
    expect(report).toMatchObject({ verdict: "pass", exitCode: 0, called: 0 });
    const all = rateOf(report, "all");
    expect(all.n).toBe(540);
    // Another kind of processor rounds differently, so a case or two may differ.
    expect(all.baseline).toBeCloseTo(404 / 540, 1);
    expect(all.candidate).toBeCloseTo(404 / 540, 1);
  });

  it("blocks the update by the name of the cohort that it breaks, though its average rises", {
    timeout: 180_000,
  }, async () => {
    const report = await verdictOf("update");
    expect(report).toMatchObject({ verdict: "fail", exitCode: 1, called: 1 });
    const failed = report.decisions.filter(({ decision }) => decision === "fail");
    expect(failed.map(({ cohort }) => cohort)).toEqual(["tier=free & intent=refund"]);
    expect(rateOf(report, "all").candidate).toBeGreaterThan(rateOf(report, "all").baseline!);
    expect(rateOf(report, "tier=free").candidate).toBeGreaterThan(rateOf(report, "tier=free").baseline!);
  });
});

/** A project whose two releases are the committed live model and its quantised weights, with these options. */
async function projectWith(options: object, quantisedOptions: object = {}) {
  const project = await testProject(casesOf(4));
  const release = (name: string, own: object) => `defineRelease({
  name: "${name}",
  changes: ["model"],
  components: { prompt: null, retriever: null, guardrail: null, route: null },
  target: llamaTarget(${JSON.stringify({ ...options, ...own })}),
})`;
  const file = (name: string) => ({ model: resolve("models", name) });
  project.write(
    "evals/tiny.eval.ts",
    `import { defineEvaluation, defineRelease, llamaTarget, taskCompletionEvaluator } from "gatewright";
export default defineEvaluation({
  name: "tiny",
  dataset: "../datasets/tiny",
  gate: "../gates/tiny.gate.ts",
  baseline: "live",
  candidate: "quantised",
  releases: [
    ${release("live", file("router-live.f16.gguf"))},
    ${release("quantised", { ...file("router-live.q4_0.gguf"), ...quantisedOptions })},
  ],
  evaluators: [taskCompletionEvaluator()],
});
`,
  );
  return project;
}

describe("a run with local models is refused before the first case", () => {
  const refusal = async (...options: Parameters<typeof projectWith>) => {
    const { folder } = await projectWith(...options);
    const { exitCode, stderr } = await evals(folder, "run", "evals/tiny.eval.ts", "--no-html", "--quiet");
    const runs = await evals(folder, "runs");
    expect(runs.stderr).toContain("the store holds no run");
    return { exitCode, stderr };
  };

  it("when a case does not fit into the context", async () => {
    const { exitCode, stderr } = await refusal({ contextSize: 24, maxOutputTokens: 16 });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/case case-0000 needs \d+ tokens .*and 3 more cases/);
  });

  it("when the model of one release is missing", async () => {
    const { exitCode, stderr } = await refusal({ maxOutputTokens: 16 }, { model: "models/none.gguf" });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("there is no file models/none.gguf");
  });

  it("when they decode differently and nobody said so", async () => {
    const { exitCode, stderr } = await refusal({ maxOutputTokens: 16 }, { temperature: 0.7 });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("decoding.temperature (0 → 0.7)");
  });

  it("when they run with different numbers of slots and nobody said so", async () => {
    const { exitCode, stderr } = await refusal({ maxOutputTokens: 16 }, { slots: 4 });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("runtime.slots (1 → 4)");
  });
});
