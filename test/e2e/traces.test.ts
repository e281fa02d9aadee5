import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { main } from "../../src/cli/main.ts";
import { fakeProcess } from "../support/command-line.ts";
import { casesOf, type TestProject, testProject } from "../support/project.ts";
import { accept, type Collector, type Reply, startCollector, status } from "../unit/traces/collector.ts";

// Whole runs that send traces to a collector.

let collector: Collector | undefined;
afterEach(async () => {
  delete process.env.OTEL_EXPORTER_OTLP_TIMEOUT;
  await collector?.close();
  collector = undefined;
});

async function collectorWith(reply?: Reply): Promise<Collector> {
  collector = await startCollector(reply);
  return collector;
}

const json = (endpoint: string) => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
  OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
});

async function run(project: TestProject, env: Record<string, string>, ...args: string[]) {
  const before = process.cwd();
  process.chdir(project.folder);
  try {
    const words = ["run", "evals/tiny.eval.ts", "--no-html", "--quiet", ...args];
    const { process: fake, written } = fakeProcess(words, env);
    const exitCode = await main(fake);
    return { exitCode, ...written };
  } finally {
    process.chdir(before);
  }
}

/** A project whose target works in steps and calls a tool, and which takes so many cases at a time. */
async function steppedProject(n: number, concurrency: number): Promise<TestProject> {
  const project = await testProject(casesOf(n, (index) => (index === 0 ? { candidate: "!timeout" } : {})));
  const text = project
    .read("evals/tiny.eval.ts")
    .replace("async ({ caseId }) =>", "async ({ caseId }, { span }) =>")
    .replace(
      "return answer;",
      `const order = await span("plan", {}, () => span("execute_tool get_order", { "gen_ai.tool.call.id": "c-1" }, () => "o-1"));
       return { text: answer, usage: { inputTokens: 7, outputTokens: 3 }, toolCalls: [{ name: "get_order", arguments: { order } }] };`,
    )
    .replace("evaluators:", `concurrency: ${concurrency}, evaluators:`);
  project.write("evals/tiny.eval.ts", text);
  return project;
}

