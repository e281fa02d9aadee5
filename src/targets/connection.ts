import { TargetError } from "../core/errors.ts";
import type { Redact } from "../core/redact.ts";
import { excerpt } from "./secrets.ts";

/** The longest text of a provider that a failure quotes, in UTF-16 code units. */
export const longestQuote = 500;

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
export function causeOf(error: unknown): { code: string; text: string } {
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
export function wordsOf(error: unknown, redact: Redact): string {
  const { code, text } = causeOf(error);
  const said = excerpt(redact(text === "" ? String(error) : text), longestQuote);
  return code === "" || said.includes(code) ? said : `${said} (${code})`;
}

/** A break of the connection while the body was read, which `fetch` reports as a `TypeError` with a cause. */
export function isBroken(error: unknown): boolean {
  return (
    error instanceof TypeError &&
    (error.message === "terminated" || /^(UND_ERR_|E[A-Z]+$)/.test(causeOf(error).code))
  );
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
