import { type Failure, messageOf, TargetError } from "../core/errors.ts";
import type { CallContext, TargetRequest, TargetResponse } from "../core/extensions.ts";
import type { Usage } from "../core/sample.ts";
import type { Span } from "../core/trace.ts";
import { usageOver } from "../core/usage.ts";
import type { FallbackRule, MemberOutcome, RouteMember, RouteSettings } from "./route-options.ts";

/** What became of one attempt, with the error that it ended in and how long it took, in milliseconds. */
export interface Attempted extends MemberOutcome {
  readonly error: TargetError | null;
  readonly tookMs: number;
  /** What it used; `undefined` where nothing is known of it. */
  readonly usage: Partial<Usage> | undefined;
  /** Why the next member is asked; `null` when this outcome stands. */
  readonly passedOver: string | null;
}

/** Where a member stands. */
interface Place {
  readonly index: number;
  readonly isLast: boolean;
}

/** Asks one member and decides by the rules whether its outcome stands. Recorded as a span. */
export async function attempt(
  { name, fallbackOn }: RouteSettings,
  member: RouteMember,
  { index, isLast }: Place,
  request: TargetRequest,
  context: CallContext,
): Promise<Attempted> {
  const attributes: Span["attributes"] = {
    "route.name": name,
    "route.member": member.name,
    "route.position": index + 1,
  };
  const done: Attempted[] = [];
  const reported: Partial<Usage>[] = [];
  const reportUsage = (usage: Partial<Usage>) => {
    reported.push(usage);
    context.reportUsage?.(usage);
  };
  const work = async () => {
    const began = performance.now();
    const { response, error } = await settled(() => ask(member, request, { ...context, reportUsage }));
    // The route may fail after this answer: what it used is told now.
    if (reported.length === 0 && response?.usage !== undefined) context.reportUsage?.(response.usage);
    const lost = reported.length === 0 ? undefined : usageOver(reported);
    const known = { member: member.name, response, failure: error?.failure ?? null };
    const passedOver = isLast || context.signal.aborted ? null : reasonFor(fallbackOn, known);
    attributes["route.outcome"] = outcomeText(passedOver, error);
    const tookMs = response?.latencyMs ?? performance.now() - began;
    const usage = response === null ? lost : response.usage;
    done.push({ ...known, error, tookMs, usage, passedOver });
    // The span is told of the failure; whether the next member is asked is decided.
    if (error !== null) throw error;
  };
  await context.span(`route ${member.name}`, attributes, work).catch((thrown: unknown) => {
    if (done.length === 0) throw thrown;
  });
  return done[0]!;
}

function outcomeText(passedOver: string | null, error: TargetError | null): string {
  if (passedOver !== null) return `passed over: ${passedOver}`;
  return error === null ? "answered" : "failed";
}

type Settled =
  | { readonly response: TargetResponse; readonly error: null }
  | { readonly response: null; readonly error: TargetError };

async function settled(work: () => Promise<TargetResponse>): Promise<Settled> {
  try {
    return { response: await work(), error: null };
  } catch (thrown) {
    return { response: null, error: asTargetError(thrown) };
  }
}

function asTargetError(thrown: unknown): TargetError {
  if (thrown instanceof TargetError) return thrown;
  const failure: Failure = { kind: "target", message: messageOf(thrown), retryable: false };
  return new TargetError(failure, { cause: thrown });
}

/** One call of a member within its time. Ends on time even when the target does not listen to its signal. */
async function ask(
  { name, target, timeoutMs }: RouteMember,
  request: TargetRequest,
  context: CallContext,
): Promise<TargetResponse> {
  if (timeoutMs === undefined) return target.call(request, context);
  const controller = new AbortController();
  const { promise, reject } = withReject();
  const end = (error: unknown) => {
    reject(error);
    controller.abort(error);
  };
  const message = `${name}: no answer within ${timeoutMs} ms`;
  const timer = setTimeout(
    () => end(new TargetError({ kind: "timeout", message, retryable: true })),
    timeoutMs,
  );
  const abort = () => end(context.signal.reason);
  if (context.signal.aborted) abort();
  context.signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([target.call(request, { ...context, signal: controller.signal }), promise]);
  } finally {
    clearTimeout(timer);
    context.signal.removeEventListener("abort", abort);
  }
}

function withReject(): { promise: Promise<never>; reject: (error: unknown) => void } {
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<never>((_, fail) => {
    reject = fail;
  });
  // Where the target throws at once, nothing else waits for this promise.
  promise.catch(() => {});
  return { promise, reject };
}

/** The first rule that the outcome matches; `null` when it stands. */
function reasonFor(rules: RouteSettings["fallbackOn"], outcome: MemberOutcome): string | null {
  for (const rule of rules) {
    if (typeof rule !== "string") {
      if (holds(rule, outcome)) return rule.name;
    } else if (matches(rule, outcome)) return rule.replace("_", " ");
  }
  return null;
}

/** What a rule says. A promise, which is what an `async` function gives, would pass every answer over. */
function holds({ name, when }: FallbackRule, outcome: MemberOutcome): boolean {
  let said: unknown;
  try {
    said = when(outcome);
  } catch (cause) {
    throw brokenRule(name, `threw: ${messageOf(cause)}`, cause);
  }
  if (typeof said === "boolean") return said;
  throw brokenRule(name, said instanceof Promise ? "is async" : `returned ${typeof said}`);
}

function brokenRule(name: string, what: string, cause?: unknown): TargetError {
  const message = `the fallback rule "${name}" ${what}; \`when\` must return true or false`;
  return new TargetError({ kind: "target", message, retryable: false }, { cause });
}

function matches(reason: string, { response, failure }: MemberOutcome): boolean {
  if (failure === null) return reason === "refusal" && response?.refused === true;
  // Status 408 is a provider that says itself that the time was up.
  if (reason === "timeout" && failure.statusCode === 408) return true;
  if (reason !== "server_error") return failure.kind === reason;
  return failure.kind === "provider" && (failure.statusCode === undefined || failure.statusCode >= 500);
}
