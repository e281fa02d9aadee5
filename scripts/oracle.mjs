/**
 * Checks the statistics against a reference table: `node scripts/oracle.mjs FILE.json`. Prints one line per
 * mismatch and ends with "N passed, M failed". Exits 0 only if cases were run and none failed, 1 on failures,
 * 2 if the file is no table.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createJiti } from "jiti";
import { checkCase } from "./oracle-map.mjs";

function usage(message) {
  process.stderr.write(`oracle: ${message}\nusage: node scripts/oracle.mjs FILE.json\n`);
  process.exit(2);
}

function readCases(path) {
  let table;
  try {
    table = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    usage(`cannot read ${path}: ${error.message}`);
  }
  const isCase = (entry) =>
    typeof entry?.id === "string" &&
    typeof entry.fn === "string" &&
    entry.in !== null &&
    entry.out !== null &&
    typeof entry.in === "object" &&
    typeof entry.out === "object";
  if (!Array.isArray(table?.cases)) usage(`${path} has no list of cases`);
  const broken = table.cases.findIndex((entry) => !isCase(entry));
  if (broken >= 0) usage(`${path}: cases[${broken}] needs id, fn, in and out`);
  return table.cases;
}

const path = process.argv[2];
if (path === undefined || process.argv.length > 3) usage("expected one file");
const cases = readCases(path);
const source = fileURLToPath(new URL("../src/stats/index.ts", import.meta.url));
const statistics = await createJiti(import.meta.url).import(source);
let failed = 0;
for (const entry of cases) {
  const mismatches = checkCase(statistics, entry);
  if (mismatches.length > 0) failed += 1;
  for (const line of mismatches) process.stdout.write(`${line}\n`);
}
process.stdout.write(`${cases.length - failed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 && cases.length > 0 ? 0 : 1;
