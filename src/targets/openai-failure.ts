import type * as SDK from "openai";
import { TargetError } from "../core/errors.ts";
import { excerpt } from "./secrets.ts";

/** What a failure's message may say, and what must be taken out of it. */
interface FailureContext {
  /** Signal of the call. */
  readonly signal: AbortSignal;
  /** Host that was called. */
  readonly host: string;
  /** Environment variable that the key was read from; `undefined` when no key was sent. */
  readonly keyEnv: string | undefined;
  /** Takes secrets out of a text. */
  readonly redact: (text: string) => string;
}

/** The longest text of a provider that a failure quotes, in UTF-16 code units. */
const longestQuote = 500;

/** A date as HTTP writes it begins with the name of a day (RFC 9110, 5.6.7). */
const httpDate = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/;

/**
 * Milliseconds that the provider asks to wait: `retry-after-ms`, or `retry-after` in seconds or as a date. A date is taken
 * against the answer's own `date`, so that a wrong clock on this side does not matter.
 */
export function retryAfterMs(headers: Headers | undefined, nowMs: number): number | undefined {
  const milliseconds = headers?.get("retry-after-ms")?.trim();
  if (milliseconds !== undefined && /^\d+(\.\d+)?$/.test(milliseconds)) {
    return Math.ceil(Number(milliseconds));
  }
  const after = headers?.get("retry-after")?.trim();
  if (after === undefined) return undefined;
  if (/^\d+(\.\d+)?$/.test(after)) return Math.ceil(Number(after) * 1000);
  const at = httpDate.test(after) ? Date.parse(after) : Number.NaN;
  if (Number.isNaN(at)) return undefined;
  const answered = Date.parse(headers?.get("date") ?? "");
  return Math.max(0, at - (Number.isNaN(answered) ? nowMs : answered));
}

/** The first code and the innermost words in the chain of an error's causes. */
function causeOf(error: unknown): { code: string; text: string } {
  let code = "";
  let text = "";
  let current = error;
  for (let depth = 0; depth < 8 && current instanceof Error; depth++) {
    const found = (current as { code?: unknown }).code;
    if (code === "" && typeof found === "string") code = found;
    if (current.message !== "") text = current.message;
    current = current.cause;
  }
  return { code, text };
}

/** The words of an error with its code, for a message. */
function wordsOf(error: unknown, context: FailureContext): string {
  const { code, text } = causeOf(error);
  const said = excerpt(context.redact(text === "" ? String(error) : text), longestQuote);
  return code === "" || said.includes(code) ? said : `${said} (${code})`;
}

/** The failure of a call whose signal was aborted: `timeout` when the reason is a `TimeoutError`, `aborted` otherwise. */
export function abortedFailure(signal: AbortSignal, host: string): TargetError {
  const reason: unknown = signal.reason;
  if (reason instanceof TargetError) return reason;
  const timedOut = (reason as { name?: unknown } | null | undefined)?.name === "TimeoutError";
  return new TargetError(
    timedOut
      ? { kind: "timeout", message: `${host} did not answer in time`, retryable: true }
      : { kind: "aborted", message: `the call to ${host} was aborted`, retryable: true },
  );
}

function explain(status: number, context: FailureContext): string {
  if (status === 401 || status === 403) {
    return context.keyEnv === undefined
      ? " (no API key was sent)"
      : ` (the key comes from ${context.keyEnv})`;
  }
  return status >= 300 && status < 400 ? " (redirects are not followed, correct `baseURL`)" : "";
}

function statusFailure(
  error: InstanceType<typeof SDK.APIError>,
  status: number,
  context: FailureContext,
): TargetError {
  // The library puts the status before the text.
  const said = excerpt(context.redact(error.message.replace(/^\d{3} /, "")), longestQuote);
  const message = `${context.host} answered ${status}: ${said}${explain(status, context)}`;
  const exhausted = error.code === "insufficient_quota" || error.type === "insufficient_quota";
  const limited = status === 429 && !exhausted;
  const retryable = limited || status >= 500 || status === 408 || status === 409;
  const wait = retryable ? retryAfterMs(error.headers, Date.now()) : undefined;
  return new TargetError(
    { kind: limited ? "rate_limit" : "provider", message, retryable, statusCode: status },
    wait === undefined ? {} : { retryAfterMs: wait },
  );
}

/** A break of the connection while the body was read, which `fetch` reports as a `TypeError` with a cause. */
function isBroken(error: unknown): boolean {
  return (
    error instanceof TypeError &&
    (error.message === "terminated" || /^(UND_ERR_|E[A-Z]+$)/.test(causeOf(error).code))
  );
}

/**
 * The failure that an error of the client library stands for. The error itself is not kept as a cause: it carries the
 * provider's unredacted words.
 */
export function openaiFailure(error: unknown, sdk: typeof SDK, context: FailureContext): TargetError {
  const { host, signal } = context;
  if (signal.aborted) return abortedFailure(signal, host);
  if (error instanceof TargetError) return error;
  const timedOut =
    error instanceof sdk.APIConnectionTimeoutError || causeOf(error).code === "UND_ERR_BODY_TIMEOUT";
  if (timedOut) {
    return new TargetError({ kind: "timeout", message: `${host} did not answer in time`, retryable: true });
  }
  if (error instanceof sdk.APIConnectionError) {
    const message = `could not reach ${host}: ${wordsOf(error, context)}`;
    return new TargetError({ kind: "provider", message, retryable: true });
  }
  if (error instanceof sdk.APIError && typeof error.status === "number") {
    return statusFailure(error, error.status, context);
  }
  if (isBroken(error)) {
    const message = `the connection to ${host} broke: ${wordsOf(error, context)}`;
    return new TargetError({ kind: "provider", message, retryable: true });
  }
  const what = error instanceof SyntaxError ? "the body is not JSON" : wordsOf(error, context);
  const message = `${host} sent an answer that cannot be used: ${what}`;
  return new TargetError({ kind: "target", message, retryable: false });
}
