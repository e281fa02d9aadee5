import { loadConfig } from "../config.ts";
import { readTraceFacts, type TraceFacts, traceSummaryText, traceTotals } from "../index.ts";
import type { Process } from "./process.ts";
import { traceFiles } from "./trace-files.ts";

/** `evals traces facts`: says what was understood of trace files, and stores nothing. */
export async function tracesFactsCommand(
  options: { readonly files: readonly string[]; readonly json?: boolean },
  { stdout }: Process,
): Promise<number> {
  const { traces: mapping } = await loadConfig();
  const files = await traceFiles(options.files);
  if (!options.json) {
    stdout.write(traceSummaryText(await readTraceFacts(files, mapping)));
    return 0;
  }
  // Trace by trace, so that memory does not grow with the files.
  let count = 0;
  const onTrace = (facts: TraceFacts) => {
    const { files: _, ...totals } = traceTotals(facts);
    stdout.write(`${count++ === 0 ? '{"perTrace":[\n' : ",\n"}${JSON.stringify({ ...facts, ...totals })}`);
  };
  const summary = await readTraceFacts(files, mapping, { onTrace });
  stdout.write(`${count === 0 ? '{"perTrace":[' : ""}],\n${JSON.stringify(summary).slice(1)}\n`);
  return 0;
}
