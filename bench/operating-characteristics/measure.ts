import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { addTally, emptyTally, type Tally } from "./simulate.ts";
import type { WorkerReport, WorkerTask } from "./worker.ts";

/** Tally of each cell by its id. */
export type Tallies = ReadonlyMap<string, Tally>;

/**
 * Simulates all cells on so many threads. The result depends on `replications` and `seed` alone.
 *
 * @param progress told of each cell that is complete.
 */
export async function measure(
  replications: number,
  seed: string,
  workers: number,
  progress: (id: string) => void,
): Promise<Tallies> {
  const tallies = new Map<string, Tally>();
  const add = ({ id, tally }: WorkerReport) => {
    const sum = tallies.get(id) ?? emptyTally();
    tallies.set(id, sum);
    addTally(sum, tally);
    if (sum.replications === replications) progress(id);
  };
  const tasks = Array.from({ length: workers }, (_, index) => ({ replications, seed, index, of: workers }));
  await Promise.all(tasks.map((task) => runWorker(task, add)));
  return tallies;
}

function runWorker(task: WorkerTask, add: (report: WorkerReport) => void): Promise<void> {
  const program = fileURLToPath(new URL("./worker.ts", import.meta.url));
  const worker = new Worker(new URL("../run.mjs", import.meta.url), { argv: [program], workerData: task });
  return new Promise((resolve, reject) => {
    worker.on("message", add);
    worker.on("error", reject);
    worker.on("exit", (code) =>
      code === 0 ? resolve() : reject(new Error(`a worker ended with code ${code}`)),
    );
  });
}
