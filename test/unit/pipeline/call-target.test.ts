import { describe, expect, it } from "vitest";
import type { Message, Passage } from "../../../src/core/dataset.ts";
import { type Failure, TargetError } from "../../../src/core/errors.ts";
import type { CallContext, Target, TargetResponse } from "../../../src/core/extensions.ts";
import { type CallOptions, callTarget } from "../../../src/pipeline/call-target.ts";
import { scriptedTarget, targetContract } from "../../../src/testing.ts";
import { request } from "./support.ts";

type Call = (context: CallContext) => TargetResponse | Promise<TargetResponse>;

/** A target that answers by one function after the other; the last one stays. */
function targetOf(...calls: Call[]): Target & { called: number } {
  const target = {
    name: "scripted",
    components: {},
    called: 0,
    async call(_: unknown, context: CallContext) {
      target.called++;
      return calls[Math.min(target.called, calls.length) - 1]!(context);
    },
  };
  return target;
}

const fails = (failure: Partial<Failure>, retryAfterMs?: number): Call => {
  const whole: Failure = { kind: "provider", message: "down", retryable: true, ...failure };
  return () => {
    throw new TargetError(whole, retryAfterMs === undefined ? {} : { retryAfterMs });
  };
};
const answers: Call = () => ({ text: "right" });
const never: Call = () => new Promise(() => {});

function call(target: Target, more: Partial<CallOptions> = {}) {
  const waits: number[] = [];
  let time = 0;
  const options: CallOptions = {
    timeoutMs: 10_000,
    retries: 2,
    signal: new AbortController().signal,
    seed: 7,
    clock: () => {
      time += 5;
      return time;
    },
    wait: async (ms) => {
      waits.push(ms);
    },
    ...more,
  };
  return callTarget(target, request, options).then((outcome) => ({ ...outcome, waits }));
}

describe("what a call used before it failed", () => {
  const spends =
    (usage: object, then: Call): Call =>
    (context) => {
      context.reportUsage?.(usage);
      return then(context);
    };

  it("is part of the failure, of every attempt", async () => {
    const target = targetOf(spends({ inputTokens: 5, outputTokens: 1, costUsd: 0.25 }, fails({})));
    expect((await call(target)).spent).toMatchObject({ inputTokens: 15, outputTokens: 3, costUsd: 0.75 });
  });

  it("is counted when the time runs out while the target does not listen", async () => {
    const target = targetOf(spends({ costUsd: 0.25 }, never));
    expect((await call(target, { timeoutMs: 5, retries: 0 })).spent.costUsd).toBe(0.25);
  });

  it("is added to what the answer of a later attempt used, and not counted twice", async () => {
    const answer: Call = () => ({ text: "right", usage: { inputTokens: 7, costUsd: 0.5 } });
    const target = targetOf(
      spends({ inputTokens: 5, costUsd: 0.25 }, fails({})),
      spends({ inputTokens: 7, costUsd: 0.5 }, answer),
    );
    expect((await call(target)).response?.usage).toMatchObject({ inputTokens: 12, costUsd: 0.75 });
  });

  it("is unknown where nothing sound is reported", async () => {
    expect((await call(targetOf(fails({})))).spent.costUsd).toBeNull();
    const odd = targetOf(spends({ costUsd: -3 }, fails({})));
    expect((await call(odd)).spent.costUsd).toBeNull();
  });
});

describe("a call", () => {
  it("gives the answer with one attempt and its latency by the given clock", async () => {
    const { response, failure, attempts, waits } = await call(targetOf(answers));
    expect(response).toEqual({ text: "right" });
    expect(failure).toBeNull();
    expect(attempts).toEqual([{ latencyMs: 5, failure: null }]);
    expect(waits).toEqual([]);
  });

  it("takes the latency of a recording as it was recorded", async () => {
    const { attempts } = await call(targetOf(() => ({ text: "", latencyMs: 1234 })));
    expect(attempts[0]!.latencyMs).toBe(1234);
  });

  it("hands the seed and the request to the target", async () => {
    const seen: unknown[] = [];
    const target: Target = {
      name: "t",
      components: {},
      call: async (given, { seed }) => {
        seen.push(given, seed);
        return { text: "" };
      },
    };
    await call(target);
    expect(seen).toEqual([request, 7]);
  });

  it("turns what a target throws into a failure of kind target that is not tried again", async () => {
    for (const thrown of [new Error("broken"), "broken", { toString: () => "broken" }]) {
      const target = targetOf(() => {
        throw thrown;
      });
      const { failure } = await call(target);
      expect(failure).toEqual({ kind: "target", message: "broken", retryable: false });
      expect(target.called).toBe(1);
    }
    const silent = targetOf(() => {
      throw new Error("");
    });
    expect((await call(silent)).failure!.message).not.toBe("");
  });

  it.each([null, undefined, "text", 7])("calls an answer that is no object malformed: %s", async (answer) => {
    const { response, failure } = await call(targetOf(() => answer as unknown as TargetResponse));
    expect(response).toBeNull();
    expect(failure).toMatchObject({ kind: "target", retryable: false });
    expect(failure!.message).toContain("malformed answer");
  });

  // Guarded against: what is thrown need not have a text; `String(error)` then throws itself, although a call "never throws".
  it("survives a thrown value that cannot be turned into text", async () => {
    const outcome = await call(
      targetOf(() => {
        throw Object.create(null);
      }),
    );
    expect(outcome.failure).toMatchObject({ kind: "target" });
  });
});

