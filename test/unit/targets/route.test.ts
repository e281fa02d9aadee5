import { describe, expect, it } from "vitest";
import { TargetError } from "../../../src/core/errors.ts";
import type { CallContext, Target, TargetResponse } from "../../../src/core/extensions.ts";
import { usageUnknown } from "../../../src/core/sample.ts";
import { type FallbackReason, type FallbackRule, routeTarget } from "../../../src/index.ts";
import { callTarget } from "../../../src/pipeline/call-target.ts";
import { scriptedTarget, targetContract } from "../../../src/testing.ts";
import { context, evalsErrorOf, request, targetErrorOf } from "./support.ts";

const limited = new TargetError(
  { kind: "rate_limit", message: "slow down", retryable: true, statusCode: 429 },
  { retryAfterMs: 2000 },
);
const broken = new TargetError({ kind: "provider", message: "oops", retryable: true, statusCode: 503 });
const rejected = new TargetError({ kind: "provider", message: "bad key", retryable: false, statusCode: 401 });
const declined: TargetResponse = { text: "No.", refused: true, usage: { inputTokens: 5, costUsd: 0.25 } };
const answered: TargetResponse = { text: "Yes.", usage: { inputTokens: 7, costUsd: 0.5 } };

/** A target that always does the same. */
const always = (does: TargetResponse | string | Error, components = {}) =>
  scriptedTarget({ components, otherwise: () => does });

/** A target that never answers and does not listen. */
const silent: Target = { name: "silent", components: {}, call: () => new Promise(() => {}) };

function route(
  targets: Readonly<Record<string, Target>>,
  more: Partial<Parameters<typeof routeTarget>[0]> = {},
): Target {
  const members = Object.entries(targets).map(([name, target]) => ({ name, target }));
  return routeTarget({ name: "support", members, ...more });
}

const call = (target: Target) => target.call(request(), context());

