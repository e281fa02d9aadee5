import type { RateLimit, TargetResponse } from "../core/extensions.ts";
import type { Attempt, Usage } from "../core/sample.ts";

/** Limits that the evaluation sets, for all calls to one provider together. */
export interface PaceLimits {
  readonly requestsPerMinute?: number | undefined;
  /** Tokens read and written together. */
  readonly tokensPerMinute?: number | undefined;
}

/** What a pace is made of. */
export interface PaceOptions {
  /** The most attempts at a time. */
  readonly concurrency: number;
  readonly limits: PaceLimits;
  /** Milliseconds that only grow. */
  readonly clock: () => number;
  /** Waits, or ends early when the signal is aborted. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** One attempt that was let in. Exactly one of these is called when it has ended. */
export interface Ticket {
  /** How many attempts might be made at a time when it was let in, where that was fewer than the evaluation allows. */
  readonly slowed?: Attempt["slowed"];
  answered(response: TargetResponse): void;
  /** It failed at a rate limit; `retryAfterMs` is what the provider asks to wait, `usage` what it used all the same. */
  limited(retryAfterMs: number | undefined, rateLimit: RateLimit | undefined, usage?: Partial<Usage>): void;
  /** It failed otherwise. */
  failed(rateLimit: RateLimit | undefined, usage?: Partial<Usage>): void;
}

/** How fast calls are made at present. */
export interface PaceState {
  /** Attempts that may be made at a time; of several providers the lowest. */
  readonly concurrency: number;
  /** Attempts that a rate limit refused. */
  readonly rateLimited: number;
}

/** Spaces attempts by what the providers say and by the limits of the evaluation. */
export interface Pace {
  /** Waits until one more attempt may start. Attempts with the same key are spaced together. Ends early when the signal is aborted. */
  enter(key: string, signal: AbortSignal): Promise<Ticket>;
  /** Takes that a target asks for a wait in milliseconds that is too long for a run. It is not called before. */
  close(target: object, ms: number): void;
  /** Milliseconds until a target may be called again that was closed; 0 for every other. */
  closedMs(target: object): number;
  state(): PaceState;
}

/** A provider that asks for more means that it will not answer in this run: five minutes, in milliseconds. */
export const longestPauseMs = 300_000;

/** Milliseconds that a refusal asks to wait: as it says, else until what is used up is there again; `undefined` where it says neither. */
export function askedMs(
  retryAfterMs: number | undefined,
  rateLimit: RateLimit | undefined,
): number | undefined {
  return retryAfterMs ?? (isUsedUp(rateLimit) ? rateLimit?.resetMs : undefined);
}

function isUsedUp(left: RateLimit | undefined): boolean {
  return left?.remainingRequests === 0 || left?.remainingTokens === 0;
}

/** A pace in which every key has a lane of its own. */
export function pace(options: PaceOptions): Pace {
  const lanes = new Map<string, Lane>();
  const closed = new WeakMap<object, number>();
  const { clock } = options;
  return {
    close(target, ms) {
      closed.set(target, Math.max(closed.get(target) ?? 0, clock() + ms));
    },
    closedMs: (target) => Math.max(0, (closed.get(target) ?? 0) - clock()),
    enter(key, signal) {
      const lane = lanes.get(key) ?? laneOf(options);
      lanes.set(key, lane);
      return lane.enter(signal);
    },
    state() {
      const states = [...lanes.values()].map((lane) => lane.state());
      return {
        concurrency: Math.min(options.concurrency, ...states.map(({ concurrency }) => concurrency)),
        rateLimited: states.reduce((sum, { rateLimited }) => sum + rateLimited, 0),
      };
    },
  };
}

interface Lane {
  enter(signal: AbortSignal): Promise<Ticket>;
  state(): PaceState;
}

/**
 * Attempts at one provider. So many at a time as it bears: additive increase, multiplicative decrease (Chiu & Jain 1989, Computer Networks
 * 17:1). A rate limit halves the number, once for all that were in flight together; each answer adds its share of one more. A pause that the
 * provider asks for holds for all; one that is too long for a run holds for none, since it may be for one model of many. Who comes first is let in first.
 */
function laneOf({ concurrency, limits, clock, wait }: PaceOptions): Lane {
  const starts = spacing(limits.requestsPerMinute, clock);
  const tokens = tokenBucket(limits.tokensPerMinute, clock);
  let allowed = concurrency;
  let inFlight = 0;
  let rateLimited = 0;
  let started = 0;
  /** Attempts up to this one do not lower the number again. */
  let lowered = 0;
  let openAt = Number.NEGATIVE_INFINITY;
  let turn: Promise<unknown> = Promise.resolve();
  let resume = () => {};
  const heed = (ms: number | undefined) => {
    if (ms !== undefined && ms <= longestPauseMs) openAt = Math.max(openAt, clock() + ms);
  };
  const leave = () => {
    inFlight--;
    resume();
  };
  const ticket = (): Ticket => {
    inFlight++;
    started++;
    starts.take();
    const number = started;
    const reserved = tokens.take();
    const to = Math.floor(allowed);
    return {
      slowed: to < concurrency ? { to, from: concurrency } : undefined,
      answered({ usage, rateLimit }) {
        tokens.settle(reserved, usage ?? {});
        allowed = Math.min(concurrency, allowed + 1 / allowed);
        heed(askedMs(undefined, rateLimit));
        leave();
      },
      limited(retryAfterMs, rateLimit, usage) {
        tokens.settle(reserved, usage);
        rateLimited++;
        if (number > lowered) {
          allowed = Math.max(1, allowed / 2);
          lowered = started;
        }
        heed(askedMs(retryAfterMs, rateLimit));
        leave();
      },
      failed(rateLimit, usage) {
        tokens.settle(reserved, usage);
        heed(askedMs(undefined, rateLimit));
        leave();
      },
    };
  };
  const admit = async (signal: AbortSignal): Promise<Ticket> => {
    while (!signal.aborted) {
      if (inFlight >= Math.floor(allowed) || tokens.isBlind(inFlight)) {
        await new Promise<void>((go) => {
          resume = go;
        });
        continue;
      }
      const ms = Math.max(openAt - clock(), starts.waitMs(), tokens.waitMs());
      if (ms <= 0) break;
      await wait(ms, signal);
    }
    return ticket();
  };
  return {
    enter(signal) {
      const admitted = turn.then(() => admit(signal));
      turn = admitted;
      return admitted;
    },
    state: () => ({ concurrency: Math.floor(allowed), rateLimited }),
  };
}

/** Keeps starts apart evenly, so that no minute has more than its share and none begins with a burst. */
function spacing(perMinute: number | undefined, clock: () => number): { take(): void; waitMs(): number } {
  let nextAt = Number.NEGATIVE_INFINITY;
  return {
    take() {
      if (perMinute !== undefined) nextAt = Math.max(nextAt, clock()) + 60_000 / perMinute;
    },
    waitMs: () => (perMinute === undefined ? 0 : nextAt - clock()),
  };
}

/** What one attempt is taken to cost until it is known. */
interface TokenBucket {
  /** Sets aside what a call has cost on average so far. */
  take(): number;
  /** Puts what was really used in the place of what was set aside; `undefined` for a call that says nothing because it failed. */
  settle(reserved: number, usage: Partial<Usage> | undefined): void;
  waitMs(): number;
  /** True while nothing is known of what a call costs and one is on its way. Not of a target that reports no tokens: it would go on one by one for ever. */
  isBlind(inFlight: number): boolean;
}

/** Lets calls start while tokens are left; they come back evenly, and no more than those of a second are saved up. */
function tokenBucket(perMinute: number | undefined, clock: () => number): TokenBucket {
  if (perMinute === undefined) {
    return { take: () => 0, settle: () => {}, waitMs: () => 0, isBlind: () => false };
  }
  const perMs = perMinute / 60_000;
  const most = perMs * 1000;
  let left = most;
  let filledAt = clock();
  let known = 0;
  let used = 0;
  let hasAnswered = false;
  const fill = () => {
    const now = clock();
    left = Math.min(most, left + (now - filledAt) * perMs);
    filledAt = now;
  };
  return {
    take() {
      fill();
      const reserved = known === 0 ? 0 : used / known;
      left -= reserved;
      return reserved;
    },
    settle(reserved, usage) {
      const { inputTokens, outputTokens } = usage ?? {};
      const isKnown = typeof inputTokens === "number" || typeof outputTokens === "number";
      const actual = (inputTokens ?? 0) + (outputTokens ?? 0);
      left += reserved - actual;
      if (usage !== undefined) hasAnswered = true;
      if (!isKnown) return;
      known++;
      used += actual;
    },
    waitMs() {
      fill();
      return left > 0 ? 0 : Math.ceil((1 - left) / perMs);
    },
    isBlind: (inFlight) => !hasAnswered && inFlight > 0,
  };
}
