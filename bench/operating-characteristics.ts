/**
 * How often the gate fails, passes and leaves open what it should: simulated paired runs through the real gate, naive rules beside it.
 * `node bench/run.mjs bench/operating-characteristics.ts [--full] [--replications N] [--workers N] [--seed TEXT]`. The table goes to
 * standard output and ends with one line of JSON; progress goes to standard error. The figures depend on seed and number of
 * replications alone. Exits 1 when an anchor is missed.
 */
import { parseArgs } from "node:util";
import { type Anchor, anchorsOf, standardErrorOf } from "./operating-characteristics/anchors.ts";
import { allCells } from "./operating-characteristics/cells.ts";
import { measure } from "./operating-characteristics/measure.ts";
import { anchorTable, cellTable } from "./operating-characteristics/table.ts";

const quickReplications = 400;
const fullReplications = 2000;

interface Options {
  readonly replications: number;
  readonly workers: number;
  readonly seed: string;
}

function readOptions(): Options {
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: {
      full: { type: "boolean", default: false },
      replications: { type: "string" },
      workers: { type: "string", default: "1" },
      seed: { type: "string", default: "operating-characteristics" },
    },
  });
  const replications = values.replications ?? String(values.full ? fullReplications : quickReplications);
  return {
    replications: countOf("--replications", replications),
    workers: countOf("--workers", values.workers),
    seed: values.seed,
  };
}

function countOf(name: string, text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text))
    throw new Error(`${name} must be a whole number of at least 1, got "${text}"`);
  return Number(text);
}

function summary(options: Options, anchors: readonly Anchor[], cpuSeconds: number): string {
  const { replications, seed } = options;
  const allMet = anchors.every(({ isMet }) => isMet);
  const figures = { bench: "operating-characteristics", replications, seed, cpuSeconds, allMet, anchors };
  return JSON.stringify(figures, (_, value) =>
    typeof value === "number" ? Math.round(value * 1e4) / 1e4 : value,
  );
}

async function main(): Promise<void> {
  const options = readOptions();
  const { replications, workers, seed } = options;
  const started = performance.now();
  const cells = allCells().length;
  let done = 0;
  const tallies = await measure(replications, seed, workers, (id) => {
    const seconds = Math.round((performance.now() - started) / 1000);
    process.stderr.write(`${++done}/${cells} after ${seconds} s: ${id}\n`);
  });
  const { user, system } = process.cpuUsage();
  const cpuSeconds = Math.round((user + system) / 1e5) / 10;
  const anchors = anchorsOf(tallies);
  const error = (share: number) => (100 * standardErrorOf(share, replications)).toFixed(1);
  console.log(
    `${replications} replications a cell, seed "${seed}", ${cpuSeconds} s of CPU time. ` +
      `Monte-Carlo standard error: ${error(0.05)} points at 5 %, ${error(0.5)} at 50 %.\n`,
  );
  console.log(`Shares of simulated runs in percent; drops and margins in points.\n\n${cellTable(tallies)}\n`);
  console.log(`${anchorTable(anchors)}\n`);
  console.log(summary(options, anchors, cpuSeconds));
  if (anchors.some(({ isMet }) => !isMet)) process.exitCode = 1;
}

await main();
