import { type ChildProcess, spawn } from "node:child_process";
import { resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { main } from "../../src/cli/main.ts";
import type { Report } from "../../src/index.ts";
import { json, type OpenAIServer, type Scene, startOpenAIServer } from "../fixtures/openai-server.ts";
import { evals, fakeProcess } from "../support/command-line.ts";
import { casesOf, type TestProject, testProject } from "../support/project.ts";

// Whole runs against agents behind HTTP and agents that are programs.

const key = "agent-key-0123456789-4711";
let server: OpenAIServer;
beforeEach(async () => {
  server = await startOpenAIServer();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server.close();
});

const bundle =
  "{ model: 'm', prompt: 'p', retriever: null, tools: null, guardrail: null, decoding: null, route: null }";

function evaluation(targets: Readonly<Record<"live" | "next", string>>, changes: string): string {
  const release = (name: "live" | "next", declared: string) =>
    `defineRelease({ name: "${name}", components: ${bundle}, changes: ${declared}, target: ${targets[name]} })`;
  return `import { commandTarget, defineEvaluation, defineRelease, httpTarget, taskCompletionEvaluator } from "gatewright";
    export default defineEvaluation({ name: "agents", dataset: "../datasets/tiny", gate: "../gates/tiny.gate.ts", baseline: "live",
      candidate: "next", releases: [${release("live", "[]")}, ${release("next", changes)}], evaluators: [taskCompletionEvaluator()],
      concurrency: 4, timeoutMs: 30_000 });`;
}

async function run(project: TestProject, env: Record<string, string> = {}) {
  const before = process.cwd();
  process.chdir(project.folder);
  try {
    const { process: fake, written } = fakeProcess(
      ["run", "evals/agents.eval.ts", "--no-html", "--json"],
      env,
    );
    const exitCode = await main(fake);
    return { exitCode, ...written, report: JSON.parse(written.stdout) as Report };
  } finally {
    process.chdir(before);
  }
}

describe("a run against agents behind HTTP", () => {
  const byPath =
    (answers: Record<string, Scene>): Scene =>
    (request, response) =>
      answers[request.path]!(request, response);
  const target = (path: string) =>
    `httpTarget({ url: "${server.baseURL}/${path}", headers: { authorization: { env: "AGENT_KEY", prefix: "Bearer " } }, response: { text: "answer" } })`;

  async function project(changes: string): Promise<TestProject> {
    const made = await testProject(casesOf(60));
    made.write("evals/agents.eval.ts", evaluation({ live: target("live"), next: target("next") }, changes));
    return made;
  }

  it("fails an agent that answers worse, and lets no secret through that it echoes", async () => {
    vi.stubEnv("AGENT_KEY", key);
    const echo: Scene = (request, response) =>
      json({ answer: `wrong ${request.headers.authorization}` })(request, response);
    server.play(byPath({ "/v1/live": json({ answer: "right" }), "/v1/next": echo }));
    const made = await project('["endpoint.url"]');
    const { exitCode, report, stdout, stderr } = await run(made, { AGENT_KEY: key });
    expect(exitCode).toBe(1);
    expect(report.caseCounts.regressed).toBe(60);
    expect(server.requests).toHaveLength(120);
    for (const text of [stdout, stderr, made.read(".evals/store.sqlite")]) expect(text).not.toContain(key);
  });

  it("refuses an address that is not among the changes, before the first call", async () => {
    vi.stubEnv("AGENT_KEY", key);
    const { exitCode, stderr } = await run(await project("[]"), { AGENT_KEY: key });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("endpoint.url");
    expect(server.requests).toEqual([]);
  });

  it("refuses to start without the variable that has the key", async () => {
    const { exitCode, stderr } = await run(await project('["endpoint.url"]'));
    expect(exitCode).toBe(2);
    expect(stderr).toContain("needs the environment variable AGENT_KEY, which is not set");
    expect(server.requests).toEqual([]);
  });
});

describe("a run against programs", () => {
  const worker = `import { createInterface } from "node:readline";
    import { appendFileSync } from "node:fs";
    appendFileSync("pids", process.pid + "\\n");
    for await (const line of createInterface({ input: process.stdin })) {
      const { id, caseId } = JSON.parse(line);
      if (process.argv[2] === "hang") await new Promise(() => setInterval(() => {}, 1000));
      console.log(JSON.stringify({ id, text: "right" }));
    }`;
  const target = (word: string) =>
    `commandTarget({ command: process.execPath, args: ["worker.mjs", "${word}"], mode: "worker", workers: 2, workingDirectory: new URL("../agent/", import.meta.url) })`;

  async function project(word: string): Promise<TestProject> {
    const made = await testProject(casesOf(60));
    made.write("agent/worker.mjs", worker);
    made.write(
      "evals/agents.eval.ts",
      evaluation({ live: target("live"), next: target(word) }, '["program.args"]'),
    );
    return made;
  }

  const pidsOf = (made: TestProject) => made.read("agent/pids").trim().split("\n").map(Number);
  const isAlive = (pid: number) => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };

  it("asks two workers of each release, which end with the run", async () => {
    const made = await project("next");
    const { exitCode, report } = await run(made);
    expect(exitCode).toBe(0);
    expect(report.operations[0]).toMatchObject({ cohort: "all", planned: 60, answered: 60 });
    expect(pidsOf(made).length).toBeLessThanOrEqual(4);
    expect(pidsOf(made).filter(isAlive)).toEqual([]);
  });

  it("sees a changed script as a changed component", async () => {
    const made = await project("next");
    made.write("agent/other.mjs", `${worker}\n// changed`);
    const text = made.read("evals/agents.eval.ts");
    made.write("evals/agents.eval.ts", text.replace('"worker.mjs", "next"', '"other.mjs", "live"'));
    expect((await evals(made.folder, "run", "evals/agents.eval.ts", "--no-html")).stderr).toMatch(
      /program\.files/,
    );
  });

  it.each([["SIGINT"], ["SIGTERM"]] as const)(
    "ends the workers of a run that is interrupted twice by %s",
    async (signal) => {
      const made = await project("hang");
      const words = [resolve("dist/cli/bin.js"), "run", "evals/agents.eval.ts", "--no-html"];
      const child: ChildProcess = spawn(process.execPath, words, {
        cwd: made.folder,
        stdio: ["ignore", "ignore", "pipe"],
      });
      let stderr = "";
      child.stderr!.on("data", (part) => {
        stderr += part;
      });
      const ended = new Promise<number | null>((done) => child.on("close", done));
      await vi.waitFor(() => expect(pidsOf(made).length).toBeGreaterThanOrEqual(3), 30_000);
      child.kill(signal);
      await vi.waitFor(() => expect(stderr).toContain("once more to give them up"), 10_000);
      child.kill(signal);
      expect(await ended).toBe(130);
      await vi.waitFor(() => expect(pidsOf(made).filter(isAlive)).toEqual([]), 10_000);
    },
  );
});
