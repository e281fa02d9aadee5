import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { replayTarget } from "../../../src/targets/index.ts";
import { context, evalsErrorOf, request, targetErrorOf } from "./support.ts";

let folder = "";
let files = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "replay-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function recorded(...lines: readonly (string | object | Buffer)[]): Promise<string> {
  const file = join(folder, `${files++}.jsonl`);
  const bytes = lines.map((line) =>
    Buffer.isBuffer(line) ? line : Buffer.from(typeof line === "string" ? line : JSON.stringify(line)),
  );
  await writeFile(file, Buffer.concat(bytes.flatMap((line) => [line, Buffer.from("\n")])));
  return file;
}

describe("replayTarget", () => {
  it("gives what was recorded, with its latency, for case and repetition", async () => {
    const answer = {
      text: "Hello.",
      toolCalls: [{ name: "refund", arguments: { amount: 3 } }],
      context: [{ id: "p1", text: "passage" }],
      state: { open: 0 },
      refused: false,
      finishReason: "stop",
      usage: { inputTokens: 10, outputTokens: 2, costUsd: 0.001 },
      latencyMs: 321.5,
      served: { model: "m-1", fallback: false },
    };
    const file = await recorded(
      { caseId: "c1", ...answer },
      { caseId: "c1", repetition: 2, toolCalls: [] },
      { caseId: "c2", repetition: 1, text: "" },
    );
    const target = replayTarget({ file });
    await target.check?.();
    expect(await target.call(request(), context())).toEqual(answer);
    expect(await target.call(request({ repetition: 2 }), context())).toEqual({ text: "", toolCalls: [] });
    expect(await target.call(request({ caseId: "c2" }), context())).toEqual({ text: "" });
  });

  it("reads the file once, and reads again after a failed check", async () => {
    const file = join(folder, "later.jsonl");
    const target = replayTarget({ file });
    expect((await evalsErrorOf(() => target.check?.())).code).toBe("TARGET_INVALID");
    await writeFile(file, '{"caseId":"c1","text":"here"}\n');
    await target.check?.();
    await rm(file);
    expect(await target.call(request(), context())).toEqual({ text: "here" });
  });

  it("hands out copies", async () => {
    const target = replayTarget({ file: await recorded({ caseId: "c1", text: "x", state: { a: 1 } }) });
    const first = await target.call(request(), context());
    (first.state as { a: number }).a = 2;
    expect((await target.call(request(), context())).state).toEqual({ a: 1 });
  });

  it("reads Windows line ends, a byte order mark, blank lines and a last line without an end", async () => {
    const file = join(folder, "odd.jsonl");
    await writeFile(file, '\uFEFF{"caseId":"c1","text":"ü"}\r\n\r\n  \r\n{"caseId":"__proto__","text":"b"}');
    const target = replayTarget({ file: pathToFileURL(file) });
    expect(await target.call(request(), context())).toEqual({ text: "ü" });
    expect(await target.call(request({ caseId: "__proto__" }), context())).toEqual({ text: "b" });
  });

  it("makes a failure of a case without a recording", async () => {
    const file = await recorded({ caseId: "c1", text: "x" });
    const target = replayTarget({ file });
    const missing = await targetErrorOf(() => target.call(request({ caseId: "c9" }), context()));
    expect(missing.failure).toEqual({
      kind: "target",
      message: `no recorded output for case c9 in ${file}`,
      retryable: false,
    });
    const second = await targetErrorOf(() => target.call(request({ repetition: 2 }), context()));
    expect(second.message).toContain("case c1, repetition 2, in");
  });

  it("throws a recorded failure, which no retry can change", async () => {
    const failure = { kind: "provider", message: "500: oops", retryable: true, statusCode: 500 };
    const target = replayTarget({ file: await recorded({ caseId: "c1", failure, latencyMs: 9 }) });
    const error = await targetErrorOf(() => target.call(request(), context()));
    expect(error.failure).toEqual({ ...failure, retryable: false });
  });

  it("has the components that it is given, and a name from the file", async () => {
    const file = join(folder, "live.jsonl");
    expect(replayTarget({ file })).toMatchObject({ name: "replay live.jsonl", components: {} });
    const given = { name: "live", file, components: { model: { name: "m-1" } } };
    expect(replayTarget(given)).toMatchObject({ name: "live", components: { model: { name: "m-1" } } });
  });

  it.each([
    ["{", ":2: the line is not JSON"],
    ["[]", ":2: expected object"],
    ['{"caseId":"c2"}', ":2: neither an answer"],
    ['{"text":"x"}', ":2: `caseId`"],
    ['{"caseId":"c2","txt":"x"}', ':2: unknown key "txt", did you mean "text"?'],
    [
      '{"caseId":"c2","text":"x","usage":{"inputToken":1}}',
      ':2: unknown key "inputToken" in `usage`, did you mean',
    ],
    [
      '{"caseId":"c2","toolCalls":[{"name":"a","arguments":{},"id":1}]}',
      ':2: unknown key "id" in `toolCalls[0]`',
    ],
    ['{"caseId":"c2","text":"x","repetition":0}', ":2: `repetition`"],
    ['{"caseId":"c2","text":"x","latencyMs":-1}', ":2: `latencyMs`"],
    ['{"caseId":"c2","failure":{"kind":"oops","message":""}}', ":2: `failure.kind`"],
    [
      '{"caseId":"c2","text":"x","failure":{"kind":"timeout","message":"m"}}',
      ":2: both an answer and a `failure`",
    ],
    [
      '{"caseId":"c1","repetition":1,"text":"x"}',
      ':2: case "c1", repetition 1, is already recorded on line 1',
    ],
    [Buffer.from([0x22, 0xff, 0x22]), ":2: the line is not UTF-8 text"],
  ])("check refuses the line %s", async (line, words) => {
    const file = await recorded({ caseId: "c1", text: "x" }, line);
    const error = await evalsErrorOf(() => replayTarget({ file }).check?.());
    expect(error.code).toBe("TARGET_INVALID");
    expect(error.message).toContain(`${file}${words}`);
    expect(error.hint).not.toBe("");
  });

  it("check refuses a file that is missing, empty or a folder", async () => {
    const missing = await evalsErrorOf(() => replayTarget({ file: join(folder, "none.jsonl") }).check?.());
    expect(missing.message).toContain("none.jsonl does not exist");
    const empty = await evalsErrorOf(async () => replayTarget({ file: await recorded("") }).check?.());
    expect(empty.message).toContain("holds no output");
    await mkdir(join(folder, "sub"));
    const sub = await evalsErrorOf(() => replayTarget({ file: join(folder, "sub") }).check?.());
    expect(sub.message).toContain("EISDIR");
  });

  it("check refuses a line that is nested without end", async () => {
    for (const depth of [1000, 100_000]) {
      const nested = `{"caseId":"c1","state":${"[".repeat(depth)}${"]".repeat(depth)}}`;
      const file = await recorded(nested);
      const error = await evalsErrorOf(() => replayTarget({ file }).check?.());
      expect(error.code).toBe("TARGET_INVALID");
      expect(error.message).toContain(":1: the line is nested deeper than 100 levels");
    }
  });

  it("resolves a path against the working directory and shows it as such", async () => {
    const error = await evalsErrorOf(() => replayTarget({ file: "no/such.jsonl" }).check?.());
    expect(error.message).toBe("the recording no/such.jsonl does not exist");
  });

  it.each([
    [{}, "`file`"],
    [{ file: new URL("https://example.org/x.jsonl") }, "`file`: expected a path or a `file:` URL"],
    [{ file: "file://elsewhere/x.jsonl" }, "not the URL of a file on this machine"],
    [{ flie: "x" }, 'unknown key "flie", did you mean "file"?'],
  ])("refuses the options %j", async (options, words) => {
    const error = await evalsErrorOf(() => replayTarget(options as never));
    expect(error.code).toBe("TARGET_INVALID");
    expect(error.message).toContain(words);
  });
});

