/**
 * How often planned looks at a canary flag harm that is not there, and find harm that is, by simulation through the gate's own statistics; a
 * comparison that is repeated, and one at the end, beside them. `node bench/run.mjs bench/canary-looks.ts [--runs N] [--only TEXT] [--seed TEXT]`.
 * A row for each scenario; the figures depend on seed and number of runs alone.
 */
import { parseArgs } from "node:util";
import { scenarios } from "./canary/scenarios.ts";
import { type Outcome, simulate } from "./canary/simulate.ts";

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    runs: { type: "string", default: "500" },
    only: { type: "string", default: "" },
    seed: { type: "string", default: "canary-looks" },
  },
});
const runs = Number(values.runs);
if (!(Number.isInteger(runs) && runs > 0))
  throw new Error(`--runs must be a whole number, got "${values.runs}"`);

const share = (outcomes: readonly Outcome[], is: (outcome: Outcome) => boolean) =>
  (outcomes.filter(is).length / runs).toFixed(4);

console.log(
  `${runs} runs a row; Monte-Carlo standard error ${Math.sqrt((0.05 * 0.95) / runs).toFixed(4)} at .05\n`,
);
console.log("| scenario | looks | repeated | planned looks | one look at the end | median first look |");
console.log("| --- | ---: | ---: | ---: | ---: | ---: |");
for (const scenario of scenarios.filter(({ name }) => name.includes(values.only))) {
  const outcomes = Array.from({ length: runs }, (_, run) =>
    simulate(scenario, `${values.seed} ${scenario.name} ${run}`),
  );
  const first = outcomes.flatMap(({ firstLook }) => firstLook ?? []).sort((a, b) => a - b);
  const cells = [
    scenario.name,
    scenario.looks.length,
    share(outcomes, ({ repeated }) => repeated),
    share(outcomes, ({ planned }) => planned),
    share(outcomes, ({ atEnd }) => atEnd),
    first[Math.floor(first.length / 2)] ?? "–",
  ];
  console.log(`| ${cells.join(" | ")} |`);
}
