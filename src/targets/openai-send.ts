import type * as SDK from "openai";
import type OpenAI from "openai";
import { TargetError } from "../core/errors.ts";
import type { CallContext, RateLimit } from "../core/extensions.ts";
import { isJsonObject } from "../core/json.ts";
import { type Redact, redactor } from "../core/redact.ts";
import type { Served, Usage } from "../core/sample.ts";
import { boundedResponse, boundedText } from "./bounded.ts";
import { abortedFailure } from "./connection.ts";
import { bodyFacts, gatewayFacts, type HeaderValues } from "./gateway.ts";
import { countingLosses } from "./lost-usage.ts";
import { clientMaker, readCredentials } from "./openai-client.ts";
import { costOfTurn } from "./openai-cost.ts";
import { declinedBy, openaiFailure, reportedFailure } from "./openai-failure.ts";
import type { OpenAISettings } from "./openai-settings.ts";
import { type Collector, malformed, type Protocol, type Turn, textOrNull } from "./openai-turn.ts";
import { rateLimitOf } from "./rate-limit.ts";
import { headerValues } from "./send.ts";

/** A turn with what the call around it says. */
export interface Answered extends Turn {
  readonly served: Partial<Served>;
  readonly usage: Usage;
  readonly rateLimit: RateLimit | undefined;
  /** Moment of the first piece of the answer, by the clock `performance.now`; `null` without a stream. */
  readonly firstTokenAt: number | null;
  /** Takes the credentials of the call out of a text. */
  readonly redact: (text: string) => string;
}

type Body = Record<string, unknown>;

/** A signal that follows another until it is let go; the library never takes its listeners off the one that it is given. */
function following(signal: AbortSignal) {
  const controller = new AbortController();
  const abort = () => controller.abort(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  return {
    signal: controller.signal,
    letGo: () => signal.removeEventListener("abort", abort),
    end: () => controller.abort(),
  };
}

const traceparentForm = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

function send(client: OpenAI, protocol: Protocol, body: Body, signal: AbortSignal, traceparent = "") {
  const options = { signal, ...(traceparentForm.test(traceparent) ? { headers: { traceparent } } : {}) };
  return protocol.api === "chat"
    ? client.chat.completions.create(body as never, options).asResponse()
    : client.responses.create(body as never, options).asResponse();
}

/** The body of an answer. Servers forget to label JSON, so its text decides. */
function parsedBody(text: string, host: string): Body {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    if (text.trim() === "") throw malformed(host, "the body is empty");
    throw malformed(host, text.trimStart().startsWith("<") ? "HTML instead of JSON" : "the body is not JSON");
  }
  if (!isJsonObject(body)) throw malformed(host, "the body is not a JSON object");
  return body;
}

async function streamedBody(response: Response, client: OpenAI, collector: Collector) {
  const { Stream } = await import("openai/streaming");
  let firstTokenAt: number | null = null;
  for await (const event of Stream.fromSSEResponse<unknown>(response, new AbortController(), client)) {
    if (collector.add(event)) firstTokenAt ??= performance.now();
  }
  return { body: collector.finish(), firstTokenAt };
}

/** A stream that ends early is no answer: half of one would be judged as a whole. */
function cutOff(host: string): TargetError {
  const message = `the connection to ${host} broke: the stream ended before the answer did`;
  return new TargetError({ kind: "provider", message, retryable: true });
}

/** In a stream each token has an envelope of some hundred bytes, which nobody keeps. */
const streamFactor = 8;

async function bodyOf(response: Response, client: OpenAI, collector: Collector, settings: OpenAISettings) {
  const { host, maximumResponseBytes, stream } = settings;
  const type = response.headers.get("content-type") ?? "";
  // A server that knows no streams, and the page of a proxy, answer with a whole body.
  if (!stream || (type !== "" && !type.includes("event-stream"))) {
    const text = await boundedText(response, maximumResponseBytes, host);
    return { body: parsedBody(text, host), firstTokenAt: null };
  }
  return streamedBody(
    boundedResponse(response, maximumResponseBytes * streamFactor, host),
    client,
    collector,
  );
}

/** A turn that a guardrail declined. */
function declined(text: string): Turn {
  return {
    text,
    calls: [],
    refused: true,
    finishReason: "content_filter",
    usage: { inputTokens: null, outputTokens: null, cachedInputTokens: null, reasoningTokens: null },
    model: null,
    logProbabilities: null,
    facts: { served: {}, costUsd: null },
    echo: [],
  };
}

