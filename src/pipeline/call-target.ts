import { type Failure, messageOf, TargetError } from "../core/errors.ts";
import type { CallContext, Target, TargetRequest, TargetResponse } from "../core/extensions.ts";
import { copyOfJson } from "../core/json.ts";
import { type Attempt, type Usage, usageUnknown } from "../core/sample.ts";
import type { Span } from "../core/trace.ts";
import { soundUsage, usageOver } from "../core/usage.ts";
import { askedMs, longestPauseMs, type Pace, type Ticket } from "./pace.ts";
import { recordSpans } from "./record-spans.ts";

/** How a target is called. */
export interface CallOptions {
  /** Longest time for one attempt, in milliseconds. */
  readonly timeoutMs: number;
  /** Further attempts after a failure that may pass; eight times as many after rate limits, which say only that it was too early. */
  readonly retries: number;
  /** Spaces the attempts; without it they start at once. */
  readonly pace?: Pace | undefined;
  /** What is spaced together, for a target that names nothing that limits its calls. */
  readonly lane?: string;
  /** Ends the attempt in flight. */
  readonly signal: AbortSignal;
  /** Seed of the trial. */
  readonly seed: number;
  /** Trace that the calls belong to, as the header `traceparent` has it. */
  readonly traceparent?: string | undefined;
  /** Milliseconds that only grow. */
  readonly clock: () => number;
  /** Waits, or ends early when the signal is aborted. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** What became of a call: the response, or the failure of the last attempt. */
export interface CallOutcome {
  readonly response: TargetResponse | null;
  readonly failure: Failure | null;
  readonly attempts: Attempt[];
  readonly spans: Span[];
  /** What attempts that failed used, where they say so. It is in the usage of the response too. */
  readonly spent: Usage;
}

const firstDelayMs = 500;
const longestDelayMs = 30_000;

/** Calls a target, with a time limit for each attempt and with further attempts after transient failures. Never throws. */
export async function callTarget(
  target: Target,
  request: TargetRequest,
  options: CallOptions,
): Promise<CallOutcome> {
  const attempts: Attempt[] = [];
  const lost: Partial<Usage>[] = [];
  const spent = () => (lost.length === 0 ? usageUnknown : usageOver(lost));
  const failed = (failure: Failure, spans: Span[] = []): CallOutcome => ({
    response: null,
    failure,
    attempts,
    spans,
    spent: spent(),
  });
  if (options.signal.aborted) return failed(interrupted);
  for (;;) {
    const { ticket, refusal } = await admit(target, options);
    if (refusal !== undefined) return failed(refusal);
    const slowed = ticket?.slowed === undefined ? {} : { slowed: ticket.slowed };
    const { span, spans } = recordSpans(options.clock);
    const begun = options.clock();
    const used: Usage[] = [];
    const reportUsage = (usage: Partial<Usage>) => used.push(soundUsage(usage));
    try {
      const given = await callOnce(target, request, options, { span, reportUsage });
      ticket?.answered(given);
      const response = lost.length === 0 ? given : { ...given, usage: usageOver([...lost, given.usage]) };
      attempts.push({ latencyMs: response.latencyMs ?? options.clock() - begun, failure: null, ...slowed });
      return { response, failure: null, attempts, spans, spent: spent() };
    } catch (error) {
      const failure = failureOf(error);
      const { retryAfterMs, rateLimit } = error instanceof TargetError ? error : noAdvice;
      const isLimited = failure.kind === "rate_limit";
      const asked = isLimited ? askedMs(retryAfterMs, rateLimit) : retryAfterMs;
      const usage = used.length === 0 ? undefined : usageOver(used);
      if (isLimited) ticket?.limited(retryAfterMs, rateLimit, usage);
      else ticket?.failed(rateLimit, usage);
      attempts.push({ latencyMs: options.clock() - begun, failure, ...slowed });
      lost.push(...used);
      const isTooLong = asked !== undefined && asked > longestPauseMs;
      if (isLimited && isTooLong) options.pace?.close(target, asked);
      if (!mayRetry(failure, attempts, options.retries) || options.signal.aborted) {
        return failed(failure, spans);
      }
      if (isTooLong) return failed(notWaitedFor(failure, asked), spans);
      await options.wait(asked ?? backOffMs(attempts.length, options.seed), options.signal);
      if (options.signal.aborted) return failed(interrupted, spans);
    }
  }
}

/** Waits until one more attempt may be made. A trial that waits is not in anyone's way: a place is taken for the attempt alone. */
async function admit(
  target: Target,
  { pace, lane = "", signal }: CallOptions,
): Promise<{ readonly ticket?: Ticket | undefined; readonly refusal?: Failure }> {
  const { rateKey = lane } = target;
  const ticket = rateKey === null ? undefined : await pace?.enter(rateKey, signal);
  const closedMs = pace?.closedMs(target) ?? 0;
  if (!signal.aborted && closedMs === 0) return { ticket };
  ticket?.failed(undefined);
  return { refusal: signal.aborted ? interrupted : notCalled(closedMs) };
}

const noAdvice = { retryAfterMs: undefined, rateLimit: undefined };

/** Rate limits are counted apart: what came too early says nothing of whether the call would be answered. */
function mayRetry(failure: Failure, attempts: readonly Attempt[], retries: number): boolean {
  const isLimited = (attempt: Attempt) => attempt.failure?.kind === "rate_limit";
  const limited = attempts.filter(isLimited).length;
  if (!failure.retryable) return false;
  return failure.kind === "rate_limit" ? limited <= 8 * retries : attempts.length - limited <= retries;
}

const interrupted: Failure = { kind: "aborted", message: "the run was interrupted", retryable: true };

/** A provider that said that it will not answer for so long is not asked in vain. */
function notCalled(closedMs: number): Failure {
  const message = "not called: an earlier call was refused at a rate limit";
  return notWaitedFor({ kind: "rate_limit", message, retryable: true }, closedMs);
}

/** A run that slept for hours would look like one that hangs; a resumed run tries again. */
function notWaitedFor(failure: Failure, askedMs: number): Failure {
  const seconds = Math.ceil(askedMs / 1000);
  return {
    ...failure,
    message: `${failure.message} (asks to wait ${seconds} s, more than the ${longestPauseMs / 1000} s that are waited; resume the run then)`,
  };
}

/** Doubles with each attempt; spread by the seed so that trials that failed together do not return together. */
function backOffMs(tried: number, seed: number): number {
  const spread = 0.5 + ((seed * 2654435761 + tried * 40503) % 1000) / 1000;
  return Math.min(longestDelayMs, firstDelayMs * 2 ** (tried - 1) * spread);
}

/** One attempt. The race ends it on time even when the target does not listen to its signal. */
async function callOnce(
  target: Target,
  request: TargetRequest,
  { timeoutMs, signal, seed, traceparent }: CallOptions,
  recorders: Pick<CallContext, "span" | "reportUsage">,
): Promise<TargetResponse> {
  const attempt = new AbortController();
  let fail: (error: TargetError) => void = () => {};
  const ended = new Promise<never>((_, reject) => {
    fail = (error) => {
      reject(error);
      attempt.abort(error);
    };
  });
  // Where the target throws at once, nothing else waits for this promise.
  ended.catch(() => {});
  const interrupt = () => fail(new TargetError(interrupted));
  const timeout = setTimeout(() => {
    fail(new TargetError({ kind: "timeout", message: `no answer within ${timeoutMs} ms`, retryable: true }));
  }, timeoutMs);
  signal.addEventListener("abort", interrupt, { once: true });
  try {
    const trace = traceparent === undefined ? {} : { traceparent };
    // What a target changes in its request, as an agent that appends to the messages, must reach neither another attempt nor the other side.
    const own = copyOfJson(request);
    const call = Promise.resolve(target.call(own, { signal: attempt.signal, seed, ...recorders, ...trace }));
    const response: unknown = await Promise.race([call, ended]);
    if (typeof response === "object" && response !== null) return response as TargetResponse;
    throw new TargetError({ kind: "target", message: "malformed answer: not an object", retryable: false });
  } finally {
    clearTimeout(timeout);
    signal.removeEventListener("abort", interrupt);
  }
}

function failureOf(error: unknown): Failure {
  if (error instanceof TargetError) return error.failure;
  const message = messageOf(error);
  return {
    kind: "target",
    message: message === "" ? "the target threw an error without a message" : message,
    retryable: false,
  };
}
