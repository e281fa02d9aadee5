import { afterEach, describe, expect, it, vi } from "vitest";
import { main } from "../../src/cli/main.ts";
import { promotionsScope } from "../../src/core/promotion.ts";
import { type Promotion, promote, type Report, type RunManifest, sqliteStore } from "../../src/index.ts";
import { evals, fakeProcess } from "../support/command-line.ts";
import { casesOf, type TestProject, testProject } from "../support/project.ts";

const run = ["run", "evals/tiny.eval.ts", "--no-html"];
const ada = ["--by", "Ada"];

/** A project whose candidate passes, with one run. */
async function passing(): Promise<TestProject> {
  const project = await testProject(casesOf(60));
  await evals(project.folder, ...run);
  return project;
}

/** A project whose candidate fails, with one run. */
async function failing(): Promise<TestProject> {
  const project = await testProject(casesOf(60, (index) => (index < 30 ? { candidate: "wrong" } : {})));
  await evals(project.folder, ...run);
  return project;
}

const promotions = async (folder: string): Promise<Promotion[]> =>
  JSON.parse((await evals(folder, "promotions", "--json")).stdout);

const runIds = async (folder: string): Promise<string[]> =>
  (await evals(folder, "runs")).stdout
    .trimEnd()
    .split("\n")
    .map((line) => line.split(" ")[0]!);

/** Runs the evaluation with these releases; `text` adds a release to it. */
async function compare({ folder, read, write }: TestProject, baseline: string, candidate: string, text = "") {
  const file = "evals/tiny.eval.ts";
  write(file, read(file).replace("releases: [", `releases: [${text}`));
  const called = await evals(folder, ...run, "--json", "--baseline", baseline, "--candidate", candidate);
  return { ...called, report: JSON.parse(called.stdout) as Report };
}

/** A third release, on top of the candidate. */
const third = `release("third", { ...bundle, prompt: "p-3" }, ["prompt"]),`;

const notes = ({ comparability }: Report) => comparability.map(({ message }) => message);

/** A call of the command line with an environment of its own. */
async function evalsWith(folder: string, env: Record<string, string>, ...args: string[]) {
  const before = process.cwd();
  process.chdir(folder);
  try {
    const { process: fake, written } = fakeProcess(args, env);
    return { exitCode: await main(fake), ...written };
  } finally {
    process.chdir(before);
  }
}

afterEach(() => vi.unstubAllEnvs());

