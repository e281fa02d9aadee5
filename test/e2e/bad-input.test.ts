import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { evals } from "../support/command-line.ts";
import { casesOf, lock, type TestProject, testProject } from "../support/project.ts";

// Each of these ends in exit code 0 in at least one tool of the field. Here: exit code 2, file, line and remedy, and no call made.

async function refused(project: TestProject, ...args: string[]) {
  const called = await evals(project.folder, "run", "evals/tiny.eval.ts", "--no-html", ...args);
  expect(called.exitCode).toBe(2);
  expect(called.stdout).toBe("");
  const [message, hint, ...rest] = called.stderr.trimEnd().split("\n");
  expect(rest).toEqual([]);
  expect(hint!.trim().length).toBeGreaterThan(10);
  const runs = await evals(project.folder, "runs");
  expect(runs.stdout).toBe("");
  return { message: message!, hint: hint! };
}

/** The lines of a refusal, the remedy last. */
async function refusedLines(project: TestProject): Promise<string[]> {
  const called = await evals(project.folder, "run", "evals/tiny.eval.ts", "--no-html");
  expect(called.exitCode).toBe(2);
  return called.stderr.trimEnd().split("\n");
}

const changed = (project: TestProject, file: string, from: string, to: string) => {
  const text = project.read(file);
  expect(text).toContain(from);
  project.write(file, text.replace(from, to));
};

const cases = "datasets/tiny/cases.jsonl";
const gate = "gates/tiny.gate.ts";
const evaluation = "evals/tiny.eval.ts";

