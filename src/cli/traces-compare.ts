import { type Config, loadConfig } from "../config.ts";
import { EvalsError } from "../core/errors.ts";
import {
  compareTraces,
  didYouMean,
  jsonReporter,
  loadGate,
  readTraceFacts,
  refusedReport,
  type TraceFacts,
  type TraceInput,
} from "../index.ts";
import { checkOutputs, type OutputOptions, writeFiles, writeOutputs } from "./outputs.ts";
import type { Process } from "./process.ts";

/** Options of `evals traces compare`. */
export interface TracesCompareOptions extends OutputOptions {
  readonly baseline: string;
  readonly candidate: string;
  readonly gate?: string;
  readonly baselineRelease?: string;
  readonly candidateRelease?: string;
}

/** `evals traces compare`: reads the traces of two releases, decides by the gate, and writes the reports. */
export async function tracesCompareCommand(options: TracesCompareOptions, process: Process): Promise<number> {
  let outputs: OutputOptions = options;
  try {
    const config = await loadConfig();
    outputs = { ...options, html: options.html ?? `${config.reports}/traces.html` };
    await checkOutputs(outputs);
    const gate = options.gate === undefined ? null : await loadGate(options.gate);
    const baseline = await readSide(options.baseline, options.baselineRelease, config, process);
    const candidate = await readSide(options.candidate, options.candidateRelease, config, process);
    const report = compareTraces({ baseline, candidate, gate });
    await writeOutputs(report, outputs, process);
    return report.exitCode;
  } catch (error) {
    if (error instanceof EvalsError) {
      const report = refusedReport(error);
      if (error.code !== "OUTPUT_NOT_WRITABLE") await writeFiles(report, outputs);
      if (outputs.json) process.stdout.write(jsonReporter.render(report));
    }
    throw error;
  }
}

/** The traces of one side, of one release where it is named. */
async function readSide(
  file: string,
  release: string | undefined,
  { traces: mapping }: Config,
  { stderr }: Process,
): Promise<TraceInput> {
  const facts: TraceFacts[] = [];
  const releases = new Set<string>();
  const onTrace = (trace: TraceFacts) => {
    if (trace.release !== null) releases.add(trace.release);
    if (release === undefined || trace.release === release) facts.push(trace);
  };
  const summary = await readTraceFacts([file], mapping, { onTrace });
  stderr.write(`${file}: ${facts.length} of ${summary.traces} traces, ${summary.spans} spans\n`);
  if (facts.length === 0) {
    const what = release === undefined ? "holds no trace" : `holds no trace of the release "${release}"`;
    const hint =
      release === undefined
        ? "`evals traces facts FILE` says what was understood of it"
        : didYouMean(release, [...releases]);
    throw new EvalsError("TRACES_EMPTY", `${file} ${what}`, hint);
  }
  return { label: release === undefined ? file : `${file} (${release})`, facts, summary };
}
