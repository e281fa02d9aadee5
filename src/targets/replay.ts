import { basename } from "node:path";
import { z } from "zod";
import { EvalsError, TargetError } from "../core/errors.ts";
import type { Target, TargetResponse } from "../core/extensions.ts";
import { complaint } from "../core/validate.ts";
import { withoutUndefined } from "./answer.ts";
import { absolutePath, loadRecordings, type Recordings, recordingKey, shownPath } from "./recording.ts";

/** Options of {@link replayTarget}. */
export interface ReplayTargetOptions {
  /** Name for people. Default: `replay` and the name of the file. */
  readonly name?: string;
  /**
   * JSONL file with one recorded output per line: `caseId`, `repetition` (default 1) and the members of an answer, or a
   * `failure`. A path, resolved against the working directory, or a `file:` URL such as `new URL("./x.jsonl", import.meta.url)`.
   */
  readonly file: string | URL;
  /** The bundle that was recorded. Default: nothing, the release names all components. */
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

function answerFrom(
  recordings: Recordings,
  caseId: string,
  repetition: number,
  shown: string,
): TargetResponse {
  const recording = recordings.get(recordingKey(caseId, repetition));
  if (recording === undefined) {
    const which = repetition === 1 ? `case ${caseId}` : `case ${caseId}, repetition ${repetition},`;
    const message = `no recorded output for ${which} in ${shown}`;
    throw new TargetError({ kind: "target", message, retryable: false });
  }
  const { caseId: _case, repetition: _repetition, failure, text = "", ...answer } = recording;
  if (failure !== undefined) {
    throw new TargetError(withoutUndefined({ ...failure, retryable: false }) as TargetError["failure"]);
  }
  return structuredClone(withoutUndefined({ text, ...answer })) as TargetResponse;
}

/**
 * A target that replays recorded outputs. `check` reads the file once. A case without a recording is a failure of kind
 * `target`, never skipped. A recorded failure is thrown again, with `retryable: false`: a recording gives the same
 * answer every time. The recorded `latencyMs` is handed on with the answer.
 *
 * @throws EvalsError `TARGET_INVALID` at once for options that cannot be used, and from `check` for a file that cannot.
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
  const recordings = lazily(path);
  return {
    name: options.name ?? `replay ${basename(path)}`,
    components: options.components ?? {},
    async check() {
      await recordings();
    },
    async call({ caseId, repetition }) {
      return answerFrom(await recordings(), caseId, repetition, shownPath(path));
    },
  };
}