describe("what is refused before the first call: the dataset", () => {
  it("a missing folder", async () => {
    const project = await testProject(casesOf(60));
    rmSync(join(project.folder, "datasets/tiny"), { recursive: true });
    expect((await refused(project)).message).toContain("datasets/tiny: no such folder");
  });

  it("a missing file of cases", async () => {
    const project = await testProject(casesOf(60));
    rmSync(join(project.folder, cases));
    expect((await refused(project)).message).toContain("datasets/tiny/cases.jsonl: not found");
  });

  it.each([
    ["empty", ""],
    ["blank", "\n\n  \n"],
  ])("no cases: %s", async (_, text) => {
    const project = await testProject(casesOf(60));
    project.write(cases, text);
    expect((await refused(project)).message).toContain("cases.jsonl: no cases");
  });

  it("broken JSON, with its line", async () => {
    const project = await testProject(casesOf(60));
    const lines = project.read(cases).split("\n");
    lines[6] = lines[6]!.slice(0, -5);
    project.write(cases, lines.join("\n"));
    expect((await refused(project)).message).toContain("cases.jsonl:7: broken JSON");
  });

  it("a repeated id, with both lines", async () => {
    const project = await testProject(casesOf(60));
    changed(project, cases, '"id":"case-0009"', '"id":"case-0003"');
    const { message } = await refused(project);
    expect(message).toContain('cases.jsonl:10: the id "case-0003" is already on line 4');
  });

  it("a misspelt key of a case, so that no expectation is lost", async () => {
    const project = await testProject(casesOf(60));
    changed(project, cases, '"expected"', '"expcted"');
    const { message, hint } = await refused(project);
    expect(message).toContain('cases.jsonl:1: unknown key "expcted"');
    expect(hint).toContain('did you mean "expected"?');
  });

  it("a misspelt expectation", async () => {
    const project = await testProject(casesOf(60));
    changed(project, cases, '"answer"', '"anwser"');
    const { message, hint } = await refused(project);
    expect(message).toContain("cases.jsonl:1: unknown key");
    expect(hint).toContain('did you mean "answer"?');
  });

  it("a cohort that the dataset does not declare", async () => {
    const project = await testProject(casesOf(60));
    changed(project, cases, '"tier":"pro"', '"tier":"prro"');
    const { message, hint } = await refused(project);
    expect(message).toContain('cases.jsonl:2: unknown value "prro" of cohort dimension "tier"');
    expect(hint).toContain('did you mean "pro"?');
  });

  it.each(["toString", "constructor", "hasOwnProperty"])(
    "a cohort that every object has and no dataset declares: %s",
    async (name) => {
      const project = await testProject(casesOf(60));
      changed(project, cases, '"tier":"free"', `"${name}":"free"`);
      expect((await refused(project)).message).toContain(`cases.jsonl:1: unknown cohort dimension "${name}"`);
    },
  );

  it.each([
    ["a cohort", '"tier":"free"', '"__proto__":"free"', "cohorts.__proto__"],
    [
      "a variable",
      '"messages":',
      '"variables":{"a":[{"__proto__":1}]},"messages":',
      "input.variables.a.0.__proto__",
    ],
  ])("a name that would be lost in silence: %s called __proto__", async (_, from, to, path) => {
    const project = await testProject(casesOf(60));
    changed(project, cases, from, to);
    expect((await refused(project)).message).toContain(`cases.jsonl:1: \`${path}\` cannot be used as a name`);
  });

  it("a file in place of the folder", async () => {
    const project = await testProject(casesOf(60));
    project.write("questions.csv", "id,question\n1,why\n");
    const called = await evals(project.folder, "dataset", "lock", "questions.csv");
    expect(called.exitCode).toBe(2);
    expect(called.stderr).toContain("questions.csv: a file, not the folder of a dataset");
    expect(called.stderr).toContain("dataset.yaml and cases.jsonl");
  });

  it("a case that is nested without end", async () => {
    const project = await testProject(casesOf(60));
    changed(
      project,
      cases,
      '{"answer":"right"}',
      `{"state":{"deep":${"[".repeat(20_000)}${"]".repeat(20_000)}}}`,
    );
    expect((await refused(project)).message).toContain("cases.jsonl:1: the case is nested too deeply");
  });

  it.each([
    ["names nothing", "name: *nobody"],
    [
      "multiplies without end",
      `a: &a [${"x,".repeat(10)}]\nb: &b [${"*a,".repeat(10)}]\nc: &c [${"*b,".repeat(10)}]\nname: [${"*c,".repeat(10)}]`,
    ],
  ])("YAML with an alias that %s", async (_, text) => {
    const project = await testProject(casesOf(60));
    changed(project, "datasets/tiny/dataset.yaml", "name: tiny", text);
    const { message, hint } = await refused(project);
    expect(message).toContain("datasets/tiny/dataset.yaml: ");
    expect(hint).toContain("aliases");
  });

  it("broken YAML, with its line", async () => {
    const project = await testProject(casesOf(60));
    changed(project, "datasets/tiny/dataset.yaml", "owner: tests", "owner: [tests");
    expect((await refused(project)).message).toMatch(/dataset\.yaml:\d+: /);
  });

  it("an unknown key in the description, with its line", async () => {
    const project = await testProject(casesOf(60));
    changed(project, "datasets/tiny/dataset.yaml", "owner: tests", "ownr: tests");
    const { message, hint } = await refused(project);
    expect(message).toContain('dataset.yaml:3: unknown key "ownr"');
    expect(hint).toContain('did you mean "owner"?');
  });

  it("everything that is wrong in a description, each with its line", async () => {
    const project = await testProject(casesOf(60));
    project.write(
      "datasets/tiny/dataset.yaml",
      "name: tiny\ndescription: 7\nownr: tests\ncohorts:\n  tier: [free, pro]\n  language: german\n",
    );
    expect(await refusedLines(project)).toEqual([
      expect.stringContaining('dataset.yaml:3: unknown key "ownr", did you mean "owner"?'),
      expect.stringContaining("dataset.yaml:2: `description`: expected string"),
      expect.stringContaining("dataset.yaml:1: `licence`: expected string"),
      expect.stringContaining("dataset.yaml:6: `cohorts.language`: expected array"),
      expect.stringContaining("correct all 4 of them"),
    ]);
  });

  it("every case that is wrong, each with its line", async () => {
    const project = await testProject(casesOf(60));
    const lines = project.read(cases).split("\n");
    lines[1] = lines[1]!.replace('"tier":"pro"', '"tier":"prro"');
    lines[6] = lines[6]!.slice(0, -5);
    lines[8] = lines[8]!.replace('"expected"', '"expcted"').replace('"id":"case-0008"', '"id":8');
    lines[9] = lines[9]!.replace('"id":"case-0009"', '"id":"case-0003"');
    project.write(cases, lines.join("\n"));
    expect(await refusedLines(project)).toEqual([
      expect.stringMatching(/cases\.jsonl:2: unknown value "prro" .*did you mean "pro"\?/),
      expect.stringContaining("cases.jsonl:7: broken JSON"),
      expect.stringContaining('cases.jsonl:9: unknown key "expcted", did you mean "expected"?'),
      expect.stringContaining("cases.jsonl:9: `id`: expected string"),
      expect.stringContaining('cases.jsonl:10: the id "case-0003" is already on line 4'),
      expect.stringContaining("correct all 5 of them"),
    ]);
  });

  it("everything that is wrong in a gate and in an evaluation", async () => {
    const project = await testProject(casesOf(60));
    changed(project, gate, "atMost: 0.1", "atMost: 7");
    changed(project, gate, "margin: 0.1", "margn: 0.1");
    expect(await refusedLines(project)).toEqual([
      expect.stringContaining('tiny.gate.ts:5: unknown key "margn" in `criteria[0]`, did you mean "margin"?'),
      expect.stringContaining("tiny.gate.ts:6: `criteria[1].atMost`: "),
      expect.stringContaining("correct all 2 of them"),
    ]);
    changed(
      project,
      evaluation,
      'candidate: "candidate",',
      'candidate: "candidate", repetitions: "two", retrys: 1,',
    );
    expect(await refusedLines(project)).toEqual([
      expect.stringContaining('unknown key "retrys", did you mean "retries"?'),
      expect.stringContaining("`repetitions`: expected number"),
      expect.stringContaining("correct all 2 of them"),
    ]);
  });

  it("a missing lock, and one that does not match", async () => {
    const project = await testProject(casesOf(60));
    changed(project, cases, "question case-0004", "another question");
    const mismatch = await refused(project);
    expect(mismatch.message).toContain("cases.jsonl:5: the dataset changed since version 1 (1 changed)");
    expect(mismatch.hint).toContain("evals dataset lock");
    rmSync(join(project.folder, "datasets/tiny/dataset.lock.json"));
    expect((await refused(project)).message).toContain("dataset.lock.json: the dataset has no lock");
  });

  it("a lock that is no lock", async () => {
    const project = await testProject(casesOf(60));
    project.write("datasets/tiny/dataset.lock.json", '{"version": 1}');
    expect((await refused(project)).message).toContain("dataset.lock.json: not a lock file");
  });

  it("a required cohort that is thin", async () => {
    const project = await testProject(casesOf(60));
    const file = "datasets/tiny/dataset.yaml";
    project.write(file, `${project.read(file)}requiredCohorts: [{cohort: tier=free, minimumCases: 31}]\n`);
    await lock(project.folder);
    expect((await refused(project)).message).toContain("tier=free has 30 cases, fewer than 31");
  });
});

