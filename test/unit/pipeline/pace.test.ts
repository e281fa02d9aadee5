import { describe, expect, it } from "vitest";
import { TargetError } from "../../../src/core/errors.ts";
import type { Target } from "../../../src/core/extensions.ts";
import { callTarget } from "../../../src/pipeline/call-target.ts";
import { type Pace, type PaceLimits, pace, type Ticket } from "../../../src/pipeline/pace.ts";
import { request } from "./support.ts";

const never = new AbortController().signal;

/** A pace whose time passes only by waiting. */
function paced(concurrency: number, limits: PaceLimits = {}) {
  const time = { now: 0 };
  const made = pace({
    concurrency,
    limits,
    clock: () => time.now,
    wait: async (ms) => {
      time.now += ms;
    },
  });
  return { time, pace: made };
}

/** Lets everything happen that waits for nothing else. */
const settle = () => new Promise((done) => setImmediate(done));

/** Asks for so many attempts; what was let in is in the list. */
function ask(made: Pace, n: number, key = ""): Ticket[] {
  const entered: Ticket[] = [];
  for (let i = 0; i < n; i++) void made.enter(key, never).then((ticket) => entered.push(ticket));
  return entered;
}

const answer = (tokens?: number) => ({
  text: "right",
  ...(tokens !== undefined && { usage: { inputTokens: tokens, outputTokens: 0 } }),
});

describe("the number of attempts at a time", () => {
  it("is what the evaluation says until a provider refuses", async () => {
    const { pace: made } = paced(3);
    const entered = ask(made, 5);
    await settle();
    expect(entered).toHaveLength(3);
    entered[0]!.answered(answer());
    await settle();
    expect(entered).toHaveLength(4);
    expect(made.state()).toEqual({ concurrency: 3, rateLimited: 0 });
  });

  it("is halved once for all that were refused together, and grows by one in a round of answers", async () => {
    const { pace: made } = paced(16);
    const together = ask(made, 16);
    await settle();
    for (const ticket of together.slice(0, 7)) ticket.limited(undefined, undefined);
    expect(made.state()).toEqual({ concurrency: 8, rateLimited: 7 });
    for (const ticket of together.slice(7)) ticket.failed(undefined);
    for (let round = 0; round < 2; round++) {
      const entered = ask(made, 8 + round);
      await settle();
      for (const ticket of entered) ticket.answered(answer());
    }
    expect(made.state().concurrency).toBe(9);
    const later = ask(made, 1);
    await settle();
    later[0]!.limited(undefined, undefined);
    expect(made.state()).toEqual({ concurrency: 4, rateLimited: 8 });
  });

  it("never falls below one", async () => {
    const { pace: made } = paced(4);
    for (let i = 0; i < 10; i++) {
      const entered = ask(made, 1);
      await settle();
      entered[0]!.limited(undefined, undefined);
    }
    expect(made.state().concurrency).toBe(1);
    expect(ask(made, 3)).toHaveLength(0);
  });

  it("is that of each provider alone", async () => {
    const { pace: made } = paced(4);
    const one = ask(made, 1, "one");
    await settle();
    one[0]!.limited(60_000, undefined);
    const other = ask(made, 4, "other");
    await settle();
    expect(other).toHaveLength(4);
  });
});

describe("what a provider asks for", () => {
  it("holds for every attempt, not for the refused one alone", async () => {
    const { pace: made, time } = paced(4);
    const first = ask(made, 1);
    await settle();
    first[0]!.limited(20_000, undefined);
    const next = ask(made, 1);
    await settle();
    expect(next).toHaveLength(1);
    expect(time.now).toBe(20_000);
  });

  it("is read off answers too: none are left until the reset", async () => {
    const { pace: made, time } = paced(4);
    const first = ask(made, 2);
    await settle();
    first[0]!.answered({ ...answer(), rateLimit: { remainingRequests: 3, resetMs: 9000 } });
    ask(made, 1);
    await settle();
    expect(time.now).toBe(0);
    first[1]!.answered({ ...answer(), rateLimit: { remainingTokens: 0, resetMs: 1500 } });
    ask(made, 1);
    await settle();
    expect(time.now).toBe(1500);
  });

  it("is not waited for by others where it is for more than five minutes: it may be for one model of the host", async () => {
    const { pace: made, time } = paced(1);
    const first = ask(made, 1);
    await settle();
    first[0]!.limited(86_400_000, undefined);
    expect(ask(made, 1)).toHaveLength(0);
    await settle();
    expect(time.now).toBe(0);
  });

  it("is what Retry-After says, where headers tell beside it when all is full again", async () => {
    const { pace: made, time } = paced(1);
    const first = ask(made, 1);
    await settle();
    first[0]!.limited(2000, { remainingRequests: 0, resetMs: 200_000 });
    ask(made, 1);
    await settle();
    expect(time.now).toBe(2000);
  });
});

