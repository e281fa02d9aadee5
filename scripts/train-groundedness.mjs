// Trains the weights of the groundedness evaluator on labelled answers: `node scripts/train-groundedness.mjs FILES…`.
import { fileURLToPath } from "node:url";
import { createJiti } from "jiti";

const source = fileURLToPath(new URL("../bench/groundedness/write-weights.ts", import.meta.url));
const { main } = await createJiti(import.meta.url).import(source);
process.exitCode = main(process.argv.slice(2));
