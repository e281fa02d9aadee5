import type { Sample } from "./sample.ts";

/** A metric that is a share of trials and is read off the samples: which way answers came, and at which attempt. */
export interface TrialRate {
  /** Whether a rise is harm: a margin then bounds the rise, else the loss. */
  readonly isHarm: boolean;
  /** Whether it happened in a trial; `null` when the target does not say or when there was no answer that could tell. */
  readonly happened: (sample: Sample) => boolean | null;
}

/** Reads a fact of an answer: without an answer there is none. */
function ofAnswer(read: (sample: Sample) => boolean | null): TrialRate["happened"] {
  return (sample) => (sample.output === null ? null : read(sample));
}

const rates: ReadonlyMap<string, TrialRate> = new Map([
  ["fallback_rate", { isHarm: true, happened: ofAnswer(({ served }) => served.fallback) }],
  ["cache_hit_rate", { isHarm: false, happened: ofAnswer(({ served }) => served.cacheHit) }],
  [
    "guardrail_bypass_rate",
    {
      isHarm: true,
      happened: ofAnswer(({ served }) =>
        served.guardrails === null ? null : served.guardrails.length === 0,
      ),
    },
  ],
  [
    "first_attempt_rate",
    { isHarm: false, happened: ({ output, attempts }: Sample) => output !== null && attempts.length === 1 },
  ],
]);

/**
 * Names of the metrics that are a share of trials: answered by another member of the route than the first, from a response cache, without a
 * guardrail; and answered at the first attempt.
 */
export const trialRateMetrics: readonly string[] = [...rates.keys()];

/** What a share of trials counts; `undefined` for every other metric. */
export function trialRate(metric: string): TrialRate | undefined {
  return rates.get(metric);
}
