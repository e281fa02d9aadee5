/**
 * What the two heaviest computations cost, each beside the part of it that no implementation can avoid, measured in the same run:
 * Westfall and Young's adjustment (9,999 flips over 10,000 cases × 8 cohorts × 6 metrics) beside drawing as many random signs from the
 * same generator, and exact quantiles of 10 million latencies with their intervals beside sorting the same numbers.
 * `node bench/run.mjs bench/statistics.ts`. CPU seconds of the whole process, the median of three rounds; ends with one line of JSON.
 */
import {
  quantileInterval,
  quantileIntervals,
  type RandomSource,
  seededRandom,
  westfallYoung,
} from "../src/stats/index.ts";

const rounds = 3;
const flips = 9999;
const cases = 10_000;
const cohortsOfDimension = 4;
const metrics = 6;
const latencies = 10_000_000;
const probabilities = [0.5, 0.95, 0.99];
const confidence = 0.9;
const seed = "bench";

/** A piece of work; what it returns is only kept so that it cannot be optimised away. */
type Work = () => unknown;

function cpuSecondsOf(work: Work): number {
  const before = process.cpuUsage();
  sink = work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
let sink: unknown;

/** Median CPU seconds of several pieces of work that take turns. */
function measure(works: readonly Work[]): number[] {
  const times: number[][] = works.map(() => []);
  for (let round = 0; round < rounds; round++) {
    works.forEach((work, i) => {
      times[i]!.push(cpuSecondsOf(work));
      process.stderr.write(`round ${round + 1} of ${rounds}: ${times[i]!.at(-1)!.toFixed(2)} s\n`);
    });
  }
  return times.map((values) => values.sort((a, b) => a - b)[(rounds - 1) / 2]!);
}

/** One row for each of 6 metrics in each of 8 cohorts (two dimensions of four values). No difference is zero, so that nothing can be skipped. */
function hypotheses(random: RandomSource): Float64Array[] {
  const places = Array.from({ length: cases }, () => [
    random.below(cohortsOfDimension),
    cohortsOfDimension + random.below(cohortsOfDimension),
  ]);
  return Array.from({ length: metrics }, () => {
    const differences = Float64Array.from(places, () => random.uniform() + random.uniform() - 1);
    return Array.from({ length: 2 * cohortsOfDimension }, (_, cohort) =>
      differences.map((value, i) => (places[i]!.includes(cohort) ? value : 0)),
    );
  }).flat();
}

/** Draws 32 signs at a time and does nothing with them. */
function drawSigns(): number {
  const random = seededRandom(seed);
  let last = 0;
  for (let drawn = 0; drawn < flips * cases; drawn += 32) last ^= random.uint32();
  return last;
}

/** Draws as many signs and writes each as +1 or −1, as an addition of one case at a time would need them. */
function writeSigns(): Int8Array {
  const random = seededRandom(seed);
  const signs = new Int8Array(flips);
  for (let unit = 0; unit < cases; unit++) {
    let word = 0;
    for (let flip = 0; flip < flips; flip++) {
      if ((flip & 31) === 0) word = random.uint32();
      signs[flip] = 1 - ((word & 1) << 1);
      word >>>= 1;
    }
  }
  return signs;
}

/** Log-normal with a median of 800 ms, in whole microseconds. */
function drawLatencies(random: RandomSource): Float64Array {
  const values = new Float64Array(latencies);
  for (let i = 0; i < latencies; i++) {
    const normal = Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
    values[i] = Math.round(800_000 * Math.exp(0.6 * normal)) / 1000;
  }
  return values;
}

const round = (value: number) => Math.round(value * 1000) / 1000;

function benchWestfallYoung(): Record<string, number> {
  const rows = hypotheses(seededRandom(`${seed}/differences`));
  const [adjustment, draw, write] = measure([
    () => westfallYoung(rows, { seed, flips }),
    drawSigns,
    writeSigns,
  ]) as [number, number, number];
  return {
    cpuSeconds: round(adjustment),
    drawSigns: round(draw),
    ratioToDrawSigns: round(adjustment / draw),
    writeSigns: round(write),
    ratioToWriteSigns: round(adjustment / write),
  };
}

function benchQuantiles(): Record<string, number> {
  const values = drawLatencies(seededRandom(`${seed}/latencies`));
  const [one, all, sort] = measure([
    () => quantileInterval(values, 0.95, confidence),
    () => quantileIntervals(values, probabilities, confidence),
    () => values.slice().sort(),
  ]) as [number, number, number];
  return {
    cpuSecondsOne: round(one),
    cpuSecondsThree: round(all),
    sort: round(sort),
    ratioOneToSort: round(one / sort),
    ratioThreeToSort: round(all / sort),
  };
}

function print(title: string, figures: Record<string, number>): void {
  console.log(
    `${title}\n${Object.entries(figures)
      .map(([name, value]) => `  ${name.padEnd(18)} ${value}`)
      .join("\n")}\n`,
  );
}

const adjustment = benchWestfallYoung();
print(
  `Westfall–Young, ${flips} flips, ${cases} cases, ${2 * cohortsOfDimension} cohorts, ${metrics} metrics`,
  adjustment,
);
const quantiles = benchQuantiles();
print(`Quantiles ${probabilities.join(", ")} of ${latencies} latencies with intervals`, quantiles);
console.log(JSON.stringify({ bench: "statistics", rounds, westfallYoung: adjustment, quantiles }));
if (sink === undefined) process.exitCode = 1;
