import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";

interface Called {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

function agreement(...args: string[]): Promise<Called> {
  return new Promise((done) => {
    const options = { maxBuffer: 64 * 1024 * 1024 };
    execFile(process.execPath, ["scripts/agreement.mjs", ...args], options, (error, stdout, stderr) => {
      done({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

const folder = mkdtempSync(join(tmpdir(), "gatewright-agreement-"));
function file(name: string, rows: readonly unknown[]): string {
  const text = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
  const path = join(folder, name);
  writeFileSync(path, name.endsWith(".gz") ? gzipSync(text) : text);
  return path;
}

const lastLine = ({ stdout }: Called) => JSON.parse(stdout.trim().split("\n").at(-1)!);

describe("npm run agreement", () => {
  const problem = (correct: boolean, output: string | null) => ({ output, correct });
  const problems = [
    { id: "p1", answer: "18", responses: { a: problem(true, "9 * 2 = 18"), b: problem(false, null) } },
    { id: "p2", answer: "1000", responses: { a: problem(true, "A: $1,000.00"), b: problem(true, "A: 7") } },
  ];

  it("ends with one line of JSON, lists what differs when asked, and reads compressed files", async () => {
    const plain = await agreement("gsm8k", file("problems.jsonl", problems));
    expect(plain.exitCode).toBe(0);
    expect(plain.stdout.trim().split("\n")).toHaveLength(1);
    const expected = { kind: "gsm8k", n: 4, agree: 3, rate: 0.75, falsePositives: 0, falseNegatives: 1 };
    expect(lastLine(plain)).toMatchObject(expected);
    const listed = await agreement("gsm8k", "--list", file("problems.jsonl.gz", problems));
    expect(lastLine(listed)).toMatchObject(expected);
    expect(listed.stdout).toMatch(/^p2 b: does not pass, the label differs: /);
  });

  it("knows files by what is in them, in any order, and tells 5 from 5.0", async () => {
    const tool = {
      name: "mean",
      parameters: {
        type: "object",
        properties: { of: { type: "array", items: { "x-bfcl-type": "float", type: "number" } } },
        required: ["of"],
      },
    };
    const row = `{"id":"r","tools":[${JSON.stringify(tool)}],"expect":"calls","expected_calls":[{"name":"mean","args":{"of":[[5.0,6.5]]}}]}`;
    const answer = (of: string, valid: boolean) =>
      `{"row_id":"r","model":"m","calls":[{"name":"mean","args":{"of":${of}}}],"official":{"valid":${valid}}}`;
    const none = '{"row_id":"r","model":"m","calls":null,"official":{"valid":false}}';
    const stranger = '{"row_id":"s","model":"m","calls":null,"official":{"valid":false}}';
    writeFileSync(
      join(folder, "a.jsonl"),
      [answer("[5.0,6.5]", true), answer("[5,6.5]", false), none, stranger].join("\n"),
    );
    writeFileSync(join(folder, "b.jsonl"), row);
    for (const files of [
      ["a.jsonl", "b.jsonl"],
      ["b.jsonl", "a.jsonl"],
    ]) {
      const called = await agreement("bfcl", ...files.map((name) => join(folder, name)));
      expect(lastLine(called)).toMatchObject({ n: 3, agree: 3, withoutRow: 1 });
    }
  });

  it("ends with exit code 2 and names what is wrong", async () => {
    const wrong: [string[], string][] = [
      [[], "which kind?"],
      [["gsm8"], "no file is named"],
      [["gsm8", file("problems.jsonl", problems)], 'did you mean "gsm8k"?'],
      [["gsm8k", join(folder, "absent.jsonl")], "absent.jsonl"],
      [["bfcl", file("problems.jsonl", problems)], "its first row has id, answer, responses"],
      [["gsm8k", file("empty.jsonl", [])], "no rows"],
      [["gsm8k", file("list.jsonl", [1])], "row 1 is no object"],
      [["gsm8k", file("none.jsonl", [{ ...problems[0], responses: {} }])], "no row of these files"],
      [["gsm8k", "--lst", file("problems.jsonl", problems)], "--lst"],
    ];
    writeFileSync(join(folder, "broken.jsonl"), `${JSON.stringify(problems[0])}\n{"id":\n`);
    wrong.push([["gsm8k", join(folder, "broken.jsonl")], "broken.jsonl:2: not JSON"]);
    for (const [args, message] of wrong) {
      const called = await agreement(...args);
      expect(called.stderr).toContain(message);
      expect(called.exitCode).toBe(2);
      expect(called.stdout).toBe("");
    }
  });
});

const data = resolve("../shared/data");
const skipped = existsSync(data) ? "" : " (skipped: ../shared/data is absent)";

// Labels of others on recorded answers of real models; the data are not part of the repository.
describe.skipIf(skipped !== "")(`agreement with the labels of others${skipped}`, () => {
  const named = (...names: string[]) => names.map((name) => join(data, name));

  it("is complete for the verdicts of the Berkeley leaderboard", async () => {
    const files = named("tools/bfcl_replay.rows.jsonl", "tools/bfcl_replay.responses.jsonl");
    const found = lastLine(await agreement("bfcl", ...files));
    expect(found.n).toBeGreaterThan(4000);
    expect(found.rate).toBeGreaterThanOrEqual(0.995);
  });

  it("has no false positive on WorkBench", async () => {
    const files = named("agents/workbench.rows.jsonl", "agents/workbench.responses.jsonl");
    const found = lastLine(await agreement("workbench", ...files));
    expect(found).toMatchObject({ falsePositives: 0 });
    expect(found.rate).toBeGreaterThanOrEqual(0.969);
  });

  it("is above 97.5 in 100 for the airline tasks of τ-bench", async () => {
    const found = lastLine(
      await agreement("tau", ...named("agents/tau.tasks.jsonl", "agents/tau.runs.jsonl")),
    );
    expect(found.domains.airline.rate).toBeGreaterThanOrEqual(0.975);
  });

  it("is complete for required cases of the JSON Schema Test Suite, and nearly for the others", async () => {
    const files = named(
      "json/json_schema_draft7.jsonl",
      "json/json_schema_draft2020-12.jsonl",
      "json/json_schema_remotes.json",
    );
    const { groups } = lastLine(await agreement("json-schema", ...files));
    expect(groups["draft7 required"].rate).toBe(1);
    expect(groups["draft2020-12 required"].rate).toBe(1);
    const others = Object.entries<{ n: number; agree: number }>(groups).filter(
      ([name]) => !name.endsWith("required"),
    );
    const sum = (member: "n" | "agree") => others.reduce((total, [, group]) => total + group[member], 0);
    expect(sum("agree") / sum("n")).toBeGreaterThanOrEqual(0.97);
  });

  it("is complete for JSONTestSuite and the last numbers of GSM8K", async () => {
    expect(lastLine(await agreement("json-parsing", ...named("json/json_parsing.jsonl"))).rate).toBe(1);
    expect(lastLine(await agreement("gsm8k", ...named("completion/gsm8k_solutions.jsonl"))).rate).toBe(1);
  });

  it("is above 98 in 100 for the instructions of IFEval", async () => {
    const found = lastLine(await agreement("ifeval", ...named("completion/ifeval_gpt4.jsonl")));
    expect(found.rate).toBeGreaterThanOrEqual(0.98);
  });
});
