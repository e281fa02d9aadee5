import type { Evaluator, Store } from "../core/extensions.ts";
import type { PowerJudging } from "../core/power.ts";
import type { RunManifest } from "../core/run.ts";
import type { Score } from "../core/score.ts";

/** An evaluator as far as it tells what it asks. */
export type AskingEvaluator = Pick<Evaluator, "name" | "version" | "judgedBy" | "targets" | "callsPerAnswer">;

type Measured = NonNullable<PowerJudging["measured"]>;

/** Newest runs that are looked through: the scores of each have to be read whole. */
const runsForJudging = 5;

/** What judging so many answers takes, for each evaluator that asks a model, by what it says of itself and by the newest runs that judged by this version of it. */
export async function planJudging(
  store: Store,
  newestFirst: readonly RunManifest[],
  evaluators: readonly AskingEvaluator[],
  answers: number,
): Promise<PowerJudging[]> {
  const found = await measuredIn(store, newestFirst, evaluators);
  return evaluators.flatMap((evaluator) => {
    const measured = found.get(evaluator.name) ?? null;
    if (measured === null && !asksModels(evaluator)) return [];
    const callsPerAnswer = measured?.callsPerAnswer ?? evaluator.callsPerAnswer ?? null;
    const usdPerCall = measured?.usdPerCall ?? null;
    return [
      {
        evaluator: evaluator.name,
        callsPerAnswer,
        ...judgingOf([{ callsPerAnswer, usdPerCall }], answers),
        measured,
      },
    ];
  });
}

/** Calls of all judges for so many answers, with their cost; `null` where it is not known of one of them. Nothing is taken for reused. */
export function judgingOf(
  judges: readonly { readonly callsPerAnswer: number | null; readonly usdPerCall: number | null }[],
  answers: number,
): { readonly calls: number | null; readonly costUsd: number | null } {
  let [calls, costUsd]: [number | null, number | null] = [0, 0];
  for (const { callsPerAnswer, usdPerCall } of judges) {
    const own = callsPerAnswer === null ? null : Math.ceil(answers * callsPerAnswer - 1e-9);
    calls = calls === null || own === null ? null : calls + own;
    costUsd = costUsd === null || own === null || usdPerCall === null ? null : costUsd + own * usdPerCall;
  }
  return { calls, costUsd };
}

function asksModels({ judgedBy, targets = [], callsPerAnswer }: AskingEvaluator): boolean {
  return judgedBy !== undefined || targets.length > 0 || callsPerAnswer !== undefined;
}

/** The newest measure of each evaluator, one that knows the cost where there is any. An evaluator whose scores show no call asks nobody. */
async function measuredIn(
  store: Store,
  newestFirst: readonly RunManifest[],
  evaluators: readonly AskingEvaluator[],
): Promise<Map<string, Measured>> {
  const found = new Map<string, Measured>();
  const silent = new Set<string>();
  for (const { runId, evaluators: known } of newestFirst.slice(0, runsForJudging)) {
    const open = evaluators.filter(
      ({ name, version }) =>
        (found.get(name)?.usdPerCall ?? null) === null &&
        !silent.has(name) &&
        known.some((other) => other.name === name && other.version === version),
    );
    if (open.length === 0) continue;
    const scores = (await store.read(runId, "scores")).flat();
    for (const evaluator of open) {
      const { name } = evaluator;
      const own = scores.filter((score) => score.evaluator === name && isFirstAnswer(score));
      const measured = measure(runId, own);
      if (measured === null) {
        if (own.length > 0 && !asksModels(evaluator)) silent.add(name);
      } else if (!found.has(name) || measured.usdPerCall !== null) found.set(name, measured);
    }
  }
  return found;
}

/** A judge that failed was asked too seldom or too often to go by. */
function isFirstAnswer({ round, evaluation }: Score): boolean {
  return round === undefined && evaluation.status !== "error";
}

function measure(runId: string, scores: readonly Score[]): Measured | null {
  const judged = scores.flatMap(({ judging }) => (judging === undefined ? [] : [judging]));
  const calls = judged.reduce((sum, each) => sum + each.calls, 0);
  const reused = judged.reduce((sum, each) => sum + each.reused, 0);
  if (calls + reused === 0) return null;
  const priced = judged.filter((each) => each.calls > 0 && each.costUsd !== null);
  const pricedCalls = priced.reduce((sum, each) => sum + each.calls, 0);
  const costUsd = priced.reduce((sum, each) => sum + each.costUsd!, 0);
  return {
    runId,
    calls,
    reused,
    callsPerAnswer: (calls + reused) / scores.length,
    usdPerCall: pricedCalls === 0 ? null : costUsd / pricedCalls,
  };
}