describe("what is refused before the first call: the gate", () => {
  it.each([
    [
      "a margin that nothing can prove",
      "margin: 0.1",
      "margin: 1e-300",
      /tiny\.gate\.ts:5: .*`criteria\[0\]\.margin`.*0\.000001/,
      /./,
    ],
    [
      "an unknown metric",
      '"task_completion"',
      '"task_completon"',
      /tiny\.gate\.ts:5: unknown metric "task_completon"/,
      /did you mean "task_completion"\?/,
    ],
    [
      "an unknown cohort",
      '"tier=*"',
      '"tier=fre"',
      /tiny\.gate\.ts:5: unknown cohort "tier=fre"/,
      /did you mean "tier=free"\?/,
    ],
    [
      "an unknown dimension",
      '"tier=*"',
      '"teir=free"',
      /tiny\.gate\.ts:\d+: unknown cohort dimension "teir"/,
      /did you mean "tier"\?/,
    ],
    [
      "an unknown key",
      "margin:",
      "margn:",
      /tiny\.gate\.ts:5: unknown key "margn"/,
      /did you mean "margin"\?/,
    ],
    [
      "a cohort that is none",
      '"tier=*"',
      '"free tier"',
      /tiny\.gate\.ts:5: "free tier" is no cohort/,
      /tier=free/,
    ],
    ["a margin of zero", "margin: 0.1", "margin: 0", /tiny\.gate\.ts:5: `criteria\[0\]\.margin`/, /./],
    ["a negative margin", "margin: 0.1", "margin: -0.1", /tiny\.gate\.ts:5: `criteria\[0\]\.margin`/, /./],
    [
      "a margin in points",
      "margin: 0.1",
      "margin: 5",
      /tiny\.gate\.ts:5: `criteria\[0\]\.margin`: .*0\.03 is three/,
      /./,
    ],
    [
      "two bounds",
      "margin: 0.1",
      "margin: 0.1, atLeast: 0.5",
      /exactly one of `margin`, `atLeast`, `atMost` and `maximumRatio`/,
      /./,
    ],
    ["no bound", "margin: 0.1,", "", /exactly one of `margin`, `atLeast`, `atMost` and `maximumRatio`/, /./],
    [
      "a margin on the error rate",
      "atMost: 0.1",
      "margin: 0.1",
      /tiny\.gate\.ts:6: error_rate takes `atMost`/,
      /atMost: 0\.02/,
    ],
    [
      "a ratio of a pass rate",
      "margin: 0.1",
      "maximumRatio: 1.25",
      /tiny\.gate\.ts:5: the pass rate of task_completion cannot be bounded by `maximumRatio`/,
      /margin/,
    ],
    [
      "a margin on a latency",
      '"error_rate", atMost',
      '"latency_ms.p95", margin',
      /tiny\.gate\.ts:6: latency_ms\.p95 takes `maximumRatio`/,
      /maximumRatio: 1\.25/,
    ],
    [
      "a misspelt built-in metric",
      '"error_rate", atMost: 0.1',
      '"cost_us", maximumRatio: 1.1',
      /tiny\.gate\.ts:6: unknown metric "cost_us"/,
      /"cost_usd"/,
    ],
    [
      "a ratio that accepts no rise",
      '"error_rate", atMost: 0.1',
      '"cost_usd", maximumRatio: 1',
      /tiny\.gate\.ts:6: `criteria\[1\]\.maximumRatio`/,
      /./,
    ],
    ["a pattern that finds no cohort", '"tier=*"]', '"tier=*"], minimumCohortSize: 31', null, null],
  ])("%s", async (_, from, to, message, hint) => {
    const project = await testProject(casesOf(60));
    changed(project, gate, from, to);
    if (message === null) {
      changed(project, gate, '"all", ', "");
      expect((await refused(project)).message).toMatch(/no cohort of at least 31 cases/);
      return;
    }
    const found = await refused(project);
    expect(found.message).toMatch(message);
    expect(found.hint).toMatch(hint!);
  });

  it("no criteria", async () => {
    const project = await testProject(casesOf(60));
    project.write(gate, 'export default { name: "empty", criteria: [] };');
    expect((await refused(project)).message).toContain("a gate needs at least one criterion");
  });

  it("a cohort without cases", async () => {
    const project = await testProject(casesOf(60));
    changed(project, gate, '"tier=*"', '"language=de"');
    expect((await refused(project)).message).toContain('the cohort "language=de" has no cases');
  });

  it("a missing file", async () => {
    const project = await testProject(casesOf(60));
    rmSync(join(project.folder, gate));
    expect((await refused(project)).message).toContain("gates/tiny.gate.ts: not found");
  });
});

