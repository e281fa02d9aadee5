import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { EvalsError } from "../../../src/core/errors.ts";
import type { Store, StoreRecord } from "../../../src/core/extensions.ts";
import { memoryStore } from "../../../src/stores/memory.ts";
import { sqliteStore } from "../../../src/stores/sqlite.ts";
import { storeContract } from "../../../src/testing.ts";
import { caseOf, casesOf, datasetOf, manifestFor, sampleFor } from "../pipeline/support.ts";

const manifest = manifestFor(datasetOf(casesOf(2)));
/** Connections of the tests: none may be garbage-collected (src/stores/sqlite.ts). */
const kept: object[] = [];
const newFile = () => join(mkdtempSync(join(tmpdir(), "gatewright-store-")), "folder", "store.sqlite");

const sampleRecord = (runId: string, key: string): StoreRecord => ({
  kind: "sample",
  runId,
  key,
  body: sampleFor(key, "candidate", "p"),
});
const runRecord = (runId: string): StoreRecord => ({
  kind: "run",
  runId,
  key: "manifest",
  body: { ...manifest, runId },
});

const stores: [string, () => Store][] = [
  ["the store in memory", memoryStore],
  ["the store in a file", () => sqliteStore(newFile())],
];

describe.each(stores)("%s keeps the contract of stores", (_, open) => {
  for (const { name, run } of storeContract(open, manifest)) it(name, run);
});

describe("a file that is opened again", () => {
  const file = newFile();
  for (const { name, run } of storeContract(() => sqliteStore(file), manifest)) {
    it(`keeps the contract beside what other runs left in it: ${name}`, run);
  }
});

describe.each(stores)("%s", (_, open) => {
  it("gives back what was written, to the letter", async () => {
    const store = open();
    const odd = "quote ' \" \\ null \u0000 emoji \u{1f600} separator \u2028 __proto__";
    const body = { ...sampleFor("c", "candidate", "p"), spans: [] };
    body.output!.text = odd;
    body.output!.state = { [odd]: [null, 0.1 + 0.2, 1e300, true] };
    await store.append([{ kind: "sample", runId: "r", key: odd, body }]);
    expect(await store.read("r", "sample")).toEqual([body]);
    await store.close();
  });

  it("is not changed through what was given to it or what it gave", async () => {
    const store = open();
    const body = sampleFor("c", "candidate", "p");
    await store.append([{ kind: "sample", runId: "r", key: "k", body }]);
    body.output!.text = "changed after it was written";
    const [read] = await store.read("r", "sample");
    read!.output!.text = "changed after it was read";
    expect((await store.read("r", "sample"))[0]!.output!.text).toBe("candidate p");
    await store.close();
  });

  it("knows nothing of a run that is not there", async () => {
    const store = open();
    expect(await store.read("nobody", "sample")).toEqual([]);
    expect(await store.runs()).toEqual([]);
    await store.append([]);
    expect(await store.runs({ evaluation: "none", limit: 5 })).toEqual([]);
    await store.close();
  });

  it("takes a key twice in one append as one record, the first", async () => {
    const store = open();
    const [one, two] = [caseOf("a"), caseOf("b")];
    await store.append([
      { kind: "case", runId: "r", key: "k", body: one },
      { kind: "case", runId: "r", key: "k", body: two },
    ]);
    expect(await store.read("r", "case")).toEqual([one]);
    await store.close();
  });

  it("tells runs, kinds and keys apart that look alike when put together", async () => {
    const store = open();
    await store.append([sampleRecord("a", "b/c"), sampleRecord("a/b", "c"), sampleRecord('a","sample', "c")]);
    expect(await store.read("a", "sample")).toHaveLength(1);
    expect(await store.read("a/b", "sample")).toHaveLength(1);
    await store.close();
  });

  it("lists runs, newest first, as many as are asked for", async () => {
    const store = open();
    await store.append([runRecord("one")]);
    await store.append([runRecord("two"), runRecord("three")]);
    await store.append([runRecord("one")]);
    expect((await store.runs()).map(({ runId }) => runId)).toEqual(["three", "two", "one"]);
    expect((await store.runs({ limit: 2 })).map(({ runId }) => runId)).toEqual(["three", "two"]);
    await store.close();
  });
});

