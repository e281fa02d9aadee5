import type * as SDK from "openai";
import { TargetError } from "../core/errors.ts";
import { abortedFailure, causeOf, isBroken, longestQuote, retryAfterMs, wordsOf } from "./connection.ts";
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
    const message = `could not reach ${host}: ${wordsOf(error, context.redact)}`;
    return new TargetError({ kind: "provider", message, retryable: true });
  }
  if (error instanceof sdk.APIError && typeof error.status === "number") {
    return statusFailure(error, error.status, context);
  }
  if (isBroken(error)) {
    const message = `the connection to ${host} broke: ${wordsOf(error, context.redact)}`;
    return new TargetError({ kind: "provider", message, retryable: true });
  }
  const what = error instanceof SyntaxError ? "the body is not JSON" : wordsOf(error, context.redact);
  const message = `${host} sent an answer that cannot be used: ${what}`;
  return new TargetError({ kind: "target", message, retryable: false });
}
