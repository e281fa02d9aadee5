import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { commandTarget, functionTarget, type Target, type TargetRequest } from "../../src/index.ts";
import { loadDataset } from "../../src/pipeline/load-dataset.ts";
import { loadModule } from "../../src/pipeline/load-module.ts";

// The examples of the pages on targets are run as they stand there.

interface Block {
  readonly language: string;
  readonly text: string;
}

const blocksOf = (page: string): Block[] =>
  [...readFileSync(`docs/targets/${page}.md`, "utf8").matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)].map(
    ([, language, text]) => ({ language: language!, text: text! }),
  );
const typescript = (page: string) => blocksOf(page).filter(({ language }) => language === "ts");
const python = (page: string) => blocksOf(page).filter(({ language }) => language === "py");

const codes = { missing: "CONFIG_NOT_FOUND", invalid: "EVAL_INVALID", what: "example" } as const;

/** Loads an example: a file with imports, a target, or options of one. */
async function load(folder: string, text: string): Promise<unknown> {
  const names = "commandTarget, httpTarget, replicate, tensorflowServing";
  const member = /^\w+: /.test(text) ? `httpTarget({ url: "https://agents.example.org", ${text} })` : text;
  const exported = [...text.matchAll(/^export const (\w+)/gm)].map(([, name]) => name).join(", ");
  const whole =
    exported === "" ? text : `${text.replaceAll("export const", "const")}\nexport default { ${exported} };`;
  const body = text.startsWith("import")
    ? whole
    : `import { ${names} } from "gatewright";\nexport default ${member}`;
  const file = join(folder, "example.ts");
  writeFileSync(file, body);
  return (await loadModule(file, z.unknown(), codes)).value;
}

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "gatewright-pages-"));
  mkdirSync(join(folder, "evals"));
  mkdirSync(join(folder, "src"));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  return folder;
}

const request: TargetRequest = {
  caseId: "c",
  input: { messages: [{ role: "user", content: "Why?" }] },
  messages: [{ role: "user", content: "Why?" }],
  context: [],
  repetition: 1,
};
const ask = (target: Target) =>
  target.call(request, {
    signal: new AbortController().signal,
    seed: 1,
    span: async (_name, _attributes, work) => work(),
  });

describe("TypeScript on the pages", () => {
  const examples = ["README", "http", "command", "recordings"].flatMap((page) =>
    typescript(page).map(({ text }, index) => ({ page, number: index + 1, text })),
  );

  it("is there", () => {
    expect(examples.length).toBeGreaterThanOrEqual(8);
  });

  it.each(examples)("of page $page, example $number, is taken", async ({ text }) => {
    const folder = folderWith({
      "src/agent.ts": "export const answer = () => ({ text: '' });",
      "agent.py": "",
      "prompt-7.txt": "",
      "worker.py": "",
    });
    const inEvals = text.includes('"../') ? join(folder, "evals") : folder;
    await expect(load(inEvals, text)).resolves.toBeDefined();
  });
});

const hasPython = (() => {
  try {
    execFileSync("python3", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

describe.skipIf(!hasPython)(
  hasPython ? "Python on the pages" : "Python on the pages (skipped: no python3)",
  () => {
    it("answers as a program", async () => {
      const workingDirectory = folderWith({ "agent.py": python("command")[0]!.text });
      const target = commandTarget({ command: "python3", args: ["agent.py"], workingDirectory });
      expect(await ask(target)).toEqual({ text: "You asked: Why?", toolCalls: [] });
    });

    it("answers as a worker", async () => {
      const model =
        "class Model:\n  def answer(self, messages): return messages[-1]['content'].upper()\ndef load(): return Model()\n";
      const workingDirectory = folderWith({ "worker.py": model + python("command")[1]!.text });
      const target = commandTarget({
        command: "python3",
        args: ["worker.py"],
        mode: "worker",
        workingDirectory,
      });
      expect(await ask(target)).toMatchObject({ text: "WHY?" });
      expect(await ask(target)).toMatchObject({ text: "WHY?" });
      await target.close?.();
    });

    it("answers behind HTTP in the form of an answer", async () => {
      // A stand-in for the framework: it keeps the function that the example gives it.
      const framework = "class FastAPI:\n  def post(self, path):\n    return lambda function: function\n";
      const call = "\nimport json, sys\njson.dump(ask(json.load(sys.stdin)), sys.stdout)\n";
      const folder = folderWith({ "fastapi.py": framework, "agent.py": python("http")[0]!.text + call });
      const { stdout } = spawnSync("python3", ["agent.py"], {
        cwd: folder,
        input: JSON.stringify(request),
        encoding: "utf8",
      });
      const answer = await ask(functionTarget({ name: "agent", call: () => JSON.parse(stdout) }));
      expect(answer).toMatchObject({ text: "You asked: Why?", usage: { inputTokens: 12, outputTokens: 5 } });
    });
  },
);

it("the cases of the first page are a dataset", async () => {
  const folder = mkdtempSync(join(tmpdir(), "gatewright-"));
  const block = (wanted: string) => blocksOf("README").find(({ language }) => language === wanted)!.text;
  writeFileSync(join(folder, "cases.jsonl"), block("json"));
  writeFileSync(join(folder, "dataset.yaml"), block("yaml"));
  const { cases } = await loadDataset(folder);
  expect(cases.map(({ id }) => id)).toEqual(["refund-1", "refund-2"]);
});