describe("a run with an endpoint for traces", () => {
  it("tells targets which trace each call belongs to, so that what an agent records joins it", async () => {
    const { endpoint, spans } = await collectorWith();
    const project = await testProject(casesOf(6));
    const text = project
      .read("evals/tiny.eval.ts")
      .replace("{ readFileSync }", "{ appendFileSync, readFileSync }")
      .replace("async ({ caseId }) =>", "async ({ caseId }, { traceparent }) =>")
      .replace(
        "return answer;",
        `appendFileSync(new URL("./parents.txt", import.meta.url), String(traceparent) + "\\n"); return answer;`,
      );
    project.write("evals/tiny.eval.ts", text);
    await run(project, json(endpoint));
    const told = project.read("evals/parents.txt").trim().split("\n");
    // The form of W3C Trace Context: version, trace, parent, flags.
    const roots = spans.filter(({ parentSpanId }) => parentSpanId === undefined);
    expect(roots).toHaveLength(12);
    expect(told.sort()).toEqual(roots.map(({ traceId, spanId }) => `00-${traceId}-${spanId}-01`).sort());
    project.write("evals/parents.txt", "");
    await run(project, {});
    expect(new Set(project.read("evals/parents.txt").trim().split("\n"))).toEqual(new Set(["undefined"]));
  });

  it("sends each trial as a trace, with its steps and scores", async () => {
    const { endpoint, spans } = await collectorWith();
    const project = await steppedProject(40, 8);
    const { stderr, exitCode } = await run(project, json(endpoint));
    expect(exitCode).toBe((await run(project, {})).exitCode);
    // 80 trials of three spans; the one that failed did so before its steps.
    expect(stderr).toContain("traces: 238 spans emitted, 238 acknowledged\n");
    expect(stderr).not.toContain("warning");
    expect(spans).toHaveLength(238);
    const roots = spans.filter(({ parentSpanId }) => parentSpanId === undefined);
    expect(new Set(roots.map(({ traceId }) => traceId)).size).toBe(80);
    expect(collector!.resource).toMatchObject({ "service.name": "gatewright" });

    const failed = roots.filter(({ status: { code } }) => code === 2);
    expect(failed).toHaveLength(1);
    expect(failed[0]).toMatchObject({
      events: [],
      status: { message: "scripted failure" },
      attributes: {
        "error.type": "timeout",
        "gatewright.case.id": "case-0000",
        "gatewright.side": "candidate",
      },
    });

    const root = roots.find(
      ({ name, attributes }) =>
        name === "invoke_agent live" && attributes["gatewright.case.id"] === "case-0003",
    )!;
    expect(root).toMatchObject({
      attributes: {
        "gatewright.release": "live",
        "gatewright.side": "baseline",
        "gatewright.cohort.tier": "pro",
        "gatewright.cohort.language": "en",
        "gen_ai.request.model": "m-1",
        "gen_ai.usage.input_tokens": 7,
        "gen_ai.usage.output_tokens": 3,
      },
    });
    expect(root.events).toMatchObject([
      {
        name: "gen_ai.evaluation.result",
        attributes: {
          "gen_ai.evaluation.name": "task_completion",
          "gen_ai.evaluation.score.value": 1,
          "gen_ai.evaluation.score.label": "pass",
        },
      },
    ]);
    const [plan, tool] = spans.filter(
      ({ traceId, parentSpanId }) => traceId === root.traceId && parentSpanId !== undefined,
    );
    expect(plan).toMatchObject({ name: "plan", parentSpanId: root.spanId });
    expect(tool).toMatchObject({ name: "execute_tool get_order", parentSpanId: plan!.spanId });
    expect(tool!.attributes).toEqual({
      "gen_ai.tool.call.id": "c-1",
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": "get_order",
    });
  });

  it("loses no span of 3,000 trials, 500 at a time, to a slow collector", async () => {
    const { endpoint, spans } = await collectorWith((response, request, number) => {
      setTimeout(() => accept(response, request, number), 100);
    });
    const { stderr } = await run(await steppedProject(1500, 500), json(endpoint));
    expect(stderr).toContain("traces: 8,998 spans emitted, 8,998 acknowledged\n");
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(8998);
  });

  it("sends again what a collector could not take at first", async () => {
    const { endpoint, spans } = await collectorWith((response, request, number) =>
      (number === 1 ? status(503) : accept)(response, request, number),
    );
    const { stderr } = await run(await testProject(casesOf(30)), json(endpoint));
    expect(stderr).toContain("traces: 60 spans emitted, 60 acknowledged\n");
    expect(spans).toHaveLength(60);
  });

  it("sends no trial twice when it is resumed", async () => {
    const { endpoint, spans } = await collectorWith();
    const project = await steppedProject(40, 4);
    const slow = `appendFileSync(new URL("./calls.log", import.meta.url), "x"); await new Promise((done) => setTimeout(done, 20)); const order`;
    const text = project
      .read("evals/tiny.eval.ts")
      .replace("{ readFileSync }", "{ appendFileSync, readFileSync }");
    project.write("evals/tiny.eval.ts", text.replace("const order", slow));
    project.write("evals/calls.log", "");
    const before = process.cwd();
    process.chdir(project.folder);
    try {
      const env = json(endpoint);
      const { process: fake, written, signal } = fakeProcess(["run", "evals/tiny.eval.ts", "--no-html"], env);
      const running = main(fake);
      await expect.poll(() => project.read("evals/calls.log").length, { interval: 5 }).toBeGreaterThan(9);
      signal("SIGINT");
      expect(await running).toBe(130);
      const runId = /--resume (\S+)/.exec(written.stderr)![1]!;
      expect(written.stderr).toMatch(/traces: (\d+) spans emitted, \1 acknowledged/);
      const { exitCode } = await run(project, env, "--resume", runId);
      expect(exitCode).not.toBe(130);
    } finally {
      process.chdir(before);
    }
    const answered = spans.filter(({ parentSpanId, status: { code } }) => !parentSpanId && code === 0);
    expect(answered).toHaveLength(79);
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
  });

  it("gives the same verdict when the collector is down, and warns", async () => {
    const { endpoint } = await collectorWith();
    await collector!.close();
    process.env.OTEL_EXPORTER_OTLP_TIMEOUT = "300";
    const worse = casesOf(60, () => ({ candidate: "wrong" }));
    const project = await testProject(worse);
    const traced = await run(project, json(endpoint), "--json");
    const plain = await run(project, {}, "--json");
    expect([traced.exitCode, plain.exitCode]).toEqual([1, 1]);
    expect(JSON.parse(traced.stdout)).toMatchObject({ verdict: JSON.parse(plain.stdout).verdict });
    expect(traced.stderr).toContain("traces: 120 spans emitted, 0 acknowledged\n");
    expect(traced.stderr).toContain(
      `warning: ${endpoint}/v1/traces did not acknowledge 120 spans: connect ECONNREFUSED`,
    );
    expect(plain.stderr).not.toContain("traces:");
  });

  it("warns of an endpoint that cannot be one, and runs", async () => {
    const { exitCode, stderr } = await run(await testProject(casesOf(60)), json("localhost:4318"));
    expect(exitCode).toBe(0);
    expect(stderr).toContain(
      "warning: traces are not sent: OTEL_EXPORTER_OTLP_ENDPOINT is no http or https address\n",
    );
  });
});

describe("OpenTelemetry", () => {
  /** Addresses of the scripts that a run of the compiled command loaded, by the coverage that V8 writes. */
  async function loaded(env: Record<string, string>): Promise<string[]> {
    const { folder } = await testProject(casesOf(60));
    const coverage = mkdtempSync(join(tmpdir(), "gatewright-coverage-"));
    const words = [resolve("dist/cli/bin.js"), "run", "evals/tiny.eval.ts", "--no-html"];
    await promisify(execFile)(process.execPath, words, {
      cwd: folder,
      env: { PATH: process.env.PATH, NODE_V8_COVERAGE: coverage, ...env },
    });
    return readdirSync(coverage).flatMap((file) => {
      const { result } = JSON.parse(readFileSync(join(coverage, file), "utf8"));
      return result.map(({ url }: { url: string }) => url);
    });
  }
  const ofOpenTelemetry = (urls: readonly string[]) => urls.filter((url) => url.includes("@opentelemetry"));

  it("is loaded only where the environment asks for traces", async () => {
    const { endpoint } = await collectorWith();
    const plain = await loaded({});
    expect(plain).toContain(pathToFileURL(resolve("dist/index.js")).href);
    expect(ofOpenTelemetry(plain)).toEqual([]);
    const disabled = { ...json(endpoint), OTEL_SDK_DISABLED: "true" };
    expect(ofOpenTelemetry(await loaded(disabled))).toEqual([]);
    expect(ofOpenTelemetry(await loaded(json(endpoint))).length).toBeGreaterThan(10);
    expect(collector!.spans).toHaveLength(120);
  });
});
