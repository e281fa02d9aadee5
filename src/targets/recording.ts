import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { isAbsolute, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { EvalsError } from "../core/errors.ts";
import type { TargetRequest } from "../core/extensions.ts";
import { failureSchema } from "../core/failure.ts";
import { canonicalJson, isJsonObject } from "../core/json.ts";
import { complaint } from "../core/validate.ts";
import { answerMembers } from "./answer.ts";
import { deepestNesting, isTooDeep } from "./json-text.ts";

/** The first line of a recording that `evals run --record` wrote: what was recorded. */
const headerSchema = z.strictObject({
  recording: z.strictObject({
    /** Version of the format. */
    version: z.literal(1),
    /** Name of the release. */
    release: z.string(),
    /** SHA-256 over the components. */
    fingerprint: z.string(),
    /** The bundle that answered. */
    components: z.record(z.string(), z.json()),
    /** The dataset that was asked. */
    dataset: z.strictObject({
      name: z.string(),
      version: z.int().nullable(),
      fingerprint: z.string(),
    }),
    /** The run that was recorded. */
    runId: z.string(),
  }),
});
/** What a recording is of. */
export type RecordingHeader = z.infer<typeof headerSchema>["recording"];

/** One line of a recording: what was answered to one repetition of one case. */
const recordingSchema = z
  .strictObject({
    /** The case. */
    caseId: z.string().min(1),
    /** Number of the repetition; the first is 1. */
    repetition: z.int().min(1).default(1),
    /** What was asked, as {@link askedDigest} gives it. */
    asked: z.string().optional(),
    /** The answer's text; empty where it is left out. */
    text: z.string().optional(),
    ...answerMembers,
    /** Why there was no answer. A line has this or an answer, not both. */
    failure: z.strictObject({ ...failureSchema.shape, retryable: z.boolean().default(false) }).optional(),
  })
  .superRefine((line, context) => {
    const answered = [line.text, line.toolCalls, line.state, line.refused].some((part) => part !== undefined);
    if (line.failure === undefined && !answered) {
      context.addIssue({
        code: "custom",
        message: "neither an answer (`text`, `toolCalls`, `state`, `refused`) nor a `failure`",
      });
    }
    if (line.failure !== undefined && answered) {
      context.addIssue({ code: "custom", message: "both an answer and a `failure`" });
    }
  });
/** One line of a recording. */
type Recording = z.infer<typeof recordingSchema>;

/** Recorded outputs by {@link recordingKey}. */
export type Recordings = ReadonlyMap<string, Recording>;

/** SHA-256 of a value's canonical JSON: the same as the fingerprints of a run's manifest. */
export function digestOf(value: unknown): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex");
}

/** What a case asks, in short: a case with another input under the same name is another case. */
export function askedDigest({ input, context }: Pick<TargetRequest, "input" | "context">): string {
  return digestOf({ input, context });
}

/** Key of a recording: the case and the number of the repetition. */
export function recordingKey(caseId: string, repetition: number): string {
  return JSON.stringify([caseId, repetition]);
}

/** Absolute path of a file that is given as a path (against the working directory) or as a `file:` URL. */
export function absolutePath(file: string | URL): string {
  if (typeof file === "string" && !file.startsWith("file:")) return resolve(file);
  try {
    return fileURLToPath(file);
  } catch (cause) {
    throw invalid(
      `${file} is not the URL of a file on this machine`,
      "Give a path, or a URL such as `file:///…`.",
      cause,
    );
  }
}

/** A path as people read it: relative to the working directory where it lies below it. */
export function shownPath(path: string): string {
  const below = relative(resolve(), path);
  return below === "" || below.startsWith("..") || isAbsolute(below) ? path : below;
}

function invalid(message: string, hint: string, cause?: unknown): EvalsError {
  return new EvalsError("TARGET_INVALID", message, hint, cause === undefined ? {} : { cause });
}

async function readBytes(path: string, shown: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const missing = code === "ENOENT";
    throw invalid(
      missing
        ? `the recording ${shown} does not exist`
        : `the recording ${shown} cannot be read (${code ?? "unknown error"})`,
      "Name a JSONL file with one recorded output per line in `file`; a path is resolved against the working directory.",
      cause,
    );
  }
}

/** The lines of a file as bytes, without their line ends. */
function* linesOf(bytes: Buffer): Generator<Buffer> {
  let start = 0;
  while (start < bytes.length) {
    const end = bytes.indexOf(0x0a, start);
    const stop = end === -1 ? bytes.length : end;
    yield bytes.subarray(start, stop);
    start = stop + 1;
  }
}

function parseJson(bytes: Buffer, where: string): unknown {
  const hint = "Write one JSON object per line, in UTF-8.";
  let value: unknown;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes).trim();
    value = text === "" ? undefined : JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof SyntaxError ? "is not JSON" : "is not UTF-8 text";
    throw invalid(`${where}: the line ${why}`, hint, cause);
  }
  if (isTooDeep(value))
    throw invalid(`${where}: the line is nested deeper than ${deepestNesting} levels`, hint);
  return value;
}

function parseLine(value: unknown, where: string): Recording {
  const parsed = recordingSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalid(
    `${where}: ${complaint(recordingSchema, parsed.error)}`,
    "Each line is one object with `caseId` and an answer or a `failure`; correct the line or record it anew.",
  );
}

/**
 * Reads the header of a recording; `null` for a first line that is none.
 *
 * @throws EvalsError `TARGET_INVALID` for a header that cannot be used.
 */
export function headerIn(value: unknown, where: string): RecordingHeader | null {
  if (!isJsonObject(value) || value.recording === undefined) return null;
  const parsed = headerSchema.safeParse(value);
  const hint = "A header is written by `evals run --record`; record anew.";
  if (!parsed.success) throw invalid(`${where}: ${complaint(headerSchema, parsed.error)}`, hint);
  const { recording } = parsed.data;
  if (digestOf(recording.components) === recording.fingerprint) return recording;
  throw invalid(`${where}: the components are not those that were recorded: their fingerprint differs`, hint);
}

/**
 * Reads a recording.
 *
 * @throws EvalsError `TARGET_INVALID` for a file that is missing or empty, and with file and line for a line that is
 * not JSON, has an unknown key, or records the same repetition of a case twice.
 */
export async function loadRecordings(path: string): Promise<Recordings> {
  const shown = shownPath(path);
  const recordings = new Map<string, Recording>();
  const firstLines = new Map<string, number>();
  let line = 0;
  for (const bytes of linesOf(await readBytes(path, shown))) {
    line++;
    const where = `${shown}:${line}`;
    const value = parseJson(bytes, where);
    if (value === undefined || (line === 1 && headerIn(value, where) !== null)) continue;
    const recording = parseLine(value, where);
    const key = recordingKey(recording.caseId, recording.repetition);
    if (recordings.has(key)) {
      throw invalid(
        `${shown}:${line}: case "${recording.caseId}", repetition ${recording.repetition}, is already recorded on line ${firstLines.get(key)}`,
        "Keep one line for each case and repetition, or number them with `repetition`.",
      );
    }
    recordings.set(key, recording);
    firstLines.set(key, line);
  }
  if (recordings.size === 0) {
    throw invalid(
      `the recording ${shown} holds no output`,
      "Record at least one output, or correct `file`; nothing can be replayed from an empty file.",
    );
  }
  return recordings;
}