describe("a recording with a header", () => {
  const components = { model: { name: "m-1" }, prompt: null };
  // SHA-256 of {"model":{"name":"m-1"},"prompt":null}, by `printf … | sha256sum`.
  const fingerprint = "bd963ad0a4694f6a234a19fc12aaaa73a0bdc3e5c0cb30dd76a47d803fc8bcb8";
  const header = (more: object = {}) => ({
    recording: {
      version: 1,
      release: "live",
      fingerprint,
      components,
      dataset: { name: "d", version: 1, fingerprint: "f" },
      runId: "r",
      ...more,
    },
  });

  it("names the bundle itself", async () => {
    const file = await recorded(header(), { caseId: "c1", text: "x" });
    const target = replayTarget({ file });
    expect(target.components).toEqual(components);
    await target.check?.();
    expect((await target.call(request(), context())).text).toBe("x");
    expect(replayTarget({ file, components: { model: { name: "m-1" } } }).components).toEqual(components);
  });

  it("refuses to be another bundle", async () => {
    const file = await recorded(header(), { caseId: "c1", text: "x" });
    const other = await evalsErrorOf(() => replayTarget({ file, components: { model: { name: "m-2" } } }));
    expect(other.code).toBe("TARGET_INVALID");
    expect(other.message).toContain('was recorded with another `model`: {"name":"m-1"}, not {"name":"m-2"}');
    const more = await evalsErrorOf(() => replayTarget({ file, components: { tools: [] } }));
    expect(more.message).toContain("another `tools`: nothing, not []");
  });

  it.each([
    [{ fingerprint: "0".repeat(64) }, "their fingerprint differs"],
    [{ version: 2 }, "`recording.version`"],
    [{ runid: "r" }, 'unknown key "runid" in `recording`, did you mean "runId"?'],
  ])("refuses %j", async (more, words) => {
    const file = await recorded(header(more), { caseId: "c1", text: "x" });
    expect((await evalsErrorOf(() => replayTarget({ file }))).message).toContain(`:1: `);
    expect((await evalsErrorOf(() => replayTarget({ file }))).message).toContain(words);
  });

  it("takes a header on the first line only", async () => {
    const file = await recorded({ caseId: "c1", text: "x" }, header());
    const error = await evalsErrorOf(() => replayTarget({ file }).check?.());
    expect(error.message).toContain(':2: unknown key "recording"');
    const alone = await recorded(header());
    expect((await evalsErrorOf(() => replayTarget({ file: alone }).check?.())).message).toContain(
      "holds no output",
    );
  });
});
