import { access } from "node:fs/promises";
import type { Config } from "../config.ts";
import { EvalsError } from "../core/errors.ts";
import { count, plural } from "../core/quantities.ts";
import { didYouMean, type TraceFacts, type TraceInput, type TraceSummary, traceSets } from "../index.ts";
import type { Process } from "./process.ts";
import { readProjectTraces, traceFiles } from "./trace-files.ts";

/**
 * The traces of one side, of one release where it is named: of a file, a folder, or a name that they were imported under. Where more will come
 * (`isGrowing`), a side without one yet is warned of and not refused.
 *
 * @throws EvalsError TRACES_UNREADABLE that names the path or the name; TRACES_EMPTY where there is no such trace.
 */
export async function readTraceSide(
  source: string,
  release: string | undefined,
  options: { readonly config: Config; readonly store: string; readonly isGrowing?: boolean },
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
    ? [await readProjectTraces(await traceFiles([source], options.isGrowing), options.config, onTrace)]
    : readSet(source, options.store, onTrace);
  stderr.write(`${source}: ${count(facts.length)} of ${plural(traces, "trace")}\n`);
  if (facts.length === 0) {
    const what = release === undefined ? "holds no trace" : `holds no trace of the release "${release}"`;
    const hint =
      release === undefined
        ? "`evals traces facts FILE` says what was understood of it"
        : didYouMean(release, [...releases]);
    if (!options.isGrowing) throw new EvalsError("TRACES_EMPTY", `${source} ${what}`, hint);
    stderr.write(`warning: ${source} ${what} yet: ${hint}\n`);
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
