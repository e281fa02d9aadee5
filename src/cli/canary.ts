import type { Store } from "../core/extensions.ts";
import type { Report } from "../core/report.ts";
import { loadGate, lookAtCanary, requireCanaryName } from "../index.ts";
import { type OutputOptions, prepareOutputs, writeOutputs, writeRefusal } from "./outputs.ts";
import type { Process } from "./process.ts";
import { type OpenProject, openProject } from "./store.ts";
import { readTraceSide } from "./trace-side.ts";

/** Options of `evals canary`. */
export interface CanaryOptions extends OutputOptions {
  readonly baseline: string;
  readonly candidate: string;
  readonly name: string;
  readonly traces?: number;
  readonly looks?: number;
  readonly gate?: string;
  readonly baselineRelease?: string;
  readonly candidateRelease?: string;
  readonly store?: string;
}

/** `evals canary`: a look at a canary that runs, where one is due by its plan; the same call is made again until it ends with another code than 3. */
export async function canaryCommand(options: CanaryOptions, process: Process): Promise<number> {
  let outputs: OutputOptions = options;
  let store: Store | undefined;
  try {
    requireCanaryName(options.name);
    const project = await openProject(options);
    store = project.store;
    outputs = { ...options, html: options.html ?? `${project.config.reports}/${options.name}.html` };
    await prepareOutputs(outputs);
    const report = await look(options, project, process);
    return await writeOutputs(report, outputs, process);
  } catch (error) {
    await writeRefusal(error, outputs, process);
    throw error;
  } finally {
    await store?.close();
  }
}

async function look(
  options: CanaryOptions,
  { config, store }: OpenProject,
  process: Process,
): Promise<Report> {
  const { baseline, candidate, baselineRelease, candidateRelease, looks, traces, name } = options;
  const gate = options.gate === undefined ? null : await loadGate(options.gate);
  const project = { config, store: options.store ?? config.store, isGrowing: true };
  const declared = {
    ...{ name, looks, traces, gate },
    baseline: { source: baseline, release: baselineRelease ?? null },
    candidate: { source: candidate, release: candidateRelease ?? null },
  };
  const read = async () => ({
    baseline: await readTraceSide(baseline, baselineRelease, project, process),
    candidate: await readTraceSide(candidate, candidateRelease, project, process),
  });
  return lookAtCanary({ declared, read, now: () => new Date().toISOString() }, store);
}
