import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { type Report, reportSchema } from "../../src/core/report.ts";
import { evals } from "../support/command-line.ts";
import { otlpTraces, type TraceSetOptions } from "../support/otlp-traces.ts";

let folder = "";
const planned = ["--name", "checkout", "--looks", "4", "--traces", "2000", "--gate", "errors.gate.mjs"];

/** Traces of both sides so far. More of the same seed begin with the same ones. */
async function grow(traces: number, canary: Partial<TraceSetOptions> = {}): Promise<void> {
  await writeFile(join(folder, "live.jsonl"), otlpTraces({ seed: "live", traces, release: "live" }));
  await writeFile(
    join(folder, "canary.jsonl"),
    otlpTraces({ seed: "canary", traces, release: "canary", ...canary }),
  );
}

async function look(...args: string[]) {
  const options = args.length === 0 ? planned : args;
  const called = await evals(folder, "canary", "live.jsonl", "canary.jsonl", ...options, "--json");
  const report: Report = reportSchema.parse(JSON.parse(called.stdout));
  expect(called.exitCode).toBe(report.exitCode);
  return { ...called, report };
}

const errors = (margin: number) =>
  `export default { name: "errors", criteria: [{ metric: "error_rate", margin: ${margin}, cohorts: ["all", "tier=*"] }] };`;

