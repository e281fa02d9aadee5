import { closeSync, openSync, readSync } from "node:fs";
import { basename } from "node:path";
import { z } from "zod";
import { EvalsError, TargetError } from "../core/errors.ts";
import type { Target, TargetRequest, TargetResponse } from "../core/extensions.ts";
import { canonicalJson } from "../core/json.ts";
import { complaint } from "../core/validate.ts";
import { withoutUndefined } from "./answer.ts";
import { isTooDeep } from "./json-text.ts";
import {
  absolutePath,
  askedDigest,
  headerIn,
  loadRecordings,
  type Recordings,
  recordingKey,
  shownPath,
} from "./recording.ts";

/** Options of {@link replayTarget}. */
export interface ReplayTargetOptions {
  /** Name for people. Default: `replay` and the name of the file. */
  readonly name?: string;
  /**
   * JSONL file with one recorded output per line: `caseId`, `repetition` (default 1) and the members of an answer, or a
   * `failure`. A path, resolved against the working directory, or a `file:` URL such as `new URL("./x.jsonl", import.meta.url)`.
   */
  readonly file: string | URL;
  /** The bundle that was recorded. Default: what the recording says, where `evals run --record` wrote it; else nothing, the release names all components. */
  readonly components?: Readonly<Record<string, unknown>>;
}

const optionsSchema = z.strictObject({
  name: z.string().min(1).optional(),
  file: z.union(
    [z.string().min(1), z.custom<URL>((value) => value instanceof URL && value.protocol === "file:")],
    {
      error: "expected a path or a `file:` URL",
    },
  ),
  components: z.record(z.string(), z.json()).optional(),
});

/** Recordings that are read on first use. A failed read is not kept, so that a corrected file can be read again. */
function lazily(path: string): () => Promise<Recordings> {
  let reading: Promise<Recordings> | undefined;
  return () => {
    reading ??= loadRecordings(path).catch((error: unknown) => {
      reading = undefined;
      throw error;
    });
    return reading;
  };
}

function answerFrom(recordings: Recordings, request: TargetRequest, shown: string): TargetResponse {
  const { caseId, repetition } = request;
  const recording = recordings.get(recordingKey(caseId, repetition));
  const which = repetition === 1 ? `case ${caseId}` : `case ${caseId}, repetition ${repetition},`;
  if (recording === undefined) throw unanswered(`no recorded output for ${which} in ${shown}`);
  const { caseId: _case, repetition: _repetition, asked, failure, text = "", ...answer } = recording;
  if (asked !== undefined && asked !== askedDigest(request)) {
    throw unanswered(
      `${which} was recorded in ${shown} with another input: it changed since; record it anew`,
    );
  }
  if (failure !== undefined) {
    throw new TargetError(withoutUndefined({ ...failure, retryable: false }) as TargetError["failure"]);
  }
  return structuredClone(withoutUndefined({ text, ...answer })) as TargetResponse;
}

function unanswered(message: string): TargetError {
  return new TargetError({ kind: "target", message, retryable: false });
}

/** The first line of a file; `null` where there is none that can be read, which `check` says better. */
function firstLine(path: string): string | null {
  try {
    const file = openSync(path, "r");
    try {
      return readLine(file);
    } finally {
      closeSync(file);
    }
  } catch {
    return null;
  }
}

function readLine(file: number): string {
  const chunks: Buffer[] = [];
  for (;;) {
    const chunk = Buffer.alloc(64 * 1024);
    const size = readSync(file, chunk);
    const end = chunk.subarray(0, size).indexOf(0x0a);
    chunks.push(chunk.subarray(0, end === -1 ? size : end));
    if (end !== -1 || size === 0) return Buffer.concat(chunks).toString("utf8");
  }
}

/** The components that a recording names itself. */
function recordedComponents(path: string): Readonly<Record<string, unknown>> {
  const line = firstLine(path);
  if (line === null) return {};
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return {};
  }
  if (isTooDeep(value)) return {};
  return headerIn(value, `${shownPath(path)}:1`)?.components ?? {};
}

/** A recording is of one bundle: what is said to be replayed must be what was recorded. */
function requireRecorded(
  given: Readonly<Record<string, unknown>>,
  recorded: Readonly<Record<string, unknown>>,
  shown: string,
): void {
  if (Object.keys(recorded).length === 0) return;
  for (const [name, value] of Object.entries(given)) {
    const there = Object.hasOwn(recorded, name) ? recorded[name] : undefined;
    if (there !== undefined && canonicalJson(there) === canonicalJson(value)) continue;
    const was = there === undefined ? "nothing" : canonicalJson(there);
    throw new EvalsError(
      "TARGET_INVALID",
      `replayTarget: ${shown} was recorded with another \`${name}\`: ${was}, not ${canonicalJson(value)}`,
      "Leave `components` out, the recording names them; or record this bundle.",
    );
  }
}

/**
 * A target that replays recorded outputs. `check` reads the file once. A case without a recording, or one that asks something
 * else than when it was recorded, is a failure of kind `target`, never skipped. A recorded failure is thrown again, with
 * `retryable: false`: a recording gives the same answer every time. The recorded `latencyMs` is handed on with the answer. The
 * components of a recording that `evals run --record` wrote are those of the release that answered.
 *
 * @throws EvalsError `TARGET_INVALID` at once for options that cannot be used or components that were not recorded, and from
 * `check` for a file that cannot be used.
 */
export function replayTarget(options: ReplayTargetOptions): Target {
  const parsed = optionsSchema.safeParse(options);
  if (!parsed.success) {
    throw new EvalsError(
      "TARGET_INVALID",
      `replayTarget: ${complaint(optionsSchema, parsed.error)}`,
      "Give `file` and, where they are known, `name` and `components`.",
    );
  }
  const path = absolutePath(options.file);
  const recorded = recordedComponents(path);
  requireRecorded(options.components ?? {}, recorded, shownPath(path));
  const recordings = lazily(path);
  return {
    name: options.name ?? `replay ${basename(path)}`,
    components: { ...recorded, ...options.components },
    rateKey: null,
    async check() {
      await recordings();
    },
    async call(request) {
      return answerFrom(await recordings(), request, shownPath(path));
    },
  };
}
