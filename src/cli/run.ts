import { randomBytes } from "node:crypto";
import { EvalsError } from "../core/errors.ts";
import { count, plural } from "../core/quantities.ts";
import {
  closeTargets,
  evaluate,
  exitCodeOf,
  type PreparedRun,
  prepare,
  type RunEnvironment,
  type RunResult,
  redactor,
  secretsOf,
  type TraceEmitter,
  traceEmitter,
} from "../index.ts";
import { evaluationFile } from "./evaluation-file.ts";
import { gitState, gitUser } from "./git.ts";
import { type OutputOptions, prepareOutputs, writeOutputs, writeRefusal } from "./outputs.ts";
import type { Process } from "./process.ts";
import { progressDisplay } from "./progress.ts";
import { type Recorder, recorder } from "./record.ts";
import { findRun, type OpenProject, openProject } from "./store.ts";
import { packageVersion } from "./version.ts";
import { wait } from "./wait.ts";

/** Exit code of a run that was interrupted, as shells give it for Ctrl-C. */
const exitInterrupted = 130;

/** Options of `evals run`. */
export interface RunOptions extends OutputOptions {
  readonly file?: string | undefined;
  readonly candidate?: string;
  readonly baseline?: string;
  readonly gate?: string;
  readonly cohort?: string;
  readonly repetitions?: number;
  readonly maximumCostUsd?: number;
  /** Age in hours; `true` is the default of the option and leaves it to the evaluation. */
  readonly cache?: number | boolean;
  readonly resume?: string;
  readonly record?: string;
  readonly quiet?: boolean;
  readonly store?: string;
  readonly debug?: boolean;
}

const optionsWithValue = [
  "candidate",
  "baseline",
  "gate",
  "cohort",
  "repetitions",
  "maximumCostUsd",
  "cache",
  "store",
  "record",
  "html",
  "junit",
  "markdown",
] as const;

/** A run that was prepared. */
interface StartedRun extends RunOptions {
  readonly file: string;
  /** The options before defaults were filled in. */
  readonly given: RunOptions;
}

/** What a run is carried through with. */
interface RunContext {
  readonly process: Process;
  readonly runId: string;
  readonly redact: RunEnvironment["redact"];
  readonly onScored: NonNullable<RunEnvironment["onScored"]>;
  readonly traceparentOf: RunEnvironment["traceparentOf"];
}

/** `evals run`: checks everything, runs, decides, and writes the reports. */
export async function runCommand(options: RunOptions, process: Process): Promise<number> {
  let outputs: OutputOptions = options;
  let project: OpenProject | null = null;
  try {
    project = await openProject(options);
    const file = await evaluationFile(options.file, project.config, "run");
    const resume =
      options.resume === "latest" ? (await findRun(project.store, "latest")).runId : options.resume;
    outputs = { ...options, html: options.html ?? `${project.config.reports}/${reportName(file)}.html` };
    await prepareOutputs(outputs);
    const cache = options.cache === true ? undefined : options.cache;
    const tell = (message: string) => void process.stderr.write(`${message}\n`);
    const prepared = await prepare({ ...options, cache, file, tell });
    for (const warning of prepared.warnings) process.stderr.write(`note: ${warning}\n`);
    return await runObserved(
      prepared,
      { ...options, ...outputs, file, given: options, ...(resume && { resume }) },
      project,
      process,
    );
  } catch (error) {
    await writeRefusal(error, outputs, process);
    throw error;
  } finally {
    await project?.store.close();
  }
}

/** Runs, sends traces where the environment asks for them, and records where the user does. Neither changes the outcome. */
async function runObserved(
  prepared: PreparedRun,
  options: StartedRun,
  project: OpenProject,
  process: Process,
): Promise<number> {
  const runId = options.resume ?? newRunId();
  const redact = redactor(secretsOf(process.env));
  const recording = await recorderOf(prepared, options, project, { process, runId, redact });
  const traces = await traceEmitter({
    env: process.env,
    runId,
    version: packageVersion(),
    cases: prepared.dataset.cases,
    releases: prepared.manifests,
    redact,
    warn: (message) => process.stderr.write(`warning: ${message}\n`),
  });
  const onScored: RunContext["onScored"] = async (sample, scores) => {
    await recording?.record(sample);
    await traces?.record(sample, scores);
  };
  try {
    const traceparentOf = traces?.traceparentOf;
    return await runPrepared(prepared, options, project, { process, runId, redact, onScored, traceparentOf });
  } finally {
    await recording?.close();
    if (traces !== null) await reportTraces(traces, process);
  }
}

