import { inCohort, whereOf } from "../core/cohort.ts";
import type { Decision } from "../core/comparison.ts";
import type { Case } from "../core/dataset.ts";
import { plural } from "../core/quantities.ts";
import type { Sample, Side } from "../core/sample.ts";
import { type TrialRate, trialRate } from "../core/trial-rate.ts";
import type { GateCheck } from "./resolve-gate.ts";

/** What was planned and what came of it. */
interface Records {
  readonly cases: readonly Case[];
  readonly samples: readonly Sample[];
}

/**
 * A decision on a share of trials with what the targets do not report. Silence is no rate of 0: where nothing could be judged since a target
 * does not report it, the decision is inconclusive, not an error of the run. Decisions on other metrics stay as they are.
 */
export function withUnreported(
  decision: Decision,
  { criterion, cohort }: GateCheck,
  records: Records,
): Decision {
  const rate = trialRate(criterion.metric);
  if (rate === undefined) return decision;
  const ids = new Set(records.cases.filter((item) => inCohort(cohort, item.cohorts)).map(({ id }) => id));
  const sides: Side[] = criterion.margin === undefined ? ["candidate"] : ["baseline", "candidate"];
  const silent = sides
    .map((side) => ({ side, ...silenceOf(records.samples, ids, side, rate) }))
    .filter(({ unreported }) => unreported > 0);
  if (silent.length === 0) return decision;
  const said = silent.map(
    ({ side, unreported, answered }) =>
      `${unreported} of ${plural(answered, "answered trial")} of the ${side}`,
  );
  if (decision.estimate !== null) {
    return { ...decision, reason: `${decision.reason}; not reported by ${said.join(" and ")}` };
  }
  const message = `${criterion.metric} ${whereOf(cohort.name)} is not known: ${said.join(" and ")} do not report it, and what a target does not report is no rate of 0`;
  return { ...decision, decision: "inconclusive", reason: message };
}

function silenceOf(
  samples: readonly Sample[],
  ids: ReadonlySet<string>,
  side: Side,
  { happened }: TrialRate,
): { answered: number; unreported: number } {
  const answered = samples.filter(
    (sample) => sample.side === side && sample.output !== null && ids.has(sample.caseId),
  );
  return {
    answered: answered.length,
    unreported: answered.filter((sample) => happened(sample) === null).length,
  };
}
