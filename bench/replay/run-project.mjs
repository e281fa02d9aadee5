// One run of a project through the compiled public interface, as `evals run` does it: checked, called, scored, stored in SQLite, decided.
// Works in the folder it is started in; sends what it took to its parent.
import { randomUUID } from "node:crypto";
import { evaluate, prepare, redactor, secretsOf, sqliteStore } from "../../dist/index.js";

const never = new AbortController().signal;
const cpuSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

const loaded = cpuSeconds();
const prepared = await prepare({ file: "evals/bench.eval.ts" });
const store = sqliteStore(".evals/store.sqlite");
const begun = performance.now();
const result = await evaluate(prepared, {
  store,
  runId: randomUUID(),
  resume: false,
  now: () => new Date().toISOString(),
  clock: () => performance.now(),
  wait: (ms) => new Promise((done) => setTimeout(done, ms)),
  redact: redactor(secretsOf(process.env)),
  software: { gatewright: "bench", node: process.versions.node },
  git: null,
  stop: never,
  abort: never,
  onProgress: () => {},
});
const seconds = (performance.now() - begun) / 1000;
await store.close();
const { verdict, operations } = result.report;
process.send({
  seconds,
  cpuSeconds: cpuSeconds(),
  cpuSecondsLoading: loaded,
  peakRssMb: process.resourceUsage().maxRSS / 1024,
  verdict,
  answered: operations[0].answered + operations[1].answered,
});
process.disconnect();