/** The recorder that `--record` asks for. Where it cannot be had, nothing is run. */
async function recorderOf(
  prepared: PreparedRun,
  { record, resume }: RunOptions,
  { store }: OpenProject,
  { process, runId, redact }: Pick<RunContext, "process" | "runId" | "redact">,
): Promise<Recorder | null> {
  if (record === undefined) return null;
  const say = (line: string) => process.stderr.write(`${line}\n`);
  try {
    return await recorder({
      folder: record,
      prepared,
      runId,
      resume: resume !== undefined,
      store,
      redact,
      say,
    });
  } catch (error) {
    await closeTargets(prepared.releases);
    throw error;
  }
}

async function reportTraces(traces: TraceEmitter, { stderr }: Process): Promise<void> {
  const { emitted, acknowledged, endpoint, lastError } = await traces.close();
  stderr.write(`traces: ${plural(emitted, "span")} emitted, ${count(acknowledged)} acknowledged\n`);
  if (acknowledged >= emitted) return;
  const why = lastError ?? "no reason was given";
  stderr.write(
    `warning: ${endpoint} did not acknowledge ${plural(emitted - acknowledged, "span")}: ${why}\n`,
  );
}

async function runPrepared(
  prepared: PreparedRun,
  options: StartedRun,
  { store }: OpenProject,
  { process, runId, redact, onScored, traceparentOf }: RunContext,
): Promise<number> {
  const interruption = listenForInterruption(process, runId);
  const clock = () => performance.now();
  const display = options.quiet ? null : progressDisplay(process.stderr, clock);
  let result: RunResult;
  try {
    result = await evaluate(prepared, {
      store,
      runId,
      resume: options.resume !== undefined,
      now: () => new Date().toISOString(),
      clock,
      wait,
      redact,
      software: { gatewright: packageVersion(), node: process.versions.node },
      git: await gitState(),
      startedBy: await gitUser(),
      stop: interruption.stop,
      abort: interruption.abort,
      onProgress: (progress) => display?.update(progress),
      onWarning: (message) => process.stderr.write(`warning: ${message}\n`),
      onScored,
      traceparentOf,
    });
  } catch (error) {
    if (!(error instanceof EvalsError) || error.code !== "STORE_UNUSABLE") throw error;
    process.stderr.write(`evals: ${error.message}\n  ${error.hint}; then ${resumeCommand(options, runId)}\n`);
    return exitCodeOf.error;
  } finally {
    interruption.end();
    display?.end();
  }
  if (result.kind === "interrupted") {
    process.stderr.write(
      `interrupted: ${count(result.done)} of ${plural(result.planned, "trial")} are stored; go on with\n  ${resumeCommand(options, runId)}\n`,
    );
    return exitInterrupted;
  }
  return await writeOutputs(result.report, options, process);
}

/** Identifiers sort by time and are easy to type: `20260131-142530-4f1a`. */
function newRunId(): string {
  const time = new Date().toISOString().replace(/[-:]/g, "").replace("T", "-").slice(0, 15);
  return `${time}-${randomBytes(2).toString("hex")}`;
}

function reportName(file: string): string {
  return file.replace(/^.*[/\\]/, "").replace(/(\.eval)?\.[cm]?[jt]s$/, "");
}

/** The first signal lets the trials in flight end, the second gives them up. */
function listenForInterruption(
  process: Process,
  runId: string,
): Pick<RunEnvironment, "stop" | "abort"> & { end: () => void } {
  const stop = new AbortController();
  const abort = new AbortController();
  const listener = () => {
    if (stop.signal.aborted) {
      abort.abort();
      return;
    }
    stop.abort();
    process.stderr.write(`\nstopping run ${runId}: the calls in flight may end; once more to give them up\n`);
  };
  process.on("SIGINT", listener);
  process.on("SIGTERM", listener);
  const end = () => {
    process.off("SIGINT", listener);
    process.off("SIGTERM", listener);
  };
  return { stop: stop.signal, abort: abort.signal, end };
}

/** The whole command that goes on with a run, with every option that it was started with. */
function resumeCommand({ file, given }: StartedRun, runId: string): string {
  const words = ["npx evals run", quote(file), "--resume", runId];
  for (const name of optionsWithValue) {
    const value = given[name];
    const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    if (value === false) words.push(`--no-${flag}`);
    else if (value !== undefined && value !== true) words.push(`--${flag}`, quote(String(value)));
  }
  for (const name of ["json", "quiet", "debug"] as const) if (given[name]) words.push(`--${name}`);
  return words.join(" ");
}

function quote(word: string): string {
  return /^[\w./=@:-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
