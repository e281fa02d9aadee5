import { loadConfig } from "../config.ts";
import { type TraceFacts, traceSummaryText, traceTotals } from "../index.ts";
import type { Process } from "./process.ts";
import { readProjectTraces, traceFiles } from "./trace-files.ts";

/** `evals traces facts`: says what was understood of trace files, and stores nothing. */
export async function tracesFactsCommand(
  options: { readonly files: readonly string[]; readonly json?: boolean },
  { stdout }: Process,
): Promise<number> {
  const config = await loadConfig();
  const files = await traceFiles(options.files);
  if (!options.json) {
    stdout.write(traceSummaryText(await readProjectTraces(files, config)));
    return 0;
  }
  // Trace by trace, so that memory does not grow with the files.
  let count = 0;
  const onTrace = (facts: TraceFacts) => {
    const { files: _, ...totals } = traceTotals(facts);
    stdout.write(`${count++ === 0 ? '{"perTrace":[\n' : ",\n"}${JSON.stringify({ ...facts, ...totals })}`);
  };
  const summary = await readProjectTraces(files, config, onTrace);
  stdout.write(`${count === 0 ? '{"perTrace":[' : ""}],\n${JSON.stringify(summary).slice(1)}\n`);
  return 0;
}
