import type * as SDK from "openai";
import { type Failure, TargetError } from "../core/errors.ts";
import { isJsonObject } from "../core/json.ts";
import { abortedFailure, causeOf, isBroken, longestQuote, retryAfterMs, wordsOf } from "./connection.ts";
import { rateLimitOf } from "./rate-limit.ts";
import { excerpt } from "./secrets.ts";

/** What a failure's message may say, and what must be taken out of it. */
export interface FailureContext {
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
  const now = Date.now();
  const failure = { ...classOf(status, exhausted), message, statusCode: status };
  const wait = failure.retryable ? retryAfterMs(error.headers, now) : undefined;
  const rateLimit = rateLimitOf(error.headers, now);
  return new TargetError(failure, {
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
    ...(rateLimit === undefined ? {} : { rateLimit }),
  });
}

/** Class of a failure by its status. Money that is spent does not come back by waiting. */
function classOf(status: number, isExhausted: boolean): Pick<Failure, "kind" | "retryable"> {
  const isLimited = status === 429 && !isExhausted;
  const retryable = isLimited || status >= 500 || status === 408 || status === 409;
  return { kind: isLimited ? "rate_limit" : "provider", retryable };
}

/** Codes of errors that come again however often the same is asked. */
const lasting = /^(insufficient_quota|invalid_\w+|\w+_not_found|context_length_exceeded|content_filter)$/;

/** The failure of an error that is told in the body or in the stream of an answer of status 200, as some gateways do. */
export function reportedFailure(error: unknown, context: FailureContext): TargetError {
  const { code, type, message } = isJsonObject(error) ? error : { message: String(error) };
  const words = typeof message === "string" && message !== "" ? message : "no words";
  const said = excerpt(context.redact(words), longestQuote);
  const text = `${context.host} reported an error in place of an answer: ${said}`;
  const status = Number(code);
  if (Number.isInteger(status) && status >= 400 && status < 600) {
    return new TargetError({ ...classOf(status, false), message: text, statusCode: status });
  }
  const name = String(code ?? type ?? "");
  const isLimited = /^rate_limit_(exceeded|error)$/.test(name);
  return new TargetError({
    kind: isLimited ? "rate_limit" : "provider",
    message: text,
    retryable: !lasting.test(name),
  });
}

/**
 * What a guardrail said that declined the call, or `null` for any other error: status 446 of the Portkey and agentcc gateways
 * (https://portkey.ai/docs/api-reference/inference-api/error-codes), and the code `content_filter` of Azure. It is an answer of the system, not a failure.
 */
export function declinedBy(error: unknown, sdk: typeof SDK, context: FailureContext): string | null {
  if (!(error instanceof sdk.APIError)) return null;
  const isFilter = error.status === 400 && error.code === "content_filter";
  if (error.status !== 446 && !isFilter) return null;
  return excerpt(context.redact(error.message.replace(/^\d{3} /, "")), longestQuote);
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
  if (error instanceof sdk.APIError) return reportedFailure(error.error ?? error, context);
  if (isBroken(error)) {
    const message = `the connection to ${host} broke: ${wordsOf(error, context.redact)}`;
    return new TargetError({ kind: "provider", message, retryable: true });
  }
  const what = error instanceof SyntaxError ? "the body is not JSON" : wordsOf(error, context.redact);
  const message = `${host} sent an answer that cannot be used: ${what}`;
  return new TargetError({ kind: "target", message, retryable: false });
}
