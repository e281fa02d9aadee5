import { EvalsError } from "../core/errors.ts";
import { checkOutputs, type OutputOptions, writeOutputs } from "./outputs.ts";
import type { Process } from "./process.ts";
import { findRun, openProject } from "./store.ts";

/** `evals report`: the stored report of a run in any format. Ends with the exit code of that run. */
export async function reportCommand(
  options: OutputOptions & { readonly run: string; readonly store?: string },
  process: Process,
): Promise<number> {
  await checkOutputs(options);
  const { store } = await openProject(options);
  try {
    const { runId } = await findRun(store, options.run);
    const report = (await store.read(runId, "report")).at(-1);
    if (report === undefined) {
      throw new EvalsError(
        "RUN_NOT_FOUND",
        `run ${runId} has no report: it did not finish`,
        "resume it with `evals run … --resume`",
      );
    }
    await writeOutputs(report, options, process);
    return report.exitCode;
  } finally {
    await store.close();
  }
}
