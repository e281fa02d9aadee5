import { caseReporter, storedCase } from "../index.ts";
import { mayColour, type Process } from "./process.ts";
import { findRun, openProject } from "./store.ts";

/** `evals show`: one case of a run in full. */
export async function showCommand(
  options: {
    readonly run: string;
    readonly caseId: string;
    readonly json?: boolean;
    readonly store?: string;
  },
  process: Process,
): Promise<number> {
  const { store } = await openProject(options);
  try {
    const found = await storedCase(store, await findRun(store, options.run), options.caseId);
    if (options.json) process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
    else {
      const { stdout } = process;
      const options = {
        colour: mayColour(process, stdout),
        width: stdout.isTTY ? stdout.columns : undefined,
      };
      stdout.write(caseReporter(options).render(found));
    }
    return 0;
  } finally {
    await store.close();
  }
}
