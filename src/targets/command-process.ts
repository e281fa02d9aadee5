import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import process, { env, platform } from "node:process";
import { TargetError } from "../core/errors.ts";
import type { Redact } from "../core/redact.ts";

/** A program with everything that it is started with. */
export interface Program {
  /** Name of the target, for messages. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Takes secrets out of a text. */
  readonly redact: Redact;
}

/** A program that was started. */
export interface Running {
  readonly child: ChildProcessWithoutNullStreams;
  /** Settles when it has ended and its output is closed; never rejects. */
  readonly ended: Promise<Ending>;
  /** True when it was seen to end. */
  hasEnded(): boolean;
  /** What it wrote to standard error, the last of it, on one line and without secrets. */
  words(): string;
  /** Ends it with everything that it started: asks first, then kills. Resolves when it has ended. */
  stop(): Promise<void>;
}

/** How a program ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: string | null;
  /** Why it could not be started. */
  readonly error?: NodeJS.ErrnoException;
}

/** The longest end of standard error that a failure quotes, in UTF-16 code units. */
const longestWords = 2000;
/** How long a program may take to end when it is asked to, and what it started after it has ended, in milliseconds. */
const graceMs = 2000;

/** Programs that were not seen to end. They are killed when this process ends, however that is. */
const alive = new Set<ChildProcessWithoutNullStreams>();
let isGuarded = false;

function guard(child: ChildProcessWithoutNullStreams): void {
  alive.add(child);
  if (isGuarded) return;
  isGuarded = true;
  process.once("exit", () => {
    for (const left of alive) signalAll(left, "SIGKILL");
  });
}

/** Sends a signal to a program and to everything that it started and that is in its process group. */
function signalAll(child: ChildProcessWithoutNullStreams, signal: "SIGTERM" | "SIGKILL"): void {
  if (child.pid === undefined) return;
  try {
    if (platform === "win32") child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // It has ended already.
  }
}

/** Keeps the end of what is written to a stream. */
function tailOf(stream: NodeJS.ReadableStream, redact: Redact): () => string {
  let tail = Buffer.alloc(0);
  stream.on("data", (part: Buffer) => {
    tail = Buffer.concat([tail, part]).subarray(-4 * longestWords);
  });
  return () => {
    const line = redact(tail.toString("utf8")).replace(/[\p{Cc}\s]+/gu, " ");
    return line
      .trim()
      .slice(-longestWords)
      .replace(/^[\uDC00-\uDFFF]/, "");
  };
}

/**
 * Ends what a program started that still holds its output after it has ended itself: nobody knows whether more will be written, so its answer
 * would never be whole.
 */
function endWhatIsLeft(child: ChildProcessWithoutNullStreams, ended: Promise<Ending>): void {
  child.once("exit", () => {
    const timer = setTimeout(() => {
      signalAll(child, "SIGKILL");
      child.stdout.destroy();
      child.stderr.destroy();
    }, graceMs);
    void ended.then(() => clearTimeout(timer));
  });
}

/** Starts a program, in a process group of its own and without a shell. */
export function start({ command, args, directory, environment, redact }: Program): Running {
  const child = spawn(command, args, {
    cwd: directory,
    env: { ...(env.PATH === undefined ? {} : { PATH: env.PATH }), ...environment },
    stdio: "pipe",
    detached: platform !== "win32",
    windowsHide: true,
  });
  guard(child);
  // A program may end without reading what it is given; how it ended says more.
  child.stdin.on("error", () => {});
  child.stdout.on("error", () => {});
  child.stderr.on("error", () => {});
  const ended = new Promise<Ending>((done) => {
    child.once("error", (error) => done({ code: null, signal: null, error }));
    child.once("close", (code, signal) => done({ code, signal }));
  });
  void ended.then(() => alive.delete(child));
  endWhatIsLeft(child, ended);
  return {
    child,
    ended,
    hasEnded: () => !alive.has(child),
    words: tailOf(child.stderr, redact),
    async stop() {
      if (!alive.has(child)) return;
      signalAll(child, "SIGTERM");
      const timer = setTimeout(() => signalAll(child, "SIGKILL"), graceMs);
      await ended;
      clearTimeout(timer);
      // What it started may have outlived it.
      signalAll(child, "SIGKILL");
    },
  };
}

/** The failure of a program that ended without an answer. */
export function endedFailure(
  { name, command }: Program,
  running: Running,
  { code, signal, error }: Ending,
  retryable: boolean,
): TargetError {
  if (error !== undefined) {
    const message = `${name}: ${command} could not be started (${error.code ?? error.message})`;
    return new TargetError({ kind: "target", message, retryable: false });
  }
  const how = signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
  return new TargetError({ kind: "target", message: withWords(`${name} ${how}`, running), retryable });
}

/** A message with what the program wrote to standard error. */
export function withWords(message: string, running: Running): string {
  const words = running.words();
  return words === "" ? message : `${message}; standard error ends with: ${words}`;
}
