import { TargetError } from "../core/errors.ts";
import { endedFailure, type Program, start } from "./command-process.ts";
import { abortedFailure } from "./connection.ts";

/** What a program is asked. */
export interface Asked {
  /** What it reads on standard input. */
  readonly input: string;
  /** The largest answer, in bytes. */
  readonly maximumBytes: number;
  readonly signal: AbortSignal;
  /** Takes the promise of what goes on after the answer or the failure. */
  readonly background: (work: Promise<void>) => void;
}

/** The failure of a program that wrote more than it may. */
export function tooMuch({ name }: Program, maximumBytes: number): TargetError {
  const message = `${name} wrote more than ${maximumBytes} bytes, the limit of \`maximumOutputBytes\``;
  return new TargetError({ kind: "target", message, retryable: false });
}

/**
 * Starts a program, gives it its input and takes what it wrote to standard output.
 *
 * @throws TargetError when it did not end with exit code 0, wrote too much, or the signal was aborted; it is then killed.
 */
export async function askOnce(program: Program, asked: Asked): Promise<Uint8Array> {
  const { input, maximumBytes, signal, background } = asked;
  if (signal.aborted) throw abortedFailure(signal, program.name);
  const running = start(program);
  const parts: Buffer[] = [];
  let size = 0;
  const failed = new Promise<never>((_, reject) => {
    running.child.stdout.on("data", (part: Buffer) => {
      size += part.length;
      if (size > maximumBytes) reject(tooMuch(program, maximumBytes));
      else parts.push(part);
    });
    signal.addEventListener("abort", () => reject(abortedFailure(signal, program.name)), { once: true });
  });
  running.child.stdin.end(input);
  try {
    const ending = await Promise.race([running.ended, failed]);
    if (ending.code !== 0) throw endedFailure(program, running, ending, false);
    return Buffer.concat(parts);
  } catch (error) {
    background(running.stop());
    throw error;
  }
}
