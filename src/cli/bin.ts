#!/usr/bin/env node
import { main } from "./main.ts";

/** Could not measure: what a crash ends with, since 0 and 1 are verdicts. */
const crashed = 4;

function crash(error: unknown): void {
  const text =
    error instanceof Error ? (process.argv.includes("--debug") ? error.stack : error.message) : String(error);
  process.stderr.write(
    `evals: an unexpected error: ${text}\n  this is a defect of gatewright or of code that it was given; --debug shows the stack\n`,
  );
  process.exit(crashed);
}

process.on("uncaughtException", crash);
process.on("unhandledRejection", crash);
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") crash(error);
});

const code = await main(process).catch((error: unknown) => {
  crash(error);
  return crashed;
});
process.exitCode = code;
process.stdout.write("", () => process.stderr.write("", () => process.exit(code)));
