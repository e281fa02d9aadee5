import { constants } from "node:fs";
import { access, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { EvalsError, messageOf } from "../core/errors.ts";
import type { Store } from "../core/extensions.ts";
import type { Json } from "../core/json.ts";
import { count } from "../core/quantities.ts";
import type { Redact } from "../core/redact.ts";
import { redactValue } from "../core/redact.ts";
import type { Sample, Side } from "../core/sample.ts";
import {
  lastSamples,
  type PreparedRun,
  type Recorded,
  type RecordedRelease,
  type RecordingWriter,
  readRun,
  recordingWriter,
  requireRecordable,
} from "../index.ts";

/** Records what the releases of a run answer. */
export interface Recorder {
  /** Writes the answer of a sample, when it has one. Never throws: what cannot be written is said once. */
  record(sample: Sample): Promise<void>;
  /** Ends the recordings and says what is in them. */
  close(): Promise<void>;
}

/** What a recorder needs to know of the run. */
export interface RecorderInput {
  readonly folder: string;
  readonly prepared: PreparedRun;
  readonly runId: string;
  readonly resume: boolean;
  readonly store: Store;
  readonly redact: Redact;
  /** Takes a line for people. */
  readonly say: (line: string) => void;
}

const sides = ["baseline", "candidate"] as const;

/** The file of a side: named after its release, and after the side too where a release is compared with itself. */
function fileOf(folder: string, { manifests }: PreparedRun, side: Side): string {
  const { name } = manifests[side];
  const twins = manifests.baseline.name === manifests.candidate.name;
  return join(folder, `${encodeURIComponent(name)}${twins ? `.${side}` : ""}.jsonl`);
}

async function requireFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  } catch (cause) {
    const message = `--record: ${folder}: nothing can be written there (${messageOf(cause)})`;
    throw new EvalsError("USAGE", message, "give `--record` a folder that can be written", { cause });
  }
}

function releaseOf({ prepared, runId, redact }: RecorderInput, side: Side): RecordedRelease {
  const { manifests, dataset } = prepared;
  const components = Object.entries(manifests[side].components);
  return {
    release: redact(manifests[side].name),
    components: Object.fromEntries(
      components.map(([name, { value }]) => [name, redactValue(value, redact)] as const),
    ) as Record<string, Json>,
    dataset: {
      name: dataset.description.name,
      version: dataset.version,
      fingerprint: dataset.fingerprint,
    },
    runId,
  };
}

/**
 * Makes the recorder of a run: one file for each side, with the answers that the run has already when it is resumed.
 *
 * @throws EvalsError USAGE for a folder that cannot be written, or a file that would be overwritten.
 */
export async function recorder(input: RecorderInput): Promise<Recorder> {
  const { folder, prepared, runId, resume, store, say } = input;
  await requireFolder(folder);
  const files = {
    baseline: fileOf(folder, prepared, "baseline"),
    candidate: fileOf(folder, prepared, "candidate"),
  };
  for (const side of sides) await requireRecordable(files[side], runId);
  const cases = new Map(prepared.dataset.cases.map((item) => [item.id, item]));
  const recorded = (sample: Sample): Recorded | null => {
    const item = cases.get(sample.caseId);
    if (item === undefined || sample.output === null) return null;
    return { request: { input: item.input, context: item.context ?? [] }, sample };
  };
  const earlier = resume ? lastSamples((await readRun(store, runId)).samples) : [];
  const answersOf = (side: Side) =>
    earlier.filter((sample) => sample.side === side).flatMap((sample) => recorded(sample) ?? []);
  const writers: Record<Side, RecordingWriter> = {
    baseline: recordingWriter(files.baseline, releaseOf(input, "baseline"), answersOf("baseline")),
    candidate: recordingWriter(files.candidate, releaseOf(input, "candidate"), answersOf("candidate")),
  };
  const broken = new Set<Side>();
  return {
    async record(sample) {
      const answer = recorded(sample);
      if (answer === null || broken.has(sample.side)) return;
      try {
        await writers[sample.side].write(answer);
      } catch (error) {
        broken.add(sample.side);
        say(
          `warning: ${files[sample.side]} is incomplete: ${messageOf(error)}; \`--resume ${runId} --record ${folder}\` completes it`,
        );
      }
    },
    async close() {
      for (const side of sides) await writers[side].close().catch(() => {});
      const planned = prepared.trials.length / 2;
      const said = sides.map(
        (side) => `${count(writers[side].count())} of ${count(planned)} in ${files[side]}`,
      );
      const isWhole = sides.every((side) => writers[side].count() === planned);
      const rest = isWhole ? "" : "; a trial without an answer replays as a failure";
      say(`recorded answers: ${said.join(", ")}${rest}`);
    },
  };
}
