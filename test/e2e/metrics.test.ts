import { describe, expect, it } from "vitest";
import type { Report } from "../../src/index.ts";
import { evals } from "../support/command-line.ts";
import { casesOf, type TestProject, testProject } from "../support/project.ts";

const run = ["run", "evals/tiny.eval.ts", "--no-html", "--json"];

const gate = (...criteria: object[]) => `export default ${JSON.stringify({ name: "tiny", criteria })};`;

/** An evaluator of one's own that reads the score off the answer. */
async function scoredProject(
  answers: (index: number) => { live: string; candidate: string },
  judge = "",
): Promise<TestProject> {
  const project = await testProject(casesOf(100, answers));
  const text = project
    .read("evals/tiny.eval.ts")
    .replace("taskCompletionEvaluator,", "defineEvaluator, scored,")
    .replace(
      "[taskCompletionEvaluator()]",
      `[defineEvaluator({ name: "quality", version: "1", ${judge} evaluate: ({ sample }) => scored(Number(sample.output.text), Number(sample.output.text) >= 0.5, "read") })]`,
    );
  project.write("evals/tiny.eval.ts", text);
  return project;
}

async function reportOf({ folder }: TestProject, ...args: string[]): Promise<Report> {
  const { stdout, stderr } = await evals(folder, ...run, ...args);
  expect(stderr).not.toContain("evals: ");
  return JSON.parse(stdout) as Report;
}

describe("a mean score", () => {
  it("shows a loss that no pass rate shows, and fails on it", async () => {
    // Every case drops by 0.1 to 0.3 and still passes at 0.5: the mean falls by 0.2.
    const project = await scoredProject((index) => ({
      live: "0.9",
      candidate: String(0.6 + (index % 3) * 0.1),
    }));
    project.write(
      "gates/tiny.gate.ts",
      gate({ metric: "quality", margin: 0.05 }, { metric: "quality.value", margin: 0.1 }),
    );
    const report = await reportOf(project);
    const [mean] = report.decisions.filter(({ metric }) => metric === "quality.value");
    const [rate] = report.decisions.filter(({ metric }) => metric === "quality");
    expect(rate).toMatchObject({ decision: "pass", estimate: 0 });
    expect(mean).toMatchObject({ decision: "fail", n: 100 });
    // 34 × −0.3, 33 × −0.2, 33 × −0.1 over 100.
    expect(mean!.estimate).toBeCloseTo(-0.201, 10);
    expect(report.verdict).toBe("fail");
  });

  it("takes a margin and nothing else", async () => {
    const project = await scoredProject(() => ({ live: "1", candidate: "1" }));
    project.write("gates/tiny.gate.ts", gate({ metric: "quality.value", atLeast: 0.8 }));
    const { exitCode, stderr } = await evals(project.folder, ...run);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("quality.value takes `margin`");
  });
});

