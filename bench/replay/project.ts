import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { changesSinceLock, makeLock, writeLock } from "../../src/pipeline/dataset-lock.ts";
import { loadDataset } from "../../src/pipeline/load-dataset.ts";

/** What the releases of a project call. */
export type BenchTarget = { readonly kind: "function" } | { readonly kind: "openai"; readonly url: string };

const tiers = ["free", "pro", "enterprise"];
const languages = ["en", "de"];

/** A project in a temporary folder with so many cases, two releases, three evaluators and a gate over cohorts. */
export async function benchProject(cases: number, concurrency: number, target: BenchTarget): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "gatewright-bench-"));
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  write("package.json", '{ "type": "module" }\n');
  write("datasets/bench/dataset.yaml", description);
  write("datasets/bench/cases.jsonl", Array.from({ length: cases }, (_, n) => `${caseLine(n)}\n`).join(""));
  write(
    "evals/bench.eval.ts",
    target.kind === "function" ? functionEvaluation(concurrency) : openaiEvaluation(concurrency, target.url),
  );
  write("gates/bench.gate.ts", gate);
  const dataset = await loadDataset(join(folder, "datasets/bench"));
  const lock = makeLock(dataset, null, changesSinceLock(dataset, null), { date: "2026-01-01", note: "" });
  write("datasets/bench/dataset.lock.json", writeLock(lock));
  return folder;
}

const description = `name: bench
description: cases of the bench
owner: bench
licence: MIT
cohorts:
  tier: [${tiers.join(", ")}]
  language: [${languages.join(", ")}]
`;

const schema = {
  type: "object",
  properties: { status: { type: "string" }, order: { type: "integer" } },
  required: ["status", "order"],
};

function caseLine(n: number): string {
  return JSON.stringify({
    id: `case-${String(n).padStart(6, "0")}`,
    input: {
      messages: [
        {
          role: "user",
          content: `Where is my parcel? The order is ${1_000_000 + n}, and it was to come last week.`,
        },
      ],
    },
    expected: {
      facts: ["on its way"],
      toolCalls: { calls: [{ name: "get_order", arguments: { order: 1_000_000 + n } }] },
      jsonSchema: schema,
    },
    cohorts: { tier: tiers[n % tiers.length], language: languages[n % languages.length] },
  });
}

const bundle = `{ model: "m-1", prompt: "p-1", retriever: null, tools: ["get_order"], guardrail: null, decoding: { temperature: 0 }, route: null }`;

/** Answers are some hundred characters with a tool call; one in fifty is wrong on either side. */
function functionEvaluation(concurrency: number): string {
  return `import { defineEvaluation, defineRelease, functionTarget, jsonValidationEvaluator, taskCompletionEvaluator, toolSelectionEvaluator } from "gatewright";
const bundle = ${bundle};
const answer = (wrong) => ({ caseId }) => {
  const n = Number(caseId.slice(5));
  const order = 1_000_000 + n + (n % 50 === wrong ? 1 : 0);
  return {
    text: JSON.stringify({ status: "on its way", order, note: "It left the warehouse yesterday and should be with you within two days." }),
    toolCalls: [{ name: "get_order", arguments: { order }, result: { status: "shipped", carrier: "post" } }],
    usage: { inputTokens: 120, outputTokens: 40, costUsd: 0.0004 },
  };
};
const release = (name, prompt, wrong, changes) => defineRelease({ name, changes, components: { ...bundle, prompt }, target: functionTarget({ name, call: answer(wrong) }) });
export default defineEvaluation({
  name: "bench", dataset: "../datasets/bench", gate: "../gates/bench.gate.ts", baseline: "live", candidate: "next", concurrency: ${concurrency},
  releases: [release("live", "p-1", 3, []), release("next", "p-2", 7, ["prompt"])],
  evaluators: [toolSelectionEvaluator(), taskCompletionEvaluator(), jsonValidationEvaluator()],
});
`;
}

function openaiEvaluation(concurrency: number, url: string): string {
  return `import { defineEvaluation, defineRelease, jsonValidationEvaluator, openaiTarget, taskCompletionEvaluator, toolSelectionEvaluator } from "gatewright";
const release = (name, system, changes) => defineRelease({
  name, changes, components: { retriever: null, guardrail: null, route: null },
  target: openaiTarget({ model: "bench-1", baseURL: ${JSON.stringify(url)}, system }),
});
export default defineEvaluation({
  name: "bench", dataset: "../datasets/bench", gate: "../gates/bench.gate.ts", baseline: "live", candidate: "next", concurrency: ${concurrency},
  releases: [release("live", "Be brief.", []), release("next", "Be kind.", ["prompt"])],
  evaluators: [toolSelectionEvaluator(), taskCompletionEvaluator(), jsonValidationEvaluator()],
});
`;
}

const gate = `import { defineGate } from "gatewright";
export default defineGate({
  name: "bench",
  criteria: [
    { metric: "task_completion", margin: 0.05, cohorts: ["all", "tier=*", "language=*"] },
    { metric: "tool_selection", margin: 0.05, cohorts: ["all", "tier=*"] },
    { metric: "json_validation", margin: 0.05 },
    { metric: "error_rate", atMost: 0.02 },
    { metric: "latency_ms.p95", maximumRatio: 1.5, severity: "advisory" },
  ],
});
`;
