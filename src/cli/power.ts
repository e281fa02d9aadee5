import { EvalsError } from "../core/errors.ts";
import type { Store } from "../core/extensions.ts";
import type { RunManifest } from "../core/run.ts";
import { powerPlan, powerReporter, prepare } from "../index.ts";
import { evaluationFile } from "./evaluation-file.ts";
import type { Process } from "./process.ts";
import { findRun, openProject } from "./store.ts";

/** Options of `evals power`. */
export interface PowerCommandOptions {
  readonly file?: string | undefined;
  readonly drop: number;
  readonly power: number;
  readonly run?: string;
  readonly json?: boolean;
  readonly store?: string;
}

/** `evals power`: how many cases the margins of an evaluation's gate need. Calls nothing. */
export async function powerCommand(options: PowerCommandOptions, process: Process): Promise<number> {
  const { config, store } = await openProject(options);
  try {
    const file = await evaluationFile(options.file, config, "power");
    const prepared = await prepare({ file, checksTargets: false });
    const run = await runOf(store, options.run, prepared.evaluation.value.name);
    const plan = await powerPlan(prepared, store, { drop: options.drop, power: options.power, run });
    const { stdout, stderr } = process;
    if (options.json) stdout.write(`${JSON.stringify(plan, null, 2)}\n`);
    else stdout.write(powerReporter({ width: stdout.columns ?? 100 }).render(plan));
    for (const note of plan.notes) stderr.write(`note: ${note}\n`);
    return 0;
  } finally {
    await store.close();
  }
}

/** The run to measure by, which must be of the same evaluation. */
async function runOf(
  store: Store,
  runId: string | undefined,
  evaluation: string,
): Promise<RunManifest | undefined> {
  if (runId === undefined) return undefined;
  const run = await findRun(store, runId);
  if (run.evaluation.name === evaluation) return run;
  throw new EvalsError(
    "RUN_MISMATCH",
    `--run: run ${run.runId} is of the evaluation "${run.evaluation.name}", not of "${evaluation}"`,
    "`evals runs` lists the runs with their evaluations",
  );
}
