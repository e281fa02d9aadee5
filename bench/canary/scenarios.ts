import type { GroupMeasure } from "../../src/pipeline/group-check.ts";

/** A criterion of the simulated gate: what is measured, and in which cohort (`null` for all traces). */
export interface SimulatedCriterion {
  readonly metric: string;
  readonly measure: GroupMeasure;
  readonly cohort: string | null;
}

/** Traces that grow, and the looks at them. */
export interface Scenario {
  readonly name: string;
  /** Traces of the canary at each look. */
  readonly looks: readonly number[];
  /** Traces of the canary that are planned. */
  readonly planned: number;
  /** Traces of the live release for each one of the canary, at a share 0..1 of the looks. */
  readonly liveFor: (progress: number) => number;
  /** Error rate of the live release, and how often the canary errs for it. */
  readonly errorRate: number;
  readonly errorRatio: number;
  readonly criteria: readonly SimulatedCriterion[];
  /** Cohorts, with their share of the traces at a share 0..1 of the plan. */
  readonly cohorts: Readonly<Record<string, (progress: number) => number>>;
  /** Traces that share a conversation. */
  readonly perConversation: number;
}

const rate: GroupMeasure = { kind: "rate", isPassRate: false };
const errors: SimulatedCriterion = { metric: "error_rate", measure: rate, cohort: null };
const evenly = (looks: number, planned: number) =>
  Array.from({ length: looks }, (_, index) => Math.round(((index + 1) * planned) / looks));

/** One rate of errors, twenty looks: with 4,000 traces a side at 5 % one comparison at the end finds errors × 1.25 with a power of .79. */
const plain: Scenario = {
  name: "one rate, 20 looks",
  looks: evenly(20, 4000),
  planned: 4000,
  liveFor: () => 1,
  errorRate: 0.05,
  errorRatio: 1,
  criteria: [errors],
  cohorts: {},
  perConversation: 1,
};

const tiers = ["free", "pro", "enterprise"];
const measures: readonly [string, GroupMeasure][] = [
  ["error_rate", rate],
  ["latency_ms.p50", { kind: "percentile", probability: 0.5 }],
  ["latency_ms.p95", { kind: "percentile", probability: 0.95 }],
  ["input_tokens", { kind: "mean" }],
];
const everything = [null, ...tiers].flatMap((cohort) =>
  measures.map(([metric, measure]) => ({ metric, measure, cohort })),
);
const shares = { free: () => 0.6, pro: () => 0.3, enterprise: () => 0.1 };

const joining: Scenario["cohorts"] = {
  free: () => 0.6,
  pro: (progress) => (progress < 0.5 ? 0.4 : 0.2),
  enterprise: (progress) => (progress < 0.5 ? 0 : 0.2),
};

/** What is simulated. Without a change every flag is false. */
export const scenarios: readonly Scenario[] = [
  plain,
  { ...plain, name: "the same, errors × 1.25", errorRatio: 1.25 },
  { ...plain, name: "the same, errors × 1.5", errorRatio: 1.5 },
  { ...plain, name: "one rate, 5 looks", looks: evenly(5, 4000) },
  { ...plain, name: "5 looks, errors × 1.25", looks: evenly(5, 4000), errorRatio: 1.25 },
  { ...plain, name: "looks where they happen to be", looks: [150, 400, 1450, 1500, 2900, 4000] },
  { ...plain, name: "40 % more than planned at the end", looks: [...evenly(20, 4000).slice(0, -1), 5600] },
  {
    ...plain,
    name: "live release ×1 at first, ×4 at the end",
    looks: evenly(10, 2000),
    planned: 2000,
    liveFor: (progress) => 1 + 3 * progress,
  },
  { ...plain, name: "conversations of 4", looks: evenly(10, 4000), perConversation: 4 },
  {
    ...plain,
    name: "16 criteria in 4 cohorts",
    looks: evenly(20, 2000),
    planned: 2000,
    criteria: everything,
    cohorts: shares,
  },
  {
    ...plain,
    name: "16 criteria, enterprise from the middle on",
    looks: evenly(10, 2000),
    planned: 2000,
    criteria: everything,
    cohorts: joining,
  },
  {
    ...plain,
    name: "error rates in 4 cohorts, enterprise from the middle on",
    looks: evenly(5, 2000),
    planned: 2000,
    criteria: everything.filter(({ metric }) => metric === "error_rate"),
    cohorts: joining,
  },
];
