import { TargetError } from "../core/errors.ts";
import type { CallContext, RateLimit, Target, TargetRequest, TargetResponse } from "../core/extensions.ts";
import type { Served, Usage } from "../core/sample.ts";
import { usageOver } from "../core/usage.ts";
import { checkedAnswer, withoutUndefined } from "./answer.ts";
import { type Attempted, attempt } from "./route-attempt.ts";
import { routeComponents } from "./route-components.ts";
import {
  type RouteCache,
  type RouteGuardrail,
  type RouteSettings,
  type RouteTargetOptions,
  routeSettings,
} from "./route-options.ts";

/** An answer on its way out of the route, with what came before it. */
interface Found {
  readonly response: TargetResponse;
  /** Milliseconds that passed before the stage that answered was asked. */
  readonly beforeMs: number;
  /** What all that answered used, those that were passed over too. */
  readonly usages: readonly (Partial<Usage> | undefined)[];
  readonly served: Partial<Served>;
  /** True when the stage that answered is exempt from the guardrail. */
  readonly isExempt: boolean;
  /** How long the stage that answered took, in milliseconds, where a recording says so of any stage. */
  readonly recordedMs: number | undefined;
  /** What the provider by which the route is spaced still allows. */
  readonly rateLimit: RateLimit | undefined;
}

/**
 * A target that asks others in order: the first, and the next one when a rule of `fallbackOn` matches what the one before it did. When
 * the last one fails too, the call fails as that one did. Each attempt is a span; the sample says which member answered (nested routes
 * as `outer/inner`), whether that was a fallback, whether it came from the cache, and which guardrails it passed. Usage is the sum over
 * all members that answered. `check` and
 * `prepare` ask every member, `close` closes every member.
 *
 * @throws EvalsError `TARGET_INVALID` at once for options that cannot be used.
 */
export function routeTarget(options: RouteTargetOptions): Target {
  const settings = routeSettings(options);
  const costBasis = costBasisOf(settings);
  const rateKey = rateKeyOf(settings);
  const targets = [...new Set(settings.members.map(({ target }) => target))];
  return {
    name: settings.name,
    components: routeComponents(settings),
    ...(costBasis !== undefined && { costBasis }),
    ...(rateKey !== undefined && { rateKey }),
    // A cache, a guardrail or a rule is code, of which no component tells all.
    cacheable:
      settings.cache === undefined &&
      settings.guardrail === undefined &&
      settings.fallbackOn.every((rule) => typeof rule === "string") &&
      targets.every(({ cacheable }) => cacheable === true),
    async check() {
      for (const target of targets) await target.check?.();
    },
    async prepare(requests) {
      for (const target of targets) await target.prepare?.(requests);
    },
    async close() {
      const ends = await Promise.allSettled(targets.map((target) => target.close?.()));
      const failed = ends.find((end) => end.status === "rejected");
      if (failed !== undefined) throw failed.reason;
    },
    async call(request, context) {
      const found =
        (await fromCache(settings.cache, request, context)) ??
        (await fromMembers(settings, request, context));
      return leave(settings, found, request, context);
    },
  };
}

/** What limits the first member that anything limits: every call of the route begins there. `null` where nothing limits any. */
function rateKeyOf({ members }: RouteSettings): string | null | undefined {
  const limited = members.find(({ target }) => target.rateKey !== null);
  return limited === undefined ? null : limited.target.rateKey;
}

/** What the costs of the members rest on: once where they agree. */
function costBasisOf({ members }: RouteSettings): string | undefined {
  const bases = new Set(members.map(({ target }) => target.costBasis));
  if (bases.size === 1) return members[0]!.target.costBasis;
  return members.map(({ name, target }) => `${name}: ${target.costBasis ?? "as it reports"}`).join("; ");
}

async function fromCache(
  cache: RouteCache | undefined,
  request: TargetRequest,
  context: CallContext,
): Promise<Found | null> {
  if (cache === undefined) return null;
  const attributes: Record<string, string | boolean> = { "route.stage": cache.name };
  const response = await context.span(`cache ${cache.name}`, attributes, async () => {
    const found: unknown = await cache.find(request, context);
    attributes["cache.hit"] = found !== null;
    return found === null
      ? null
      : checkedAnswer(found, `the cache "${cache.name}" returned an answer that cannot be used`);
  });
  if (response === null) return null;
  if (response.usage !== undefined) context.reportUsage?.(response.usage);
  return {
    response,
    beforeMs: 0,
    usages: [response.usage],
    served: { ...response.served, route: cache.name, fallback: false, cacheHit: true },
    isExempt: cache.guardrail === false,
    recordedMs: response.latencyMs,
    rateLimit: undefined,
  };
}

