import { parentPort, workerData } from "node:worker_threads";
import { allCells } from "./cells.ts";
import { simulate, type Tally } from "./simulate.ts";

/** What a worker is told: it simulates every `of`-th replication of each cell, starting with number `index`. */
export interface WorkerTask {
  readonly replications: number;
  readonly seed: string;
  readonly index: number;
  readonly of: number;
}

/** What a worker reports of a cell. */
export interface WorkerReport {
  readonly id: string;
  readonly tally: Tally;
}

const { replications, seed, index, of }: WorkerTask = workerData;
for (const cell of allCells()) {
  const report: WorkerReport = { id: cell.id, tally: simulate(cell, replications, seed, index, of) };
  parentPort!.postMessage(report);
}
