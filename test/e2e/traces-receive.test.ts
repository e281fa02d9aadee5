import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { evals } from "../support/command-line.ts";
import { read, request, traceIdOf } from "../unit/traces/read/builder.ts";

let child: ChildProcess | undefined;
afterEach(() => {
  child?.kill("SIGKILL");
  child = undefined;
});

/** The compiled command as a process of its own. Resolves with the address that it listens on. */
function serve(folder: string): Promise<string> {
  const started = spawn(
    process.execPath,
    [resolve("dist/cli/bin.js"), "traces", "serve", "--port", "0", "--name", "canary"],
    {
      cwd: folder,
      env: { ...process.env, EVALS_TRACES_TOKEN: "" },
    },
  );
  child = started;
  return new Promise((done, failed) => {
    let said = "";
    started.stdout.on("data", (text) => {
      said += text;
      if (said.includes("\n")) done(said.trim());
    });
    started.once("exit", (code) => failed(new Error(`ended with ${code}`)));
  });
}

describe("evals traces serve", () => {
  it("loses nothing that it acknowledged when it is killed", async () => {
    const folder = mkdtempSync(join(tmpdir(), "gatewright-serve-"));
    const url = await serve(folder);
    const acknowledged = new Set<string>();
    let isKilled = false;
    const client = async (first: number) => {
      for (let i = first; !isKilled; i += 8) {
        const body = JSON.stringify(
          request([
            { id: 1, trace: i },
            { id: 2, parent: 1, trace: i },
          ]),
        );
        try {
          const response = await fetch(url, {
            method: "POST",
            body,
            headers: { "content-type": "application/json" },
          });
          if (response.status === 200) acknowledged.add(traceIdOf(i));
        } catch {
          return;
        }
        if (acknowledged.size === 120) {
          isKilled = true;
          child!.kill("SIGKILL");
        }
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, i) => client(i + 1)));
    expect(acknowledged.size).toBeGreaterThanOrEqual(120);
    const [file] = readdirSync(join(folder, "traces", "canary"));
    const { traces } = await read([join(folder, "traces", "canary", file!)]);
    const found = new Set(
      traces.filter(({ spans, incomplete }) => spans === 2 && !incomplete).map(({ traceId }) => traceId),
    );
    expect([...acknowledged].filter((traceId) => !found.has(traceId))).toEqual([]);
  });

  it("ends in order when it is interrupted, and what it wrote can be imported", async () => {
    const folder = mkdtempSync(join(tmpdir(), "gatewright-serve-"));
    const url = await serve(folder);
    const body = JSON.stringify(request([{ id: 1 }]));
    await fetch(url, { method: "POST", body, headers: { "content-type": "application/json" } });
    const ended = new Promise((done) => child!.once("exit", done));
    child!.kill("SIGTERM");
    expect(await ended).toBe(0);
    const imported = await evals(folder, "traces", "import", "traces/canary", "--as", "canary");
    expect(imported.exitCode).toBe(0);
    expect(imported.stdout).toContain("stored as canary: 1 new, 0 there before");
  });

  it("refuses an open address without a token, and a name that is a path", async () => {
    const folder = mkdtempSync(join(tmpdir(), "gatewright-serve-"));
    expect(await evals(folder, "traces", "serve", "--host", "0.0.0.0")).toMatchObject({ exitCode: 2 });
    expect(await evals(folder, "traces", "serve", "--name", "../up")).toMatchObject({ exitCode: 2 });
  });
});
