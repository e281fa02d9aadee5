import { access } from "node:fs/promises";
import { type Config, loadConfig } from "../config.ts";
import { EvalsError } from "../core/errors.ts";
import {
  compareTraces,
  didYouMean,
  jsonReporter,
  loadGate,
  refusedReport,
  type TraceFacts,
  type TraceInput,
  type TraceSummary,
  traceSets,
} from "../index.ts";
import { checkOutputs, type OutputOptions, writeFiles, writeOutputs } from "./outputs.ts";
import type { Process } from "./process.ts";
import { readProjectTraces, traceFiles } from "./trace-files.ts";

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
    await checkOutputs(outputs);
    const gate = options.gate === undefined ? null : await loadGate(options.gate);
    const project = { config, store: options.store ?? config.store };
    const baseline = await readSide(options.baseline, options.baselineRelease, project, process);
    const candidate = await readSide(options.candidate, options.candidateRelease, project, process);
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

/** The traces of one side, of one release where it is named: of a file, a folder, or a name that they were imported under. */
async function readSide(
  source: string,
  release: string | undefined,
  options: { readonly config: Config; readonly store: string },
  { stderr }: Process,
): Promise<TraceInput> {
  const facts: TraceFacts[] = [];
  const releases = new Set<string>();
  let traces = 0;
  const onTrace = (trace: TraceFacts) => {
    traces++;
    if (trace.release !== null) releases.add(trace.release);
    if (release === undefined || trace.release === release) facts.push(trace);
  };
  const isPath = await access(source).then(
    () => true,
    () => false,
  );
  const summaries = isPath
    ? [await readProjectTraces(await traceFiles([source]), options.config, onTrace)]
    : readSet(source, options.store, onTrace);
  stderr.write(`${source}: ${facts.length} of ${traces} traces\n`);
  if (facts.length === 0) {
    const what = release === undefined ? "holds no trace" : `holds no trace of the release "${release}"`;
    const hint =
      release === undefined
        ? "`evals traces facts FILE` says what was understood of it"
        : didYouMean(release, [...releases]);
    throw new EvalsError("TRACES_EMPTY", `${source} ${what}`, hint);
  }
  return { label: release === undefined ? source : `${source} (${release})`, facts, summaries };
}

function readSet(name: string, store: string, onTrace: (trace: TraceFacts) => void): TraceSummary[] {
  const sets = traceSets(store);
  try {
    const names = sets.names();
    if (!names.includes(name)) {
      const known =
        names.length === 0 ? "`evals traces import FILES --as NAME` stores some" : didYouMean(name, names);
      throw new EvalsError(
        "TRACES_UNREADABLE",
        `"${name}" is no file, and no traces were imported under that name`,
        known,
      );
    }
    for (const trace of sets.read(name)) onTrace(trace);
    return sets.imports(name);
  } finally {
    sets.close();
  }
}
