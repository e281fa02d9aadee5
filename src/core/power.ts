// What `evals power` answers: how many cases a gate's margins need. Proportions 0..1 everywhere; computed by the pipeline, never stored.

/**
 * Where a share of differing cases comes from. `same-release`: a run with the same release on both sides. `repetitions`: repetitions of
 * one release in a run. Both show noise alone. `comparison`: a run of two releases, which includes what really changed. `assumed`:
 * nothing was measured.
 */
export type DiscordanceSource = "same-release" | "repetitions" | "comparison" | "assumed";

/** The discordance that a plan rests on: the share of cases whose outcome differs between the sides at one repetition. */
export interface Discordance {
  /** The share, 0..1. */
  readonly share: number;
  /** Where it comes from. */
  readonly source: DiscordanceSource;
  /** The stored run; `null` when it is assumed. */
  readonly runId: string | null;
  /** Cohort that it was measured in: the criterion's own, or `all` where that had too few cases; `null` when it is assumed. */
  readonly cohort: string | null;
  /** Cases that it was measured on; 0 when it is assumed. */
  readonly cases: number;
  /** True when less than one case in `cases` differed, so that one in `cases` was taken. */
  readonly isFloor: boolean;
}

/** What a number of repetitions asks for and costs. */
export interface PowerSizes {
  /** Repetitions of each case on each side. */
  readonly repetitions: number;
  /** Mean squared difference of a case under no change: the discordance, its noise averaged over the repetitions. */
  readonly discordance: number;
  /** The smallest drop that the present cases show with the wanted probability; `null` where they show none. */
  readonly smallestVisibleDrop: number | null;
  /** Cases in the cohort to prove harm at the wanted drop. */
  readonly casesForHarm: number;
  /** Cases in the cohort to prove that the loss is below the margin when nothing changed. */
  readonly casesForSafety: number;
  /** Calls for the larger of the two: cases × repetitions × 2 sides. */
  readonly calls: number;
  /** Their cost in US dollars, without judging; `null` when no earlier run of the evaluation reports costs. */
  readonly costUsd: number | null;
  /** Calls of the judges for their answers, at most; 0 without a judge, `null` when it is not known of one. */
  readonly judgeCalls: number | null;
  /** Cost of the calls and of judging in US dollars; `null` when a part of it is unknown. */
  readonly wholeCostUsd: number | null;
}

/** What judging one run of the dataset takes, by one evaluator that asks a model. What a further round asks, before a judge blocks a release, is not in it. */
export interface PowerJudging {
  /** Name of the evaluator. */
  readonly evaluator: string;
  /** Calls for one answer: as measured, else the most by what the evaluator says of itself; `null` when nothing tells. */
  readonly callsPerAnswer: number | null;
  /** Calls for all answers, were each trial answered and no vote reused; `null` when nothing tells. */
  readonly calls: number | null;
  /** Their cost in US dollars; `null` when no stored run tells. */
  readonly costUsd: number | null;
  /** What the newest run that judged by this version of the evaluator made, where one tells the cost the newest such; `null` when there is none. */
  readonly measured: {
    /** The run. */
    readonly runId: string;
    /** Calls of the judge. */
    readonly calls: number;
    /** Votes that were cast before and reused, which took no call. */
    readonly reused: number;
    /** Mean number of votes of an answer that was judged, reused ones among them. */
    readonly callsPerAnswer: number;
    /** Mean cost of a call in US dollars; `null` when no call reports it. */
    readonly usdPerCall: number | null;
  } | null;
}

/** The plan for one margin in one cohort. */
export interface PowerCriterion {
  /** Name of the metric. */
  readonly metric: string;
  /** Name of the cohort. */
  readonly cohort: string;
  /** Whether it decides the verdict or is only shown. */
  readonly severity: "blocking" | "advisory";
  /** The largest acceptable loss. */
  readonly margin: number;
  /** Cases of the cohort in the dataset. */
  readonly cohortCases: number;
  /** Those of them that the metric can judge, as far as a stored run tells: cases now. */
  readonly cases: number;
  /** Independent units among `cases`: cases of one cluster count once. */
  readonly clusters: number;
  /** False when the present cases can never prove the margin, even were no case to differ. */
  readonly canPass: boolean;
  /** The fewest cases at which the margin can be proven at all. */
  readonly minimumCases: number;
  /** The discordance at one repetition. */
  readonly discordance: Discordance;
  /** Sizes at the evaluation's own number of repetitions. */
  readonly now: PowerSizes;
  /** Sizes at 1, 3 and 5 repetitions; `null` where nothing tells noise from change, so that repetitions cannot be judged. */
  readonly byRepetitions: readonly PowerSizes[] | null;
}

/** What `evals power --json` prints. */
export interface PowerPlan {
  /** Version of this format. */
  readonly schemaVersion: 1;
  /** Name of the evaluation. */
  readonly evaluation: string;
  /** The dataset as it is now. */
  readonly dataset: { readonly name: string; readonly version: number | null; readonly cases: number };
  /** The drop in a pass rate that is to be seen. */
  readonly drop: number;
  /** The probability with which it is to be seen, and with which an unchanged candidate is to pass. */
  readonly power: number;
  /** One-sided error probability of the gate. */
  readonly alpha: number;
  /** The evaluation's own number of repetitions. */
  readonly repetitions: number;
  /** Calls of one run of the dataset as it is: cases × repetitions × 2 sides. */
  readonly calls: number;
  /** Their cost in US dollars, without judging; `null` when unknown. */
  readonly costUsd: number | null;
  /** What judging their answers takes, one entry for each evaluator that asks a model. */
  readonly judging: readonly PowerJudging[];
  /** Cost of the calls and of judging in US dollars; `null` when a part of it is unknown. */
  readonly wholeCostUsd: number | null;
  /** Mean cost of a call with the run that it comes from; `null` when no earlier run of the evaluation reports costs. */
  readonly callCost: { readonly usd: number; readonly runId: string } | null;
  /** How many times the cases for harm it takes at most where only one of the gate's blocking margins is broken, since harm is corrected over all. */
  readonly harmCorrection: { readonly criteria: number; readonly atMostTimes: number };
  /** One entry for each margin in each cohort, in the order of the gate. */
  readonly criteria: readonly PowerCriterion[];
  /** What a reader of the numbers should know, one sentence each. */
  readonly notes: readonly string[];
}
