// Runs one bench written in TypeScript: `node bench/run.mjs FILE [options]`. Works on every Node from 20, and in a worker thread.
import { resolve } from "node:path";
import { createJiti } from "jiti";

const file = process.argv[2];
if (file === undefined) {
  process.stderr.write("usage: node bench/run.mjs FILE [options]\n");
  process.exit(2);
}
await createJiti(import.meta.url).import(resolve(file));
