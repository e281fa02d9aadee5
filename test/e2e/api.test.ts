import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { main } from "../../src/cli/main.ts";
import type { Report } from "../../src/index.ts";
import {
  failing,
  type OpenAIServer,
  type Scene,
  scenes,
  startOpenAIServer,
} from "../fixtures/openai-server.ts";
import { fakeProcess } from "../support/command-line.ts";
import { casesOf, type TestProject, testProject } from "../support/project.ts";

// A whole run against an OpenAI-compatible server, through the official client.

const key = "sk-test-0123456789abcdef-4711";
let server: OpenAIServer;

beforeEach(async () => {
  server = await startOpenAIServer();
  process.env.GATEWRIGHT_TEST_KEY = key;
});

afterEach(async () => {
  delete process.env.GATEWRIGHT_TEST_KEY;
  await server.close();
});

async function apiProject(n: number): Promise<TestProject> {
  const project = await testProject(casesOf(n));
  project.write(
    "evals/api.eval.ts",
    `import { defineEvaluation, defineRelease, openaiTarget, taskCompletionEvaluator } from "gatewright";
    const release = (name, changes = []) => defineRelease({ name, changes, components: { prompt: null, retriever: null, guardrail: null, route: null },
      target: openaiTarget({ model: name, baseURL: ${JSON.stringify(server.baseURL)}, apiKeyEnv: "GATEWRIGHT_TEST_KEY", temperature: 0,
        prices: { inputUsdPerMillion: 1, outputUsdPerMillion: 5 } }) });
    export default defineEvaluation({ name: "api", dataset: "../datasets/tiny", gate: "../gates/tiny.gate.ts", baseline: "model-a", candidate: "model-b",
      releases: [release("model-a"), release("model-b", ["model"])], evaluators: [taskCompletionEvaluator()], retries: 2, timeoutMs: 5000 });`,
  );
  return project;
}

async function run(project: TestProject, ...args: string[]) {
  const before = process.cwd();
  process.chdir(project.folder);
  try {
    const { process: fake, written } = fakeProcess(
      ["run", "evals/api.eval.ts", "--no-html", "--json", ...args],
      {
        GATEWRIGHT_TEST_KEY: key,
      },
    );
    const exitCode = await main(fake);
    return { exitCode, ...written, report: JSON.parse(written.stdout) as Report };
  } finally {
    process.chdir(before);
  }
}

/** Answers by the model that is asked. */
const byModel =
  (answers: Record<string, Scene>): Scene =>
  (request, response) =>
    answers[String(request.body.model)]!(request, response);

describe("a run against an API", () => {
  it("fails a model that answers worse, and counts tokens and cost", async () => {
    server.play(byModel({ "model-a": scenes.ok("right"), "model-b": scenes.ok("wrong") }));
    const { exitCode, report } = await run(await apiProject(60));
    expect(exitCode).toBe(1);
    // 60 calls of 100 tokens in at 1 USD and 20 tokens out at 5 USD a million.
    const [baseline] = report.operations;
    expect(baseline).toMatchObject({ inputTokens: 6000, outputTokens: 1200 });
    expect(baseline!.costUsd).toBeCloseTo(60 * 0.0002, 10);
    expect(report.provenance?.baseline.costBasis).toContain("prices given with the target: 1 input");
    expect(server.requests).toHaveLength(120);
    expect(server.requests[0]!.body).toMatchObject({ temperature: 0, messages: [{ role: "user" }] });
  });

  it("ends before the spend limit is passed, and is no verdict then", async () => {
    server.play(scenes.ok("right"));
    const { exitCode, report } = await run(await apiProject(60), "--maximum-cost-usd", "0.005");
    expect(exitCode).toBe(4);
    expect(report.headline).toContain("spend limit");
    // 0.0002 USD a call: 25 calls fit.
    expect(server.requests.length).toBeLessThanOrEqual(25);
    expect(server.requests.length).toBeGreaterThanOrEqual(17);
  });

  it("tries again after a transient failure, and shows that it had to", async () => {
    server.play(scenes.rateLimited({ "retry-after": "0" }), failing(500, "try again"), scenes.ok("right"));
    const { exitCode, report } = await run(await apiProject(60));
    expect(exitCode).toBe(0);
    const rates = report.operations
      .filter(({ cohort }) => cohort === "all")
      .map(({ firstAttemptRate }) => firstAttemptRate!);
    expect(rates.reduce((sum, rate) => sum + rate, 0)).toBeCloseTo(2 - 2 / 60, 10);
  });

  it("lets no key through that a provider echoes", async () => {
    server.play(scenes.unauthorised());
    const project = await apiProject(60);
    const { exitCode, stdout, stderr } = await run(project);
    expect(exitCode).toBe(4);
    for (const text of [stdout, stderr, project.read(".evals/store.sqlite")]) expect(text).not.toContain(key);
  });
});