describe("a judge that can be wrong", () => {
  const drops = (index: number) => ({ live: "1", candidate: index < 12 ? "0" : "1" });

  it("has its error taken out of the loss, which is larger than it shows", async () => {
    const project = await scoredProject(
      drops,
      "judge: { sensitivity: { right: 180, of: 200 }, specificity: { right: 160, of: 200 } },",
    );
    project.write("gates/tiny.gate.ts", gate({ metric: "quality", margin: 0.05 }));
    const [decision] = (await reportOf(project)).decisions;
    expect(decision).toMatchObject({ decision: "fail", judge: { sensitivity: 0.9, specificity: 0.8 } });
    expect(decision!.estimate).toBeCloseTo(-0.12 / 0.7, 10);
    expect(decision!.reason).toContain("sensitivity 90.0 % and specificity 80.0 %");
  });

  it("settles nothing when it is not proven better than chance", async () => {
    const project = await scoredProject(
      drops,
      "judge: { sensitivity: { right: 11, of: 20 }, specificity: { right: 10, of: 20 } },",
    );
    project.write("gates/tiny.gate.ts", gate({ metric: "quality", margin: 0.5 }));
    const report = await reportOf(project);
    expect(report.verdict).toBe("inconclusive");
    expect(report.headline).toContain("not proven to tell good answers from bad ones");
  });

  // A judge that is right less often than a coin, and one of which too little is known: neither more cases nor repetitions help.
  it.each([
    { sensitivity: [8, 20], specificity: [9, 20], shown: "sensitivity 40.0 %, specificity 45.0 %" },
    { sensitivity: [11, 20], specificity: [10, 20], shown: "sensitivity 55.0 %, specificity 50.0 %" },
  ])("says in every format that this is why, $shown", async ({ sensitivity, specificity, shown }) => {
    const rate = ([right, of]: number[]) => `{ right: ${right}, of: ${of} }`;
    const project = await scoredProject(
      drops,
      `judge: { sensitivity: ${rate(sensitivity)}, specificity: ${rate(specificity)} },`,
    );
    project.write(
      "gates/tiny.gate.ts",
      gate({ metric: "quality", margin: 0.5 }, { metric: "quality", atLeast: 0.5 }),
    );
    const outputs = ["--markdown", "report.md", "--junit", "report.xml", "--html", "report.html"];
    const { exitCode, stdout } = await evals(project.folder, "run", run[1]!, ...outputs);
    expect(exitCode).toBe(3);
    const onOneLine = (text: string) => text.replace(/\s+/g, " ");
    const why = `the judge is not proven better than chance (${shown}), so nothing follows from its verdicts`;
    for (const text of [stdout, project.read("report.md"), project.read("report.html")]) {
      expect(onOneLine(text).split(why).length - 1).toBe(2);
      expect(onOneLine(text)).toMatch(/measure quality on more labelled answers, then judge again/i);
    }
    expect(project.read("report.xml").match(/not proven to tell good answers from bad ones/g)).not.toBeNull();
    const { stdout: json } = await evals(project.folder, "report", "latest", "--json");
    const { decisions } = JSON.parse(json) as Report;
    for (const decision of decisions) {
      expect(decision).toMatchObject({
        decision: "inconclusive",
        judge: { isTelling: false },
        casesNeeded: null,
      });
      expect(decision.reason).toMatch(/: the judge is not proven to tell good answers from bad ones$/);
      expect(decision.smallestVisibleDrop).toBeNull();
    }
    // What the judge says is shown as it says it: the rate of 88 of 100 is not corrected by an error that is not known.
    expect(decisions.find(({ rule }) => rule.kind === "at_least")!.estimate).toBeCloseTo(0.88, 10);
  });

  it("is named in the report when nobody measured it", async () => {
    const project = await scoredProject(() => ({ live: "1", candidate: "1" }), 'judge: "unmeasured",');
    project.write("gates/tiny.gate.ts", gate({ metric: "quality", margin: 0.05 }));
    const report = await reportOf(project);
    expect(report.comparability).toContainEqual(expect.objectContaining({ level: "note", subject: "judge" }));
    expect(report.provenance!.evaluators).toEqual([{ name: "quality", version: "1", judge: "unmeasured" }]);
  });
});

describe("repetitions", () => {
  it("are advised when an unsettled run shows that they would help", async () => {
    // A quarter of the attempts fails on either side, by chance of the attempt and not of the case.
    const project = await testProject(casesOf(150));
    project.write(
      "evals/tiny.eval.ts",
      project
        .read("evals/tiny.eval.ts")
        .replace(
          "call: async ({ caseId }) => {",
          "call: async ({ caseId, repetition }, { seed }) => {\n if ((Math.floor(seed / 7) + (name === 'live' ? 0 : 2)) % 4 === 0) return 'wrong';",
        ),
    );
    project.write("gates/tiny.gate.ts", gate({ metric: "task_completion", margin: 0.06 }));
    const report = await reportOf(project, "--repetitions", "2");
    const [decision] = report.decisions;
    expect(decision!.decision).toBe("inconclusive");
    expect(decision!.repetitionsNeeded).toBeGreaterThan(2);
    expect(decision!.reason).toContain("repetitions would settle it");
  });
});