async function fromMembers(
  settings: RouteSettings,
  request: TargetRequest,
  context: CallContext,
): Promise<Found> {
  const { members, cache } = settings;
  const attempts: Attempted[] = [];
  for (const [index, member] of members.entries()) {
    const outcome = await attempt(
      settings,
      member,
      { index, isLast: index === members.length - 1 },
      request,
      context,
    );
    attempts.push(outcome);
    if (outcome.passedOver !== null) continue;
    if (outcome.response === null) throw failureOver(settings, attempts);
    const { response } = outcome;
    if (cache?.keep !== undefined) await cache.keep(request, answerAlone(response), context);
    return {
      response,
      beforeMs: attempts.slice(0, -1).reduce((sum, { tookMs }) => sum + tookMs, 0),
      usages: attempts.flatMap((each) =>
        each.response === null && each.usage === undefined ? [] : [each.usage],
      ),
      served: servedBy(response.served ?? {}, member.name, index, cache !== undefined),
      isExempt: member.guardrail === false,
      recordedMs: attempts.some((each) => each.response?.latencyMs !== undefined)
        ? outcome.tookMs
        : undefined,
      rateLimit: rateLimitOver(settings, attempts),
    };
  }
  throw new Error("a route without members"); // Refused by its options.
}

/** What the provider by which the route is spaced said last: with an answer, or with a refusal after which another member answered. */
function rateLimitOver(settings: RouteSettings, attempts: readonly Attempted[]): RateLimit | undefined {
  const key = rateKeyOf(settings);
  const said = attempts.map(({ response, error }, index) => {
    if (settings.members[index]!.target.rateKey !== key) return undefined;
    if (error?.failure.kind !== "rate_limit") return response?.rateLimit;
    const { retryAfterMs, rateLimit } = error;
    return retryAfterMs === undefined ? rateLimit : { remainingRequests: 0, resetMs: retryAfterMs };
  });
  return said.findLast((limit) => limit !== undefined);
}

/** The answer as a further stage sees it: what it cost and how long it took is told once, and not by that stage. */
function answerAlone({
  usage: _,
  served: __,
  latencyMs: ___,
  timeToFirstTokenMs: ____,
  rateLimit: _____,
  ...answer
}: TargetResponse): TargetResponse {
  return answer;
}

function servedBy(inner: Partial<Served>, member: string, index: number, hasCache: boolean): Partial<Served> {
  const route = typeof inner.route === "string" ? `${member}/${inner.route}` : member;
  const fallback = index > 0 || inner.fallback === true;
  return { ...inner, route, fallback, ...(hasCache && { cacheHit: inner.cacheHit === true }) };
}

/** The failure of the last member; with what the others said, and tried again when any of them may answer later. */
function failureOver({ name }: RouteSettings, attempts: readonly Attempted[]): TargetError {
  const errors = attempts.flatMap(({ error }) => (error === null ? [] : [error]));
  const last = errors.at(-1)!;
  if (attempts.length === 1) return last;
  const said = attempts.map(
    ({ member, failure, passedOver }) => `${member}: ${failure?.message ?? passedOver}`,
  );
  const waits = errors.flatMap(({ retryAfterMs }) => (retryAfterMs === undefined ? [] : [retryAfterMs]));
  return new TargetError(
    {
      ...last.failure,
      message: `no member of the route "${name}" answered: ${said.join("; ")}`,
      retryable: errors.some(({ failure }) => failure.retryable),
    },
    { cause: last, ...(waits.length > 0 && { retryAfterMs: Math.min(...waits) }) },
  );
}

/** Takes an answer through the guardrail and says which way it came. */
async function leave(
  { guardrail }: RouteSettings,
  found: Found,
  request: TargetRequest,
  context: CallContext,
): Promise<TargetResponse> {
  const { response, beforeMs, usages, served, isExempt, recordedMs, rateLimit } = found;
  const began = performance.now();
  const isGuarded = guardrail !== undefined && !isExempt;
  const passed = isGuarded ? await guard(guardrail, response, request, context) : response;
  const passedBy = isGuarded ? [guardrail.name] : [];
  const guardrails =
    guardrail === undefined ? served.guardrails : [...(served.guardrails ?? []), ...passedBy];
  const { timeToFirstTokenMs } = response;
  return withoutUndefined({
    ...passed,
    rateLimit,
    usage: usageOver(isGuarded && passed.usage !== undefined ? [...usages, passed.usage] : usages),
    served: withoutUndefined({ ...served, guardrails }) as Partial<Served>,
    timeToFirstTokenMs: timeToFirstTokenMs === undefined ? undefined : beforeMs + timeToFirstTokenMs,
    latencyMs: recordedMs === undefined ? undefined : beforeMs + recordedMs + performance.now() - began,
  }) as TargetResponse;
}

function guard(
  { name, apply }: RouteGuardrail,
  response: TargetResponse,
  request: TargetRequest,
  context: CallContext,
): Promise<TargetResponse> {
  return context.span(`guardrail ${name}`, { "route.stage": name }, async () => {
    const passed: unknown = await apply(answerAlone(response), request, context);
    return checkedAnswer(passed, `the guardrail "${name}" returned an answer that cannot be used`);
  });
}
