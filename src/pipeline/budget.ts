import type { Failure } from "../core/errors.ts";

/** Keeps a spend limit: a call is only allowed when the dearest call so far would still fit for each one in flight. */
export interface Budget {
  /** Asks for one call. The failure says why it may not be made. */
  take(): Promise<Failure | null>;
  /** Gives back what a call has cost; `null` when the target does not say. */
  settle(costUsd: number | null): void;
}

/** A budget without a limit allows everything. With a limit, the first call goes alone so that its cost is known before others follow. */
export function budget(limitUsd: number | undefined, alreadySpentUsd: number): Budget {
  if (limitUsd === undefined) return { take: async () => null, settle: () => {} };
  let spent = alreadySpentUsd;
  let dearest: number | null = null;
  let inFlight = 0;
  let unknownCost = false;
  let waiting: (() => void)[] = [];
  return {
    async take() {
      while (dearest === null && inFlight > 0 && !unknownCost)
        await new Promise<void>((resume) => waiting.push(resume));
      if (unknownCost) return refused("the target reports no cost, so the spend limit cannot be kept");
      if (spent + (dearest ?? 0) * (inFlight + 1) > limitUsd)
        return refused(`the spend limit of ${limitUsd} USD is reached`);
      inFlight++;
      return null;
    },
    settle(costUsd) {
      inFlight--;
      if (costUsd === null) unknownCost = true;
      else {
        spent += costUsd;
        dearest = Math.max(dearest ?? 0, costUsd);
      }
      const resume = waiting;
      waiting = [];
      for (const next of resume) next();
    },
  };
}

function refused(message: string): Failure {
  return { kind: "budget", message, retryable: true };
}
