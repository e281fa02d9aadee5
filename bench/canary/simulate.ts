import type { StoredLook } from "../../src/core/canary.ts";
import { cohortOf, everyCase } from "../../src/core/cohort.ts";
import { criterionSchema } from "../../src/core/gate.ts";
import { decideGroups, testedOf } from "../../src/pipeline/decide-groups.ts";
import type { GroupCheck } from "../../src/pipeline/group-check.ts";
import type { Valued } from "../../src/pipeline/group-statistics.ts";
import { type LookTest, lookTest, oneTest } from "../../src/pipeline/harm-test.ts";
import { seededRandom } from "../../src/stats/index.ts";
import type { Scenario, SimulatedCriterion } from "./scenarios.ts";

const alpha = 0.05;

/** What came of one simulated canary: whether each way of looking ever flagged harm. */
export interface Outcome {
  /** One comparison, repeated at each look at the full level. */
  readonly repeated: boolean;
  /** The planned looks. */
  readonly planned: boolean;
  /** One comparison at the end. */
  readonly atEnd: boolean;
  /** The look, counted from 1, that first flagged harm as planned. */
  readonly firstLook: number | null;
}

/** One trace of a simulated side. */
interface Request {
  readonly cohort: string | null;
  readonly failed: number;
  readonly latencyMs: number;
  readonly tokens: number;
  readonly conversation: string;
}

function requests(
  scenario: Scenario,
  random: ReturnType<typeof seededRandom>,
  n: number,
  errorRate: number,
): Request[] {
  const { uniform } = random;
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  let shared = errorRate;
  return Array.from({ length: n }, (_, index) => {
    // Half of the variance that a conversation can have is its own: errors come together.
    if (index % scenario.perConversation === 0)
      shared = scenario.perConversation === 1 ? errorRate : uniform() < errorRate * 2 ? 0.5 : 0;
    return {
      cohort: cohortAt(scenario, index / n, uniform()),
      failed: uniform() < shared ? 1 : 0,
      latencyMs: 1000 * Math.exp(0.5 * normal()),
      tokens: 700 * Math.exp(0.4 * normal()),
      conversation: `c${Math.floor(index / scenario.perConversation)}`,
    };
  });
}

function cohortAt({ cohorts }: Scenario, progress: number, draw: number): string | null {
  let sum = 0;
  for (const [name, share] of Object.entries(cohorts)) {
    sum += share(progress);
    if (draw < sum) return name;
  }
  return null;
}

function measuredOf(metric: string, { failed, latencyMs, tokens }: Request): number {
  if (metric === "error_rate") return failed;
  return metric === "input_tokens" ? tokens : latencyMs;
}

function checkOf(
  { metric, measure, cohort }: SimulatedCriterion,
  live: readonly Request[],
  canary: readonly Request[],
): GroupCheck {
  const values = (side: readonly Request[]): Valued[] =>
    side
      .filter((request) => cohort === null || request.cohort === cohort)
      .map((request) => ({ value: measuredOf(metric, request), cluster: request.conversation }));
  const bound = measure.kind === "rate" ? { margin: 0.001 } : { maximumRatio: 1.0001 };
  return {
    check: {
      criterion: criterionSchema.parse({ metric, ...bound }),
      cohort: cohort === null ? everyCase : cohortOf({ tier: cohort }, ["tier"]),
    },
    measure,
    groups: { baseline: values(live), candidate: values(canary) },
    missing: { baseline: 0, candidate: 0 },
    obstacle: null,
  };
}

/** A cohort of fewer traces on a side is left out, as `minimumCohortSize` does. */
const minimumCohortSize = 50;

/** Simulates one canary: harm is what the gate's own test says at each look. */
export function simulate(scenario: Scenario, seed: string): Outcome {
  const { looks, planned, liveFor, errorRate, errorRatio, criteria } = scenario;
  const random = seededRandom(seed);
  const last = looks.at(-1)!;
  const canary = requests(scenario, random, last, errorRate * errorRatio);
  const live = requests(scenario, random, Math.ceil(last * liveFor(1)), errorRate);
  const earlier: StoredLook[] = [];
  let [repeated, atEnd, firstLook] = [false, false, null as number | null];
  looks.forEach((n, index) => {
    const liveSoFar = live.slice(0, Math.ceil(n * liveFor(index / Math.max(1, looks.length - 1))));
    const checks = criteria
      .map((criterion) => checkOf(criterion, liveSoFar, canary.slice(0, n)))
      .filter(({ groups }) => Math.min(groups.baseline.length, groups.candidate.length) >= minimumCohortSize);
    const decisions = decideGroups(checks, alpha, oneTest(alpha));
    const flagged = decisions.some(({ harmPAdjusted }) => harmPAdjusted! <= alpha);
    repeated ||= flagged;
    atEnd = flagged;
    const fraction = Math.min(1, n / planned);
    const test = lookTest({ alpha, fraction, earlier });
    const least = decisions.map(({ harmP }, at) => ({ harmP: harmP!, check: checks[at]! }));
    if (firstLook === null && least.some((each) => isProven(test, each, checks.length)))
      firstLook = index + 1;
    earlier.push(storedLook(index + 1, fraction, checks));
  });
  return { repeated, planned: firstLook !== null, atEnd, firstLook };
}

/** Whether one criterion alone reaches its part of the level: then, and only then, Holm's procedure proves harm anywhere. */
function isProven(
  test: LookTest,
  { harmP, check }: { harmP: number; check: GroupCheck },
  members: number,
): boolean {
  // A p value over all looks is never below that of one look.
  return harmP <= alpha / members && harmP <= test.requiredP(testedOf(check), "blocking", members);
}

function storedLook(number: number, fraction: number, checks: readonly GroupCheck[]): StoredLook {
  return {
    ...{ number, fraction, at: "", baseline: 0, candidate: 0, spent: 0, isLast: fraction >= 1 },
    ...{ verdict: "inconclusive", worst: null, digest: "" },
    tested: checks.map(testedOf),
    families: { blocking: checks.length, advisory: 0 },
  };
}