describe("the limits of an evaluation", () => {
  it("keep requests apart evenly", async () => {
    const { pace: made, time } = paced(50, { requestsPerMinute: 30 });
    const starts: number[] = [];
    for (let i = 0; i < 5; i++) {
      await made.enter("", never);
      starts.push(time.now);
    }
    expect(starts).toEqual([0, 2000, 4000, 6000, 8000]);
  });

  it("let no more tokens through in ten minutes than in ten minutes and a second are allowed", async () => {
    const { pace: made, time } = paced(4, { tokensPerMinute: 6000 });
    let used = 0;
    while (time.now < 600_000) {
      const ticket = await made.enter("", never);
      if (time.now >= 600_000) break;
      ticket.answered(answer(500));
      used += 500;
    }
    expect(used).toBeGreaterThan(59_000);
    expect(used).toBeLessThanOrEqual(60_000 + 100 + 500);
  });

  it("ask one call first to learn what a call costs", async () => {
    const { pace: made } = paced(4, { tokensPerMinute: 60_000_000 });
    const entered = ask(made, 4);
    await settle();
    expect(entered).toHaveLength(1);
    entered[0]!.answered(answer(10));
    await settle();
    expect(entered).toHaveLength(4);
  });
});

describe("a target that reports no tokens", () => {
  it("is asked as many at a time as without the limit, which cannot be kept", async () => {
    const { pace: made } = paced(4, { tokensPerMinute: 60_000 });
    const entered = ask(made, 4);
    await settle();
    entered[0]!.answered(answer());
    await settle();
    expect(entered).toHaveLength(4);
  });
});

describe("a call that failed", () => {
  it("counts with the tokens that it used all the same", async () => {
    const { pace: made, time } = paced(1, { tokensPerMinute: 60_000 });
    const first = await made.enter("", never);
    first.failed(undefined, { inputTokens: 9000, outputTokens: 1000 });
    await made.enter("", never);
    // 1,000 a second, of which those of one second were there.
    expect(time.now).toBeGreaterThanOrEqual(9000);
    expect(time.now).toBeLessThanOrEqual(9100);
  });
});

describe("a target whose provider asks for more than five minutes", () => {
  const quota = (advice: object) => {
    const target = {
      name: "quota",
      components: {},
      rateKey: "host",
      asked: 0,
      async call(): Promise<never> {
        target.asked++;
        throw new TargetError({ kind: "rate_limit", message: "daily quota", retryable: true }, advice);
      },
    };
    return target;
  };
  const callPaced = ({ pace: made, time }: ReturnType<typeof paced>, target: Target) =>
    callTarget(target, request, {
      timeoutMs: 1000,
      retries: 2,
      signal: never,
      seed: 1,
      clock: () => time.now,
      wait: async (ms) => {
        time.now += ms;
      },
      pace: made,
    });

  // docs/running.md: "What asks for more than five minutes is not waited for; the trial fails."
  it.each([
    ["Retry-After", { retryAfterMs: 3_600_000 }],
    ["headers that say that nothing is left", { rateLimit: { remainingRequests: 0, resetMs: 3_600_000 } }],
  ])("is neither waited for nor asked again before that: %s", async (_, advice) => {
    const surroundings = paced(4);
    const target = quota(advice);
    const outcomes = [];
    for (let trial = 0; trial < 20; trial++) outcomes.push(await callPaced(surroundings, target));
    expect(target.asked).toBe(1);
    expect(surroundings.time.now).toBe(0);
    for (const { failure } of outcomes) {
      expect(failure).toMatchObject({ kind: "rate_limit", retryable: true });
      expect(failure!.message).toContain("asks to wait 3600 s");
    }
    surroundings.time.now = 3_600_000;
    await callPaced(surroundings, target);
    expect(target.asked).toBe(2);
  });

  it("does not keep another model of the same host from being asked", async () => {
    const surroundings = paced(4);
    await callPaced(surroundings, quota({ retryAfterMs: 3_600_000 }));
    const other: Target = { ...quota({}), call: async () => ({ text: "right" }) };
    expect((await callPaced(surroundings, other)).failure).toBeNull();
  });
});

describe("a call at a rate limit", () => {
  const limitedTimes = (n: number, retryAfterMs?: number): Target & { asked: number } => {
    const target = {
      name: "limited",
      components: {},
      asked: 0,
      async call() {
        target.asked++;
        if (target.asked > n) return { text: "right" };
        const failure = { kind: "rate_limit", message: "slow down", retryable: true } as const;
        throw new TargetError(failure, retryAfterMs === undefined ? {} : { retryAfterMs });
      },
    };
    return target;
  };
  const call = (target: Target, retries: number, made?: Pace, signal = never) =>
    callTarget(target, request, {
      timeoutMs: 1000,
      retries,
      signal,
      seed: 1,
      clock: () => 0,
      wait: async () => {},
      pace: made,
    });

  it("does not use up the retries of the trial", async () => {
    const { failure, attempts } = await call(limitedTimes(10), 2);
    expect([failure, attempts.length]).toEqual([null, 11]);
  });

  it("is given up after eight times the retries, and at once where none are wanted", async () => {
    expect((await call(limitedTimes(99), 2)).attempts).toHaveLength(17);
    expect((await call(limitedTimes(99), 0)).attempts).toHaveLength(1);
  });

  it("is given up where the provider asks for more than five minutes", async () => {
    const { failure, attempts } = await call(limitedTimes(1, 300_001), 2);
    expect([failure?.kind, attempts.length]).toEqual(["rate_limit", 1]);
  });

  it("does not start once it is interrupted while it waits for its turn", async () => {
    const { pace: made } = paced(1);
    const held = ask(made, 1);
    await settle();
    const abort = new AbortController();
    const target = limitedTimes(0);
    const ended = call(target, 0, made, abort.signal);
    abort.abort();
    held[0]!.failed(undefined);
    expect((await ended).failure?.kind).toBe("aborted");
    expect(target.asked).toBe(0);
  });
});
