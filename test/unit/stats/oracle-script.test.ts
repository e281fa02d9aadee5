import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";

const script = fileURLToPath(new URL("../../../scripts/oracle.mjs", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "oracle-"));
afterAll(() => rmSync(folder, { recursive: true }));

function run(content: string | null) {
  const path = join(folder, "table.json");
  rmSync(path, { force: true });
  if (content !== null) writeFileSync(path, content);
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, path], { encoding: "utf8" });
  return { status, stdout, stderr };
}

const good = { id: "g", fn: "minNNi", in: { margin: 0.05, alpha: 0.05 }, out: { n: 52 } };
const table = (...cases: unknown[]) => JSON.stringify({ cases });

describe("scripts/oracle.mjs", () => {
  test("exits 0 when every case passes", () => {
    expect(run(table(good))).toMatchObject({ status: 0, stdout: "1 passed, 0 failed\n", stderr: "" });
  });

  test("names each mismatch and exits 1", () => {
    const wrong = { ...good, id: "w", out: { n: 51 } };
    const unknown = { ...good, id: "u", fn: "nothing" };
    const thrown = { ...good, id: "t", in: { margin: 5, alpha: 0.05 } };
    const { status, stdout } = run(table(good, wrong, unknown, thrown));
    expect(status).toBe(1);
    expect(stdout.split("\n")).toEqual([
      "w minNNi n got 52 want 51",
      'u nothing - got unknown function want {"n":52}',
      't minNNi - got RangeError: margin must be at least 0 and below 1, got 5 want {"n":52}',
      "1 passed, 3 failed",
      "",
    ]);
  });

  test("does not take an empty table for success", () => {
    expect(run(table())).toMatchObject({ status: 1, stdout: "0 passed, 0 failed\n" });
  });

  test.each([
    ["a missing file", null, /cannot read .*ENOENT/],
    ["broken JSON", "{", /cannot read .*JSON/],
    ["no table", "[]", /has no list of cases/],
    [
      "a case without an answer",
      table({ id: "x", fn: "holm", in: {} }),
      /cases\[0\] needs id, fn, in and out/,
    ],
  ])("exits 2 for %s", (_, content, message) => {
    const { status, stdout, stderr } = run(content);
    expect(status).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/usage: node scripts\/oracle.mjs FILE.json/);
  });
});