// Guarded against: agents append their answer to the messages that they are given. The next attempt, and the other release, would be asked another question.
describe("a target that changes its request", () => {
  it("changes it for itself alone: not for another attempt, not for the other side", async () => {
    const asked: unknown[] = [];
    const target: Target = {
      name: "appends",
      components: {},
      async call(given) {
        asked.push(structuredClone(given));
        (given.messages as Message[]).push({ role: "assistant", content: "my answer" });
        (given.context as Passage[]).length = 0;
        (given.input as { variables?: object }).variables = { seen: true };
        throw new TargetError({ kind: "provider", message: "down", retryable: true });
      },
    };
    const before = structuredClone(request);
    await call(target, { retries: 1 });
    expect(asked).toEqual([before, before]);
    expect(request).toEqual(before);
  });
});

describe("further attempts", () => {
  it("are made after failures that may pass, and all are recorded", async () => {
    const target = targetOf(
      fails({ message: "one" }),
      fails({ kind: "rate_limit", message: "two" }),
      answers,
    );
    const { response, failure, attempts } = await call(target);
    expect(response).toEqual({ text: "right" });
    expect(failure).toBeNull();
    expect(attempts.map((attempt) => attempt.failure?.message ?? null)).toEqual(["one", "two", null]);
  });

  it("end with the last failure when all are used: one attempt and so many retries", async () => {
    const target = targetOf(
      fails({ message: "one" }),
      fails({ message: "two" }),
      fails({ message: "three" }),
      answers,
    );
    const { response, failure, attempts } = await call(target);
    expect([target.called, attempts.length, response]).toEqual([3, 3, null]);
    expect(failure!.message).toBe("three");
    const alone = targetOf(fails({}), answers);
    expect((await call(alone, { retries: 0 })).attempts).toHaveLength(1);
  });

  it("are not made after a failure that will not pass", async () => {
    const target = targetOf(fails({ kind: "target", retryable: false }), answers);
    expect((await call(target)).attempts).toHaveLength(1);
    const second = targetOf(fails({}), fails({ retryable: false, message: "no key" }), answers);
    const { failure, attempts } = await call(second);
    expect([failure!.message, attempts.length]).toEqual(["no key", 2]);
  });

  it("wait as long as the provider asks", async () => {
    const target = targetOf(fails({ kind: "rate_limit" }, 12_345), fails({ kind: "rate_limit" }, 0), answers);
    expect((await call(target)).waits).toEqual([12_345, 0]);
  });

  it("are not made where the provider asks for more than five minutes: the failure says so, at once", async () => {
    const hours = targetOf(fails({ kind: "rate_limit", message: "later" }, 7_200_000), answers);
    const { failure, attempts, waits } = await call(hours);
    expect(failure).toMatchObject({ kind: "rate_limit", retryable: true });
    expect(failure!.message).toBe(
      "later (asks to wait 7200 s, more than the 300 s that are waited; resume the run then)",
    );
    expect([attempts.length, waits]).toEqual([1, []]);
    const minutes = targetOf(fails({ kind: "rate_limit" }, 300_000), answers);
    expect((await call(minutes)).waits).toEqual([300_000]);
  });

  it("wait longer each time otherwise, between half and one and a half of 500 ms, doubled, and 30 s at most", async () => {
    for (const seed of [0, 1, 12_345, 2 ** 31 - 1]) {
      const { waits } = await call(targetOf(fails({})), { retries: 9, seed });
      expect(waits).toHaveLength(9);
      for (const [index, ms] of waits.entries()) {
        expect(ms).toBeLessThanOrEqual(30_000);
        expect(ms).toBeGreaterThanOrEqual(Math.min(30_000, 250 * 2 ** index));
        expect(ms).toBeLessThanOrEqual(750 * 2 ** index);
      }
    }
  });

  it("wait differently for trials that failed together, and the same for the same trial", async () => {
    const firstWait = async (seed: number) => (await call(targetOf(fails({}), answers), { seed })).waits[0];
    const waits = await Promise.all([1, 2, 3, 4, 5].map(firstWait));
    expect(new Set(waits).size).toBe(5);
    expect(await firstWait(1)).toBe(waits[0]);
  });
});

