import type { Failure } from "../core/errors.ts";

/** Keeps a spend limit: a call is only allowed when the dearest call so far would still fit for each one in flight. */
export interface Budget {
  /** Asks for one call. The failure says why it may not be made. */
  take(): Promise<Failure | null>;
  /** Gives back a call that was answered, with its cost in US dollars; `null` when the target does not say. */
  answered(costUsd: number | null): void;
  /** Gives back a call that was not answered: it says nothing of what a call costs. */
  unanswered(): void;
}

/** A budget without a limit allows everything. With a limit, calls go one by one until the cost of one is known. */
export function budget(limitUsd: number | undefined, alreadySpentUsd: number): Budget {
  if (limitUsd === undefined) return { take: async () => null, answered: () => {}, unanswered: () => {} };
  let spent = alreadySpentUsd;
  let dearest: number | null = null;
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
      if (unknownCost) return refused("the target reports no cost, so the spend limit cannot be kept");
      if (spent >= limitUsd || spent + (dearest ?? 0) * (inFlight + 1) > limitUsd) {
        return refused(`the spend limit of ${limitUsd} USD is reached`);
      }
      inFlight++;
      return null;
    },
    answered(costUsd) {
      if (costUsd === null || !(costUsd >= 0) || !Number.isFinite(costUsd)) unknownCost = true;
      else {
        spent += costUsd;
        dearest = Math.max(dearest ?? 0, costUsd);
      }
      giveBack();
    },
    unanswered: giveBack,
  };
}

function refused(message: string): Failure {
  return { kind: "budget", message, retryable: true };
}