describe("a route", () => {
  it("asks the first member alone when it answers", async () => {
    const backup = always("backup");
    const answer = await call(route({ primary: always(answered), backup }));
    const usage = { ...usageUnknown, ...answered.usage };
    expect(answer).toEqual({ ...answered, usage, served: { route: "primary", fallback: false } });
    expect(backup.calls).toEqual([]);
  });

  it.each<[string, Error | TargetResponse, (FallbackReason | FallbackRule)[] | undefined]>([
    ["a rate limit", limited, undefined],
    ["a failure of the provider", broken, undefined],
    [
      "a broken connection",
      new TargetError({ kind: "provider", message: "reset", retryable: true }),
      undefined,
    ],
    [
      // RFC 9110, 15.5.9, and openrouter.ai/docs/api/errors: "Your request timed out".
      "status 408",
      new TargetError({ kind: "provider", message: "timed out", retryable: true, statusCode: 408 }),
      undefined,
    ],
    ["a refusal, where the rules say so", declined, ["refusal"]],
    [
      "a rule of one's own",
      { text: "{" },
      [{ name: "no JSON", when: ({ response }) => response?.text === "{" }],
    ],
  ])("asks the next member after %s", async (_, first, fallbackOn) => {
    const target = route({ primary: always(first), backup: always("Yes.") }, fallbackOn && { fallbackOn });
    expect(await call(target)).toMatchObject({ text: "Yes.", served: { route: "backup", fallback: true } });
  });

  it("asks the next member when the time of the first is up, even when it does not listen", async () => {
    const target = routeTarget({
      name: "support",
      members: [
        { name: "slow", target: silent, timeoutMs: 5 },
        { name: "quick", target: always("Yes.") },
      ],
    });
    expect(await call(target)).toMatchObject({ text: "Yes.", served: { route: "quick", fallback: true } });
  });

  it.each<[string, Error | TargetResponse, FallbackReason[] | undefined]>([
    ["a request that the provider rejects", rejected, undefined],
    ["an error of the target's own", new Error("a defect"), undefined],
    ["a rate limit that the rules leave out", limited, ["timeout"]],
  ])("does not hide %s behind the next member", async (_, first, fallbackOn) => {
    const backup = always("Yes.");
    const target = route({ primary: always(first), backup }, fallbackOn && { fallbackOn });
    const error = await targetErrorOf(() => call(target));
    expect(error.failure.message).toBe((first as Error).message);
    expect(backup.calls).toEqual([]);
  });

  it("lets a refusal stand where the rules do not name it, and the last member's where they do", async () => {
    expect(await call(route({ primary: always(declined), backup: always("Yes.") }))).toMatchObject(declined);
    const both = route({ primary: always(declined), backup: always({ text: "Neither.", refused: true }) });
    const stands = await call(route({ outer: both }, { fallbackOn: ["refusal"] }));
    expect(stands).toMatchObject({ text: "No.", refused: true });
  });

  it("fails as the last member did, says what each one did, and can be tried again when any may answer later", async () => {
    const target = route({ primary: always(limited), backup: always(rejected) });
    const error = await targetErrorOf(() => call(target));
    expect(error.failure).toEqual({
      kind: "provider",
      statusCode: 401,
      retryable: true,
      message: 'no member of the route "support" answered: primary: slow down; backup: bad key',
    });
    expect(error.retryAfterMs).toBe(2000);
  });

  it("does not go on when the call itself was given up", async () => {
    const gone = new AbortController();
    const backup = always("Yes.");
    const primary: Target = {
      ...silent,
      call: async () => {
        gone.abort();
        throw limited;
      },
    };
    await targetErrorOf(() => route({ primary, backup }).call(request(), context(gone.signal)));
    expect(backup.calls).toEqual([]);
  });

  it("sums what all that answered used, and says nothing of what one of them does not report", async () => {
    const target = route(
      { primary: always(declined), backup: always(answered) },
      { fallbackOn: ["refusal"] },
    );
    expect((await call(target)).usage).toEqual({ ...usageUnknown, inputTokens: 12, costUsd: 0.75 });
    const unsure = route({ primary: always(declined), backup: always("Yes.") }, { fallbackOn: ["refusal"] });
    expect((await call(unsure)).usage).toEqual(usageUnknown);
  });

  // A member that spent money on a first step and then failed.
  const spender: Target = {
    name: "spender",
    components: {},
    async call(_, { reportUsage }) {
      reportUsage?.({ inputTokens: 3, costUsd: 0.125 });
      throw broken;
    },
  };

  it("counts what a member used before it failed, whoever answers then", async () => {
    const { usage } = await call(route({ primary: spender, backup: always(answered) }));
    expect(usage).toMatchObject({ inputTokens: 10, costUsd: 0.625 });
  });

  it("tells what its members used when it fails itself: each of them once", async () => {
    const told: number[] = [];
    const heard: CallContext = { ...context(), reportUsage: ({ costUsd }) => void told.push(costUsd!) };
    const target = route(
      { a: spender, b: always(declined), c: always(rejected) },
      {
        fallbackOn: ["server_error", "refusal"],
      },
    );
    await targetErrorOf(() => target.call(request(), heard));
    expect(told).toEqual([0.125, 0.25]);
  });

  it("is spaced by what limits its first member, and hands on what that provider still allows", async () => {
    const at = (host: string, response: TargetResponse | Error): Target => ({
      ...always(response),
      rateKey: host,
    });
    const left = { remainingRequests: 0, resetMs: 500 };
    const of = (primary: Target) => route({ primary, backup: at("b", { ...answered, rateLimit: left }) });
    expect(of(at("a", answered)).rateKey).toBe("a");
    expect(await call(of(at("a", { ...answered, rateLimit: left })))).toMatchObject({ rateLimit: left });
    expect(await call(of(at("a", broken)))).not.toHaveProperty("rateLimit");
    expect(await call(of(at("b", broken)))).toMatchObject({ rateLimit: left });
    expect(route({ only: { ...always("x"), rateKey: null } }).rateKey).toBeNull();
    // docs/running.md: `Retry-After` is obeyed for every call to the provider. Another member's answer does not make it unsaid.
    const busy = { kind: "rate_limit", message: "busy", retryable: true } as const;
    const limited = new TargetError(busy, { retryAfterMs: 20_000 });
    expect(await call(of(at("a", limited)))).toMatchObject({
      rateLimit: { remainingRequests: 0, resetMs: 20_000 },
    });
    expect(await call(of(at("a", new TargetError(busy, { rateLimit: left }))))).toMatchObject({
      rateLimit: left,
    });
    expect(await call(of(at("a", new TargetError(busy))))).not.toHaveProperty("rateLimit");
  });

  it("says what the costs of its members rest on", () => {
    const priced = (costBasis: string): Target => ({ ...always("x"), costBasis });
    expect(route({ a: priced("list"), b: priced("list") }).costBasis).toBe("list");
    expect(route({ a: priced("list"), b: always("x") }).costBasis).toBe("a: list; b: as it reports");
    expect(route({ a: always("x") })).not.toHaveProperty("costBasis");
  });

  it("counts recorded latencies and first tokens from the start of the route", async () => {
    const first = { ...declined, latencyMs: 300 };
    const second = { ...answered, latencyMs: 200, timeToFirstTokenMs: 40 };
    const target = route({ primary: always(first), backup: always(second) }, { fallbackOn: ["refusal"] });
    const { latencyMs, timeToFirstTokenMs } = await call(target);
    expect(timeToFirstTokenMs).toBe(340);
    expect(Math.floor(latencyMs!)).toBeGreaterThanOrEqual(500);
  });

  it("is a target: a nested route names the member as outer/inner and tells of its fallback", async () => {
    const inner = route({ a: always(broken), b: always("Yes.") });
    expect((await call(route({ eu: inner }))).served).toEqual({ route: "eu/b", fallback: true });
  });

  it("records each attempt as a span with its outcome", async () => {
    const target = route({ primary: always(broken), backup: always(answered) });
    const options = { timeoutMs: 1000, retries: 0, signal: new AbortController().signal, seed: 1 };
    const { spans } = await callTarget(target, request(), {
      ...options,
      clock: () => performance.now(),
      wait: async () => {},
    });
    expect(spans.map(({ name, attributes, error }) => [name, attributes["route.outcome"], error])).toEqual([
      ["route primary", "passed over: server error", "oops"],
      ["route backup", "answered", undefined],
    ]);
  });

  it("fails when a rule of one's own throws", async () => {
    const fallbackOn = [
      {
        name: "broken",
        when: () => {
          throw new Error("the rule broke");
        },
      },
    ];
    const target = route({ primary: always("a"), backup: always("b") }, { fallbackOn });
    await expect(call(target)).rejects.toThrow('the fallback rule "broken" threw: the rule broke');
  });

  // docs/targets/route.md: a rule "did what your function says". A promise is always truthy, whatever it holds.
  it.each([
    ["is async", async () => false],
    ["returned string", () => "no"],
    ["returned undefined", () => undefined],
  ])("fails when a rule of one's own %s, instead of passing every answer over", async (words, when) => {
    const fallbackOn = [{ name: "odd", when: when as never }];
    const target = route({ primary: always("a"), backup: always("b") }, { fallbackOn });
    const message = `the fallback rule "odd" ${words}; \`when\` must return true or false`;
    await expect(call(target)).rejects.toThrow(message);
  });
});

