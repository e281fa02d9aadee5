import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Report } from "../../src/index.ts";
import { evals } from "../support/command-line.ts";
import { otlpTraces } from "../support/otlp-traces.ts";
import { casesOf, type TestCase, testProject } from "../support/project.ts";

const run = ["run", "evals/tiny.eval.ts", "--no-html"];
const always = "2999-12-31";
const past = "2026-01-31";

/** A gate with three blocking criteria that decide four times, and the waivers of a test. */
function gateWith(...waivers: object[]): string {
  return `export default {
  name: "waived",
  criteria: [
    { metric: "task_completion", margin: 0.1, cohorts: ["all", "tier=*"] },
    { metric: "error_rate", atMost: 0.1 },
  ],
  waivers: ${JSON.stringify(waivers, null, 2)},
};`;
}

function waiver(more: object = {}): object {
  return {
    name: "free-answers",
    metric: "task_completion",
    cohort: "tier=free",
    reason: "the index of the free tier is rebuilt on Monday",
    approvedBy: "Ada",
    expires: always,
    ...more,
  };
}

async function decided(cases: readonly TestCase[], ...waivers: object[]) {
  const project = await testProject(cases);
  project.write("gates/tiny.gate.ts", gateWith(...waivers));
  const called = await evals(
    project.folder,
    ...run,
    "--json",
    "--junit",
    "junit.xml",
    "--markdown",
    "comment.md",
  );
  return { ...called, project, report: JSON.parse(called.stdout) as Report };
}

/** One free case in five answered wrongly, while the pro cases of the live release are wrong more often: only `tier=free` fails. */
const harmed = casesOf(200, (index) => ({
  ...(index % 2 === 0 && index < 40 ? { candidate: "wrong" } : {}),
  ...(index % 2 === 1 && index < 100 ? { live: "wrong" } : {}),
}));
/** 16 free cases are too few for a margin of 10 points; 184 pro cases and all of them together are enough. */
const thin = casesOf(200, (index) => ({ tier: index < 16 ? "free" : "pro" }));

afterEach(() => vi.useRealTimers());