describe("evals promote", () => {
  it("records the candidate of the latest run that passed: who, when, which run, the whole bundle", async () => {
    const { folder } = await passing();
    const [runId] = await runIds(folder);
    const { exitCode, stdout, stderr } = await evals(folder, "promote", ...ada, "--note", "spring release");
    expect(exitCode).toBe(0);
    expect(stderr).toContain(`run ${runId}, the latest of tiny that has a verdict`);
    expect(stdout).toMatch(/candidate \([0-9a-f]{12}\) is recorded as the live release of tiny/);
    expect(stdout).toContain("nothing was deployed");
    const [record, ...rest] = await promotions(folder);
    expect(rest).toEqual([]);
    expect(record).toMatchObject({
      schemaVersion: 1,
      kind: "promotion",
      number: 1,
      evaluation: "tiny",
      by: "Ada",
      byFrom: "--by",
      note: "spring release",
      runId,
      verdict: "pass",
      release: { name: "candidate" },
      replaced: { name: "live" },
    });
    expect(Date.parse(record!.at)).not.toBeNaN();
    expect(record).not.toHaveProperty("despite");
    expect(Object.keys(record!.release.components).sort()).toEqual(
      ["decoding", "guardrail", "model", "prompt", "retriever", "route", "tools"].sort(),
    );
    expect(record!.release.components.prompt!.value).toBe("p-2");
  });

  it("says so when it is recorded already, writes nothing, and ends with 0: a job may be tried again", async () => {
    const { folder } = await passing();
    await evals(folder, "promote", ...ada);
    const again = await evals(folder, "promote", "--by", "Grace");
    expect(again.exitCode).toBe(0);
    expect(again.stdout).toMatch(/^nothing to record: candidate .* already, since .* by Ada/);
    expect(await promotions(folder)).toHaveLength(1);
  });

  it("refuses a run that did not pass, with the remedy; with a reason it is promoted, and the reason is shown", async () => {
    const { folder } = await failing();
    const refused = await evals(folder, "promote", ...ada);
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain("ended in fail");
    expect(refused.stderr).toContain("--despite");
    expect(await promotions(folder)).toEqual([]);
    const forced = await evals(folder, "promote", ...ada, "--despite", "the old one leaks");
    expect(forced.exitCode).toBe(0);
    expect(forced.stdout).toContain("despite its verdict, fail: the old one leaks");
    expect((await evals(folder, "promotions")).stdout).toContain(
      "despite its verdict, fail: the old one leaks",
    );
    expect(await promotions(folder)).toMatchObject([{ verdict: "fail", despite: "the old one leaks" }]);
  });

  it("takes no reason where nothing forbids it, and no empty text", async () => {
    const { folder } = await passing();
    for (const [wrong, said] of [
      [[...ada, "--despite", "just so"], "nothing forbids"],
      [[...ada, "--note", "  "], "--note is empty"],
      [["--by", ""], "--by is empty"],
      [["--by", "x".repeat(201)], "more than 200 characters"],
      [[...ada, "latest", "--evaluation", "tiny"], "leave out --evaluation"],
      [[...ada, "--evaluation", "tyni"], 'did you mean "tiny"?'],
      [[...ada, "--dispite", "x"], "--despite"],
    ] as const) {
      const { exitCode, stderr } = await evals(folder, "promote", ...wrong);
      expect(exitCode, said).toBe(2);
      expect(stderr).toContain(said);
    }
    expect(await promotions(folder)).toEqual([]);
  });

  it("refuses an unknown run, and an empty store", async () => {
    const { folder } = await passing();
    const [runId] = await runIds(folder);
    const unknown = await evals(folder, "promote", `${runId!.slice(0, -1)}x`, ...ada);
    expect(unknown.exitCode).toBe(2);
    expect(unknown.stderr).toContain(`did you mean "${runId}"?`);
    const empty = await testProject(casesOf(2));
    const none = await evals(empty.folder, "promote", ...ada);
    expect(none.exitCode).toBe(2);
    expect(none.stderr).toContain("the store holds no run");
  });

  it("refuses a run of a part of the dataset, with a reason too", async () => {
    const { folder } = await testProject(casesOf(60));
    await evals(folder, ...run, "--cohort", "tier=free");
    for (const more of [[], ["--despite", "it was urgent"]]) {
      const { exitCode, stderr } = await evals(folder, "promote", ...ada, ...more);
      expect(exitCode).toBe(2);
      expect(stderr).toContain("ran only the cases of tier=free");
    }
  });

  it("refuses a run that did not finish, and by default takes the latest that did", async () => {
    const { folder } = await passing();
    const [finished] = await runIds(folder);
    const store = sqliteStore(`${folder}/.evals/store.sqlite`);
    const [manifest] = await store.runs();
    const body: RunManifest = { ...manifest!, runId: "99990101-000000-0000" };
    await store.append([{ kind: "run", runId: body.runId, key: "manifest", body }]);
    await store.close();
    for (const named of [body.runId, "latest"]) {
      const { exitCode, stderr } = await evals(folder, "promote", named, ...ada);
      expect(exitCode).toBe(2);
      expect(stderr).toContain("did not finish");
      expect(stderr).toContain(`evals run evals/tiny.eval.ts --resume ${body.runId}`);
    }
    expect((await evals(folder, "promote", ...ada)).stderr).toContain(`run ${finished}, the latest`);
  });

  it("asks which evaluation is meant where the store holds several", async () => {
    const project = await passing();
    const other = project.read("evals/tiny.eval.ts").replace('name: "tiny"', 'name: "other"');
    project.write("evals/other.eval.ts", other);
    await evals(project.folder, "run", "evals/other.eval.ts", "--no-html");
    const { exitCode, stderr } = await evals(project.folder, "promote", ...ada);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("2 evaluations: other, tiny");
    expect((await evals(project.folder, "promote", ...ada, "--evaluation", "tiny")).exitCode).toBe(0);
    expect((await promotions(project.folder)).map(({ evaluation }) => evaluation)).toEqual(["tiny"]);
    const listed = await evals(project.folder, "promotions", "--evaluation", "tni");
    expect(listed.exitCode).toBe(2);
    expect(listed.stderr).toContain('did you mean "tiny"?');
  });

  it.each([
    [{ GITHUB_ACTOR: "octocat" }, "octocat", "GITHUB_ACTOR"],
    [{ GITHUB_ACTOR: "octocat", GITHUB_TRIGGERING_ACTOR: "hubot" }, "hubot", "GITHUB_TRIGGERING_ACTOR"],
    [{ GITLAB_USER_LOGIN: "tanuki" }, "tanuki", "GITLAB_USER_LOGIN"],
    [{}, "Git User", "git"],
  ])("takes who did it from the CI job, else from git: %j", async (env, by, byFrom) => {
    for (const [name, value] of [
      ["GIT_CONFIG_COUNT", "1"],
      ["GIT_CONFIG_KEY_0", "user.name"],
      ["GIT_CONFIG_VALUE_0", "Git User"],
    ] as const)
      vi.stubEnv(name, value);
    const { folder } = await passing();
    expect((await evalsWith(folder, env as Record<string, string>, "promote")).exitCode).toBe(0);
    expect(await promotions(folder)).toMatchObject([{ by, byFrom }]);
  });

  it("refuses where nobody is named", async () => {
    vi.stubEnv("GIT_CONFIG_GLOBAL", "/dev/null");
    vi.stubEnv("GIT_CONFIG_NOSYSTEM", "1");
    const { folder } = await passing();
    const { exitCode, stderr } = await evals(folder, "promote");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("--by NAME");
    expect(await promotions(folder)).toEqual([]);
  });

  it("writes no secret, whatever is said about it", async () => {
    const secret = "very-secret-value-4711";
    const project = await failing();
    const { folder } = project;
    const told = ["--by", `Ada ${secret}`, "--note", `with ${secret}`, "--despite", `because ${secret}`];
    const called = await evalsWith(folder, { SOME_API_KEY: secret }, "promote", ...told);
    expect(called.exitCode).toBe(0);
    const texts = [called.stdout, called.stderr, project.read(".evals/store.sqlite")];
    for (const text of texts) expect(text).not.toContain(secret);
    expect(await promotions(folder)).toMatchObject([
      { by: "Ada [redacted]", note: "with [redacted]", despite: "because [redacted]" },
    ]);
  });

  it("says what speaks against it without forbidding it: another baseline than what is live, a later run that failed", async () => {
    const project = await passing();
    await evals(project.folder, "promote", ...ada);
    await compare(project, "live", "third", third);
    const [passed] = await runIds(project.folder);
    const wrong = Object.fromEntries(casesOf(60).map(({ id }) => [id, "wrong"]));
    project.write("evals/answers.json", JSON.stringify({ third: wrong }));
    await evals(project.folder, ...run, "--candidate", "third");
    const [failed] = await runIds(project.folder);
    const { exitCode, stdout } = await evals(project.folder, "promote", passed!, ...ada);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/compared with live \([0-9a-f]{12}\), and not with candidate \([0-9a-f]{12}\)/);
    expect(stdout).toContain(`a later run of the same release, ${failed}, ended in fail`);
    expect((await promotions(project.folder)).at(-1)!.caveats).toHaveLength(2);
  });

  it("says which waivers the verdict rests on, and refuses the run once one has expired", async () => {
    const project = await testProject(casesOf(60, (index) => (index < 30 ? { candidate: "wrong" } : {})));
    const { folder } = project;
    const waiver = (cohort: string) =>
      `{ name: "known ${cohort}", metric: "task_completion", cohort: "${cohort}", reason: "repaired next week", approvedBy: "Grace", expires: "9998-12-31" }`;
    const gate = project.read("gates/tiny.gate.ts");
    const waivers = ["all", "tier=free", "tier=pro"].map(waiver).join(", ");
    project.write("gates/tiny.gate.ts", gate.replace("criteria: [", `waivers: [${waivers}],\n  criteria: [`));
    const { exitCode } = await evals(folder, ...run);
    expect(exitCode).toBe(0);
    const store = sqliteStore(`${folder}/.evals/store.sqlite`);
    const [manifest] = await store.runs();
    const late = {
      by: "Ada",
      byFrom: "--by",
      redact: (text: string) => text,
      now: () => "9999-01-01T00:00:00.000Z",
    };
    await expect(promote(store, manifest!, late)).rejects.toThrow(
      'waiver "known all", which expired after 9998-12-31',
    );
    await store.close();
    const promoted = await evals(folder, "promote", ...ada);
    expect(promoted.exitCode).toBe(0);
    for (const cohort of ["all", "tier=free", "tier=pro"]) {
      expect(promoted.stdout).toContain(
        `it rests on the waiver "known ${cohort}": task_completion in ${cohort} is fail, approved by Grace until 9998-12-31: repaired next week`,
      );
    }
    expect((await promotions(folder))[0]!.caveats).toHaveLength(3);
  });

  it("survives the removal of its run", async () => {
    const { folder } = await passing();
    await evals(folder, "promote", ...ada);
    const before = await promotions(folder);
    expect((await evals(folder, "cache", "prune", "--all", "--yes")).stdout).toContain("removed: 1 run with");
    expect((await evals(folder, "runs")).stdout).toBe("");
    expect(await promotions(folder)).toEqual(before);
    expect((await evals(folder, "rollback", ...ada, "--note", "no run is needed")).exitCode).toBe(0);
  });
});

