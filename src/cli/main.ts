import { EvalsError } from "../core/errors.ts";
import type { Process } from "./process.ts";
import { packageVersion } from "./version.ts";

/** Exit code for what the user has to mend: usage, configuration, dataset, gate. */
const exitUsage = 2;

/**
 * The command line.
 *
 * @returns the exit code: 0 pass, 1 fail, 2 usage or configuration, 3 inconclusive, 4 could not measure, 130 interrupted.
 */
export async function main(process: Process): Promise<number> {
  const [first] = process.argv.slice(2);
  if (first === "--version" || first === "-V") {
    process.stdout.write(`${packageVersion()}\n`);
    return 0;
  }
  const { buildProgram } = await import("./program.ts");
  const outcome = { exitCode: 0 };
  const program = buildProgram(process, (code) => {
    outcome.exitCode = code;
  });
  try {
    await program.parseAsync([...process.argv]);
    return outcome.exitCode;
  } catch (error) {
    if (error instanceof EvalsError) return showError(error, process);
    const { CommanderError } = await import("commander");
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitUsage;
    throw error;
  }
}

/** One line of message, one of hint; the stack with `--debug`. */
function showError(error: EvalsError, process: Process): number {
  process.stderr.write(`evals: ${printable(error.message)}\n  ${printable(error.hint)}\n`);
  if (process.argv.includes("--debug"))
    process.stderr.write(`${error.code}\n${error.stack ?? ""}\n${causeOf(error)}`);
  return exitUsage;
}

function causeOf({ cause }: EvalsError): string {
  return cause instanceof Error ? `caused by: ${cause.stack ?? cause.message}\n` : "";
}

/** Messages quote files that may be hostile: control characters are shown, not sent to the terminal. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (found) =>
    found === "\n" ? "\n" : `\\x${found.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}
