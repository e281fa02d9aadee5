import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import type { Evaluator } from "../../src/index.ts";
import { loadModule } from "../../src/pipeline/load-module.ts";
import { sampleOf } from "../../src/testing.ts";
import { evals } from "../support/command-line.ts";

// What docs/start.md and docs/ci.md tell a newcomer to write is taken as it stands there.

const page = (name: string) => readFileSync(`docs/${name}.md`, "utf8");
const blocks = (name: string, language: string) =>
  [...page(name).matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)]
    .filter(([, own]) => own === language)
    .map(([, , text]) => text!);
const hasPython = spawnSync("python3", ["--version"]).status === 0;

/** An agent behind HTTP that knows the answers, or says the same to everyone of one tier. */
function agent(wrongFor: string | null): Promise<Server> {
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => {
      body += part;
    });
    request.on("end", () => {
      const question = JSON.parse(body).messages.at(-1).content as string;
      const [, number, tier] = question.match(/(\d+) for (\w+)/)!;
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ text: tier === wrongFor ? "no idea" : `answer ${number}` }));
    });
  });
  return new Promise((started) => server.listen(0, "127.0.0.1", () => started(server)));
}

describe.skipIf(!hasPython)("docs/start.md, with a table of 120 questions (skipped without python3)", () => {
  const servers: Server[] = [];
  let folder = "";

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "gatewright-start-"));
    for (const name of ["datasets/answers", "evals", "gates"])
      mkdirSync(join(folder, name), { recursive: true });
    const tiers = ["free", "pro", "enterprise"];
    const rows = Array.from(
      { length: 120 },
      (_, at) => `"Question ${at} for ${tiers[at % 3]}, please?",answer ${at},${tiers[at % 3]}`,
    );
    writeFileSync(join(folder, "questions.csv"), `\ufeffquestion,answer,tier\r\n${rows.join("\r\n")}\r\n`);
    writeFileSync(join(folder, "convert.py"), blocks("start", "py")[0]!);
    writeFileSync(join(folder, "datasets/answers/dataset.yaml"), blocks("start", "yaml")[0]!);
    servers.push(await agent(null), await agent("free"));
    const [evaluation, gate] = blocks("start", "ts");
    const ports = servers.map((server) => (server.address() as AddressInfo).port);
    const placed = evaluation!
      .replace("127.0.0.1:8000", `127.0.0.1:${ports[0]}`)
      .replace("127.0.0.1:8001", `127.0.0.1:${ports[1]}`);
    writeFileSync(join(folder, "evals/answers.eval.ts"), placed);
    writeFileSync(join(folder, "gates/answers.gate.ts"), gate!);
    expect(spawnSync("python3", ["convert.py"], { cwd: folder }).status).toBe(0);
  });
  afterAll(() => {
    for (const server of servers) server.close();
  });

  it("makes a version of the dataset, and a plan that says no criterion is out of reach", async () => {
    expect((await evals(folder, "dataset", "lock", "datasets/answers")).stdout).toContain("120 added");
    const plan = await evals(folder, "power");
    expect(plan.exitCode).toBe(0);
    expect(plan.stdout).not.toContain("never pass");
  });

  it("fails the release that answers one tier wrongly, and names the tier", async () => {
    const run = await evals(folder, "run", "--quiet");
    expect(run.stderr).not.toContain("never pass");
    expect(run.exitCode).toBe(1);
    expect(run.stdout).toContain("tier=free fell by 100.0 points");
  });

  it("lets the live release pass against itself", async () => {
    const noise = await evals(folder, "run", "--quiet", "--candidate", "live", "--no-html");
    expect([noise.exitCode, noise.stdout.split("  ")[0]]).toEqual([0, "✓ PASS"]);
  });
});

describe("what the pages say of CI", () => {
  it.each(blocks("ci", "yaml"))("is YAML: %#", (text) => {
    expect(Object.keys(parse(text) as object).length).toBeGreaterThan(0);
  });

  it("is YAML in promotions.md too", () => {
    const [, steps] = page("promotions").match(
      /\n((?: {4}.*\n)*? {4}- uses: actions\/cache\/restore[\s\S]*?)\n\n/,
    )!;
    expect(parse(steps!.replaceAll(/^ {4}/gm, ""))).toHaveLength(3);
  });
});

describe("the evaluator of docs/evaluators.md", () => {
  it("scores as it says", async () => {
    const text = blocks("evaluators", "ts").find((block) => block.includes("short_enough"))!;
    const file = join(mkdtempSync(join(tmpdir(), "gatewright-evaluator-")), "own.ts");
    writeFileSync(file, text.replace(/export default[\s\S]*$/, "export default { shortEnough };"));
    const codes = { missing: "CONFIG_NOT_FOUND", invalid: "EVAL_INVALID", what: "example" } as const;
    const { shortEnough } = (await loadModule(file, z.unknown(), codes)).value as { shortEnough: Evaluator };
    const judged = (answer: string) => {
      const sample = sampleOf("c", { text: answer });
      const item = { id: "c", input: { variables: {} }, expected: { answer: "x" }, cohorts: {} };
      return shortEnough.evaluate({ case: item, sample: { ...sample, output: sample.output! }, spans: [] });
    };
    expect(judged("It is sent.")).toMatchObject({
      status: "scored",
      value: 1,
      pass: true,
      reason: "3 words, at most 20",
    });
    expect(judged("word ".repeat(30))).toMatchObject({ value: 0, pass: false });
  });
});
