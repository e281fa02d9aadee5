import { cohortOf, everyCase } from "../../src/core/cohort.ts";
import type { Decision } from "../../src/core/comparison.ts";
import { criterionSchema } from "../../src/core/gate.ts";
import { gate, verdictOver } from "../../src/pipeline/gate.ts";
import type { CaseOutcome } from "../../src/pipeline/pair.ts";
import type { GateCheck } from "../../src/pipeline/resolve-gate.ts";
import { type RandomSource, seededRandom } from "../../src/stats/index.ts";
import type { Cell, Margins } from "./cells.ts";

/** Pass rate of the baseline: the mean of {@link shape}. */
const baselineRate = 0.85;
/** Beta(α, β) of the cases' pass probabilities: mean 0.85, and 2·E[p(1 − p)] = 0.102. */
const shape = { alpha: 0.5667, beta: 0.1 };
/** Bound of the first naive rule, loss of any cohort. */
const naiveLoss = 0.02;
/** Bound of the second naive rule, pass rate over all cases: the baseline's true rate less 3 points. */
const naiveRate = 0.82;
const alpha = 0.05;
const metric = "task";
const dimension = "segment";
const segments = ["a", "b", "c", "d"];
const roundingSlack = 1e-9;

/** How many replications of a cell ended how. */
export interface Tally {
  replications: number;
  pass: number;
  fail: number;
  inconclusive: number;
  /** The criterion of the first cohort, the one that may have dropped, passed. */
  cohortPass: number;
  /** The naive rule "some cohort lost more than 2 points" blocked. */
  naiveLoss: number;
  /** The naive rule "the candidate's pass rate over all cases is below 82 %" blocked. */
  naiveRate: number;
}

/** A tally of nothing. */
export function emptyTally(): Tally {
  return { replications: 0, pass: 0, fail: 0, inconclusive: 0, cohortPass: 0, naiveLoss: 0, naiveRate: 0 };
}

/** Adds `more` to `tally`. */
export function addTally(tally: Tally, more: Tally): void {
  for (const key of Object.keys(tally) as (keyof Tally)[]) tally[key] += more[key];
}

/** Simulates the replications `first`, `first + step`, … below `replications` of a cell. Each depends on `seed`, cell and its number only. */
export function simulate(cell: Cell, replications: number, seed: string, first: number, step: number): Tally {
  const checks = checksOf(cell.margins);
  const skeleton = skeletonOf(cell.n, cell.repetitions);
  const tally = emptyTally();
  for (let replication = first; replication < replications; replication += step) {
    const own = `${seed}/${cell.id}/${replication}`;
    const outcomes = drawOutcomes(cell, skeleton, seededRandom(own));
    count(tally, decide(checks, outcomes, cell.repetitions, own));
  }
  return tally;
}

/** The decision of one criterion with a margin of 5 points over cases of which none changed: the anchor without any discordance. */
export function verdictWithoutDiscordance(n: number): string {
  const check = checkOf(0.05, null);
  const same = { baseline: 1, candidate: 1 };
  const outcomes = skeletonOf(n, 1).map((item) => withRates(item, same));
  return verdictOver(decide([check], outcomes, 1, "none"));
}

function checkOf(margin: number, segment: string | null): GateCheck {
  const cohort = segment === null ? everyCase : cohortOf({ [dimension]: segment }, [dimension]);
  return { criterion: criterionSchema.parse({ metric, margin }), cohort };
}

function checksOf(margins: Margins): GateCheck[] {
  return [checkOf(margins.all, null), ...segments.map((segment) => checkOf(margins.cohort, segment))];
}

function decide(
  checks: readonly GateCheck[],
  outcomes: readonly CaseOutcome[],
  repetitions: number,
  seed: string,
): Decision[] {
  return gate({
    checks,
    outcomes: new Map([[metric, outcomes]]),
    cases: [],
    samples: [],
    repetitions,
    alpha,
    judges: new Map(),
    seed,
  });
}

/** What is the same in each replication. */
type Skeleton = Pick<CaseOutcome, "caseId" | "tags" | "cluster" | "counts">;

function skeletonOf(n: number, repetitions: number): Skeleton[] {
  const counts = {
    planned: repetitions,
    scored: repetitions,
    notApplicable: 0,
    candidateMissing: 0,
    baselineMissing: 0,
    bothMissing: 0,
  };
  const tags = segments.map((segment) => ({ [dimension]: segment }));
  return Array.from({ length: n }, (_, index) => {
    const caseId = `case-${index}`;
    return { caseId, tags: tags[index % segments.length]!, cluster: caseId, counts };
  });
}

function withRates(item: Skeleton, rates: { baseline: number; candidate: number }): CaseOutcome {
  const { caseId, tags, cluster, counts } = item;
  return {
    caseId,
    tags,
    cluster,
    counts,
    observed: rates,
    worstCase: rates,
    candidateAlone: { sum: 0, scored: 0, missing: 0 },
  };
}

function drawOutcomes(
  { repetitions, drop }: Cell,
  skeleton: readonly Skeleton[],
  random: RandomSource,
): CaseOutcome[] {
  const kept = 1 - drop / baselineRate;
  return skeleton.map((item) => {
    const probability = drawBeta(random);
    const isHit = item.tags[dimension] === segments[0];
    return withRates(item, {
      baseline: drawRate(random, probability, repetitions),
      candidate: drawRate(random, isHit ? probability * kept : probability, repetitions),
    });
  });
}

/** Share of successes among independent trials. */
function drawRate(random: RandomSource, probability: number, trials: number): number {
  let successes = 0;
  for (let trial = 0; trial < trials; trial++) if (random.uniform() < probability) successes++;
  return successes / trials;
}

/** A draw from the Beta distribution of {@link shape} by the rejection method of Jöhnk 1964, quick for small parameters. */
function drawBeta(random: RandomSource): number {
  for (;;) {
    const x = random.uniform() ** (1 / shape.alpha);
    const y = random.uniform() ** (1 / shape.beta);
    if (x + y <= 1 && x + y > 0) return x / (x + y);
  }
}

function count(tally: Tally, decisions: readonly Decision[]): void {
  const verdict = verdictOver(decisions);
  if (verdict === "error") throw new Error("a simulated run without missing answers ended with an error");
  const all = decisions.find(({ cohort }) => cohort === "all")!;
  const cohorts = decisions.filter((decision) => decision !== all);
  const hit = cohorts.find(({ cohort }) => cohort === `${dimension}=${segments[0]}`)!;
  tally.replications++;
  tally[verdict]++;
  if (hit.decision === "pass") tally.cohortPass++;
  if (cohorts.some(({ estimate }) => estimate! < -naiveLoss - roundingSlack)) tally.naiveLoss++;
  if (all.candidate! < naiveRate - roundingSlack) tally.naiveRate++;
}
