import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { type CommandTargetOptions, commandTarget } from "../../../src/targets/index.ts";
import { context, evalsErrorOf, request, targetErrorOf } from "./support.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "command-"));
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

const node = process.execPath;
let scripts = 0;

/** A program of node in a file; `read` and `say` are there for it. */
async function script(body: string): Promise<string> {
  const file = `${scripts++}.mjs`;
  const head = `import { readFileSync } from "node:fs";
    const read = () => JSON.parse(readFileSync(0, "utf8"));
    const say = (answer) => console.log(JSON.stringify(answer));\n`;
  await writeFile(join(folder, file), head + body);
  return file;
}

async function program(body: string, options: Partial<CommandTargetOptions> = {}) {
  return commandTarget({ command: node, args: [await script(body)], workingDirectory: folder, ...options });
}

async function failureOf(body: string, options: Partial<CommandTargetOptions> = {}, signal?: AbortSignal) {
  const target = await program(body, options);
  try {
    return (await targetErrorOf(() => target.call(request(), context(signal)))).failure;
  } finally {
    await target.close?.();
  }
}

async function gone(pid: number): Promise<void> {
  await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow(), { timeout: 10_000 });
}

async function pidIn(file: string): Promise<number> {
  return vi.waitFor(async () => {
    const pid = Number(await readFile(join(folder, file), "utf8"));
    expect(pid).toBeGreaterThan(0);
    return pid;
  }, 10_000);
}

