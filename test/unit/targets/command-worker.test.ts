import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Target } from "../../../src/core/extensions.ts";
import { type CommandTargetOptions, commandTarget } from "../../../src/targets/index.ts";
import { context, request, targetErrorOf } from "./support.ts";

let folder = "";
let scripts = 0;
const opened: Target[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "worker-"));
});
afterAll(async () => {
  await Promise.all(opened.map((target) => target.close?.()));
  await rm(folder, { recursive: true });
});

/** A worker of node that answers each line by `answer(request)`, which may also throw or say what it likes. */
async function worker(answer: string, options: Partial<CommandTargetOptions> = {}) {
  const file = `${scripts++}.mjs`;
  await writeFile(
    join(folder, file),
    `import { createInterface } from "node:readline";
    import { appendFileSync } from "node:fs";
    appendFileSync("${file}.pids", process.pid + "\\n");
    const say = (answer) => console.log(JSON.stringify(answer));
    const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
    let asked = 0;
    for await (const line of createInterface({ input: process.stdin })) {
      const request = JSON.parse(line);
      const { id, caseId } = request;
      asked++;
      ${answer}
    }`,
  );
  const target = commandTarget({
    command: process.execPath,
    args: [file],
    mode: "worker",
    workingDirectory: folder,
    ...options,
  });
  opened.push(target);
  const pids = async () =>
    (await readFile(join(folder, `${file}.pids`), "utf8")).trim().split("\n").map(Number);
  const ask = (caseId: string, signal?: AbortSignal) => target.call(request({ caseId }), context(signal));
  const fail = async (caseId: string, signal?: AbortSignal) =>
    (await targetErrorOf(() => ask(caseId, signal))).failure;
  return { target, ask, fail, pids };
}

