import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Report } from "../../src/index.ts";
import { evals } from "../support/command-line.ts";

/** The evaluation of the repository, with its committed models. What must come out is what models/README.md says of them. */
async function verdictOf(candidate: string): Promise<Report & { called: number }> {
  const args = [
    "run",
    "evals/local-model.eval.ts",
    "--candidate",
    candidate,
    "--no-html",
    "--json",
    "--quiet",
  ];
  const store = join(mkdtempSync(join(tmpdir(), "gatewright-local-model-")), "store.sqlite");
  const { exitCode, stdout } = await evals(process.cwd(), ...args, "--store", store);
  return { ...(JSON.parse(stdout) as Report), called: exitCode };
}

function rateOf({ decisions }: Report, cohort: string) {
  const found = decisions.find((one) => one.metric === "tool_selection" && one.cohort === cohort);
  return { n: found?.n, baseline: found?.baseline, candidate: found?.candidate };
}

describe("the evaluation of the local models", () => {
  it("lets the quantised weights through", { timeout: 180_000 }, async () => {
    const report = await verdictOf("quantised");
    expect(report).toMatchObject({ verdict: "pass", exitCode: 0, called: 0 });
    const all = rateOf(report, "all");
    expect(all.n).toBe(540);
    // Another kind of processor rounds differently, so a case or two may differ.
    expect(all.baseline).toBeCloseTo(404 / 540, 1);
    expect(all.candidate).toBeCloseTo(404 / 540, 1);
  });

  it("blocks the update by the name of the cohort that it breaks, though its average rises", {
    timeout: 180_000,
  }, async () => {
    const report = await verdictOf("update");
    expect(report).toMatchObject({ verdict: "fail", exitCode: 1, called: 1 });
    const failed = report.decisions.filter(({ decision }) => decision === "fail");
    expect(failed.map(({ cohort }) => cohort)).toEqual(["tier=free & intent=refund"]);
    expect(rateOf(report, "all").candidate).toBeGreaterThan(rateOf(report, "all").baseline!);
    expect(rateOf(report, "tier=free").candidate).toBeGreaterThan(rateOf(report, "tier=free").baseline!);
  });
});
