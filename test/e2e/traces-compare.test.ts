import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type Report, reportSchema } from "../../src/core/report.ts";
import { evals } from "../support/command-line.ts";
import { otlpTraces, type TraceSetOptions } from "../support/otlp-traces.ts";

let folder = "";

async function traces(name: string, options: Partial<TraceSetOptions> = {}): Promise<string> {
  await writeFile(join(folder, name), otlpTraces({ seed: name, traces: 2000, release: "live", ...options }));
  return name;
}

async function compare(...args: string[]) {
  const called = await evals(folder, "traces", "compare", ...args, "--json", "--no-html");
  const report: Report = reportSchema.parse(JSON.parse(called.stdout));
  expect(called.exitCode).toBe(report.exitCode);
  return { ...called, report };
}

describe("evals traces compare", () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "gatewright-traces-"));
    await traces("live.jsonl");
  });

  it("blocks a canary that is a quarter slower for one cohort, and names the cohort", async () => {
    await traces("canary.jsonl", { release: "canary", slower: { enterprise: 1.25 } });
    const { exitCode, report } = await compare("live.jsonl", "canary.jsonl");
    expect(exitCode).toBe(1);
    expect(report.headline).toContain("tier=enterprise");
    const failed = report.decisions.filter(({ decision }) => decision === "fail");
    expect([...new Set(failed.map(({ cohort }) => cohort))]).toEqual(["tier=enterprise"]);
    const people = await evals(folder, "traces", "compare", "live.jsonl", "canary.jsonl", "--no-html");
    expect(people.stdout).toMatch(/^✗ FAIL {2}Blocked: latency_ms\.p\d\d in tier=enterprise rose by/);
  });

  it("does not block traces against themselves, nor others of the same release", async () => {
    const same = await compare("live.jsonl", "live.jsonl");
    expect(same.exitCode).toBe(0);
    expect(same.report.comparability.map(({ message }) => message).join()).toContain(
      "both sides are the same traces",
    );
    await traces("again.jsonl");
    expect((await compare("live.jsonl", "again.jsonl")).exitCode).toBe(0);
  });

  it("decides by the gate that it is given, and says what only a replay measures", async () => {
    const gate = `export default { name: "errors", criteria: [
      { metric: "error_rate", margin: 0.02, cohorts: ["all", "tier=*"] },
      { metric: "task_completion", margin: 0.05 },
    ] };`;
    await writeFile(join(folder, "errors.gate.mjs"), gate);
    await traces("failing.jsonl", { release: "failing", errorRate: 0.08 });
    const { exitCode, report } = await compare("live.jsonl", "failing.jsonl", "--gate", "errors.gate.mjs");
    expect(exitCode).toBe(1);
    expect(report.decisions.every(({ metric }) => metric === "error_rate")).toBe(true);
    expect(report.comparability.find(({ subject }) => subject === "not measured")?.message).toContain(
      "task_completion",
    );
  });

  it.each([
    ["a misspelt metric", `{ metric: "eror_rate", margin: 0.02 }`, 'did you mean "error_rate"?'],
    ["an unknown cohort", `{ metric: "error_rate", margin: 0.02, cohorts: ["tier=gold"] }`, "tier=gold"],
    ["a bound that the metric does not take", `{ metric: "latency_ms.p95", margin: 0.02 }`, "maximumRatio"],
    ["nothing that traces measure", `{ metric: "task_completion", margin: 0.02 }`, "traces have error_rate"],
  ])("refuses a gate with %s", async (name, criterion, said) => {
    const gate = `${name.replaceAll(" ", "-")}.gate.mjs`;
    await writeFile(join(folder, gate), `export default { name: "bad", criteria: [${criterion}] };`);
    const found = await evals(
      folder,
      "traces",
      "compare",
      "live.jsonl",
      "live.jsonl",
      "--gate",
      gate,
      "--no-html",
    );
    expect(found.exitCode).toBe(2);
    expect(found.stderr).toContain(said);
  });

  it("never judges tokens of sides that record them differently", async () => {
    await traces("half.jsonl", { release: "half", withoutUsage: 0.5 });
    const { exitCode, report } = await compare("live.jsonl", "half.jsonl");
    expect(exitCode).toBe(4);
    const tokens = report.decisions.find(
      ({ metric, cohort }) => metric === "input_tokens" && cohort === "all",
    )!;
    expect(tokens).toMatchObject({ decision: "error", interval: null });
    expect(tokens.reason).toMatch(
      /the instrumentation differs: .* 100\.0 % .* of the baseline and (4[6-9]|5[0-4])\.\d+ %/,
    );
  });

  it("takes the releases out of one file", async () => {
    const both = `${otlpTraces({ seed: "a", traces: 600, release: "one" })}${otlpTraces({ seed: "b", traces: 600, release: "two" })}`;
    await writeFile(join(folder, "both.jsonl"), both);
    const chosen = ["both.jsonl", "both.jsonl", "--baseline-release", "one"];
    const { report } = await compare(...chosen, "--candidate-release", "two");
    expect(report.traces).toMatchObject({
      baseline: { traces: 600, releases: { one: 600 } },
      candidate: { releases: { two: 600 } },
    });
    const wrong = await evals(
      folder,
      "traces",
      "compare",
      ...chosen,
      "--candidate-release",
      "tow",
      "--no-html",
    );
    expect(wrong).toMatchObject({ exitCode: 2 });
    expect(wrong.stderr).toContain('did you mean "two"?');
  });

  it("takes traces by the name that they were imported under", async () => {
    await evals(folder, "traces", "import", "live.jsonl", "--as", "baseline");
    const stored = await compare("baseline", "live.jsonl");
    expect(stored.exitCode).toBe(0);
    expect(stored.report.traces!.baseline).toMatchObject({ label: "baseline", traces: 2000 });
    const direct = await compare("live.jsonl", "live.jsonl");
    expect(stored.report.decisions).toEqual(direct.report.decisions);
    const wrong = await evals(folder, "traces", "compare", "baselin", "live.jsonl", "--no-html");
    expect(wrong.exitCode).toBe(2);
    expect(wrong.stderr).toContain('did you mean "baseline"?');
  });

  it("prices tokens by the table of the project", async () => {
    const config = `export default { prices: { date: "2026-10-01", source: "our contract", models: { "m-1": { inputUsdPerMillion: 2, outputUsdPerMillion: 10 } } } };`;
    const priced = await mkdtemp(join(tmpdir(), "gatewright-prices-"));
    await writeFile(join(priced, "evals.config.mjs"), config);
    const named = otlpTraces({ seed: "p", traces: 10, release: "live" }).replaceAll(
      '{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}}',
      '{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},{"key":"gen_ai.request.model","value":{"stringValue":"m-1"}}',
    );
    await writeFile(join(priced, "live.jsonl"), named);
    const { stdout } = await evals(priced, "traces", "facts", "live.jsonl", "--json");
    const { perTrace } = JSON.parse(stdout) as {
      perTrace: Record<"inputTokens" | "outputTokens" | "costUsd", number>[];
    };
    for (const { inputTokens, outputTokens, costUsd } of perTrace)
      expect(costUsd).toBeCloseTo((2 * inputTokens + 10 * outputTokens) / 1e6, 12);
    expect(perTrace).toHaveLength(10);
  });

  it("shows which steps came in between, without calling what follows different", async () => {
    await traces("tools.jsonl", { release: "tools", extraTool: "search_kb" });
    const { report } = await compare("live.jsonl", "tools.jsonl");
    const { trajectories } = report.traces!;
    expect(Object.keys(trajectories.onlyCandidate)).toEqual([expect.stringContaining("search_kb")]);
    expect(trajectories.onlyBaseline).toEqual({});
    expect(trajectories.transitions[0]!.to + trajectories.transitions[0]!.from).toContain("lookup_order");
  });

  it("gives the same report whatever the order of the lines", async () => {
    const lines = (await readFile(join(folder, "live.jsonl"), "utf8")).trim().split("\n");
    await writeFile(join(folder, "turned.jsonl"), `${lines.reverse().join("\n")}\n`);
    const one = await compare("live.jsonl", "live.jsonl");
    const other = await compare("turned.jsonl", "turned.jsonl");
    expect(other.report.decisions).toEqual(one.report.decisions);
  });

  it.each([
    ["an empty file", ""],
    ["a file of something else", "hello\n"],
  ])("refuses %s", async (_, content) => {
    await writeFile(join(folder, "nothing.jsonl"), content);
    const found = await evals(folder, "traces", "compare", "live.jsonl", "nothing.jsonl", "--no-html");
    expect(found.exitCode).toBe(2);
    expect(found.stderr).toContain("nothing.jsonl");
  });
});
