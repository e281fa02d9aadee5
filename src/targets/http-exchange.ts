import { TargetError } from "../core/errors.ts";
import type { RateLimit } from "../core/extensions.ts";
import type { Json } from "../core/json.ts";
import type { Redact } from "../core/redact.ts";
import { boundedBytes, firstText } from "./bounded.ts";
import { abortedFailure, causeOf, longestQuote, retryAfterMs, wordsOf } from "./connection.ts";
import { jsonFrom } from "./json-text.ts";
import { rateLimitOf } from "./rate-limit.ts";
import { excerpt } from "./secrets.ts";
import { sendRequest } from "./send.ts";

/** One request, and what its failures may say. */
export interface HttpRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Text of the body; `undefined` for none. */
  readonly body?: string | undefined;
  readonly signal: AbortSignal;
  /** The largest answer that is read, in bytes. */
  readonly maximumBytes: number;
  /** Takes secrets out of a text. */
  readonly redact: Redact;
}

/** What a server answered to one request. */
export interface HttpAnswer {
  readonly json: Json;
  /** What the headers say is left. */
  readonly rateLimit: RateLimit | undefined;
}

/** The most of an error's body that is read, in UTF-16 code units. */
const longestErrorBody = 20_000;

async function wordsOfBody(response: Response, redact: Redact): Promise<string> {
  const text = await firstText(response, longestErrorBody).catch(() => "");
  const said = excerpt(redact(text), longestQuote);
  return said === "" ? "(no body)" : said;
}

async function statusFailure(response: Response, { url, redact }: HttpRequest): Promise<TargetError> {
  const { status, headers } = response;
  const limited = status === 429;
  const retryable = limited || status === 408 || status >= 500;
  const redirect = status >= 300 && status < 400;
  const said = redirect
    ? `a redirect to ${excerpt(redact(headers.get("location") ?? "nowhere"), 200)}, which is not followed; correct \`url\``
    : await wordsOfBody(response, redact);
  const wait = retryable ? retryAfterMs(headers, Date.now()) : undefined;
  const rateLimit = rateLimitOf(headers, Date.now());
  const message = `${url.host} answered ${status}: ${said}`;
  return new TargetError(
    { kind: limited ? "rate_limit" : "provider", message, retryable, statusCode: status },
    { ...(wait === undefined ? {} : { retryAfterMs: wait }), ...(rateLimit && { rateLimit }) },
  );
}

/** The failure that an error of `fetch` stands for. The error itself is not kept as a cause: its words are not redacted. */
function fetchFailure(
  error: unknown,
  hasAnswered: boolean,
  { url, signal, redact }: HttpRequest,
): TargetError {
  const { host } = url;
  if (error instanceof TargetError) return error;
  if (signal.aborted) return abortedFailure(signal, host);
  if (/^UND_ERR_(HEADERS|BODY)_TIMEOUT$/.test(causeOf(error).code)) {
    return new TargetError({ kind: "timeout", message: `${host} did not answer in time`, retryable: true });
  }
  const what = hasAnswered ? `the connection to ${host} broke` : `could not reach ${host}`;
  const message = `${what}: ${wordsOf(error, redact)}`;
  return new TargetError({ kind: "provider", message, retryable: true });
}

/**
 * Sends one request and reads the answer as JSON. Redirects are not followed: they would take the credentials elsewhere, and
 * what is measured would not be what the release names.
 *
 * @throws TargetError with the class of the failure, and with the wait that the server asked for.
 */
export async function exchange(request: HttpRequest): Promise<HttpAnswer> {
  const { url, method, headers, body, signal, maximumBytes } = request;
  if (signal.aborted) throw abortedFailure(signal, url.host);
  let hasAnswered = false;
  try {
    const response = await sendRequest(url, { method, headers, body: body ?? null, signal });
    hasAnswered = true;
    if (!response.ok) throw await statusFailure(response, request);
    const bytes = await boundedBytes(response, maximumBytes, url.host);
    const json = jsonFrom(bytes, url.host, request.redact);
    return { json, rateLimit: rateLimitOf(response.headers, Date.now()) };
  } catch (error) {
    throw fetchFailure(error, hasAnswered, request);
  }
}