describe("the guardrail of a route", () => {
  const guardrail = {
    name: "policy-3",
    components: { rules: 3 },
    apply: ({ text }: TargetResponse) =>
      text.includes("secret") ? { text: "No.", refused: true } : { text },
  };
  const routeWith = (primary: Target, backup: Target) =>
    routeTarget({
      name: "support",
      members: [
        { name: "primary", target: primary },
        { name: "backup", target: backup, guardrail: false },
      ],
      fallbackOn: ["rate_limit", "refusal"],
      guardrail,
    });

  it("is named in the sample, and what it declines is not asked of another member", async () => {
    const answer = await call(
      routeWith(always({ text: "a secret", usage: { costUsd: 1 } }), always("a secret")),
    );
    expect(answer).toMatchObject({ text: "No.", refused: true, usage: { costUsd: 1 } });
    expect(answer.served).toEqual({ route: "primary", fallback: false, guardrails: ["policy-3"] });
  });

  it("shows an answer that went past it", async () => {
    const answer = await call(routeWith(always(limited), always("a secret")));
    expect(answer).toMatchObject({ text: "a secret", served: { fallback: true, guardrails: [] } });
  });

  it("lets nothing out when it throws or answers with something else", async () => {
    const failing = (apply: () => TargetResponse) =>
      route({ a: always("x") }, { guardrail: { name: "g", apply } });
    const thrown = failing(() => {
      throw new Error("the check is down");
    });
    await expect(call(thrown)).rejects.toThrow("the check is down");
    await expect(call(failing(() => ({ txt: "y" }) as never))).rejects.toThrow(
      'the guardrail "g" returned an answer that cannot be used: unknown key "txt", did you mean "text"?',
    );
  });
});