describe("what is refused before the first call: the evaluation and its releases", () => {
  it("a name that the package does not have, or that was not imported", async () => {
    const misspelt = await testProject(casesOf(60));
    misspelt.write(
      evaluation,
      misspelt.read(evaluation).replaceAll("taskCompletionEvaluator", "taskCompletionEvaluater"),
    );
    const { message, hint } = await refused(misspelt);
    expect(message).toMatch(/tiny\.eval\.ts:\d+: gatewright has no "taskCompletionEvaluater"$/);
    expect(hint).toContain('did you mean "taskCompletionEvaluator"?');
    const forgotten = await testProject(casesOf(60));
    changed(forgotten, evaluation, "taskCompletionEvaluator, ", "");
    expect((await refused(forgotten)).hint).toContain('import { taskCompletionEvaluator } from "gatewright"');
  });

  it.each(["evals/tiney.eval.ts", "tiny", "evals/tiny.eval.js"])(
    "a path that is near one: %s",
    async (path) => {
      const project = await testProject(casesOf(60));
      const { exitCode, stderr } = await evals(project.folder, "run", path, "--no-html");
      expect(exitCode).toBe(2);
      expect(stderr).toContain(`${path}: not found`);
      expect(stderr).toContain('did you mean "evals/tiny.eval.ts"?');
    },
  );

  it.each([
    [
      "an unknown key",
      "baseline:",
      "basline:",
      /tiny\.eval\.ts:\d+: unknown key "basline"/,
      /did you mean "baseline"\?/,
    ],
    [
      "a release that is not there",
      'candidate: "candidate"',
      'candidate: "candidat"',
      /there is no release "candidat"/,
      /did you mean "candidate"\?/,
    ],
    [
      "a component that is not named",
      "guardrail: null, ",
      "",
      /does not name "guardrail"/,
      /guardrail: null/,
    ],
    [
      "two evaluators of one name",
      "[taskCompletionEvaluator()]",
      "[taskCompletionEvaluator(), taskCompletionEvaluator()]",
      /two evaluators are named "task_completion"/,
      /./,
    ],
    [
      "a time limit that no timer measures, so that every call would end at once",
      'gate: "',
      'timeoutMs: 3_000_000_000, gate: "',
      /tiny\.eval\.ts:\d+: `timeoutMs`: Too big/,
      /./,
    ],
    ["no evaluator", "[taskCompletionEvaluator()]", "[]", /at least one evaluator/, /./],
    [
      "an evaluator that is none",
      "[taskCompletionEvaluator()]",
      '["task_completion"]',
      /not an evaluator/,
      /./,
    ],
    ...[
      "{ sensitivity: { right: 950, of: 100 }, specificity: { right: 90, of: 100 } }",
      "{ sensitivity: { right: NaN, of: 100 }, specificity: { right: 90, of: 100 } }",
      "{ sensitivity: { right: 0, of: 0 }, specificity: { right: 0, of: 0 } }",
      "{ sensitivity: 0.95, specificity: 0.9 }",
      '"measured"',
      "null",
    ].map((judge): [string, string, string, RegExp, RegExp] => [
      `an evaluator that says of its error what cannot be: ${judge}`,
      "[taskCompletionEvaluator()]",
      `[{ ...taskCompletionEvaluator(), judge: ${judge} }]`,
      /tiny\.eval\.ts:\d+: `evaluators\[0\]`: its `judge` is neither "unmeasured" nor counts/,
      /./,
    ]),
    [
      "a syntax error",
      "export default defineEvaluation({",
      "export default defineEvaluation({{",
      /tiny\.eval\.ts:\d+: /,
      /./,
    ],
    [
      "an evaluator with the name of a built-in metric",
      "[taskCompletionEvaluator()]",
      '[{ ...taskCompletionEvaluator(), name: "cost_usd" }]',
      /tiny\.eval\.ts:\d+: no evaluator may be named "cost_usd"/,
      /another name/,
    ],
    [
      "no default export",
      "export default defineEvaluation",
      "export const other = defineEvaluation",
      /no default export/,
      /./,
    ],
    [
      "an import that is not there",
      "taskCompletionEvaluator,",
      "taskCompletionEvaluator, noSuchThing,",
      null,
      null,
    ],
  ])("%s", async (_, from, to, message, hint) => {
    const project = await testProject(casesOf(60));
    if (message === null) {
      changed(project, evaluation, "functionTarget({ name", "noSuchTarget({ name");
      expect((await refused(project)).message).toContain("noSuchTarget");
      return;
    }
    changed(project, evaluation, from, to);
    const found = await refused(project);
    expect(found.message).toMatch(message);
    expect(found.hint).toMatch(hint!);
  });

  it("a missing evaluation", async () => {
    const project = await testProject(casesOf(60));
    const called = await evals(project.folder, "run", "evals/none.eval.ts", "--no-html");
    expect(called).toMatchObject({ exitCode: 2, stdout: "" });
    expect(called.stderr).toContain("evals/none.eval.ts: not found");
  });

  it("a missing API key, named", async () => {
    const project = await testProject(casesOf(60));
    const text = project
      .read(evaluation)
      .replace("functionTarget,", "openaiTarget,")
      .replace(
        /functionTarget\(\{[\s\S]*?\}\s*\}\),/,
        'openaiTarget({ model: "m", apiKeyEnv: "NO_SUCH_KEY_IN_TESTS" }),',
      )
      .replace('model: "m-1", prompt: "p-1"', 'prompt: "p-1"')
      .replace("tools: null, ", "")
      .replace(", decoding: { temperature: 0 }", "");
    project.write(evaluation, text);
    const { message, hint } = await refused(project);
    expect(message).toContain("NO_SUCH_KEY_IN_TESTS");
    expect(hint).toContain("NO_SUCH_KEY_IN_TESTS");
  });

  it("a misspelt key of the configuration", async () => {
    const project = await testProject(casesOf(60));
    project.write("evals.config.ts", 'export default {\n  stor: "x.sqlite",\n};\n');
    const called = await evals(project.folder, "run", "evals/tiny.eval.ts", "--no-html");
    expect(called).toMatchObject({ exitCode: 2, stdout: "" });
    expect(called.stderr).toContain('evals.config.ts:2: unknown key "stor"');
    expect(called.stderr).toContain('did you mean "store"?');
  });
});