describe("evals rollback", () => {
  it("records who, when and why, and names every component of the bundle with its value", async () => {
    const { folder } = await passing();
    await evals(folder, "promote", ...ada);
    const { exitCode, stdout } = await evals(folder, "rollback", "--by", "Grace", "--note", "refunds fail");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/Restore the whole bundle of live \([0-9a-f]{12}\)/);
    for (const line of [
      '≠ prompt     "p-1"',
      '= model      "m-1"',
      '= decoding   {"temperature":0}',
      "= guardrail  null",
      "= retriever  null",
      "= route      null",
      "= tools      null",
      "note: refunds fail",
      "nothing was deployed",
    ])
      expect(stdout).toContain(line);
    const records = await promotions(folder);
    expect(records[1]).toMatchObject({
      kind: "rollback",
      number: 2,
      by: "Grace",
      note: "refunds fail",
      runId: null,
      verdict: null,
      release: { name: "live" },
      replaced: { name: "candidate" },
    });
    expect(records[1]!.release).toEqual(records[0]!.replaced);
  });

  it("needs a reason, and something to go back to", async () => {
    const { folder } = await passing();
    const early = await evals(folder, "rollback", ...ada, "--note", "x");
    expect(early.exitCode).toBe(2);
    expect(early.stderr).toContain("no promotion was recorded");
    await evals(folder, "promote", ...ada);
    const silent = await evals(folder, "rollback", ...ada);
    expect(silent.exitCode).toBe(2);
    expect(silent.stderr).toContain("--note");
    await evals(folder, "rollback", ...ada, "--note", "x");
    const first = await evals(folder, "rollback", ...ada, "--note", "x");
    expect(first.exitCode).toBe(2);
    expect(first.stderr).toContain("live is the first release that was recorded");
  });

  it("goes back one step, not two when the command is repeated; further back by name or fingerprint", async () => {
    const project = await passing();
    const { folder } = project;
    await evals(folder, "promote", ...ada);
    await compare(project, "candidate", "third", third);
    await evals(folder, "promote", ...ada);
    await evals(folder, "rollback", ...ada, "--note", "first");
    expect((await promotions(folder)).at(-1)!.release.name).toBe("candidate");
    const again = await evals(folder, "rollback", ...ada, "--note", "first");
    expect(again.exitCode).toBe(2);
    expect(again.stderr).toContain("--to live");
    expect((await evals(folder, "rollback", ...ada, "--note", "x", "--to", "third")).stderr).toContain(
      "live",
    );
    const same = await evals(folder, "rollback", ...ada, "--note", "first", "--to", "candidate");
    expect(same.exitCode).toBe(0);
    expect(same.stdout).toMatch(/^nothing to record/);
    const { fingerprint } = (await promotions(folder))[0]!.replaced;
    const back = await evals(folder, "rollback", ...ada, "--note", "x", "--to", fingerprint.slice(0, 12));
    expect(back.exitCode).toBe(0);
    const names = (await promotions(folder)).map(({ kind, release }) => `${kind} ${release.name}`);
    expect(names).toEqual(["promotion candidate", "promotion third", "rollback candidate", "rollback live"]);
  });

  it("refuses a bundle that names fewer components than the live one", async () => {
    const project = await testProject(casesOf(60));
    const { folder } = project;
    const larger = `release("larger", { ...bundle, extra: { memory: { turns: 4 } } }, ["extra"]),`;
    expect((await compare(project, "live", "larger", larger)).report.verdict).toBe("pass");
    await evals(folder, "promote", ...ada);
    const { exitCode, stderr } = await evals(folder, "rollback", ...ada, "--note", "x");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("does not name extra.memory, which larger has");
    expect(await promotions(folder)).toHaveLength(1);
  });

  it("lets nobody promote the run of a release that was taken back, unless they say why", async () => {
    const { folder } = await passing();
    const [runId] = await runIds(folder);
    await evals(folder, "promote", ...ada);
    await evals(folder, "rollback", "--by", "Grace", "--note", "refunds fail");
    const { exitCode, stderr } = await evals(folder, "promote", runId!, ...ada);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("a rollback by Grace has made live live since");
    const forced = await evals(folder, "promote", runId!, ...ada, "--despite", "it was the network");
    expect(forced.exitCode).toBe(0);
    expect(forced.stdout).toContain("despite an objection: it was the network");
  });
});

