import type { Failure } from "../core/errors.ts";

/** Keeps a spend limit: a call is only allowed when the dearest call so far would still fit for each one in flight. */
export interface Budget {
  /** Asks for one call. The failure says why it may not be made. */
  take(): Promise<Failure | null>;
  /** Gives back a call that was answered, with its cost in US dollars; `null` when the target does not say. */
  answered(costUsd: number | null): void;
  /** Gives back a call that was not answered, with what is known of its cost in US dollars. What a whole call costs it does not say. */
  unanswered(costUsd?: number | null): void;
}

/**
 * A budget without a limit allows everything. With a limit, calls go one by one until the cost of one is known.
 *
 * @param alreadySpentUsd what earlier parts of the run spent, in US dollars.
 * @param dearestUsd what the dearest call of these cost.
 */
export function budget(limitUsd: number | undefined, alreadySpentUsd: number, dearestUsd = 0): Budget {
  if (limitUsd === undefined) return { take: async () => null, answered: () => {}, unanswered: () => {} };
  let spent = alreadySpentUsd;
  let dearest: number | null = null;
  let atLeast = dearestUsd;
  let inFlight = 0;
  let unknownCost = false;
  let waiting: (() => void)[] = [];
  const giveBack = () => {
    inFlight--;
    const resume = waiting;
    waiting = [];
    for (const next of resume) next();
  };
  return {
    async take() {
      while (dearest === null && inFlight > 0 && !unknownCost) {
        await new Promise<void>((resume) => waiting.push(resume));
      }
      if (unknownCost) return refused(costUnknown);
      if (spent >= limitUsd || spent + (dearest ?? atLeast) * (inFlight + 1) > limitUsd) {
        return refused(`the spend limit of ${limitUsd} USD is reached`);
      }
      inFlight++;
      return null;
    },
    answered(costUsd) {
      if (isCost(costUsd)) {
        spent += costUsd;
        dearest = Math.max(dearest ?? atLeast, costUsd);
      } else unknownCost = true;
      giveBack();
    },
    unanswered(costUsd) {
      if (isCost(costUsd)) {
        spent += costUsd;
        // A call costs this much at least; until one is answered they go on one by one.
        atLeast = Math.max(atLeast, costUsd);
        if (dearest !== null) dearest = Math.max(dearest, costUsd);
      }
      giveBack();
    },
  };
}

function isCost(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && Number.isFinite(value);
}

const costUnknown =
  "the target reports no cost, so the spend limit cannot be kept: give the target `prices`, or run without `maximumCostUsd`";

function refused(message: string): Failure {
  return { kind: "budget", message, retryable: true };
}
