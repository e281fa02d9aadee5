import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { Report } from "../../src/index.ts";
import { evals } from "../support/command-line.ts";

// Recorded answers of real models with official verdicts or human labels, replayed through the whole command line.
// The data are not part of the repository; where they are absent these tests are skipped.
const tools = resolve("../shared/data/tools");
const groundedness = resolve("../shared/data/groundedness");
const bfcl = existsSync(join(tools, "bfcl_replay.rows.jsonl"));
const ragtruth = existsSync(join(groundedness, "ragtruth_qa.rows.jsonl"));

// biome-ignore lint/suspicious/noExplicitAny: rows of foreign files
type Row = Record<string, any>;
const rowsOf = (file: string): Row[] =>
  readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
const lines = (rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join("");

function project(name: string, dimension: string, cases: readonly Row[], evaluation: string, gate: string) {
  const folder = mkdtempSync(join(tmpdir(), "gatewright-recorded-"));
  for (const part of ["dataset", "recordings"]) mkdirSync(join(folder, part));
  const values = [...new Set(cases.map((item) => item.cohorts[dimension]))];
  const description = `name: ${name}\ndescription: recorded\nowner: tests\nlicence: see source\ncohorts:\n  ${dimension}: [${values.join(", ")}]\n`;
  writeFileSync(join(folder, "dataset/dataset.yaml"), description);
  writeFileSync(join(folder, "dataset/cases.jsonl"), lines(cases));
  writeFileSync(join(folder, "replay.eval.ts"), evaluation);
  writeFileSync(join(folder, "replay.gate.ts"), gate);
  return folder;
}

const releases = `
const release = (model) => defineRelease({
  name: model,
  target: replayTarget({ file: new URL(\`./recordings/\${model}.jsonl\`, import.meta.url) }),
  components: { model, prompt: null, retriever: null, tools: null, guardrail: null, decoding: null, route: null },
  changes: ["model"],
});`;

async function replay(folder: string, baseline: string, candidate: string) {
  const args = [
    "run",
    "replay.eval.ts",
    "--no-html",
    "--json",
    "--baseline",
    baseline,
    "--candidate",
    candidate,
  ];
  const { exitCode, stdout, stderr } = await evals(folder, ...args);
  expect(stderr).not.toContain("evals:");
  const report = JSON.parse(stdout) as Report;
  const cohorts = (decision: string) =>
    report.decisions
      .filter((found) => found.decision === decision)
      .map(({ cohort }) => cohort)
      .sort();
  return { exitCode, report, failed: cohorts("fail") };
}

describe.skipIf(!bfcl)(
  bfcl ? "tool calls of real models" : "tool calls of real models (skipped: ../shared/data is absent)",
  () => {
    let folder: string;

    /** In the source, an empty text among the accepted values says that the argument may be left out. */
    function expectedCall(call: Row) {
      const args: Row = {};
      const accept: Row = {};
      const optional: string[] = [];
      for (const [name, accepted] of Object.entries<unknown[]>(call.args)) {
        const values = accepted.filter((value) => value !== "");
        if (values.length < accepted.length) optional.push(name);
        if (values.length > 0) args[name] = values[0];
        if (values.length > 1) accept[name] = values.slice(1);
      }
      return { name: call.name, arguments: args, accept, optional };
    }

    /** Arguments as the interface gave them, as text, where the file has that: it tells 5 from 5.0. */
    function textOf(raw: unknown, index: number, { name, args }: Row): unknown {
      const text = Array.isArray(raw) ? (raw[index] as Row | undefined)?.[name] : undefined;
      return typeof text === "string" ? text : args;
    }

    beforeAll(async () => {
      const rows = rowsOf(join(tools, "bfcl_replay.rows.jsonl"));
      const responses = rowsOf(join(tools, "bfcl_replay.responses.jsonl"));
      const models = [...new Set(responses.map(({ model }) => model as string))];
      const cases = rows.map((row) => ({
        id: row.id,
        input: { messages: row.messages, variables: { tools: row.tools } },
        expected: { toolCalls: { calls: (row.expected_calls ?? []).map(expectedCall), mode: "any_order" } },
        cohorts: { category: row.cohort },
      }));
      folder = project(
        "bfcl",
        "category",
        cases,
        `import { defineEvaluation, defineRelease, replayTarget, toolSelectionEvaluator } from "gatewright";${releases}
      export default defineEvaluation({ name: "bfcl", dataset: "dataset", gate: "replay.gate.ts", baseline: "x", candidate: "y",
        releases: ${JSON.stringify(models)}.map(release), evaluators: [toolSelectionEvaluator({ profile: "bfcl", tools: (item) => item.input.variables.tools })] });`,
        `export default { name: "bfcl", criteria: [{ metric: "tool_selection", margin: 0.05, cohorts: ["category=*"] }] };`,
      );
      for (const model of models) {
        const recorded = responses
          .filter((response) => response.model === model)
          .map(({ row_id, calls, raw, latency_s, tokens_in, tokens_out }) => ({
            caseId: row_id,
            text: typeof raw === "string" ? raw : "",
            toolCalls: (calls ?? []).map((call: Row, index: number) => ({
              name: call.name,
              arguments: textOf(raw, index, call),
            })),
            latencyMs: (latency_s ?? 0) * 1000,
            usage: { inputTokens: tokens_in ?? null, outputTokens: tokens_out ?? null },
          }));
        writeFileSync(join(folder, `recordings/${model}.jsonl`), lines(recorded));
      }
      expect((await evals(folder, "dataset", "lock", "dataset")).exitCode).toBe(0);
    }, 60_000);

    it("blocks gpt-4o → gpt-4-0613 on parallel and parallel_multiple and on no other cohort", async () => {
      const { exitCode, report, failed } = await replay(folder, "gpt-4o-2024-08-06-FC", "gpt-4-0613-FC");
      expect(exitCode).toBe(1);
      expect(failed).toEqual(["category=parallel", "category=parallel_multiple"]);
      expect(report.decisions[0]!.candidate).toBe(0);
    });

    it("does not block gpt-4-turbo → gpt-4o", async () => {
      const { exitCode, failed } = await replay(folder, "gpt-4-turbo-2024-04-09-FC", "gpt-4o-2024-08-06-FC");
      expect(failed).toEqual([]);
      expect(exitCode).not.toBe(1);
    });

    it("blocks gpt-4o → gpt-4o-mini on relevance alone, where the average only moves by two points", async () => {
      const { exitCode, failed } = await replay(folder, "gpt-4o-2024-08-06-FC", "gpt-4o-mini-2024-07-18-FC");
      expect(exitCode).toBe(1);
      expect(failed).toEqual(["category=relevance"]);
    });

    it("gives the recorded latency, not the time of the replay", async () => {
      const { report } = await replay(folder, "gpt-4o-2024-08-06-FC", "gpt-4-0613-FC");
      expect(report.operations[0]!.latencyMs!.p50).toBeGreaterThan(100);
    });
  },
);

describe.skipIf(!ragtruth)(
  ragtruth
    ? "grounded answers of real models, by human labels"
    : "grounded answers of real models (skipped: ../shared/data is absent)",
  () => {
    let folder: string;

    beforeAll(async () => {
      const rows = rowsOf(join(groundedness, "ragtruth_qa.rows.jsonl"));
      const responses = rowsOf(join(groundedness, "ragtruth_qa.responses.jsonl"));
      const models = [...new Set(responses.map(({ model }) => model as string))];
      const cases = rows.map((row) => ({
        id: row.id,
        input: { messages: [{ role: "user", content: row.question }] },
        context: [{ text: row.context }],
        cohorts: { task: "QA" },
      }));
      folder = project(
        "ragtruth",
        "task",
        cases,
        `import { defineEvaluation, defineEvaluator, defineRelease, replayTarget, scored } from "gatewright";${releases}
      const label = defineEvaluator({ name: "grounded_by_label", version: "1",
        evaluate: ({ sample }) => scored(sample.output.state.hallucinated ? 0 : 1, !sample.output.state.hallucinated, "human label") });
      export default defineEvaluation({ name: "ragtruth", dataset: "dataset", gate: "replay.gate.ts", baseline: "x", candidate: "y",
        releases: ${JSON.stringify(models)}.map(release), evaluators: [label] });`,
        `export default { name: "ragtruth", criteria: [{ metric: "grounded_by_label", margin: 0.05 }] };`,
      );
      for (const model of models) {
        const recorded = responses
          .filter((response) => response.model === model)
          .map(({ row_id, output, hallucinated }) => ({
            caseId: row_id,
            text: output,
            state: { hallucinated },
          }));
        writeFileSync(join(folder, `recordings/${model}.jsonl`), lines(recorded));
      }
      expect((await evals(folder, "dataset", "lock", "dataset")).exitCode).toBe(0);
    }, 60_000);

    const modelLike = (part: string) =>
      [
        ...new Set(
          rowsOf(join(groundedness, "ragtruth_qa.responses.jsonl")).map(({ model }) => model as string),
        ),
      ].find((model) => model.toLowerCase().includes(part))!;

    it("blocks gpt-4 → mistral-7B", async () => {
      const { exitCode, failed } = await replay(folder, modelLike("gpt-4"), modelLike("mistral"));
      expect(exitCode).toBe(1);
      expect(failed).toEqual(["all"]);
    });

    it("does not call llama2-13b → 70b worse: nineteen cases each way are churn", async () => {
      const { failed } = await replay(folder, modelLike("llama-2-13b"), modelLike("llama-2-70b"));
      expect(failed).toEqual([]);
    });
  },
);