describe("evals promotions", () => {
  it("lists the newest first, and which release is live; says so where there is none", async () => {
    const { folder } = await passing();
    const none = await evals(folder, "promotions");
    expect(none).toMatchObject({ exitCode: 0, stdout: "" });
    expect(none.stderr).toContain("no promotion was recorded");
    await evals(folder, "promote", ...ada);
    await evals(folder, "rollback", "--by", "Grace", "--note", "refunds fail");
    const lines = (await evals(folder, "promotions")).stdout.trimEnd().split("\n");
    expect(lines[0]).toBe("tiny");
    expect(lines[1]).toMatch(/▼ 2 {2}rollback .* live \([0-9a-f]{12}\) {2}by Grace .* live$/);
    expect(lines[2]).toBe("      note: refunds fail");
    expect(lines[3]).toMatch(/▲ 1 {2}promotion .* candidate \([0-9a-f]{12}\) {2}by Ada {2}run \S+ \(pass\)$/);
  });

  it("leaves records of a newer version out, says so, and lets nobody add to them", async () => {
    const { folder } = await passing();
    await evals(folder, "promote", ...ada);
    const [record] = await promotions(folder);
    const store = sqliteStore(`${folder}/.evals/store.sqlite`);
    const body = { ...record!, schemaVersion: 2, number: 2 } as unknown as Promotion;
    await store.append([{ kind: "promotion", runId: promotionsScope, key: "newer", body }]);
    await store.close();
    const listed = await evals(folder, "promotions", "--json");
    expect(listed.stderr).toContain("1 recorded promotion cannot be read, written by a newer version");
    expect(JSON.parse(listed.stdout)).toHaveLength(1);
    for (const command of [["promote"], ["rollback", "--note", "x"]]) {
      const { exitCode, stderr } = await evals(folder, ...command, ...ada);
      expect(exitCode).toBe(2);
      expect(stderr).toContain("update gatewright");
    }
    const next = await evals(folder, ...run);
    expect(next.exitCode).toBe(0);
    expect(next.stderr).toContain("does not say what was promoted");
  });
});