describe("the time limit", () => {
  it("ends an attempt of a target that does not listen to its signal, and may be tried again", async () => {
    const target = targetOf(never, answers);
    const { response, attempts } = await call(target, { timeoutMs: 15 });
    expect(response).toEqual({ text: "right" });
    expect(attempts[0]!.failure).toMatchObject({
      kind: "timeout",
      retryable: true,
      message: "no answer within 15 ms",
    });
  });

  it("tells the target that the time is up", async () => {
    let aborted = false;
    const target = targetOf(({ signal }) => {
      signal.addEventListener("abort", () => {
        aborted = true;
      });
      return new Promise(() => {});
    });
    const { failure } = await call(target, { timeoutMs: 15, retries: 0 });
    expect([aborted, failure!.kind]).toEqual([true, "timeout"]);
  });

  it("is for one attempt, not for all together", async () => {
    const slow: Call = () => new Promise((resolve) => setTimeout(() => resolve({ text: "slow" }), 20));
    const target = targetOf(never, never, slow);
    expect((await call(target, { timeoutMs: 60 })).response).toEqual({ text: "slow" });
  });

  it("stays the reason though the target answers its signal with an error of its own", async () => {
    const target = targetOf(
      ({ signal }) =>
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("own")))),
    );
    expect((await call(target, { timeoutMs: 15, retries: 0 })).failure!.kind).toBe("timeout");
  });
});

describe("an interruption", () => {
  it("ends the attempt in flight, though its target does not listen, and no other follows", async () => {
    const controller = new AbortController();
    const target = targetOf(never, answers);
    const pending = call(target, { signal: controller.signal });
    setTimeout(() => controller.abort(), 10);
    const { failure, attempts } = await pending;
    expect(failure!.kind).toBe("aborted");
    expect([attempts.length, target.called]).toEqual([1, 1]);
  });

  it("ends the wait between attempts", async () => {
    const controller = new AbortController();
    const target = targetOf(fails({}), answers);
    const { failure } = await call(target, {
      signal: controller.signal,
      wait: async () => controller.abort(),
    });
    expect([failure!.kind, target.called]).toEqual(["aborted", 1]);
  });

  // Guarded against: with a signal that is aborted already, the target is called all the same: a request is sent and paid for, and given up.
  it("that came before lets no call begin", async () => {
    const target = targetOf(answers);
    const { failure } = await call(target, { signal: AbortSignal.abort() });
    expect(failure!.kind).toBe("aborted");
    expect(target.called).toBe(0);
  });

  // Guarded against: the same, so that our own fake, which answers at once, breaks the contract that users are to run on their targets.
  it("that came before is obeyed by a target that answers at once, as the contract of targets asks", async () => {
    for (const { run } of targetContract(scriptedTarget({}), request)) await run();
  });

  // Guarded against: the same, and when the target then throws at once, the rejection of the race has no listener: Node ends the process.
  it("that came before leaves no rejection behind", async () => {
    const listeners = process.listeners("unhandledRejection");
    const unhandled: unknown[] = [];
    process.removeAllListeners("unhandledRejection");
    process.on("unhandledRejection", (reason) => unhandled.push(reason));
    const target: Target = {
      name: "throws at once",
      components: {},
      call(_, { signal }) {
        signal.throwIfAborted();
        return new Promise(() => {});
      },
    };
    try {
      const { failure } = await call(target, { signal: AbortSignal.abort() });
      expect(failure!.kind).toBe("aborted");
      await new Promise((resolve) => setTimeout(resolve, 5));
    } finally {
      process.removeAllListeners("unhandledRejection");
      for (const listener of listeners) process.on("unhandledRejection", listener);
    }
    expect(unhandled).toEqual([]);
  });
});
