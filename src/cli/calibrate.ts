import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Calibration, Measures } from "../core/calibration.ts";
import { count, plural } from "../core/quantities.ts";
import {
  type Calibrated,
  calibrate,
  calibrationFile,
  calibrationsFolder,
  redactor,
  secretsOf,
} from "../index.ts";
import { evaluationFile } from "./evaluation-file.ts";
import type { Process } from "./process.ts";
import { openProject } from "./store.ts";
import { wait } from "./wait.ts";

/** Options of `evals calibrate`. */
export interface CalibrateCommandOptions {
  readonly evaluator: string;
  readonly labels: string;
  readonly evaluation?: string;
  readonly maximumCostUsd?: number;
  readonly json?: boolean;
  readonly store?: string;
}

/** `evals calibrate`: measures an evaluator on labelled answers and writes what the gate corrects by. */
export async function calibrateCommand(options: CalibrateCommandOptions, process: Process): Promise<number> {
  const { config, store } = await openProject(options);
  const abort = new AbortController();
  const interrupt = () => abort.abort();
  process.on("SIGINT", interrupt);
  try {
    const command = `calibrate ${options.evaluator} --labels ${options.labels} --evaluation`;
    const file = await evaluationFile(options.evaluation, config, command);
    const found = await calibrate(
      { ...options, file },
      {
        store,
        abort: abort.signal,
        now: () => new Date().toISOString(),
        clock: () => performance.now(),
        wait,
        redact: redactor(secretsOf(process.env)),
      },
    );
    if (abort.signal.aborted) {
      process.stderr.write("interrupted: nothing was written; votes that were cast are kept\n");
      return exitInterrupted;
    }
    const path = calibrationFile(calibrationsFolder, options.evaluator);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, `${JSON.stringify(found.calibration, null, 2)}\n`);
    process.stdout.write(options.json ? `${JSON.stringify(found, null, 2)}\n` : told(found));
    process.stderr.write(`calibration: ${path} (commit it: runs use it from now on)\n`);
    return 0;
  } finally {
    process.off("SIGINT", interrupt);
    await store.close();
  }
}

const exitInterrupted = 130;

function told({ calibration, judging, errors }: Calibrated): string {
  const { evaluator, version, labels, measures, cohorts } = calibration;
  const lines = [
    `${evaluator} (${version}) on ${plural(measures.n, "labelled answer")}: ${count(measures.good)} good, ${count(measures.n - measures.good)} bad, from ${plural(measures.sources, "source")}`,
    "",
    row("", ["sensitivity", "specificity", "balanced accuracy", "AUROC", "kappa"]),
    row("all", cells(measures)),
    ...Object.entries(cohorts).map(([name, own]) => row(`${name} (${count(own.n)})`, cells(own))),
    "",
    "Intervals at 95 %, over sources.",
    ...thresholdLines(calibration),
    ...leftOut(labels, errors),
  ];
  if (judging !== null) {
    const cost = judging.costUsd === null ? "" : `, ${judging.costUsd.toFixed(4)} USD`;
    lines.push(
      `The judge was asked ${plural(judging.calls, "time")}${cost}; ${plural(judging.reused, "vote was", "votes were")} reused.`,
    );
  }
  return `${lines.join("\n")}\n`;
}

function row(name: string, columns: readonly string[]): string {
  return [name.padEnd(24), ...columns.map((column) => column.padEnd(20))].join(" ").trimEnd();
}

function cells(measures: Measures): string[] {
  const { sensitivity, specificity, balancedAccuracy, auroc, kappa } = measures;
  return [sensitivity, specificity, balancedAccuracy, auroc, kappa].map(({ estimate, lower, upper }) =>
    estimate === null ? "–" : `${short(estimate)} [${short(lower!)}, ${short(upper!)}]`,
  );
}

function short(value: number): string {
  return value.toFixed(2);
}

function thresholdLines({ threshold, measures }: Calibration): string[] {
  if (threshold === null)
    return ["No threshold was tried: there are too few sources, or all values are the same."];
  const { passAt, crossValidated } = threshold;
  const now = measures.balancedAccuracy.estimate;
  const compared = now === null ? "" : `; the evaluator's own rule has ${short(now)}`;
  return [
    `Best threshold on the value: ${passAt.toFixed(3)}, with a balanced accuracy of ${short(crossValidated)} on sources that it was not chosen on${compared}.`,
  ];
}

function leftOut(labels: Calibration["labels"], errors: Calibrated["errors"]): string[] {
  const parts = [
    ...(labels.withoutLabel === 0
      ? []
      : [`${plural(labels.withoutLabel, "row has", "rows have")} no label that people agree on`]),
    ...(labels.unscored === 0 ? [] : [`${count(labels.unscored)} were left unscored`]),
    ...(labels.errors === 0 ? [] : [`the evaluator failed on ${count(labels.errors)}`]),
  ];
  if (parts.length === 0) return [];
  const why = Object.entries(errors)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 3)
    .map(([reason, times]) => `  ${count(times)} × ${reason}`);
  return [`Not measured: ${parts.join("; ")}.`, ...why];
}
