#!/usr/bin/env node
import { main } from "./main.ts";
import { wholeOutput } from "./whole-output.ts";

/** Could not measure: what a crash ends with, since 0 and 1 are verdicts. */
const crashed = 4;

let isOver = false;

function crash(error: unknown): void {
  isOver = true;
  const text =
    error instanceof Error ? (process.argv.includes("--debug") ? error.stack : error.message) : String(error);
  process.stderr.write(
    `evals: an unexpected error: ${text}\n  this is a defect of gatewright or of code that it was given; --debug shows the stack\n`,
  );
  process.exit(crashed);
}

/** Who reads the output may have seen enough, which changes no outcome; what could not be written does. */
function refuseLoss(error: NodeJS.ErrnoException | null | undefined): void {
  if (error && error.code !== "EPIPE" && error.code !== "ERR_STREAM_DESTROYED") crash(error);
}

/** Says that there is no outcome: code that was given ended the process, or waits for what never comes. Node would end with a code that reads as a verdict. */
function endWithoutOutcome(what: string): void {
  if (isOver) return;
  isOver = true;
  process.stderr.write(
    `evals: ${what}: there is no outcome\n  mend that; \`evals runs\` lists what was begun, and \`--resume\` goes on with it\n`,
  );
  process.exitCode = crashed;
}

process.on("uncaughtException", crash);
process.on("unhandledRejection", crash);
for (const stream of [process.stdout, process.stderr]) stream.on("error", refuseLoss);
process.on("beforeExit", () =>
  endWithoutOutcome(
    "nothing is left to wait for, and a target, an evaluator or a file that was loaded has not ended",
  ),
);
process.on("exit", () =>
  endWithoutOutcome("a target, an evaluator or a file that was loaded ended the process (process.exit)"),
);

const { argv, env, versions } = process;
const code = await main({
  argv,
  env,
  versions,
  stdout: wholeOutput(process.stdout),
  stderr: process.stderr,
  on: (event, listener) => process.on(event, listener),
  off: (event, listener) => process.off(event, listener),
}).catch((error: unknown) => {
  crash(error);
  return crashed;
});
process.exitCode = code;
process.stdout.write("", (error) => {
  refuseLoss(error);
  process.stderr.write("", () => {
    isOver = true;
    process.exit(code);
  });
});