describe("what is refused before the first call: the command line", () => {
  it("a filter that matches nothing, and one that names no cohort", async () => {
    const project = await testProject(casesOf(60));
    expect((await refused(project, "--cohort", "language=de")).message).toContain(
      'no case is in "language=de"',
    );
    const unknown = await refused(project, "--cohort", "tier=fre");
    expect(unknown.message).toContain('unknown cohort "tier=fre"');
    expect(unknown.hint).toContain('did you mean "tier=free"?');
  });

  it.each(["--html", "--junit", "--markdown"])("a path of %s that cannot be written", async (option) => {
    const project = await testProject(casesOf(60));
    mkdirSync(join(project.folder, "taken"));
    expect((await refused(project, option, "taken")).message).toContain("taken: ");
    project.write("file", "");
    expect((await refused(project, option, "file/report")).message).toContain("file/report: ");
  });

  it("two reports on standard output", async () => {
    const project = await testProject(casesOf(60));
    const called = await evals(project.folder, "run", "evals/tiny.eval.ts", "--json", "--markdown", "-");
    expect(called.exitCode).toBe(2);
    expect(called.stderr).toContain("would both be printed on standard output");
  });

  it("several evaluations to calibrate by: the whole command is in the remedy", async () => {
    const project = await testProject(casesOf(60));
    project.write("evals/second.eval.ts", project.read("evals/tiny.eval.ts"));
    const called = await evals(project.folder, "calibrate", "judge", "--labels", "l.jsonl");
    expect(called.exitCode).toBe(2);
    expect(called.stderr).toMatch(
      /evals calibrate judge --labels l\.jsonl --evaluation evals\/\w+\.eval\.ts/,
    );
  });

  it("a store that cannot be opened", async () => {
    const project = await testProject(casesOf(60));
    mkdirSync(join(project.folder, "folder.sqlite"));
    const called = await evals(
      project.folder,
      "run",
      "evals/tiny.eval.ts",
      "--no-html",
      "--store",
      "folder.sqlite",
    );
    expect(called).toMatchObject({ exitCode: 2, stdout: "" });
    expect(called.stderr).toContain("folder.sqlite: the store cannot be opened");
  });

  it.each([
    [["run", "--candidat", "x"]],
    [["rum"]],
    [["run", "a", "b"]],
    [["run", "--repetitions", "0"]],
    [["run", "--repetitions", "100000000"]],
    [["dataset"]],
    [[]],
  ])("unknown words: %j", async (words) => {
    const project = await testProject(casesOf(60));
    expect((await evals(project.folder, ...words)).exitCode).toBe(2);
  });

  it("writes the refusal over an older report, so that nobody reads that one", async () => {
    const project = await testProject(casesOf(60));
    const files = ["--html", "out/r.html", "--junit", "out/r.xml", "--markdown", "out/r.md"];
    const first = await evals(project.folder, "run", "evals/tiny.eval.ts", ...files);
    expect(first.exitCode).toBe(0);
    changed(project, gate, "task_completion", "task_completon");
    const second = await evals(project.folder, "run", "evals/tiny.eval.ts", ...files);
    expect(second.exitCode).toBe(2);
    for (const file of ["out/r.html", "out/r.xml", "out/r.md"]) expect(project.read(file)).toContain("GATE");
    expect(project.read("out/r.xml")).toContain("<error");
  });
});