describe("commandTarget, a process for each request", () => {
  it("writes the request as JSON and reads an answer as JSON", async () => {
    const target = await program(
      `const { caseId, ...rest } = read(); say({ text: caseId, state: rest, refused: false })`,
    );
    const given = request({
      caseId: 'c"\n',
      variables: { q: "$(id) `id`" },
      context: [{ text: "p" }],
      repetition: 3,
    });
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    expect(await target.call(given, { ...context(), traceparent })).toEqual({
      text: 'c"\n',
      refused: false,
      state: {
        repetition: 3,
        messages: given.messages,
        input: { q: "$(id) `id`" },
        context: [{ text: "p" }],
        seed: 7,
        traceparent,
      },
    });
  });

  it("fills a template and reads by paths", async () => {
    const target = await program(`const q = read(); say({ out: [{ said: q.toUpperCase() }], tokens: 4 })`, {
      input: "{{lastMessage}}",
      response: { text: "out[0].said", usage: { outputTokens: "tokens" } },
    });
    expect(await target.call(request(), context())).toEqual({ text: "HI?", usage: { outputTokens: 4 } });
  });

  it("gives the program its directory, PATH and what is named, and no more", async () => {
    vi.stubEnv("AGENT_KEY", "k-0123456789");
    vi.stubEnv("OTHER_SECRET", "never");
    const target = await program(`say({ text: process.cwd(), state: process.env })`, {
      env: { KEY: { env: "AGENT_KEY" }, MODE: "small" },
    });
    const { text, state } = await target.call(request(), context());
    expect(text).toContain(folder.split("/").at(-1));
    const { PATH, KEY, MODE, ...rest } = state as Record<string, string>;
    expect({ PATH, KEY, MODE }).toEqual({ PATH: process.env.PATH, KEY: "k-0123456789", MODE: "small" });
    // macOS and vitest add variables of their own to every process; none of them is ours.
    expect(Object.keys(rest).filter((name) => !name.startsWith("__"))).toEqual([]);
  });

  it("does not split or expand arguments", async () => {
    const file = await script("say({ text: '', state: process.argv.slice(2) })");
    const args = [file, "a b", "$HOME", "*", ";id", ""];
    const target = commandTarget({ command: node, args, workingDirectory: folder });
    expect((await target.call(request(), context())).state).toEqual(args.slice(1));
  });

  it.each([
    [
      "console.error('first\\nlast'); process.exit(3)",
      "ended with exit code 3; standard error ends with: first last",
    ],
    ["throw new Error('boom')", "Error: boom"],
    ["process.kill(process.pid, 'SIGKILL')", "was ended by SIGKILL"],
    ["", "it is empty"],
    ["console.log('Loading …')", "not JSON: Loading …"],
    ["process.stdout.write(Buffer.from('{\"text\":\"a\\xff\"}', 'latin1'))", "not valid UTF-8"],
    ["say({ txt: 'x' })", 'unknown key "txt", did you mean "text"?'],
    ["say([1])", "expected object"],
    ["console.log('['.repeat(5000) + ']'.repeat(5000))", "nested deeper"],
    [
      "say({ failure: { kind: 'aborted', message: 'x' } })",
      "sent a failure that cannot be used: `failure.kind`",
    ],
    ["say({ failure: { kind: 'target', message: 'x' }, text: '' })", 'unknown key "text"'],
  ])("makes a failure of %s", async (body, words) => {
    const failure = await failureOf(body);
    expect(failure).toMatchObject({ kind: "target", retryable: false });
    expect(failure.message).toContain(words);
    expect(failure.message).toMatch(/^command node \d+\.mjs/);
  });

  it("hands on the failure that a program reports", async () => {
    const reported = { kind: "rate_limit", message: "slow down", retryable: true, statusCode: 429 };
    expect(await failureOf(`say({ failure: ${JSON.stringify(reported)} })`)).toEqual(reported);
  });

  it("quotes the last 2,000 characters of standard error, without secrets", async () => {
    vi.stubEnv("AGENT_KEY", "k-0123456789");
    const failure = await failureOf(
      "console.error('start' + 'x'.repeat(100_000)); console.error('key ' + process.env.K); process.exitCode = 1",
      { env: { K: { env: "AGENT_KEY" } } },
    );
    const [, words] = failure.message.split("standard error ends with: ");
    expect(words!.length).toBeLessThanOrEqual(2000);
    expect(words).toMatch(/x key \[redacted\]$/);
    expect(words).not.toContain("start");
  });

  it("takes no more than the limit, from a program that never ends", async () => {
    const failure = await failureOf(
      "for (;;) process.stdout.write('x'.repeat(65536)), await new Promise(setImmediate)",
      {
        maximumOutputBytes: 100_000,
      },
    );
    expect(failure).toMatchObject({ kind: "target", retryable: false });
    expect(failure.message).toContain("more than 100000 bytes");
  });

  it("takes the answer of a program that ended, and ends what it left behind at its output", async () => {
    const target = await program(
      `const { spawn } = await import("node:child_process");
      const child = spawn("sleep", ["60"], { stdio: "inherit" });
      say({ text: "Hello.", state: child.pid });
      process.exit(0);`,
    );
    const { text, state } = await target.call(request(), context(AbortSignal.timeout(40_000)));
    expect(text).toBe("Hello.");
    await gone(state as number);
  });

  it("does not mind a program that reads nothing", async () => {
    const target = await program("say({ text: 'x' })");
    const long = request({ messages: [{ role: "user", content: "y".repeat(1_000_000) }] });
    expect((await target.call(long, context())).text).toBe("x");
  });

  it.skipIf(process.platform === "win32")(
    "kills the program with what it started when the time is up, one that does not listen too",
    async () => {
      const body = `import { spawn } from "node:child_process"; import { writeFileSync } from "node:fs";
        process.on("SIGTERM", () => {});
        const inner = spawn(process.execPath, ["-e", "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)"], { stdio: "ignore" });
        writeFileSync("inner.pid", String(inner.pid)); writeFileSync("outer.pid", String(process.pid));
        setInterval(() => {}, 1000);`;
      const controller = new AbortController();
      const failing = failureOf(body, {}, controller.signal);
      const [inner, outer] = [await pidIn("inner.pid"), await pidIn("outer.pid")];
      controller.abort(new DOMException("late", "TimeoutError"));
      expect(await failing).toMatchObject({ kind: "timeout", retryable: true });
      await gone(outer);
      await gone(inner);
    },
  );

  it("starts nothing when the signal is aborted already", async () => {
    const target = await program(
      "import { writeFileSync } from 'node:fs'; writeFileSync('started', ''); say({ text: '' })",
    );
    const error = await targetErrorOf(() => target.call(request(), context(AbortSignal.abort())));
    expect(error.failure.kind).toBe("aborted");
    await expect(readFile(join(folder, "started"))).rejects.toThrow("ENOENT");
  });

  const python = (() => {
    try {
      execFileSync("python3", ["--version"], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  })();

  it.skipIf(!python)(
    python ? "asks a program in Python" : "asks a program in Python (skipped: no python3)",
    async () => {
      await writeFile(
        join(folder, "agent.py"),
        `import json, sys
request = json.load(sys.stdin)
question = request["messages"][-1]["content"]
json.dump({"text": question[::-1], "toolCalls": [{"name": "reverse", "arguments": {"of": question}}]}, sys.stdout)
`,
      );
      const target = commandTarget({ command: "python3", args: ["agent.py"], workingDirectory: folder });
      await target.check?.();
      expect(await target.call(request({ messages: [{ role: "user", content: "añb" }] }), context())).toEqual(
        {
          text: "bña",
          toolCalls: [{ name: "reverse", arguments: { of: "añb" } }],
        },
      );
    },
  );
});

describe("options of commandTarget", () => {
  it("has in its component the command line and the SHA-256 of its files", async () => {
    const file = await script("say({})");
    await writeFile(join(folder, "prompt.txt"), "Be brief.");
    const sha = (text: string) => createHash("sha256").update(text).digest("hex");
    const found = commandTarget({
      command: node,
      args: [file, "--prompt", "prompt.txt", "none.txt"],
      workingDirectory: folder,
    });
    const source = await readFile(join(folder, file), "utf8");
    expect(found.components).toMatchObject({
      program: {
        args: [file, "--prompt", "prompt.txt", "none.txt"],
        mode: "process",
        files: { [file]: sha(source), "prompt.txt": sha("Be brief.") },
      },
    });
    expect(found.name).toBe(`command node ${file} prompt.txt none.txt`);
    const named = commandTarget({
      command: node,
      workingDirectory: pathToFileURL(folder),
      files: ["prompt.txt"],
    });
    expect(named.components).toMatchObject({ program: { files: { "prompt.txt": sha("Be brief.") } } });
    await writeFile(join(folder, "prompt.txt"), "Be long.");
    const changed = commandTarget({
      command: node,
      workingDirectory: pathToFileURL(folder),
      files: ["prompt.txt"],
    });
    expect(changed.components).not.toEqual(named.components);
  });

  it("check finds a program that cannot be started and a variable that is not set", async () => {
    await (await program("")).check?.();
    for (const command of ["no-such-program-4711", "./none", "./plain.txt"]) {
      await writeFile(join(folder, "plain.txt"), "");
      await chmod(join(folder, "plain.txt"), 0o644);
      const target = commandTarget({ command, files: [], workingDirectory: folder });
      const error = await evalsErrorOf(() => target.check?.());
      expect(error.code).toBe("TARGET_INVALID");
      expect(error.message).toContain(`there is no program ${command}`);
      const { failure } = await targetErrorOf(() => target.call(request(), context()));
      expect(failure).toMatchObject({ kind: "target", retryable: false });
      expect(failure.message).toMatch(/could not be started \((ENOENT|EACCES)\)/);
    }
    const target = await program("", { env: { A: { env: "NO_SUCH_VARIABLE" } } });
    expect((await evalsErrorOf(() => target.check?.())).message).toContain(
      "NO_SUCH_VARIABLE, which is not set",
    );
    expect((await targetErrorOf(() => target.call(request(), context()))).message).toContain(
      "NO_SUCH_VARIABLE",
    );
  });

  it("prepare names the case that the program would not be asked", async () => {
    const target = await program("", { input: { q: "{{input.question}}" } });
    await target.prepare?.([request({ variables: { question: "Why?" } })]);
    const error = await evalsErrorOf(() => target.prepare?.([request({ caseId: "c8" })]));
    expect(error.message).toContain('case c8 is not asked: the request has no "{{messages}}"');
  });

  it.each([
    [{ command: "" }, "`command`"],
    [{ command: "a", arg: [] }, 'unknown key "arg", did you mean "args"?'],
    [{ command: "a", args: ["sk-0123456789abcdef"] }, "`args[0]`: looks like a secret"],
    [{ command: "a", args: ["a\0b"] }, "`args[0]`: expected a text without NUL"],
    [{ command: "a", env: { AGENT_KEY: "0123456789" } }, "`env.AGENT_KEY`: looks like a secret"],
    [{ command: "a", env: { "A-B": "x" } }, "`env.A-B`"],
    [{ command: "a", files: ["no/such/file"] }, "the file no/such/file cannot be read (ENOENT)"],
    [{ command: "a", workers: 2 }, '`workers`: is for mode "worker"'],
    [{ command: "a", mode: "worker", input: "{{messages}}" }, "`input`: a worker is given an object"],
    [{ command: "a", mode: "worker", input: { id: "{{messages}}" } }, "`input`: a worker is given an object"],
    [{ command: "a", input: {} }, "`input`: nothing of the case is sent"],
    [{ command: "a", response: { txt: "" } }, 'unknown key "txt" in `response`'],
  ])("refuses %j", async (options, words) => {
    const error = await evalsErrorOf(() => commandTarget(options as never));
    expect(error.code).toBe("TARGET_INVALID");
    expect(error.message).toContain(words);
    expect(error.message).not.toContain("0123456789");
  });
});