describe("evals canary", () => {
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "gatewright-canary-"));
    await writeFile(join(folder, "errors.gate.mjs"), errors(0.05));
  });

  it("waits, look by look, and promotes a harmless canary at the planned end alone", async () => {
    const codes: number[] = [];
    for (const traces of [500, 1000, 1500, 2000]) {
      await grow(traces);
      const { exitCode, report } = await look();
      codes.push(exitCode);
      expect(report.canary!.looks).toHaveLength(traces / 500);
      if (traces < 2000) {
        expect(report.decisions.every(({ decision }) => decision === "inconclusive")).toBe(true);
        expect(report.headline).toBe(
          `Look ${traces / 500} of 4: no harm found yet; ${100 - traces / 20}.0 % of the planned traces to go, and nothing passes before the end.`,
        );
        expect(report.nextSteps).toMatchObject([{ kind: "look_again" }]);
      }
    }
    expect(codes).toEqual([3, 3, 3, 0]);
  });

  it("rolls a harmful canary back before the end, and a fail stays one whatever comes", async () => {
    await grow(500, { errorRate: 0.02 });
    expect((await look()).exitCode).toBe(3);
    await grow(1000, { errorRate: 0.2 });
    const failed = await look();
    expect(failed.exitCode).toBe(1);
    expect(failed.report.headline).toMatch(
      /^Look 2 of 4: Blocked: error_rate (in tier=\w+|over all traces) rose by/,
    );
    expect(failed.report.canary).toMatchObject({ state: "failed", ahead: [] });
    expect(failed.report.rollback).toMatchObject({ release: "live" });
    expect(failed.report.nextSteps[0]).toMatchObject({
      kind: "roll_back_canary",
      action: expect.stringMatching(/^Roll the canary back to live/),
    });
    const { worst } = failed.report.canary!.looks[1]!;
    expect(worst!.harmP).toBeLessThanOrEqual(worst!.requiredP);
    expect(worst!.z).toBeGreaterThanOrEqual(worst!.boundary);

    await grow(2000);
    const later = await look();
    expect(later.exitCode).toBe(1);
    expect(later.report.canary).toEqual(failed.report.canary);
    expect(later.report.comparability[0]!.message).toMatch(/^decided at look 2, .*another name$/);
    await rm(join(folder, "canary.jsonl"));
    expect((await look()).exitCode).toBe(1);
  });

  it("spends nothing when it is asked again with the same traces, or before the next look is due", async () => {
    await grow(400);
    const early = await look();
    expect(early.exitCode).toBe(3);
    expect(early.report.headline).toBe(
      "No look was taken yet; the next is due at 500 of 2,000 planned traces on the smaller side, which has 400.",
    );
    await grow(700);
    const first = await look();
    expect(first.report.canary!.looks).toHaveLength(1);
    expect((await look()).stdout).toBe(first.stdout);
    await grow(990);
    const waiting = await look();
    expect(waiting.exitCode).toBe(3);
    expect(waiting.report.canary).toMatchObject({ state: "waiting", traces: 990 });
    expect(waiting.report.canary!.looks).toEqual(first.report.canary!.looks);
    expect(waiting.report.canary!.ahead.map(({ traces }) => traces)).toEqual([1000, 1500, 2000]);
    await grow(1900);
    const unplanned = await look();
    expect(unplanned.report.canary!.looks.map(({ fraction }) => fraction)).toEqual([0.35, 0.95]);
    expect(unplanned.report.canary!.ahead.map(({ traces }) => traces)).toEqual([2000]);
  });

  it("ends at the last look also where more traces came than were planned; what comes later changes nothing", async () => {
    await grow(2600);
    const last = await look();
    expect(last.exitCode).toBe(0);
    expect(last.report.canary).toMatchObject({
      state: "ended",
      looks: [{ number: 1, fraction: 1, isLast: true }],
    });
    await grow(4000, { errorRate: 0.3 });
    const past = await look();
    expect(past.exitCode).toBe(0);
    expect(past.report.headline).toBe(last.report.headline);
    expect(past.report.comparability[0]!.subject).toBe("canary");
  });

  it("is open at the planned end where too few traces were planned, and says that waiting is over", async () => {
    const few = ["--name", "few", "--looks", "2", "--traces", "60", "--gate", "errors.gate.mjs"];
    await writeFile(join(folder, "errors.gate.mjs"), errors(0.001));
    await grow(60);
    const { exitCode, report } = await look(...few);
    expect(exitCode).toBe(3);
    expect(report.canary!.state).toBe("ended");
    expect(report.nextSteps).toMatchObject([{ kind: "declare_anew" }]);
  });

  it("could not be measured where the instrumentation differs, and looks again once it is repaired", async () => {
    const plan = ["--name", "tokens", "--looks", "4", "--traces", "2000"];
    await grow(600, { withoutUsage: 0.5 });
    const broken = await look(...plan);
    expect(broken.exitCode).toBe(4);
    expect(broken.report.canary!.looks).toMatchObject([{ verdict: "error" }]);
    await grow(2000);
    expect((await look(...plan)).exitCode).toBe(0);
  });

  it.each([
    ["other looks", ["--looks", "10"], "looks: 4 was declared, now 10"],
    ["more planned traces", ["--traces", "3000"], "planned traces: 2,000 was declared, now 3,000"],
    [
      "another gate",
      ["--gate", "other.gate.mjs"],
      /gate: errors \([0-9a-f]{12}\) was declared, now errors \(/,
    ],
    ["no gate", [], "now default policy for traces"],
    [
      "another release",
      ["--gate", "errors.gate.mjs", "--candidate-release", "canary"],
      "candidate: canary.jsonl",
    ],
  ])("refuses a plan with %s", async (_, changed, said) => {
    await writeFile(join(folder, "other.gate.mjs"), errors(0.06));
    await grow(500);
    expect((await look()).exitCode).toBe(3);
    const { exitCode, stderr, report } = await look("--name", "checkout", ...changed);
    expect(exitCode).toBe(2);
    expect(report.error!.code).toBe("CANARY_CHANGED");
    expect(stderr).toMatch(said);
    expect((await look("--name", "checkout", "--gate", "errors.gate.mjs")).exitCode).toBe(3);
  });

  it.each([
    ["a first call without a plan", ["--name", "new"], "--traces N"],
    ["a name that is no name", ["--name", "../new", "--traces", "100"], "no name for a canary"],
    ["fewer traces than looks", ["--name", "new", "--traces", "3"], "3 traces cannot be looked at 5 times"],
    ["more looks than help", ["--name", "new", "--traces", "9999", "--looks", "51"], "at most 50"],
  ])("refuses %s", async (_, args, said) => {
    await grow(20);
    const { exitCode, stderr } = await look(...args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(said);
  });

  it("waits for a canary of which no trace came yet, and says what there is", async () => {
    const both = ["--name", "new", "--traces", "2000", "--candidate-release", "canry"];
    await grow(500);
    const none = await look(...both);
    expect(none.exitCode).toBe(3);
    expect(none.report.headline).toMatch(/^No look was taken yet; .*the smaller side, which has 0\.$/);
    expect(none.stderr).toContain('holds no trace of the release "canry" yet: did you mean "canary"?');
    const meant = await look("--name", "new", "--traces", "2000", "--candidate-release", "canary");
    expect(meant.report.canary).toMatchObject({ looks: [{ number: 1 }] });
    await mkdir(join(folder, "empty"));
    const called = await evals(folder, "canary", "live.jsonl", "empty", ...planned, "--json");
    expect(called.exitCode).toBe(3);
  });

  it("refuses fewer traces than at the look before: a window that moves counts nothing twice, and forgets", async () => {
    await grow(1000);
    await look();
    await grow(900);
    const { exitCode, stderr } = await look();
    expect(exitCode).toBe(2);
    expect(stderr).toContain('the baseline of "checkout" has 900 traces, and had 1,000 at look 1');
  });

  it("is not green for a CI system at a look before the end", async () => {
    await grow(500);
    await look(...planned, "--junit", "looks.xml", "--markdown", "looks.md", "--html", "looks.html");
    const read = (name: string) => readFile(join(folder, name), "utf8");
    expect(await read("looks.xml")).toMatch(/<testsuites name="\w+" tests="4" failures="4"/);
    expect(await read("looks.md")).toMatch(/^\*\*Look 1 of 4&#58; no harm found yet/m);
    expect(await read("looks.html")).toContain("Look 1 of 4");
  });

  it("takes one look where two are asked for at once, and none twice where one is killed", async () => {
    await grow(1000);
    const start = () => {
      const words = [
        resolve("dist/cli/bin.js"),
        "canary",
        "live.jsonl",
        "canary.jsonl",
        ...planned,
        "--json",
        "--no-html",
      ];
      const child = spawn(process.execPath, words, { cwd: folder, stdio: ["ignore", "pipe", "ignore"] });
      let stdout = "";
      child.stdout.on("data", (chunk) => {
        stdout += chunk;
      });
      const ended = new Promise<string>((done) => child.on("close", () => done(stdout)));
      return { child, ended };
    };
    for (const wait of [250, 500, 750]) {
      const { child, ended } = start();
      await new Promise((done) => setTimeout(done, wait));
      child.kill("SIGKILL");
      await ended;
    }
    const reports = await Promise.all([start().ended, start().ended]);
    expect(reports[0]).toBe(reports[1]);
    const { report } = await look();
    expect(report).toEqual(JSON.parse(reports[0]!));
    expect(report.canary!.looks).toHaveLength(1);
  });
});
