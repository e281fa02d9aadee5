import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { changesSinceLock, makeLock, writeLock } from "../../src/pipeline/dataset-lock.ts";
import { loadDataset } from "../../src/pipeline/load-dataset.ts";

/** A case as a test writes it. */
export interface TestCase {
  readonly id: string;
  readonly tier?: string;
  readonly language?: string;
  readonly cluster?: string;
  /** What the live release and the candidate answer; `!kind` makes the call fail. The expected answer is `right`. */
  readonly live?: string;
  readonly candidate?: string;
  readonly expected?: unknown;
}

/** A project in a temporary folder: dataset, evaluation with a live release and a candidate, gate. */
export interface TestProject {
  readonly folder: string;
  write(file: string, text: string): void;
  read(file: string): string;
}

const description = `name: tiny
description: cases of a test
owner: tests
licence: MIT
cohorts:
  tier: [free, pro]
  language: [en, de]
`;

const evaluation = `import { readFileSync } from "node:fs";
import { defineEvaluation, defineRelease, functionTarget, taskCompletionEvaluator, TargetError } from "gatewright";
const answers = JSON.parse(readFileSync(new URL("./answers.json", import.meta.url), "utf8"));
const bundle = { model: "m-1", prompt: "p-1", retriever: null, tools: null, guardrail: null, decoding: { temperature: 0 }, route: null };
const release = (name, components, changes) => defineRelease({
  name,
  changes,
  components,
  target: functionTarget({ name, call: async ({ caseId }) => {
    const answer = answers[name]?.[caseId] ?? "right";
    if (answer.startsWith("!")) throw new TargetError({ kind: answer.slice(1), message: "scripted failure", retryable: false });
    return answer;
  } }),
});
export default defineEvaluation({
  name: "tiny",
  dataset: "../datasets/tiny",
  gate: "../gates/tiny.gate.ts",
  baseline: "live",
  candidate: "candidate",
  releases: [
    release("live", bundle, []),
    release("candidate", { ...bundle, prompt: "p-2" }, ["prompt"]),
    release("undeclared", { ...bundle, prompt: "p-2", decoding: { temperature: 0.7 } }, ["prompt"]),
  ],
  evaluators: [taskCompletionEvaluator()],
});
`;

const gate = `import { defineGate } from "gatewright";
export default defineGate({
  name: "tiny",
  criteria: [
    { metric: "task_completion", margin: 0.1, cohorts: ["all", "tier=*"] },
    { metric: "error_rate", atMost: 0.1 },
  ],
});
`;

/** Makes a project. Cases without an own expectation expect the answer \`right\`. */
export async function testProject(cases: readonly TestCase[]): Promise<TestProject> {
  const folder = mkdtempSync(join(tmpdir(), "gatewright-"));
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  write("datasets/tiny/dataset.yaml", description);
  write("datasets/tiny/cases.jsonl", cases.map((item) => `${JSON.stringify(caseLine(item))}\n`).join(""));
  write("evals/tiny.eval.ts", evaluation);
  write("evals/answers.json", JSON.stringify(answersOf(cases)));
  write("gates/tiny.gate.ts", gate);
  if (cases.length > 0) await lock(folder);
  return { folder, write, read: (file) => readFileSync(join(folder, file), "utf8") };
}

/** Locks the dataset of a project as it is now. */
export async function lock(folder: string): Promise<void> {
  const dataset = await loadDataset(join(folder, "datasets/tiny"));
  const made = makeLock(dataset, null, changesSinceLock(dataset, null), { date: "2026-01-01", note: "" });
  writeFileSync(join(folder, "datasets/tiny/dataset.lock.json"), writeLock(made));
}

function caseLine({ id, tier = "free", language = "en", cluster, expected }: TestCase) {
  const input = { messages: [{ role: "user", content: `question ${id}` }] };
  return {
    id,
    input,
    expected: expected ?? { answer: "right" },
    cohorts: { tier, language },
    ...(cluster && { cluster }),
  };
}

function answersOf(cases: readonly TestCase[]) {
  const answers: Record<"live" | "candidate", Record<string, string>> = { live: {}, candidate: {} };
  for (const item of cases) {
    if (item.live !== undefined) answers.live[item.id] = item.live;
    if (item.candidate !== undefined) answers.candidate[item.id] = item.candidate;
  }
  return answers;
}

/** So many cases, half of them free and half pro; \`change\` makes each its own. */
export function casesOf(n: number, change: (index: number) => Partial<TestCase> = () => ({})): TestCase[] {
  return Array.from({ length: n }, (_, index) => ({
    id: `case-${String(index).padStart(4, "0")}`,
    tier: index % 2 === 0 ? "free" : "pro",
    ...change(index),
  }));
}