describe("the store in a file", () => {
  it("makes the folder, and has every record when it is opened again", async () => {
    const file = newFile();
    const first = sqliteStore(file);
    await first.append([runRecord("r"), sampleRecord("r", "b"), sampleRecord("r", "a")]);
    await first.close();
    const second = sqliteStore(file);
    await second.append([sampleRecord("r", "a"), sampleRecord("r", "c")]);
    expect((await second.read("r", "sample")).map(({ caseId }) => caseId)).toEqual(["b", "a", "c"]);
    expect((await second.runs()).map(({ runId }) => runId)).toEqual(["r"]);
    await second.close();
  });

  it("has what was appended for another reader as soon as the append has ended", async () => {
    const file = newFile();
    const [writer, reader] = [sqliteStore(file), sqliteStore(file)];
    await writer.append([sampleRecord("r", "a")]);
    expect(await reader.read("r", "sample")).toHaveLength(1);
    await Promise.all([writer.append([sampleRecord("r", "b")]), reader.append([sampleRecord("r", "c")])]);
    expect(await writer.read("r", "sample")).toHaveLength(3);
    await writer.close();
    await reader.close();
  });

  it("writes what is still waiting when it is closed", async () => {
    const file = newFile();
    const store = sqliteStore(file);
    const waiting = store.append([sampleRecord("r", "a")]);
    await store.close();
    await waiting;
    const again = sqliteStore(file);
    expect(await again.read("r", "sample")).toHaveLength(1);
    await again.close();
  });

  it("refuses, with a hint, a file that is no store, and leaves it as it was", () => {
    const file = join(mkdtempSync(join(tmpdir(), "gatewright-store-")), "notes.txt");
    const text = "these are my notes, not a database\n".repeat(50);
    writeFileSync(file, text);
    const refusal = (() => {
      try {
        sqliteStore(file);
      } catch (error) {
        return error as EvalsError;
      }
      return undefined;
    })();
    expect(refusal).toBeInstanceOf(EvalsError);
    expect(refusal).toMatchObject({ code: "STORE_UNUSABLE", message: expect.stringContaining(file) });
    expect(readFileSync(file, "utf8")).toBe(text);
  });

  it("names the file, the run and the kind of a record that is broken", async () => {
    const file = newFile();
    const store = sqliteStore(file);
    await store.append([sampleRecord("r-1", "a")]);
    const other = new Database(file);
    other.exec(
      "UPDATE records SET body = '{\"trialKey\": '; INSERT INTO records VALUES (99, 'r-2', 'run', 'k', '{')",
    );
    kept.push(other);
    const refusal = { code: "STORE_UNUSABLE", hint: expect.stringContaining("--store") };
    const message = (...words: string[]) => expect.stringMatching(words.join(".*"));
    await expect(store.read("r-1", "sample")).rejects.toMatchObject({
      ...refusal,
      message: message(file, "sample", "r-1"),
    });
    await expect(store.runs()).rejects.toMatchObject({ ...refusal, message: message(file, '"run"', "r-2") });
    await store.close();
  });

  it("refuses a folder that cannot be one", () => {
    const file = join(mkdtempSync(join(tmpdir(), "gatewright-store-")), "file");
    writeFileSync(file, "");
    expect(() => sqliteStore(join(file, "store.sqlite"))).toThrow(EvalsError);
    expect(() => sqliteStore(tmpdir())).toThrow(EvalsError);
  });

  it("says that it cannot be written after it was closed", async () => {
    const store = sqliteStore(newFile());
    await store.close();
    await expect(store.append([sampleRecord("r", "a")])).rejects.toMatchObject({ code: "STORE_UNUSABLE" });
  });
});