describe("a run after promotions", () => {
  it("knows of none where none was recorded", async () => {
    const project = await testProject(casesOf(60));
    const { report } = await compare(project, "live", "candidate");
    expect(report.provenance).not.toHaveProperty("promotions");
    expect(notes(report).join()).not.toContain("promoted");
  });

  it("says when its baseline is not the release that was last promoted, and is judged all the same", async () => {
    const project = await passing();
    await evals(project.folder, "promote", ...ada);
    const { report, exitCode } = await compare(project, "live", "third", third);
    expect(exitCode).toBe(0);
    const told = notes(report).find((message) => message.includes("last promoted"));
    expect(told).toMatch(/last promoted is candidate \([0-9a-f]{12}, \d{4}-\d{2}-\d{2} by Ada\)/);
    expect(told).toMatch(/this run compares with live \([0-9a-f]{12}\), which differs in prompt$/);
  });

  it("says nothing when it compares with that release", async () => {
    const project = await passing();
    await evals(project.folder, "promote", ...ada);
    const { report } = await compare(project, "candidate", "third", third);
    expect(notes(report).join()).not.toContain("promoted");
    expect(report.provenance!.promotions).toMatchObject({
      live: { release: { name: "candidate" } },
      differences: [],
      baseline: { by: "Ada", kind: "promotion", verdict: "pass" },
    });
  });

  it("says so when a release of the same name is another bundle", async () => {
    const project = await passing();
    await evals(project.folder, "promote", ...ada);
    const file = "evals/tiny.eval.ts";
    const changed = project
      .read(file)
      .replace(
        'release("candidate", { ...bundle, prompt: "p-2" }',
        'release("candidate", { ...bundle, prompt: "p-2b" }',
      );
    project.write(file, changed);
    const { report } = await compare(project, "candidate", "third", third);
    expect(notes(report).find((message) => message.includes("last promoted"))).toMatch(
      /this run compares with another bundle of the same name \([0-9a-f]{12}\), which differs in prompt$/,
    );
  });

  it("says so when the candidate itself is what was last promoted", async () => {
    const project = await passing();
    await evals(project.folder, "promote", ...ada);
    const { report } = await compare(project, "live", "candidate");
    expect(notes(report).join()).toMatch(/last promoted is the candidate, candidate \(/);
  });

  it("shows the reason for which its baseline was promoted despite a verdict, wherever notes are shown", async () => {
    const project = await failing();
    await evals(project.folder, "promote", ...ada, "--despite", "the old one leaks");
    project.write("evals/answers.json", "{}");
    const outputs = ["--html", "r.html", "--markdown", "r.md"];
    const file = "evals/tiny.eval.ts";
    project.write(file, project.read(file).replace("releases: [", `releases: [${third}`));
    const releases = ["--baseline", "candidate", "--candidate", "third"];
    const { stdout } = await evals(project.folder, "run", file, ...outputs, ...releases);
    for (const text of [stdout.replace(/\s+/g, " "), ...["r.html", "r.md"].map(project.read)])
      expect(text).toContain("the old one leaks");
  });

  it("is rendered again byte for byte after further promotions: what it knew is stored with it", async () => {
    const project = await passing();
    const { folder } = project;
    await evals(folder, "promote", ...ada);
    const file = "evals/tiny.eval.ts";
    project.write(file, project.read(file).replace("releases: [", `releases: [${third}`));
    const releases = ["--baseline", "candidate", "--candidate", "third"];
    const first = await evals(
      folder,
      "run",
      file,
      ...releases,
      "--json",
      "--html",
      "1.html",
      "--markdown",
      "1.md",
    );
    await evals(folder, "promote", "--by", "Grace");
    await evals(folder, "rollback", "--by", "Grace", "--note", "refunds fail");
    const again = await evals(folder, "report", "latest", "--json", "--html", "2.html", "--markdown", "2.md");
    expect(again.stdout).toBe(first.stdout);
    for (const ending of ["html", "md"])
      expect(project.read(`2.${ending}`)).toBe(project.read(`1.${ending}`));
  });
});

describe("the history of an evaluation", () => {
  it("shows promotions and rollbacks between the runs: the last before them, and those until the run after them", async () => {
    const project = await passing();
    const { folder } = project;
    const pause = () => new Promise((done) => setTimeout(done, 5));
    const add = async (...args: string[]) => {
      await pause();
      expect((await evals(folder, ...args)).exitCode).toBe(0);
    };
    const file = "evals/tiny.eval.ts";
    project.write(file, project.read(file).replace("releases: [", `releases: [${third}`));
    const compareThird = [...run, "--baseline", "candidate", "--candidate", "third"];
    await add("promote", ...ada, "--note", "first");
    await add(...compareThird);
    await add("promote", "--by", "Grace", "--note", "second");
    await add("rollback", "--by", "Edsger", "--note", "third");
    await add(...compareThird);
    await add("promote", "latest", "--by", "Barbara", "--note", "fourth");

    const whole = await evals(folder, "report", "--history", "--html", "history.html");
    expect(whole.exitCode).toBe(0);
    const marks = whole.stdout
      .split("\n")
      .flatMap((line) => /^([▲▼\d]) .*?(by \S+)?$/.exec(line)?.slice(1, 3) ?? []);
    expect(marks.map((mark) => mark ?? "")).toEqual([
      "1",
      "",
      "▲",
      "by Ada",
      "2",
      "",
      "▲",
      "by Grace",
      "▼",
      "by Edsger",
      "3",
      "",
      "▲",
      "by Barbara",
    ]);
    const page = project.read("history.html");
    for (const text of ["Ada", "Grace", "Edsger", "Barbara", "third", "What was live"])
      expect(page).toContain(text);

    const ids = await runIds(folder);
    const middle = await evals(folder, "report", "--history", ids[1]!, "--limit", "1");
    expect(middle.stdout).toMatch(
      /by Ada\n.*note: first\n1 .*by Grace\n.*note: second\n.*by Edsger\n.*note: third\n/s,
    );
    expect(middle.stdout).not.toContain("Barbara");
    // A list of reports, as before: `evals promotions --json` has the promotions.
    const json = JSON.parse((await evals(folder, "report", "--history", "--json")).stdout);
    expect(json).toHaveLength(3);
    // Runs side by side have no time between them.
    expect((await evals(folder, "report", ids[0]!, ids[1]!)).stdout).not.toContain("Barbara");
  });
});
