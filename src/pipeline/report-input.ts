import type { Dataset } from "../core/dataset.ts";
import type { Gate } from "../core/gate.ts";
import type { RunManifest } from "../core/run.ts";
import type { Sample } from "../core/sample.ts";
import type { Score } from "../core/score.ts";
import type { ResolvedGate } from "./resolve-gate.ts";

/** Everything that a report follows from: the records of a run, the dataset and the gate. */
export interface ReportInput {
  readonly manifest: RunManifest;
  /** The dataset, cut to the cases of the run. */
  readonly dataset: Dataset;
  readonly gate: Gate;
  readonly resolved: ResolvedGate;
  readonly samples: readonly Sample[];
  readonly scores: readonly Score[];
  /** When it is decided, ISO 8601: by this time waivers are judged. The report keeps it, so that the same verdict follows again. */
  readonly decidedAt: string;
}