describe("the cache of a route", () => {
  function cached() {
    const kept = new Map<string, TargetResponse>();
    const model = always({ ...answered, latencyMs: 90 });
    const cache = {
      name: "similar",
      components: { threshold: 0.92 },
      find: ({ caseId }: { caseId: string }) => kept.get(caseId) ?? null,
      keep: ({ caseId }: { caseId: string }, response: TargetResponse) => void kept.set(caseId, response),
    };
    return { kept, model, target: route({ primary: model }, { cache }) };
  }

  it("answers before the members do, and the sample says so", async () => {
    const { kept, model, target } = cached();
    const first = await call(target);
    expect(first.served).toEqual({ route: "primary", fallback: false, cacheHit: false });
    expect([...kept.values()]).toEqual([{ text: "Yes." }]);
    const second = await call(target);
    expect(second).toEqual({
      text: "Yes.",
      usage: usageUnknown,
      served: { route: "similar", fallback: false, cacheHit: true },
    });
    expect(model.calls).toHaveLength(1);
  });

  it("lets its answers pass the guardrail", async () => {
    const cache = { name: "similar", find: () => ({ text: "a secret" }) };
    const guardrail = { name: "policy", apply: () => ({ text: "No.", refused: true }) };
    const answer = await call(route({ primary: always("x") }, { cache, guardrail }));
    expect(answer).toMatchObject({ text: "No.", served: { cacheHit: true, guardrails: ["policy"] } });
  });
});

describe("the components of a route", () => {
  it("stand in their places: agreed ones as they are, others by member, and the order and rules in `route`", () => {
    const target = routeTarget({
      name: "support",
      members: [
        {
          name: "primary",
          target: always("", { model: "m-1", decoding: { temperature: 0 }, route: { host: "a" } }),
        },
        {
          name: "backup",
          target: always("", { model: "m-2", decoding: { temperature: 0 }, tools: ["t"] }),
          timeoutMs: 500,
          guardrail: false,
        },
      ],
      fallbackOn: ["timeout", { name: "no JSON", when: () => false }],
      cache: { name: "similar", components: { threshold: 0.9 }, find: () => null },
      guardrail: { name: "policy", components: { version: 3 }, apply: (answer) => answer },
    });
    expect(target.components).toEqual({
      model: { primary: "m-1", backup: "m-2" },
      decoding: { temperature: 0 },
      tools: { backup: ["t"] },
      guardrail: { name: "policy", version: 3, exempt: ["backup"] },
      route: {
        members: [
          { name: "primary", route: { host: "a" } },
          { name: "backup", timeoutMs: 500 },
        ],
        fallbackOn: ["timeout", "rule: no JSON"],
        cache: { name: "similar", threshold: 0.9 },
      },
    });
  });
});

describe("routeTarget", () => {
  const member = (name: string) => ({ name, target: always("") });

  it.each<[string, object, string]>([
    ["an unknown rule", { fallbackOn: ["timeouts"] }, "routeTarget: `fallbackOn[0]`"],
    ["an unknown option", { fallback: ["timeout"] }, 'unknown key "fallback", did you mean "fallbackOn"?'],
    ["no member", { members: [] }, "a route needs at least one member"],
    ["two members of one name", { members: [member("a"), member("a")] }, 'two stages are named "a"'],
    ["a name with a slash", { members: [member("a/b")] }, 'without "/"'],
    ["what is no target", { members: [{ name: "a", target: {} }] }, "not a target"],
    [
      "an exemption from nothing",
      { members: [{ ...member("a"), guardrail: false }] },
      "but the route has none",
    ],
  ])("refuses %s at once", async (_, options, message) => {
    const error = await evalsErrorOf(() =>
      routeTarget({ name: "r", members: [member("a")], ...options } as never),
    );
    expect(error.code).toBe("TARGET_INVALID");
    expect(error.message).toContain(message);
  });

  it("checks and closes every member, each target once", async () => {
    const seen: string[] = [];
    const watched = (name: string): Target => ({
      ...always(""),
      check: () => void seen.push(`check ${name}`),
      close: async () => void seen.push(`close ${name}`),
    });
    const twice = watched("a");
    const target = route({ a: twice, b: watched("b"), c: twice });
    await target.check?.();
    await target.close?.();
    expect(seen).toEqual(["check a", "check b", "close a", "close b"]);
  });

  for (const { name, run } of targetContract(route({ a: always("x") }), request())) it(name, run);
});
