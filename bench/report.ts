/**
 * How large the HTML report gets, and how long it takes: `npm run bench:report`. Answers of some 600 characters, half of whose sentences follow
 * one of three passages of some 420 a side, out of as many passages as there are cases; one or two calls with results of some 700; three evaluators,
 * evidence that quotes.
 *
 * - `bytes500`, `bytes2000`: size of the page of so many cases with both sides.
 * - `interactiveMs500`, `interactiveMs2000`: in an installed Chromium, from the start of the navigation until the case explorer answers; median of 5
 *   fresh pages. `null` without a Chromium at `CHROMIUM_PATH` or /usr/bin/chromium.
 * - `renderCpuSeconds10k`: CPU seconds from the records of 10,000 cases to the page (choosing, cutting, rendering, compressing).
 * - `cut500`, `cut2000`: how many texts were cut at which length to keep the page in its size, and how many cases are without steps and evidence;
 *   `null` where everything is whole.
 *
 * The last line is one JSON object.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { inflateSync } from "node:zlib";
import { htmlReporter, type Report } from "gatewright";
import { type Browser, chromium } from "playwright-core";
import { reportCases } from "../src/pipeline/report-cases.ts";
import { fromCharacters } from "../src/reporters/html/explorer/characters.ts";
import { type ExplorerData, unpackedData } from "../src/reporters/html/explorer/data.ts";
import { putFarCopiesBack } from "../src/reporters/html/explorer/far-copies.ts";
import { failingReport } from "../test/fixtures/report-example.ts";
import { type BenchRecords, benchRecords } from "./report/cases.ts";

const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
const metrics = ["task_completion", "tool_selection", "groundedness"];
const rounds = 5;

function pageOf({ cases, samples, scores }: BenchRecords): string {
  const chosen = reportCases(cases, samples, scores, 1, metrics, 20260131);
  const report: Report = { ...failingReport(), caseCounts: chosen.counts, cases: chosen.cases };
  return String(htmlReporter.render(report));
}

function cutOf(page: string): ExplorerData["cut"] {
  const [, length, island] = /id="case-data">(\d+):([^<]*)/.exec(page) ?? [];
  if (length === undefined || island === undefined) throw new Error("the page has no cases");
  const bytes = putFarCopiesBack(inflateSync(fromCharacters(island).subarray(0, Number(length))));
  return unpackedData(new TextDecoder().decode(bytes)).cut;
}

function toldOf(cut: ExplorerData["cut"]) {
  return cut && { at: cut.at, texts: cut.texts, casesInBrief: cut.casesInBrief };
}

async function interactiveMs(browser: Browser, page: string, folder: string): Promise<number> {
  const file = join(folder, "report.html");
  writeFileSync(file, page);
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    const tab = await context.newPage();
    await tab.addInitScript(
      "new MutationObserver(() => { if (document.documentElement?.dataset.explorer) globalThis.readyAt ??= performance.now(); }).observe(document, { attributes: true, subtree: true });",
    );
    await tab.goto(pathToFileURL(file).href);
    await tab.waitForSelector("html[data-explorer=ready]", { state: "attached" });
    times.push(await tab.evaluate<number>("globalThis.readyAt"));
    await context.close();
  }
  return Math.round(times.sort((a, b) => a - b)[Math.floor(rounds / 2)]!);
}

pageOf(benchRecords(50, 1));
const pages = { 500: pageOf(benchRecords(500, 2)), 2000: pageOf(benchRecords(2000, 3)) };
const many = benchRecords(10_000, 4);
const before = process.cpuUsage();
pageOf(many);
const { user, system } = process.cpuUsage(before);

const times: { 500: number | null; 2000: number | null } = { 500: null, 2000: null };
if (existsSync(executablePath)) {
  const folder = mkdtempSync(join(tmpdir(), "gatewright-bench-"));
  const browser = await chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--headless", "--disable-gpu"],
  });
  times[500] = await interactiveMs(browser, pages[500], folder);
  times[2000] = await interactiveMs(browser, pages[2000], folder);
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
} else process.stderr.write(`no Chromium at ${executablePath}: times are left out; set CHROMIUM_PATH\n`);
console.log(
  JSON.stringify({
    bytes500: Buffer.byteLength(pages[500]),
    interactiveMs500: times[500],
    bytes2000: Buffer.byteLength(pages[2000]),
    interactiveMs2000: times[2000],
    renderCpuSeconds10k: Number(((user + system) / 1e6).toFixed(2)),
    cut500: toldOf(cutOf(pages[500])),
    cut2000: toldOf(cutOf(pages[2000])),
  }),
);
