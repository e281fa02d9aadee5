import { type FileHandle, open, readFile, rename, writeFile } from "node:fs/promises";
import { EvalsError } from "../core/errors.ts";
import type { TargetRequest } from "../core/extensions.ts";
import type { Sample } from "../core/sample.ts";
import { withoutUndefined } from "./answer.ts";
import { askedDigest, digestOf, headerIn, type RecordingHeader, shownPath } from "./recording.ts";

/** What a recording is of, as its writer is told. */
export type RecordedRelease = Omit<RecordingHeader, "version" | "fingerprint">;

/** An answer with what was asked. */
export interface Recorded {
  readonly request: Pick<TargetRequest, "input" | "context">;
  readonly sample: Sample;
}

/** Writes answers to a recording. */
export interface RecordingWriter {
  /** Writes one answer; it survives the death of the process when the promise resolves. A sample without an answer is not written. */
  write(recorded: Recorded): Promise<void>;
  /** Number of answers in the file. */
  count(): number;
  close(): Promise<void>;
}

function isKnown([, value]: readonly [string, unknown]): boolean {
  return value !== null && value !== undefined;
}

function known(object: object): object | undefined {
  const entries = Object.entries(object).filter(isKnown);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** The line of an answer; `null` for a trial that failed: a recording holds answers only. */
function lineOf({ request, sample }: Recorded): string | null {
  const { caseId, repetition, output, usage, served, timeToFirstTokenMs, latencyMs } = sample;
  if (output === null) return null;
  const line = {
    caseId,
    repetition,
    asked: askedDigest(request),
    ...known(output),
    usage: known(usage),
    served: known(served),
    timeToFirstTokenMs: timeToFirstTokenMs ?? undefined,
    latencyMs,
  };
  return `${JSON.stringify(withoutUndefined(line))}\n`;
}

function headerLine(release: RecordedRelease): string {
  const recording: RecordingHeader = {
    version: 1,
    ...release,
    fingerprint: digestOf(release.components),
  };
  return `${JSON.stringify({ recording })}\n`;
}

/**
 * Makes sure that nothing is lost by recording to a file: it must not be there, or be of the same run, which goes on.
 *
 * @throws EvalsError USAGE that names the file.
 */
export async function requireRecordable(file: string, runId: string): Promise<void> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw notWritable(file, `there is something that cannot be read (${error.code})`, error);
  });
  if (text === null || runOf(text) === runId) return;
  throw notWritable(file, "there is a file already, and it is not overwritten");
}

function notWritable(file: string, why: string, cause?: unknown): EvalsError {
  const message = `--record: ${shownPath(file)}: ${why}`;
  const hint = "give `--record` another folder, or move the file away";
  return new EvalsError("USAGE", message, hint, cause === undefined ? {} : { cause });
}

function runOf(text: string): string | undefined {
  try {
    return headerIn(JSON.parse(text.split("\n", 1)[0]!), "")?.runId;
  } catch {
    return undefined;
  }
}

/**
 * A recording of a release that `replayTarget` reads. The file is made with the first answer. `earlier` are the answers that the
 * run got before it was interrupted: the file is then written anew, whatever became of its last line.
 */
export function recordingWriter(
  file: string,
  release: RecordedRelease,
  earlier: readonly Recorded[],
): RecordingWriter {
  let opening: Promise<FileHandle> | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let count = 0;
  const begin = async (): Promise<FileHandle> => {
    const lines = earlier.flatMap((recorded) => lineOf(recorded) ?? []);
    count = lines.length;
    if (earlier.length > 0) {
      await writeFile(`${file}.part`, headerLine(release) + lines.join(""), { flush: true });
      await rename(`${file}.part`, file);
      return open(file, "a");
    }
    const handle = await open(file, "wx");
    await handle.appendFile(headerLine(release));
    return handle;
  };
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const done = last.then(work);
    last = done.catch(() => {});
    return done;
  };
  if (earlier.length > 0) opening = begin();
  opening?.catch(() => {});
  return {
    write: (recorded) =>
      inTurn(async () => {
        const line = lineOf(recorded);
        if (line === null) return;
        opening ??= begin();
        const handle = await opening;
        await handle.appendFile(line);
        await handle.datasync();
        count++;
      }),
    count: () => count,
    close: () => inTurn(async () => (await opening)?.close()),
  };
}
