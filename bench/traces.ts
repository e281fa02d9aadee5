/**
 * How fast traces are read, per CPU second of the whole process (so that a busy machine does not change it much), with the facts of each
 * trace: OTLP JSON lines, and the same spans as protobuf. Beside it JSON.parse alone and DuckDB's `read_json` with the same sums in SQL,
 * on the same file. Each in a process of its own, the median of three rounds.
 * `npm run -s bench:traces -- FILE.jsonl`; ends with one line of JSON. A ratio above 1 means that traces are read faster than that.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { encodeFile } from "./traces-encode.ts";

const rounds = 3;
const cache = resolve(".evals", "bench");
const duckdbPackage = "@duckdb/node-api@1.5.6-r.1";

interface Measured {
  readonly spans: number;
  readonly cpuSeconds: number;
  readonly peakRssMb: number;
  readonly inputTokens?: number;
}

function measureOnce(what: "facts" | "parse" | "duckdb", file: string, module = ""): Measured {
  const script = resolve("bench", "traces-measure.mjs");
  const output = execFileSync(process.execPath, [script, what, file, module], {
    encoding: "utf8",
    maxBuffer: 1 << 20,
  });
  return JSON.parse(output) as Measured;
}

/** The round in the middle by spans in a CPU second, with the largest peak of memory. */
function measure(...call: Parameters<typeof measureOnce>): Measured & { readonly speed: number } {
  const results = Array.from({ length: rounds }, () => measureOnce(...call));
  const speeds = results.map((result) => ({
    ...result,
    speed: Math.round(result.spans / result.cpuSeconds),
  }));
  speeds.sort((a, b) => a.speed - b.speed);
  const middle = speeds[(rounds - 1) / 2]!;
  const peakRssMb = Math.max(...speeds.map((result) => result.peakRssMb));
  process.stderr.write(`${call[0]} ${call[1]}: ${middle.speed} spans in a CPU second, ${peakRssMb} MB\n`);
  return { ...middle, peakRssMb };
}

/** DuckDB is no dependency of the repository: it is installed for the bench into a folder that git ignores, where it can be. */
function installDuckDb(): string | null {
  const folder = join(cache, "duckdb");
  const entry = join(folder, "node_modules", "@duckdb", "node-api", "lib", "index.js");
  try {
    if (!existsSync(entry)) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, "package.json"), '{"private":true}\n');
      const words = ["install", "--no-audit", "--no-fund", "--no-save", "--prefix", folder, duckdbPackage];
      execFileSync("npm", words, { stdio: ["ignore", "ignore", "pipe"], timeout: 300_000 });
    }
    return pathToFileURL(entry).href;
  } catch (error) {
    process.stderr.write(`DuckDB cannot be installed here: ${String(error).split("\n")[0]}\n`);
    return null;
  }
}

function measureDuckDb(file: string): number | null {
  const module = installDuckDb();
  if (module === null) return null;
  try {
    return measure("duckdb", file, module).speed;
  } catch (error) {
    process.stderr.write(`DuckDB did not read the file: ${String(error).split("\n")[0]}\n`);
    return null;
  }
}

const round = (value: number) => Math.round(value * 100) / 100;

async function main(): Promise<void> {
  const given = process.argv.slice(3).find((word) => word !== "--");
  if (given === undefined)
    throw new Error("name a file of OTLP JSON lines: npm run -s bench:traces -- FILE.jsonl");
  const file = resolve(given);
  mkdirSync(cache, { recursive: true });
  const protobufFile = join(cache, "traces.pb");
  await encodeFile(file, protobufFile);
  const json = measure("facts", file);
  const protobuf = measure("facts", protobufFile);
  rmSync(protobufFile);
  if (json.spans !== protobuf.spans || json.inputTokens !== protobuf.inputTokens) {
    throw new Error("the facts of JSON and protobuf differ");
  }
  const parse = measure("parse", file);
  const duckdb = measureDuckDb(file);
  const result = {
    spans: json.spans,
    jsonSpansPerCpuSecond: json.speed,
    protobufSpansPerCpuSecond: protobuf.speed,
    peakRssMb: Math.max(json.peakRssMb, protobuf.peakRssMb),
    ratioToJsonParse: round(json.speed / parse.speed),
    ratioToDuckdb: duckdb === null ? null : round(json.speed / duckdb),
    jsonParseSpansPerCpuSecond: parse.speed,
    duckdbSpansPerCpuSecond: duckdb,
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

await main();
