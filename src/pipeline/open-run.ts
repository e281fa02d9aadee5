import type { Case } from "../core/dataset.ts";
import { EvalsError } from "../core/errors.ts";
import type { StoreRecord } from "../core/extensions.ts";
import { redactRelease } from "../core/release.ts";
import type { RunManifest } from "../core/run.ts";
import type { RunEnvironment } from "./evaluate.ts";
import type { PreparedRun } from "./prepare.ts";
import { promotionsFor } from "./promotions.ts";
import { redactCase } from "./redact-case.ts";

/**
 * Stores what a run is, or finds what it was where it goes on.
 *
 * @throws EvalsError RUN_NOT_FOUND when there is no such run to resume, RUN_MISMATCH when it began with something else.
 */
export async function openRun(prepared: PreparedRun, environment: RunEnvironment): Promise<RunManifest> {
  const planned = manifestFor(prepared, environment);
  if (!environment.resume) {
    const { store, onWarning = () => {} } = environment;
    const promotions = await promotionsFor(store, planned, onWarning);
    const manifest: RunManifest = promotions === undefined ? planned : { ...planned, promotions };
    await store.append([{ kind: "run", runId: manifest.runId, key: "manifest", body: manifest }]);
    return manifest;
  }
  const stored = (await environment.store.read(environment.runId, "run"))[0];
  if (stored === undefined) {
    throw new EvalsError(
      "RUN_NOT_FOUND",
      `there is no run ${environment.runId} to resume`,
      "`evals runs` lists the runs of this store",
    );
  }
  refuseMismatch(stored, planned);
  return stored;
}

/** The cases of a run as they are kept. */
export interface KeptCases {
  /** The record of a case when it is first asked for, to be stored with the first of its samples; nothing afterwards. */
  recordOf(item: Case): StoreRecord[];
  /** All cases, in the order of the dataset. */
  all(): Case[];
}

/** Keeps the cases as they are now, each with its first sample: no call waits for it, and a run that was killed has the cases of its samples. */
export function keptCases({ dataset }: PreparedRun, { runId, redact }: RunEnvironment): KeptCases {
  const kept = new Map<string, Case>();
  const keep = (item: Case) => {
    const known = kept.get(item.id) ?? redactCase(item, redact);
    kept.set(item.id, known);
    return known;
  };
  return {
    recordOf: (item) => (kept.has(item.id) ? [] : [{ kind: "case", runId, key: item.id, body: keep(item) }]),
    all: () => dataset.cases.map(keep),
  };
}

/** A run may only go on with exactly what it began with. */
function refuseMismatch(stored: RunManifest, now: RunManifest): void {
  const parts: [string, (manifest: RunManifest) => unknown][] = [
    ["the dataset", ({ dataset, filter }) => [dataset.fingerprint, filter]],
    ["the baseline", ({ baseline }) => baseline.fingerprint],
    ["the candidate", ({ candidate }) => candidate.fingerprint],
    ["an evaluator", ({ evaluators }) => evaluators],
    ["the gate", ({ gate }) => gate.hash],
    ["the number of repetitions", ({ repetitions }) => repetitions],
    ["the seed", ({ seed }) => seed],
  ];
  const changed = parts.filter(([, part]) => JSON.stringify(part(stored)) !== JSON.stringify(part(now)));
  if (changed.length === 0) return;
  const message = `run ${stored.runId} cannot be resumed: ${changed.map(([name]) => name).join(", ")} changed since it began`;
  throw new EvalsError("RUN_MISMATCH", message, "start a new run with `evals run`, or undo the change");
}

function manifestFor(
  prepared: PreparedRun,
  { runId, now, software, git, startedBy, redact }: RunEnvironment,
): RunManifest {
  const { evaluation, dataset, gate } = prepared;
  return {
    schemaVersion: 1,
    runId,
    createdAt: now(),
    evaluation: { name: evaluation.value.name, file: evaluation.shown },
    software,
    ...(startedBy && { startedBy }),
    git,
    dataset: {
      name: dataset.description.name,
      version: dataset.version,
      fingerprint: dataset.fingerprint,
      cases: dataset.cases.length,
    },
    filter: prepared.filter,
    baseline: redactRelease(prepared.manifests.baseline, redact),
    candidate: redactRelease(prepared.manifests.candidate, redact),
    evaluators: prepared.evaluators.map(({ name, version, judge, judgedBy }) => ({
      name,
      version,
      ...(judge && { judge }),
      ...(judgedBy && { judgedBy }),
    })),
    gate: { name: gate.name, hash: prepared.gateHash, definition: gate as RunManifest["gate"]["definition"] },
    repetitions: prepared.repetitions,
    seed: prepared.seed,
    plannedTrials: prepared.trials.length,
  };
}
