import { EventEmitter } from "node:events";
import { main } from "../../src/cli/main.ts";
import type { Process } from "../../src/cli/process.ts";

/** What a call of the command line printed, and its exit code. */
export interface Called {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process for tests: collects what is written, can be sent signals. */
export function fakeProcess(args: readonly string[], env: Record<string, string> = {}) {
  const signals = new EventEmitter();
  const written = { stdout: "", stderr: "" };
  const collect = (name: "stdout" | "stderr") => ({
    write(text: string) {
      written[name] += text;
      return true;
    },
    isTTY: false,
  });
  const process: Process = {
    argv: ["node", "evals", ...args],
    env,
    versions: { node: globalThis.process.versions.node },
    stdout: collect("stdout"),
    stderr: collect("stderr"),
    on: (event, listener) => signals.on(event, listener),
    off: (event, listener) => signals.off(event, listener),
  };
  return { process, written, signal: (name: "SIGINT" | "SIGTERM") => signals.emit(name) };
}

/** Calls the command line in a working directory. */
export async function evals(folder: string, ...args: string[]): Promise<Called> {
  const before = globalThis.process.cwd();
  globalThis.process.chdir(folder);
  try {
    const { process, written } = fakeProcess(args);
    const exitCode = await main(process);
    return { exitCode, ...written };
  } finally {
    globalThis.process.chdir(before);
  }
}
