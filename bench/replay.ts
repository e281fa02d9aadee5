/**
 * What a run costs beside the calls themselves: `npm run bench:replay`. Compiles, then measures what users run, each time in a process of its own:
 *
 * - `httpEfficiency`: 2,000 cases on both sides through the OpenAI target against a local server with 50 ms of latency, 64 at a time: seconds
 *   of a bare loop over Node's fetch, over our seconds from the first call to the report; the median of rounds that take turns.
 * - `cpuSecondsPer10kCases` and `peakRssMb`: 10,000 cases through a function target with three evaluators, of the whole process from Node's start
 *   to the report. A gate asks each case of two releases, so these are 5,000 cases on both sides, as many calls as a tool makes that asks 10,000
 *   cases of one; `bothSides` has the figures of 10,000 cases on both sides, which are 20,000 calls.
 * - `growthExponent`: the slope of log CPU seconds (without loading) over log cases, from 1,000 to 100,000 cases; 1 is a flat cost per case.
 * - `coldStartRatio`: wall time of `evals --version` over that of `node -e 0`.
 *
 * `--quick` leaves the 100,000 cases out and does one round. The last line is one JSON object.
 */
import { execFileSync, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { benchProject } from "./replay/project.ts";

const isQuick = process.argv.includes("--quick");
const rounds = isQuick ? 1 : 5;
const httpCases = 2000;
const concurrency = 64;
const latencyMs = 50;
const sizes = isQuick ? [1000, 5000, 10_000] : [1000, 5000, 10_000, 100_000];
const largest = 100_000;
const here = resolve("bench/replay");

/** What one run took. */
interface Taken {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly cpuSecondsLoading: number;
  readonly peakRssMb: number;
  readonly verdict: string;
  readonly answered: number;
}

/** Starts a script and waits for what it sends. */
async function measured<T>(script: string, args: readonly string[], cwd = "."): Promise<T> {
  const child = fork(join(here, script), args, {
    cwd,
    execArgv: [],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const sent: unknown[] = [];
  child.on("message", (message) => sent.push(message));
  const [code] = (await once(child, "exit")) as [number | null];
  if (code !== 0 || sent.length === 0) throw new Error(`${script} ended with ${code}`);
  return sent[0] as T;
}

async function runProject(folder: string, cases: number): Promise<Taken> {
  const taken = await measured<Taken>("run-project.mjs", [], folder);
  rmSync(join(folder, ".evals"), { recursive: true, force: true });
  if (taken.answered !== 2 * cases) throw new Error(`${taken.answered} of ${2 * cases} trials were answered`);
  return taken;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

const tell = (text: string) => void process.stderr.write(`${text}\n`);
const rounded = (value: number, digits = 3) => Number(value.toFixed(digits));

async function benchHttp() {
  const server = spawn(process.execPath, [join(here, "server.mjs"), String(latencyMs)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const [port] = (await once(server.stdout!, "data")) as [Buffer];
    const url = `http://127.0.0.1:${String(port).trim()}/v1`;
    const folder = await benchProject(httpCases, concurrency, { kind: "openai", url });
    const bare: number[] = [];
    const ours: number[] = [];
    for (let round = 1; round <= rounds; round++) {
      const loop = [url, String(2 * httpCases), String(concurrency)];
      bare.push((await measured<{ seconds: number }>("fetch-loop.mjs", loop)).seconds);
      const taken = await runProject(folder, httpCases);
      ours.push(taken.seconds);
      tell(
        `http round ${round}: bare loop ${bare.at(-1)!.toFixed(2)} s, ours ${taken.seconds.toFixed(2)} s (${taken.cpuSeconds.toFixed(2)} s of CPU)`,
      );
    }
    rmSync(folder, { recursive: true });
    const ideal = (2 * httpCases * latencyMs) / concurrency / 1000;
    return {
      httpEfficiency: rounded(median(bare.map((seconds, round) => seconds / ours[round]!))),
      httpBareSeconds: rounded(median(bare)),
      httpSeconds: rounded(median(ours)),
      httpIdealSeconds: rounded(ideal),
      httpRatioToIdeal: rounded(ideal / median(ours)),
      httpBareRatioToIdeal: rounded(ideal / median(bare)),
    };
  } finally {
    server.kill();
  }
}

async function benchGrowth() {
  const costs: { cases: number; cpuSeconds: number; whole: number; peakRssMb: number }[] = [];
  for (const cases of sizes) {
    const folder = await benchProject(cases, concurrency, { kind: "function" });
    const taken: Taken[] = [];
    for (let round = 0; round < (cases === largest ? 1 : rounds); round++) {
      taken.push(await runProject(folder, cases));
      const { cpuSeconds, peakRssMb, verdict } = taken.at(-1)!;
      tell(`${cases} cases: ${cpuSeconds.toFixed(2)} s of CPU, ${peakRssMb.toFixed(0)} MB, ${verdict}`);
    }
    rmSync(folder, { recursive: true });
    costs.push({
      cases,
      cpuSeconds: rounded(median(taken.map((each) => each.cpuSeconds - each.cpuSecondsLoading))),
      whole: rounded(median(taken.map((each) => each.cpuSeconds))),
      peakRssMb: rounded(median(taken.map((each) => each.peakRssMb)), 0),
    });
  }
  const [half, whole] = [5000, 10_000].map((size) => costs.find(({ cases }) => cases === size)!);
  return {
    cpuSecondsPer10kCases: half!.whole,
    peakRssMb: half!.peakRssMb,
    bothSides: { cpuSeconds: whole!.whole, peakRssMb: whole!.peakRssMb },
    growthExponent: rounded(slope(costs.map((each) => [Math.log(each.cases), Math.log(each.cpuSeconds)]))),
    growth: costs,
  };
}

/** Slope of the least-squares line. */
function slope(points: readonly (readonly [number, number])[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(points.map((point) => point[0])), mean(points.map((point) => point[1]))];
  const over = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0);
  return over / points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
}

function benchColdStart() {
  const time = (args: readonly string[]) => {
    const begun = performance.now();
    execFileSync(process.execPath, args, { stdio: "ignore" });
    return performance.now() - begun;
  };
  const bare: number[] = [];
  const ours: number[] = [];
  for (let round = 0; round < 4 * rounds; round++) {
    bare.push(time(["-e", "0"]));
    ours.push(time(["dist/cli/bin.js", "--version"]));
  }
  return {
    coldStartRatio: rounded(median(ours.map((ms, round) => ms / bare[round]!))),
    coldStartMs: rounded(median(ours), 0),
    nodeStartMs: rounded(median(bare), 0),
  };
}

execFileSync(process.execPath, ["scripts/build.mjs"], { stdio: "ignore" });
const figures = {
  bench: "replay",
  node: process.versions.node,
  rounds,
  ...benchColdStart(),
  ...(await benchHttp()),
  ...(await benchGrowth()),
};
console.log(JSON.stringify(figures));
