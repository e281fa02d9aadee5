import { TargetError } from "../core/errors.ts";
import type { CallContext, Target, TargetRequest, TargetResponse } from "../core/extensions.ts";
import type { Json } from "../core/json.ts";
import { redactor, redactValue } from "../core/redact.ts";
import type { Span } from "../core/trace.ts";
import { withoutUndefined } from "./answer.ts";
import { pricesText } from "./given-prices.ts";
import { checkVariables, readCredentials } from "./http-credentials.ts";
import { exchange, type HttpRequest } from "./http-exchange.ts";
import { type HttpSettings, type HttpTargetOptions, httpComponents, httpSettings } from "./http-options.ts";
import { polled } from "./http-poll.ts";
import { pricedAnswer } from "./priced-answer.ts";
import { requestFiller, requireAskable } from "./request-template.ts";
import { prepareSending } from "./send.ts";

/** Attributes of the call's span, by the OpenTelemetry conventions for gen_ai agents and HTTP clients. */
function attributesOf({ url, method, name }: HttpSettings): Span["attributes"] {
  const { hostname, port, pathname } = new URL(url);
  return {
    "gen_ai.operation.name": "invoke_agent",
    "gen_ai.agent.name": name,
    "http.request.method": method,
    "url.path": pathname,
    "server.address": hostname,
    ...(port === "" ? {} : { "server.port": Number(port) }),
  };
}

/** The request of one call, with the secrets of this moment. */
function requestFor(settings: HttpSettings, body: Json, { signal, traceparent }: CallContext): HttpRequest {
  const { url, headers, secrets } = readCredentials(settings);
  return {
    url,
    method: settings.method,
    headers: traceparent === undefined ? headers : { ...headers, traceparent },
    body: JSON.stringify(body),
    signal,
    maximumBytes: settings.maximumResponseBytes,
    redact: redactor(secrets),
  };
}

/**
 * A target that asks an agent behind HTTP: sends JSON made by a template, reads JSON by paths. It sends each request once:
 * retries are for the runner, and the signal of the call is the only limit of time that it sets. (Node itself gives up on a
 * server that sends nothing for 300 s; that is a failure of kind `timeout`.) Its component `endpoint` says where it asks, what
 * it sends and what it reads, never a value of the environment. `check` finds variables that are not set.
 *
 * @throws EvalsError `TARGET_INVALID` at once for options that cannot be used; `CREDENTIAL_MISSING` from `check`.
 */
export function httpTarget(options: HttpTargetOptions): Target {
  const settings = httpSettings(options);
  const fill = requestFiller(settings.body);
  const reading = { response: settings.response, prices: settings.prices };
  const pending = new Set<Promise<void>>();
  const background = (work: Promise<void>) => {
    pending.add(work);
    void work.finally(() => pending.delete(work));
  };
  const answer = async (request: HttpRequest, context: CallContext): Promise<TargetResponse> => {
    try {
      const { json, rateLimit } = await exchange(request);
      const { poll } = settings;
      const body = poll === undefined ? json : await polled(json, poll, request, background);
      const found = pricedAnswer(body, { ...reading, who: request.url.host }, context);
      // A server may echo what it was sent.
      return redactValue({ ...found, ...(rateLimit && { rateLimit }) }, request.redact);
    } catch (error) {
      if (!(error instanceof TargetError)) throw error;
      const failure = { ...error.failure, message: request.redact(error.failure.message) };
      const { retryAfterMs, rateLimit } = error;
      throw new TargetError(failure, withoutUndefined({ retryAfterMs, rateLimit }) as object);
    }
  };
  return {
    name: settings.name,
    components: httpComponents(settings),
    rateKey: settings.host,
    ...(settings.prices !== undefined && { costBasis: pricesText(settings.prices, null) }),
    async check() {
      checkVariables(settings);
      await prepareSending();
    },
    prepare: (requests) => requireAskable(fill, requests, { name: settings.name, option: "body" }),
    async call(request: TargetRequest, context: CallContext) {
      const body = fill(request, context);
      const asking = () => answer(requestFor(settings, body, context), context);
      return context.span(`invoke_agent ${settings.name}`, attributesOf(settings), asking, { isLeaf: true });
    },
    async close() {
      await Promise.all(pending);
    },
  };
}
