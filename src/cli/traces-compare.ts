import { loadConfig } from "../config.ts";
import { compareTraces, loadGate } from "../index.ts";
import { type OutputOptions, prepareOutputs, writeOutputs, writeRefusal } from "./outputs.ts";
import type { Process } from "./process.ts";
import { readTraceSide } from "./trace-side.ts";

/** Options of `evals traces compare`. */
export interface TracesCompareOptions extends OutputOptions {
  readonly baseline: string;
  readonly candidate: string;
  readonly gate?: string;
  readonly baselineRelease?: string;
  readonly candidateRelease?: string;
  readonly store?: string;
}

/** `evals traces compare`: reads the traces of two releases, decides by the gate, and writes the reports. */
export async function tracesCompareCommand(options: TracesCompareOptions, process: Process): Promise<number> {
  let outputs: OutputOptions = options;
  try {
    const config = await loadConfig();
    outputs = { ...options, html: options.html ?? `${config.reports}/traces.html` };
    await prepareOutputs(outputs);
    const gate = options.gate === undefined ? null : await loadGate(options.gate);
    const project = { config, store: options.store ?? config.store };
    const baseline = await readTraceSide(options.baseline, options.baselineRelease, project, process);
    const candidate = await readTraceSide(options.candidate, options.candidateRelease, project, process);
    const report = compareTraces({ baseline, candidate, gate, decidedAt: new Date().toISOString() });
    return await writeOutputs(report, outputs, process);
  } catch (error) {
    await writeRefusal(error, outputs, process);
    throw error;
  }
}
