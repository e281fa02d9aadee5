import { writeFile } from "node:fs/promises";
import { EvalsError } from "../core/errors.ts";
import type { Store } from "../core/extensions.ts";
import type { Promotion } from "../core/promotion.ts";
import type { Report } from "../core/report.ts";
import type { RunManifest } from "../core/run.ts";
import { newerPromotions, readPromotions, renderSeries, renderSeriesPage, storedReport } from "../index.ts";
import { type OutputOptions, prepareOutputs, standardOutput, writeOutputs } from "./outputs.ts";
import type { Process } from "./process.ts";
import { findRun, openProject } from "./store.ts";

/** Options of `evals report`. */
export interface ReportOptions extends OutputOptions {
  readonly runs: readonly string[];
  readonly history?: boolean;
  readonly limit?: number;
  readonly store?: string;
}

/** `evals report`: the stored report of a run in any format, with the exit code of that run; or several runs side by side, which ends with 0. */
export async function reportCommand(options: ReportOptions, process: Process): Promise<number> {
  const { runs, history = false } = options;
  const [first] = runs;
  if (first === undefined && !history)
    throw new EvalsError("USAGE", "no run is named", "name a run, `latest`, or give --history");
  if (history || runs.length > 1) checkSeries(options);
  await prepareOutputs(options);
  const { store } = await openProject(options);
  try {
    if (history) return await writeHistory(store, options, process);
    if (runs.length > 1) {
      const reports = await Promise.all(runs.map((run) => reportOf(store, run)));
      return await writeSeries(reports, options, process);
    }
    const report = await reportOf(store, first!);
    return await writeOutputs(report, options, process);
  } finally {
    await store.close();
  }
}

function checkSeries({ history, runs, junit, markdown }: ReportOptions): void {
  const hint = "leave it out; several runs are shown as text, JSON and HTML";
  for (const [name, value] of Object.entries({ junit, markdown })) {
    if (value !== undefined) throw new EvalsError("USAGE", `--${name} shows one run alone`, hint);
  }
  if (history && runs.length > 1)
    throw new EvalsError(
      "USAGE",
      "--history takes one run at most, the last one that it shows",
      "leave --history out to see these runs side by side",
    );
}

async function reportOf(store: Store, run: string): Promise<Report> {
  const manifest = await findRun(store, run);
  const report = await storedReport(store, manifest);
  if (report !== undefined) return report;
  throw new EvalsError(
    "RUN_NOT_FOUND",
    `run ${manifest.runId} has no report: it did not finish`,
    "resume it with `evals run … --resume`",
  );
}

/** The reports of the first of these runs, newest first, that finished; the oldest first. */
async function lastReports(
  store: Store,
  manifests: readonly RunManifest[],
  { json, limit = 10 }: ReportOptions,
): Promise<Report[]> {
  const reports: Report[] = [];
  for (const manifest of manifests) {
    // Neither the text nor the page of several runs shows cases.
    const report = json
      ? await storedReport(store, manifest)
      : (await store.read(manifest.runId, "report")).at(-1);
    if (report !== undefined) reports.push(report);
    if (reports.length === limit) break;
  }
  return reports.reverse();
}

/** The history with what was promoted meanwhile: from the last promotion before its first run to the run after its last one. */
async function writeHistory(store: Store, options: ReportOptions, process: Process): Promise<number> {
  const end = await findRun(store, options.runs[0] ?? "latest");
  const own = await store.runs({ evaluation: end.evaluation.name });
  const shown = own.filter(({ createdAt }) => createdAt <= end.createdAt);
  const reports = await lastReports(store, shown, options);
  const [first, last] = [reports[0]?.provenance, reports.at(-1)?.provenance];
  if (!first || !last) return await writeSeries(reports, options, process);
  const { promotions, unreadable } = await readPromotions(store, last.evaluation.name);
  if (unreadable > 0) process.stderr.write(`warning: ${newerPromotions(unreadable)}\n`);
  const later = own.findLast(({ createdAt }) => createdAt > last.createdAt);
  const until = promotions.filter(({ at }) => later === undefined || at < later.createdAt);
  const since = until.filter(({ at }) => at >= first.createdAt);
  const before = until.length > since.length ? [until[until.length - since.length - 1]!] : [];
  return await writeSeries(reports, options, process, [...before, ...since]);
}

async function writeSeries(
  reports: readonly Report[],
  { html, json }: ReportOptions,
  { stdout, stderr }: Process,
  promotions: readonly Promotion[] = [],
): Promise<number> {
  if (reports.length === 0)
    throw new EvalsError(
      "RUN_NOT_FOUND",
      "no run of this evaluation has a report",
      "finish one with `evals run`",
    );
  if (html === standardOutput) {
    stdout.write(renderSeriesPage(reports, promotions));
    return 0;
  }
  stdout.write(json ? `${JSON.stringify(reports, null, 2)}\n` : renderSeries(reports, promotions));
  if (typeof html !== "string") return 0;
  await writeFile(html, renderSeriesPage(reports, promotions));
  stderr.write(`html report: ${html}\n`);
  return 0;
}
