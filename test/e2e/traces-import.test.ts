import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { traceSets } from "../../src/stores/trace-sets.ts";
import { evals } from "../support/command-line.ts";
import { otlpTraces } from "../support/otlp-traces.ts";
import { request } from "../unit/traces/read/builder.ts";

function project(): string {
  const folder = mkdtempSync(join(tmpdir(), "gatewright-import-"));
  writeFileSync(join(folder, "live.jsonl"), otlpTraces({ seed: "live", traces: 300, release: "live" }));
  return folder;
}

describe("evals traces import", () => {
  it("stores a row of facts for each trace, and the same again changes nothing", async () => {
    const folder = project();
    const first = await evals(folder, "traces", "import", "live.jsonl", "--as", "baseline");
    expect(first).toMatchObject({ exitCode: 0, stderr: "" });
    expect(first.stdout).toContain("stored as baseline: 300 new, 0 there before");
    const again = await evals(folder, "traces", "import", "live.jsonl", "--as", "baseline");
    expect(again.stdout).toContain("stored as baseline: 0 new, 300 there before");
    const sets = traceSets(join(folder, ".evals", "store.sqlite"));
    const facts = [...sets.read("baseline")];
    expect(facts).toHaveLength(300);
    expect(new Set(facts.map(({ release }) => release))).toEqual(new Set(["live"]));
    expect(sets.names()).toEqual(["baseline"]);
    expect(sets.imports("baseline")).toMatchObject([{ traces: 300, skipped: [] }]);
    expect([...sets.read("candidate")]).toEqual([]);
    sets.close();
  });

  it("keeps the fuller account of a trace that came twice, whichever came first, and says so", async () => {
    const folder = project();
    const spans = [{ id: 1 }, { id: 2, parent: 1 }, { id: 3, parent: 1 }];
    writeFileSync(join(folder, "part.jsonl"), JSON.stringify(request(spans.slice(0, 1))));
    writeFileSync(join(folder, "whole.jsonl"), JSON.stringify(request(spans)));
    for (const order of [
      ["part.jsonl", "whole.jsonl"],
      ["whole.jsonl", "part.jsonl"],
    ]) {
      const name = order[0]!.replace(".jsonl", "-first");
      await evals(folder, "traces", "import", order[0]!, "--as", name);
      const second = await evals(folder, "traces", "import", order[1]!, "--as", name);
      expect(second.stderr).toContain("1 trace was in");
      const sets = traceSets(join(folder, ".evals", "store.sqlite"));
      expect([...sets.read(name)].map(({ spans: count }) => count)).toEqual([3]);
      sets.close();
    }
  });

  it("takes no path as a name", async () => {
    const called = await evals(project(), "traces", "import", "live.jsonl", "--as", "../x");
    expect(called.exitCode).toBe(2);
    expect(called.stderr).toContain('"../x" is no name for traces');
  });
});

describe("evals traces facts", () => {
  it("prints what was understood, in all and trace by trace, and stores nothing", async () => {
    const folder = project();
    const { exitCode, stdout } = await evals(folder, "traces", "facts", "live.jsonl", "--json");
    expect(exitCode).toBe(0);
    const facts = JSON.parse(stdout);
    expect(facts).toMatchObject({
      traces: 300,
      spans: 900,
      modelCalls: 300,
      toolCalls: 300,
      dialects: ["gen_ai"],
      skipped: [],
    });
    expect(facts.perTrace).toHaveLength(300);
    for (const name of ["spans", "modelCalls", "toolCalls", "inputTokens", "outputTokens", "errors"]) {
      const sum = facts.perTrace.reduce(
        (total: number, trace: Record<string, number>) => total + trace[name]!,
        0,
      );
      expect(sum).toBe(facts[name]);
    }
    expect(facts.perTrace[0]).toMatchObject({ traces: 1, skipped: [], coverage: { root: 1, usage: 1 } });
    expect((await evals(folder, "runs")).stdout).not.toContain("live");
  });

  it("says in words what is missing, with the place", async () => {
    const folder = project();
    writeFileSync(join(folder, "broken.jsonl"), '{"resourceSpans":[]}\n{"resourceSp');
    const { exitCode, stdout } = await evals(folder, "traces", "facts", "live.jsonl", "broken.jsonl");
    expect(exitCode).toBe(0);
    expect(stdout).toContain("300 traces, 900 spans: 300 model calls, 300 tool calls");
    expect(stdout).toContain("time to first token in 0 %");
    expect(stdout).toContain("lost: broken.jsonl, byte 21: the file ends in the middle of a line");
  });

  it("reads names that the configuration maps", async () => {
    const folder = project();
    writeFileSync(
      join(folder, "evals.config.ts"),
      'import { defineConfig } from "gatewright"; export default defineConfig({ traces: { cohorts: { segment: ["app.user.tier"] } } });',
    );
    const { stdout } = await evals(folder, "traces", "facts", "live.jsonl", "--json");
    expect(JSON.parse(stdout).perTrace[0].cohorts).toEqual({ segment: expect.any(String) });
  });

  it("fails with the path where there is no such file", async () => {
    const called = await evals(project(), "traces", "facts", "missing.jsonl");
    expect(called).toMatchObject({ exitCode: 2, stdout: "" });
    expect(called.stderr).toContain("missing.jsonl cannot be read");
  });
});
