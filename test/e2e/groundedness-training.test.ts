import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { foldsOf } from "../../bench/groundedness/folds.ts";
import { fitLogistic } from "../../bench/groundedness/logistic.ts";
import { areaUnderCurve, f1Of } from "../../bench/groundedness/measures.ts";
import { trainedOn } from "../../src/evaluators/grounding/weights.ts";
import { sharedData } from "../unit/evaluators/shared-data.ts";

const folder = mkdtempSync(join(tmpdir(), "gatewright-training-"));

function script(
  name: string,
  ...args: string[]
): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  return new Promise((done) => {
    execFile(process.execPath, [`scripts/${name}.mjs`, ...args], (error, stdout, stderr) => {
      done({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

/** Answers to forty contexts: one that repeats the context, and one that says something else. */
function answers(dataset: string, from: number) {
  const path = join(folder, `${dataset}-${from}.jsonl`);
  const rows = Array.from({ length: 40 }, (_, at) => {
    const subject = `animal${from + at}`;
    const context = `The ${subject} lives in the northern forest and eats berries. It sleeps during the winter.`;
    const row = { dataset, cohort: "QA", question: `Where does the ${subject} live?`, context };
    return [
      {
        ...row,
        id: `${from + at} good`,
        output: `The ${subject} lives in the northern forest.`,
        hallucinated: 0,
      },
      {
        ...row,
        id: `${from + at} bad`,
        output: "Penguins swim quickly near tropical volcanoes.",
        hallucinated: 1,
      },
      { ...row, id: `${from + at} unlabelled`, output: "Yes.", hallucinated: null },
    ];
  });
  writeFileSync(
    path,
    rows
      .flat()
      .map((row) => `${JSON.stringify(row)}\n`)
      .join(""),
  );
  return path;
}

describe("logistic regression", () => {
  // Of a 2 × 2 table the maximum-likelihood weight is the log of the odds ratio (Cox 1958): 8/2 against 3/6.
  const table = [
    { value: 1, label: 1, count: 8 },
    { value: 1, label: 0, count: 2 },
    { value: 0, label: 1, count: 3 },
    { value: 0, label: 0, count: 6 },
  ];
  const fitTable = (penalty: number, groups: (row: (typeof table)[number]) => number) =>
    fitLogistic(
      {
        rows: table.map(({ value }) => [value]),
        labels: table.map(({ label }) => label),
        weights: table.map(({ count }) => count / 19),
        groups: table.map(groups),
      },
      penalty,
    );

  it("finds the log odds ratio of a table", () => {
    const { weights, intercepts } = fitTable(0, () => 0);
    expect(weights[0]).toBeCloseTo(Math.log(8 / 2 / (3 / 6)), 6);
    expect(intercepts[0]).toBeCloseTo(Math.log(3 / 6), 6);
  });

  it("shrinks the weight with the penalty and leaves the intercepts alone", () => {
    const { weights, intercepts } = fitTable(1e6, () => 0);
    expect(Math.abs(weights[0]!)).toBeLessThan(1e-5);
    expect(intercepts[0]).toBeCloseTo(Math.log(11 / 8), 4);
  });

  it("leaves to a feature nothing that the group says", () => {
    const { weights } = fitTable(1e-4, ({ value }) => value);
    expect(Math.abs(weights[0]!)).toBeLessThan(1e-3);
  });
});

describe("measures", () => {
  const judged = (label: 0 | 1, score: number) => ({ label, score, flagged: score > 0.5 });

  it("are the area under the curve, ties counting half, and F1", () => {
    const all = [judged(1, 0.9), judged(1, 0.4), judged(0, 0.4), judged(0, 0.7)];
    // Pairs: 0.9 wins twice, 0.4 ties once and loses once.
    expect(areaUnderCurve(all)).toBe(2.5 / 4);
    expect(f1Of(all)).toBe(2 / 4);
    expect(areaUnderCurve([judged(1, 0.9)])).toBeNull();
  });

  it("keep answers of one context in one fold", () => {
    const examples = Array.from({ length: 60 }, (_, at) => ({ context: `context ${at % 20}` }));
    const folds = foldsOf(examples, 5, "seed");
    expect(new Set(folds)).toEqual(new Set([0, 1, 2, 3, 4]));
    for (const [at, fold] of folds.entries()) expect(fold).toBe(folds[at % 20]);
  });
});

describe("training", () => {
  const files = ["ragtruth_qa.rows", "ragtruth_qa.responses", "begin", "q2_dialogue"].map(
    (name) => `groundedness/${name}.jsonl`,
  );
  const data = files.map(sharedData);
  const isPresent = data.every(({ present }) => present);

  it.skipIf(!isPresent)(
    `writes the shipped weights byte for byte from the files that they name${data.find(({ note }) => note !== "")?.note ?? ""}`,
    async () => {
      const out = join(folder, "weights.ts");
      const paths = files.map((path) => `../shared/data/${path}`);
      expect((await script("train-groundedness", ...paths, "--out", out)).exitCode).toBe(0);
      expect(trainedOn.map(({ file }) => `groundedness/${file}`)).toEqual(files);
      expect(readFileSync(out, "utf8")).toBe(readFileSync("src/evaluators/grounding/weights.ts", "utf8"));
    },
    60_000,
  );

  it("refuses data whose licence does not allow it", async () => {
    const { exitCode, stderr } = await script(
      "train-groundedness",
      answers("faithbench", 0),
      "--out",
      join(folder, "no.ts"),
    );
    expect(exitCode).toBe(2);
    expect(stderr).toContain("faithbench");
    expect(stderr).toContain("licence");
  });
});

describe("agreement with labels of groundedness", () => {
  const measure = async (...args: string[]) => {
    const { exitCode, stdout, stderr } = await script("agreement", "groundedness", ...args);
    return {
      exitCode,
      stderr,
      figures: exitCode === 0 ? JSON.parse(stdout.trim().split("\n").at(-1)!) : null,
    };
  };

  it("is measured by folds, on other files and with the shipped weights", async () => {
    const [one, other] = [answers("begin", 0), answers("other", 100)];
    const folds = await measure("--folds", "5", one, other);
    expect(folds.figures).toMatchObject({ n: 160, auroc: 1, f1: 1, trainedOnOthers: { auroc: 1 } });
    expect(folds.figures.groups.begin).toMatchObject({ n: 80, notGrounded: 40, aurocDeviation: 0 });
    const tested = await measure("--train", one, "--test", other);
    expect(tested.figures).toMatchObject({ n: 80, auroc: 1, trainedOn: 80, leftOutOfTraining: 0 });
    const shipped = await measure(other);
    expect(shipped.figures).toMatchObject({ n: 80, auroc: 1, f1: 1, weights: "shipped", seen: [] });
    expect(shipped.figures.responsesPerSecond).toBeGreaterThan(0);
  }, 60_000);

  it("never tests on a context that was trained on", async () => {
    const file = answers("begin", 200);
    const same = await measure("--train", file, "--test", file);
    expect(same.exitCode).toBe(2);
    expect(same.stderr).toContain("every context to train on is also tested on");
    const missing = await measure("--train", file);
    expect(missing.stderr).toContain("--test");
  }, 60_000);
});