function answered(
  turn: Turn,
  headers: HeaderValues,
  settings: OpenAISettings,
  rest: Pick<Answered, "firstTokenAt" | "redact">,
): Answered {
  const { redact } = rest;
  const said = gatewayFacts(headers);
  const { route, guardrails, ...flags } = { ...turn.facts.served, ...said.served };
  const served: Partial<Served> = {
    ...flags,
    ...(turn.model === null ? {} : { model: redact(turn.model) }),
    ...(route === undefined || route === null ? {} : { route: redact(route) }),
    ...(guardrails === undefined || guardrails === null ? {} : { guardrails: guardrails.map(redact) }),
  };
  const reported = said.costUsd ?? turn.facts.costUsd;
  const costUsd = costOfTurn(settings, turn, reported, served.cacheHit === true);
  return {
    ...turn,
    ...rest,
    text: redact(turn.text),
    finishReason: turn.finishReason === null ? null : redact(turn.finishReason),
    served,
    usage: { ...turn.usage, costUsd },
    rateLimit: rateLimitOf(headers, Date.now()),
  };
}

/** What an answer used that is none, by what its body and its headers say; `undefined` where they say nothing. It was paid for. */
function lostUsage(body: Body, headers: HeaderValues, settings: OpenAISettings, protocol: Protocol) {
  const { served, costUsd } = gatewayFacts(headers);
  const usage = protocol.usage(body);
  const isCacheHit = served.cacheHit === true;
  const reported = costUsd ?? bodyFacts(body).costUsd;
  const cost = costOfTurn(settings, { usage, model: textOrNull(body.model) }, reported, isCacheHit);
  const lost: Usage = { ...usage, costUsd: cost };
  return Object.values(lost).every((value) => value === null) ? undefined : lost;
}

/** Makes redactors; the last one is kept as long as the secrets stay the same, since its pattern is dear to make. */
function redactorMaker(): (secrets: readonly string[]) => Redact {
  let last: { readonly secrets: readonly string[]; readonly redact: Redact } | undefined;
  return (secrets) => {
    const isSame =
      last?.secrets.length === secrets.length && last.secrets.every((secret, i) => secret === secrets[i]);
    if (last === undefined || !isSame) last = { secrets, redact: redactor(secrets) };
    return last.redact;
  };
}

/** The function that sends one body and reads the answer. Loads the client library on its first call. */
export function asker(settings: OpenAISettings, protocol: Protocol) {
  const clientFor = clientMaker(settings);
  const redactFor = redactorMaker();
  let sdk: typeof SDK | undefined;
  return async (request: Body, { signal, traceparent, reportUsage }: CallContext): Promise<Answered> => {
    const { host } = settings;
    if (signal.aborted) throw abortedFailure(signal, host);
    sdk ??= await import("openai");
    const { key, keyEnv, secrets } = readCredentials(settings);
    const redact = redactFor(secrets);
    const context = { signal, host, keyEnv: key === undefined ? undefined : keyEnv, redact };
    const link = following(signal);
    const collector = protocol.collect();
    let headers: HeaderValues | undefined;
    let isRead = false;
    try {
      const client = clientFor(sdk, key);
      const response = await send(client, protocol, request, link.signal, traceparent);
      const values = headerValues(response);
      headers = values;
      const { body, firstTokenAt } = await bodyOf(response, client, collector, settings);
      if (signal.aborted) throw abortedFailure(signal, host);
      if (body === null) throw cutOff(host);
      const told = protocol.errorIn(body);
      const hasError = isJsonObject(told) || textOrNull(told) !== null;
      const read = () => {
        if (hasError) throw reportedFailure(told, context);
        return answered(protocol.read(body, host), values, settings, { firstTokenAt, redact });
      };
      isRead = true;
      const lost = () => lostUsage(body, values, settings, protocol);
      return countingLosses(read, lost, reportUsage);
    } catch (error) {
      link.end();
      headers ??= new Map((error as { headers?: Headers }).headers ?? []);
      const words = signal.aborted ? null : declinedBy(error, sdk, context);
      if (words !== null) return answered(declined(words), headers, settings, { firstTokenAt: null, redact });
      const lost = isRead ? undefined : lostUsage(collector.soFar(), headers, settings, protocol);
      if (lost !== undefined) reportUsage?.(lost);
      throw openaiFailure(error, sdk, context);
    } finally {
      link.letGo();
    }
  };
}