describe("a waiver of a gate", () => {
  it("lets one failed decision not block, 0, and says so in every format", async () => {
    const without = await decided(harmed);
    expect(without).toMatchObject({ exitCode: 1, report: { verdict: "fail" } });
    expect(without.report).not.toHaveProperty("waivers");
    const { exitCode, report, project } = await decided(harmed, waiver());
    expect(exitCode).toBe(0);
    expect(report).toMatchObject({ verdict: "pass", exitCode: 0 });
    const free = report.decisions.find(({ cohort }) => cohort === "tier=free");
    expect(free).toMatchObject({ decision: "fail", waiver: { name: "free-answers", approvedBy: "Ada" } });
    // The decisions are those of the gate without the waiver, numbers and all.
    expect(report.decisions.map(({ waiver: _, ...decision }) => decision)).toEqual(without.report.decisions);
    expect(report.headline).toMatch(
      /^Passes with 1 waiver: task_completion in tier=free fell by 20\.0 points/,
    );
    expect(report.waivers).toMatchObject([{ state: "waived", decision: "fail", isExpiringSoon: false }]);
    expect(report.nextSteps.map(({ kind }) => kind)).toEqual(["ship", "settle_waiver", "repair_task"]);
    expect(report.nextSteps[1]).toMatchObject({ because: expect.stringContaining("harm is proven there") });

    const junit = project.read("junit.xml");
    expect(junit).toContain('failures="0" errors="0" skipped="1"');
    expect(junit).toContain("[waived: fail] tier=free");
    expect(project.read("comment.md")).toContain(
      "Pass with 1 waiver: the candidate may ship only by 1 waiver",
    );
    const { runId } = report.provenance!;
    const text = await evals(project.folder, "report", runId);
    expect(text.exitCode).toBe(0);
    expect(text.stdout).toContain("✓ PASS WITH 1 WAIVER");
    expect(text.stdout).toContain("✗ fail, waived");
    expect(text.stdout).toContain("approved by Ada: the index of the free tier is rebuilt on Monday");
    await evals(project.folder, "report", runId, "--html", "report.html");
    const html = project.read("report.html");
    expect(html).toContain("<title>Pass with 1 waiver: tiny</title>");
    expect(html).toMatch(/Last day \(UTC\).*2999-12-31/);
  });

  it("is to be seen in the list of runs and in the history", async () => {
    const { project, report } = await decided(harmed, waiver());
    expect((await evals(project.folder, "runs")).stdout).toContain("pass with 1 waiver");
    const history = await evals(project.folder, "report", "--history", "--html", "history.html");
    expect(history.stdout).toContain("pass with 1 waiver");
    expect(project.read("history.html")).toContain("pass with 1 waiver");
    // A stored report is judged by its own time: nothing is decided again when it is shown.
    const again = JSON.parse((await evals(project.folder, "report", "latest", "--json")).stdout) as Report;
    expect(again).toEqual(report);
    expect(again.decidedAt).toMatch(/^\d{4}-\d{2}-\d{2}T.*Z$/);
  });

  it("lets one inconclusive decision not block, 0", async () => {
    expect((await decided(thin)).exitCode).toBe(3);
    const { exitCode, report } = await decided(thin, waiver());
    expect(exitCode).toBe(0);
    expect(report.headline).toMatch(/^Passes with 1 waiver: /);
    expect(report.decisions.find(({ cohort }) => cohort === "tier=free")?.decision).toBe("inconclusive");
    expect(report.nextSteps[1]?.action).toContain("Settle task_completion in tier=free");
  });

  it("has no effect once it has expired, 1, and is shown with its last day", async () => {
    const { exitCode, report } = await decided(harmed, waiver({ expires: past }));
    expect(exitCode).toBe(1);
    expect(report).toMatchObject({ verdict: "fail", waivers: [{ state: "expired", expires: past }] });
    expect(report.decisions.every((decision) => decision.waiver === undefined)).toBe(true);
    const [note] = report.comparability;
    expect(note?.message).toContain(`its last day was ${past} UTC`);
    expect(note?.message).toContain("have the waiver approved anew");
  });

  it("is shown as removable when there was nothing to waive, 0", async () => {
    const { exitCode, report } = await decided(casesOf(200), waiver());
    expect(exitCode).toBe(0);
    expect(report.headline).toMatch(/^All 4 blocking criteria hold/);
    expect(report.waivers).toMatchObject([{ state: "not_needed", decision: "pass" }]);
    expect(report.nextSteps.at(-1)).toMatchObject({ kind: "remove_waiver" });
  });

  it("never covers what could not be measured, 4", async () => {
    const dead = casesOf(60, () => ({ live: "!provider", candidate: "!provider" }));
    const errors = waiver({ name: "errors", metric: "error_rate", cohort: "all" });
    const names = ["all", "tier=free", "tier=pro"].map((cohort) => waiver({ name: cohort, cohort }));
    const { exitCode, report } = await decided(dead, errors, ...names);
    expect(exitCode).toBe(4);
    expect(report.waivers?.map(({ state }) => state)).toEqual(Array(4).fill("cannot_waive"));
  });

  it("never covers a metric of which nothing was measured, 3", async () => {
    const unjudged = casesOf(100, () => ({ expected: { criteria: "be kind" } }));
    const names = ["all", "tier=free", "tier=pro"].map((cohort) => waiver({ name: cohort, cohort }));
    const { exitCode, report } = await decided(unjudged, ...names);
    expect(exitCode).toBe(3);
    expect(report.waivers?.map(({ state }) => state)).toEqual(Array(3).fill("cannot_waive"));
  });

  it("does not let a run of a part of the dataset pass, 3", async () => {
    const project = await testProject(harmed);
    project.write(
      "gates/tiny.gate.ts",
      gateWith(waiver({ cohort: "all" })).replace('["all", "tier=*"]', '["all"]'),
    );
    const { exitCode, stdout } = await evals(project.folder, ...run, "--cohort", "tier=free", "--json");
    const report = JSON.parse(stdout) as Report;
    expect(report.decisions.map(({ decision, waiver }) => [decision, waiver?.name])).toEqual([
      ["fail", "free-answers"],
      ["pass", undefined],
    ]);
    expect(exitCode).toBe(3);
    expect(report.headline).toContain("a part of the dataset proves nothing");
  });

  it("does not let a gate pass of which every decision is waived, 3", async () => {
    const project = await testProject(harmed);
    const gate = gateWith(waiver())
      .replace('["all", "tier=*"]', '["tier=free"]')
      .replace(/\{ metric: "error_rate".*/, "");
    project.write("gates/tiny.gate.ts", gate);
    const { exitCode, stdout } = await evals(project.folder, ...run, "--json", "--junit", "junit.xml");
    expect(exitCode).toBe(3);
    expect((JSON.parse(stdout) as Report).headline).toContain("every blocking criterion is waived");
    // A system that knows only red and green must not take a skipped test for green.
    expect(project.read("junit.xml")).toContain('<failure type="inconclusive"');
  });

  it("is obeyed for the release that it names alone", async () => {
    const named = await decided(harmed, waiver({ candidate: "candidate" }));
    expect(named.exitCode).toBe(0);
    const other = await decided(harmed, waiver({ candidate: "2026.09.0" }));
    expect(other).toMatchObject({ exitCode: 1, report: { waivers: [{ state: "other_release" }] } });
  });

  it.each<[string, object[], string[]]>([
    ["an unknown metric", [waiver({ metric: "task_completon" })], ['did you mean "task_completion"?']],
    ["an unknown cohort", [waiver({ cohort: "tier=fre" })], ['did you mean "tier=free"?']],
    ["a cohort that is not gated", [waiver({ cohort: "language=en" })], ["does not decide task_completion"]],
    ["a bound that no criterion has", [waiver({ margin: 0.2 })], ["`margin: 0.2`", "known: `margin: 0.1`"]],
    ["more than one cohort", [waiver({ cohort: "tier=*" })], ["name one cohort"]],
    ["no such day", [waiver({ expires: "2026-02-30" })], ["YYYY-MM-DD"]],
    ["no day", [waiver({ expires: undefined })], ["expires"]],
    ["a blank reason", [waiver({ reason: " \u200b" })], ["say in words why"]],
    ["nobody's approval", [waiver({ approvedBy: "" })], ["name who approved it"]],
    ["a misspelt member", [waiver({ expire: always })], ['did you mean "expires"?']],
    ["two of one decision", [waiver(), waiver({ name: "again", margin: 0.1 })], ["waive the same decision"]],
    ["two of one name", [waiver(), waiver({ cohort: "all" })], ["two waivers have the same name"]],
  ])("is refused before the run, 2, when it names %s", async (_, waivers, said) => {
    const { exitCode, stderr, report } = await decided(casesOf(20), ...waivers);
    expect(exitCode).toBe(2);
    expect(report).toMatchObject({ verdict: "error", decisions: [], error: { code: "GATE_INVALID" } });
    for (const text of said) expect(stderr).toContain(text);
    expect(stderr).toMatch(/tiny\.gate\.ts(:\d+)?: /);
  });

  it("is judged by the time of the decision: a stored run stays, a resumed one and a promotion come too late", async () => {
    const { project, report } = await decided(harmed, waiver());
    const { runId } = report.provenance!;
    vi.useFakeTimers({ toFake: ["Date"], now: new Date("3000-01-01T00:00:00Z") });
    expect((await evals(project.folder, "report", runId)).exitCode).toBe(0);
    expect((await evals(project.folder, "promote", runId, "--by", "Grace")).exitCode).toBe(2);
    const resumed = await evals(project.folder, ...run, "--resume", runId, "--json");
    expect(resumed.exitCode).toBe(1);
    expect(JSON.parse(resumed.stdout)).toMatchObject({ verdict: "fail", waivers: [{ state: "expired" }] });
    expect((await evals(project.folder, "report", runId)).exitCode).toBe(1);
  });

  it("is written as the page on waivers shows it", async () => {
    const [, example] = /```ts\n([\s\S]*?)```/.exec(readFileSync("docs/waivers.md", "utf8"))!;
    const folder = mkdtempSync(join(tmpdir(), "gatewright-waivers-"));
    cpSync("gates/release.gate.ts", join(folder, "release.gate.ts"));
    writeFileSync(join(folder, "waived.gate.ts"), example!.replace(/expires: ".*"/, `expires: "${always}"`));
    const gate = ["--gate", join(folder, "waived.gate.ts"), "--store", join(folder, "store.sqlite")];
    const called = await evals(
      ".",
      "run",
      "evals/support-agent.eval.ts",
      ...gate,
      "--no-html",
      "--json",
      "--quiet",
    );
    const report = JSON.parse(called.stdout) as Report;
    expect(called.exitCode).toBe(1);
    expect(report.waivers).toMatchObject([{ name: "order-json", state: "waived", decision: "fail" }]);
    expect(report.headline).toMatch(
      /tool_selection in tier=free & intent=refund.*And 1 blocking criterion is waived\.$/,
    );
  });
});

describe("a waiver of a gate for traces", () => {
  const errors = (...waivers: object[]) =>
    `export default ${JSON.stringify({
      name: "errors",
      criteria: [
        { metric: "error_rate", margin: 0.05, cohorts: ["all", "tier=*"] },
        { metric: "latency_ms.p50", maximumRatio: 1.5 },
        { metric: "task_completion", margin: 0.05 },
      ],
      waivers,
    })};`;
  const everywhere = (more: object = {}) =>
    ["all", "tier=free", "tier=pro", "tier=enterprise"].map((cohort) =>
      waiver({ name: `errors ${cohort}`, metric: "error_rate", cohort, ...more }),
    );
  const folder = mkdtempSync(join(tmpdir(), "gatewright-waivers-"));
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  write("live.jsonl", otlpTraces({ seed: "live", traces: 1200, release: "live" }));
  write("canary.jsonl", otlpTraces({ seed: "canary", traces: 1200, release: "canary", errorRate: 0.2 }));
  const compare = async (...waivers: object[]) => {
    write("errors.gate.ts", errors(...waivers));
    const args = ["live.jsonl", "canary.jsonl", "--gate", "errors.gate.ts", "--no-html", "--json"];
    const { exitCode, stdout, stderr } = await evals(folder, "traces", "compare", ...args);
    return { exitCode, stderr, report: JSON.parse(stdout) as Report };
  };

  it("is obeyed, and judged by the present day", async () => {
    const without = await compare();
    expect(without.exitCode).toBe(1);
    const { exitCode, report } = await compare(...everywhere());
    expect(exitCode).toBe(0);
    expect(report.headline).toMatch(/^Passes with 4 waivers: error_rate /);
    expect(report.decisions.map(({ waiver: _, ...decision }) => decision)).toEqual(without.report.decisions);
    const late = await compare(...everywhere({ expires: past }));
    expect(late).toMatchObject({ exitCode: 1, report: { verdict: "fail" } });
  });

  it("for one release is obeyed where all traces of the candidate name it", async () => {
    expect((await compare(...everywhere({ candidate: "canary" }))).exitCode).toBe(0);
    expect((await compare(...everywhere({ candidate: "live" }))).exitCode).toBe(1);
  });

  it("is shown without effect where traces do not have its metric or cohort, and refused where the gate does not", async () => {
    const { report } = await compare(
      waiver({ cohort: "all" }),
      waiver({ name: "gold", metric: "error_rate", cohort: "tier=gold" }),
    );
    expect(report.waivers?.map(({ state }) => state)).toEqual(["not_decided", "not_decided"]);
    const refused = await compare(waiver({ metric: "error_rate", cohort: "intent=refund" }));
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain("does not decide error_rate");
  });

  it("is not obeyed by the looks at a canary, and does not change its plan", async () => {
    const args = [
      "live.jsonl",
      "canary.jsonl",
      "--name",
      "waived",
      "--traces",
      "1000",
      "--gate",
      "errors.gate.ts",
    ];
    const look = async (...waivers: object[]) => {
      write("errors.gate.ts", errors(...waivers));
      const { exitCode, stdout } = await evals(folder, "canary", ...args, "--no-html", "--json");
      return { exitCode, report: JSON.parse(stdout) as Report };
    };
    const { exitCode, report } = await look(...everywhere());
    expect(exitCode).toBe(1);
    expect(report.waivers?.map(({ state }) => state)).toEqual(Array(4).fill("not_obeyed"));
    expect((await look()).exitCode).toBe(1);
  });
});