describe("commandTarget with workers", () => {
  it("keeps one process for many requests and measures the time of each by itself", async () => {
    const { ask, pids } = await worker("say({ id, text: caseId + ' ' + asked })");
    const answers = await Promise.all(["a", "b", "c"].map((caseId) => ask(caseId)));
    expect(answers.map(({ text }) => text)).toEqual(["a 1", "b 2", "c 3"]);
    for (const { latencyMs } of answers) expect(latencyMs).toBeGreaterThan(0);
    expect(await pids()).toHaveLength(1);
  });

  it("starts as many as are asked for, each with one request at a time", async () => {
    const { ask, pids } = await worker(
      "if (asked === 1) await sleep(300); say({ id, text: caseId, state: process.pid })",
      {
        workers: 3,
      },
    );
    const cases = Array.from({ length: 12 }, (_, index) => `c${index}`);
    const answers = await Promise.all(cases.map((caseId) => ask(caseId)));
    expect(answers.map(({ text }) => text)).toEqual(cases);
    expect(await pids()).toHaveLength(3);
    expect(new Set(answers.map(({ state }) => state)).size).toBe(3);
  });

  it("takes a long line, and several lines' worth of one write", async () => {
    const { ask } = await worker("say({ id, text: 'é'.repeat(300_000) })");
    expect((await ask("a")).text).toHaveLength(300_000);
  });

  it("starts another when one died, whether it was asked or not", async () => {
    const { ask, fail, pids } = await worker(
      "if (caseId === 'die') { console.error('out of memory'); process.exit(9); } say({ id, text: caseId }); if (caseId === 'last') process.exit(0);",
    );
    expect((await ask("a")).text).toBe("a");
    const failure = await fail("die");
    expect(failure).toMatchObject({ kind: "target", retryable: true });
    expect(failure.message).toMatch(/ended with exit code 9; standard error ends with: out of memory/);
    expect((await ask("last")).text).toBe("last");
    await vi.waitFor(async () => {
      const last = (await pids()).at(-1)!;
      expect(() => process.kill(last, 0)).toThrow();
    }, 10_000);
    expect((await ask("b")).text).toBe("b");
    expect(await pids()).toHaveLength(3);
  });

  it.each([
    [
      "an answer to another request",
      "say({ id: id + 1, text: '' })",
      "answered with the `id` 2 where 1 was asked",
    ],
    ["an answer without an id", "say({ text: '' })", "answered with no `id` where 1 was asked"],
    ["what is not JSON", "console.log('Loading …')", "not JSON: Loading …"],
    ["an empty line", "console.log('')", "it is empty"],
    ["invalid UTF-8", "process.stdout.write(Buffer.from([0x22, 0xff, 0x22, 0x0a]))", "not valid UTF-8"],
    ["too much", "process.stdout.write('x'.repeat(200_000))", "more than 100000 bytes"],
  ])("makes a failure of %s, and starts anew", async (_what, answer, words) => {
    const { ask, fail, pids } = await worker(
      `if (caseId === 'bad') { ${answer} } else say({ id, text: 'fine' })`,
      {
        maximumOutputBytes: 100_000,
      },
    );
    const failure = await fail("bad");
    expect(failure).toMatchObject({ kind: "target", retryable: false });
    expect(failure.message).toContain(words);
    expect((await ask("good")).text).toBe("fine");
    expect(await pids()).toHaveLength(2);
  });

  it("does not keep what a worker writes without end while nothing is asked", async () => {
    const { ask, fail, pids } = await worker(
      "say({ id, text: 'x' }); if (caseId === 'flood') process.stdout.write('y'.repeat(1_000_000), () => appendFileSync('flooded', 'x'));",
      { maximumOutputBytes: 100_000 },
    );
    expect((await ask("flood")).text).toBe("x");
    const [pid] = await pids();
    // Written when the last of it was taken from the pipe, all but what a pipe holds.
    await vi.waitFor(() => readFile(join(folder, "flooded")), 10_000);
    expect((await fail("next")).message).toContain("more than 100000 bytes");
    expect((await ask("fine")).text).toBe("x");
    await vi.waitFor(() => expect(() => process.kill(pid!, 0)).toThrow(), 10_000);
  });

  it("never takes the answer to one request for that to another", async () => {
    // A second line for a request comes while nothing is asked, or after the next request was written.
    const { ask, fail } = await worker("say({ id, text: caseId }); say({ id, text: caseId + ' again' });");
    expect((await ask("a")).text).toBe("a");
    expect((await fail("b")).message).toContain("answered with the `id` 1 where 2 was asked");
    expect((await ask("c")).text).toBe("c");
  });

  it.each([
    ["a second answer", "say({ id, text: 'again' })", "answered with the `id` 1 where 2 was asked"],
    ["a line of a log", "console.log('done')", "not JSON: done"],
  ])(
    "lets %s to one case fail no other for good: it is tried again with a fresh worker",
    async (_what, more, words) => {
      // In one write, so that it is there before the next case is asked.
      const twice = `const lines = []; console.log = (line) => lines.push(line); say({ id, text: caseId }); ${more};
      process.stdout.write(lines.join("\\n") + "\\n");`;
      const { ask, fail } = await worker(twice);
      expect((await ask("a")).text).toBe("a");
      const failure = await fail("b");
      expect(failure).toMatchObject({ kind: "target", retryable: true });
      expect(failure.message).toContain(words);
      expect((await ask("b")).text).toBe("b");
    },
  );

  it("notices that one died though what it started holds its output", async () => {
    const { fail } = await worker(
      `const { spawn } = await import("node:child_process");
      spawn("sleep", ["60"], { stdio: "inherit" }); process.exit(9);`,
    );
    const failure = await fail("a", AbortSignal.timeout(40_000));
    expect(failure).toMatchObject({ kind: "target", retryable: true });
    expect(failure.message).toContain("ended with exit code 9");
  });

  it("keeps the worker after a failure that it reports, or an answer with a wrong member", async () => {
    const { ask, fail, pids } = await worker(
      "say(caseId === 'fail' ? { id, failure: { kind: 'provider', message: 'busy', retryable: true } } : { id, txt: '' })",
    );
    expect(await fail("fail")).toEqual({ kind: "provider", message: "busy", retryable: true });
    expect((await fail("typo")).message).toContain('unknown key "txt"');
    expect(await pids()).toHaveLength(1);
    await expect(ask("fail")).rejects.toThrow("busy");
  });

  it("kills a worker that is asked too long, and lets go who waits for its place", async () => {
    const { ask, fail, pids } = await worker(
      "if (caseId === 'hang') await sleep(1e9); say({ id, text: caseId })",
    );
    await ask("first");
    const controller = new AbortController();
    const hanging = fail("hang", controller.signal);
    const next = ask("next");
    expect(await fail("waiting", AbortSignal.timeout(50))).toMatchObject({
      kind: "timeout",
      retryable: true,
    });
    controller.abort();
    expect((await hanging).kind).toBe("aborted");
    expect((await next).text).toBe("next");
    expect(await pids()).toHaveLength(2);
    expect((await fail("late", AbortSignal.abort())).kind).toBe("aborted");
  });

  it("close ends the workers, one that does not listen too; a later call starts another", async () => {
    const { target, ask, pids } = await worker(
      "if (caseId === 'stubborn') { process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); } say({ id, text: caseId })",
    );
    await ask("stubborn");
    await target.close?.();
    const [first] = await pids();
    expect(() => process.kill(first!, 0)).toThrow();
    expect((await ask("b")).text).toBe("b");
    await target.close?.();
    await target.close?.();
  });
});
