import { setTimeout as sleep } from "node:timers/promises";
import { TargetError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import { abortedFailure } from "./connection.ts";
import { exchange, type HttpRequest } from "./http-exchange.ts";
import type { HttpSettings } from "./http-options.ts";
import { parsePath, readPath } from "./json-path.ts";
import { excerpt } from "./secrets.ts";
import { sendRequest } from "./send.ts";

type Polling = NonNullable<HttpSettings["poll"]>;

/** The most questions in a row that may fail before the work is given up. */
const mostFailures = 5;
/** How long the request that gives work up may take. */
const cancelMs = 5000;

function textAt(json: Json, path: string, host: string): string {
  const found = readPath(json, parsePath(path)!);
  if ("value" in found && typeof found.value === "string") return found.value;
  const why = "missing" in found ? `there is nothing there: ${found.missing}` : "expected a text";
  const message = `${host} sent an answer that cannot be used: at \`${path}\`: ${why}`;
  throw new TargetError({ kind: "target", message, retryable: false });
}

/** A URL that an answer names. One on another origin is refused: it would be sent the credentials. */
function urlAt(json: Json, path: string, { url, redact }: HttpRequest): URL {
  const text = textAt(json, path, url.host);
  const named = URL.canParse(text, url) ? new URL(text, url) : undefined;
  if (named?.origin === url.origin) return named;
  const shown = excerpt(redact(text), 200);
  const message = `${url.host} sent an answer that cannot be used: \`${path}\` leads to ${shown}, which is not on ${url.origin}`;
  throw new TargetError({ kind: "target", message, retryable: false });
}

/** One question; a failure that may pass is counted, since another try would start the work anew. */
async function ask(request: HttpRequest, intervalMs: number): Promise<Json> {
  for (let failures = 1; ; failures++) {
    try {
      return (await exchange(request)).json;
    } catch (error) {
      const passing = error instanceof TargetError && error.failure.retryable && !request.signal.aborted;
      if (!passing || failures >= mostFailures) throw error;
      await pause(Math.max(intervalMs, error.retryAfterMs ?? 0), request);
    }
  }
}

async function pause(ms: number, { signal, url }: HttpRequest): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch {
    throw abortedFailure(signal, url.host);
  }
}

/** True when the answer is there, false when it is still to come. */
function isDone(json: Json, poll: Polling, { url, redact }: HttpRequest): boolean {
  const status = textAt(json, poll.status, url.host);
  if (poll.succeeded.includes(status)) return true;
  if (poll.pending.includes(status)) return false;
  const found = poll.error === undefined ? undefined : readPath(json, parsePath(poll.error)!);
  const said = found !== undefined && "value" in found ? (found.value ?? "") : "";
  const words = excerpt(redact(typeof said === "string" ? said : JSON.stringify(said)), 500);
  const message = `${url.host} ended the work as "${excerpt(redact(status), 60)}"${words === "" ? "" : `: ${words}`}`;
  throw new TargetError({ kind: "target", message, retryable: false });
}

/**
 * Asks until the answer is there. Work that nobody waits for any more is given up on the server, where the answer names a URL
 * for that; `background` gets the promise of it.
 *
 * @param created what the server answered to the first request.
 */
export async function polled(
  created: Json,
  poll: Polling,
  request: HttpRequest,
  background: (work: Promise<void>) => void,
): Promise<Json> {
  if (isDone(created, poll, request)) return created;
  const question = { ...request, url: urlAt(created, poll.url, request), method: "GET", body: undefined };
  const cancel = poll.cancel === undefined ? undefined : urlAt(created, poll.cancel, request);
  for (;;) {
    let json: Json;
    try {
      await pause(poll.intervalMs, request);
      json = await ask(question, poll.intervalMs);
    } catch (error) {
      if (cancel !== undefined) background(giveUp(cancel, request));
      throw error;
    }
    if (isDone(json, poll, request)) return json;
  }
}

/** Tells the server that nobody waits for its work. That it may not listen changes nothing for the call. */
async function giveUp(url: URL, { headers }: HttpRequest): Promise<void> {
  const signal = AbortSignal.timeout(cancelMs);
  const response = await sendRequest(url, { method: "POST", headers, signal }).catch(() => null);
  await response?.body?.cancel();
}
