import type { Failure } from "../core/errors.ts";

/**
 * Keeps a spend limit: a call is only allowed when the dearest call so far would still fit for each one in flight. Who is paid says which
 * calls cost alike: the calls of one release say nothing of what those of another or of a judge cost.
 */
export interface Budget {
  /** Asks for one call. The failure says why it may not be made. */
  take(payee: string): Promise<Failure | null>;
  /** Gives back a call that was answered, with its cost in US dollars; `null` when the target does not say. */
  answered(payee: string, costUsd: number | null): void;
  /** Gives back a call that was not answered, with what is known of its cost in US dollars. What a whole call costs it does not say. */
  unanswered(payee: string, costUsd?: number | null): void;
}

/** The calls to one payee. */
interface Account {
  /** `null` until the cost of an answered call is known. */
  dearest: number | null;
  /** What a call costs at least, by those that were not answered. */
  atLeast: number;
  inFlight: number;
}

/**
 * A budget without a limit allows everything. With a limit, the calls to a payee go one by one until the cost of one is known.
 *
 * @param alreadySpentUsd what earlier parts of the run spent, in US dollars.
 * @param dearestUsd what the dearest call of these cost; any call may cost as much until one like it was answered.
 */
export function budget(limitUsd: number | undefined, alreadySpentUsd: number, dearestUsd = 0): Budget {
  if (limitUsd === undefined) return { take: async () => null, answered: () => {}, unanswered: () => {} };
  let spent = alreadySpentUsd;
  let unknownCost = false;
  let waiting: (() => void)[] = [];
  const accounts = new Map<string, Account>();
  const accountOf = (payee: string) => {
    const account = accounts.get(payee) ?? { dearest: null, atLeast: dearestUsd, inFlight: 0 };
    accounts.set(payee, account);
    return account;
  };
  const expected = ({ dearest, atLeast }: Account) => dearest ?? atLeast;
  const underWay = () =>
    [...accounts.values()].reduce((sum, account) => sum + expected(account) * account.inFlight, 0);
  const giveBack = (account: Account) => {
    account.inFlight--;
    const resume = waiting;
    waiting = [];
    for (const next of resume) next();
  };
  return {
    async take(payee) {
      const account = accountOf(payee);
      while (account.dearest === null && account.inFlight > 0 && !unknownCost) {
        await new Promise<void>((resume) => waiting.push(resume));
      }
      if (unknownCost) return refused(costUnknown);
      if (spent >= limitUsd || spent + underWay() + expected(account) > limitUsd) {
        return refused(`the spend limit of ${limitUsd} USD is reached`);
      }
      account.inFlight++;
      return null;
    },
    answered(payee, costUsd) {
      const account = accountOf(payee);
      if (isCost(costUsd)) {
        spent += costUsd;
        account.dearest = Math.max(expected(account), costUsd);
      } else unknownCost = true;
      giveBack(account);
    },
    unanswered(payee, costUsd) {
      const account = accountOf(payee);
      if (isCost(costUsd)) {
        spent += costUsd;
        // A call costs this much at least; until one is answered they go on one by one.
        account.atLeast = Math.max(account.atLeast, costUsd);
        if (account.dearest !== null) account.dearest = Math.max(account.dearest, costUsd);
      }
      giveBack(account);
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
