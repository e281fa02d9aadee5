import { env } from "node:process";
import { pipeline, type Transform } from "node:stream";
import { ReadableStream } from "node:stream/web";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import type { Dispatcher } from "undici";

/** What is sent by {@link sendRequest}: the part of `RequestInit` that calls of APIs need. */
export interface SendInit {
  readonly method?: string;
  readonly headers?: HeadersInit;
  readonly body?: string | null;
  readonly signal?: AbortSignal | null;
}

/** Bodies that say they are no longer than this are read at once, the others as a stream. */
const mostAtOnce = 1_048_576;

const decoders: ReadonlyMap<string | undefined, () => Transform> = new Map([
  ["gzip", createGunzip],
  ["x-gzip", createGunzip],
  ["deflate", createInflate],
  ["br", createBrotliDecompress],
]);

/** Connections are kept for the calls of this process. Proxies of the environment are used where Node's own `fetch` uses them. */
let opened: Promise<Dispatcher> | undefined;

async function open(): Promise<Dispatcher> {
  const { Agent, EnvHttpProxyAgent } = await import("undici");
  return env.NODE_USE_ENV_PROXY === "1" ? new EnvHttpProxyAgent() : new Agent();
}

/** Loads what sends requests, so that the first call does not wait for it. */
export async function prepareSending(): Promise<void> {
  opened ??= open();
  await opened;
  new Response("", { headers: new Headers() });
}

/**
 * Sends a request as `fetch` with `redirect: "manual"` does, for half of its CPU. Rejects as `fetch` does: with the reason of the signal, or with
 * a TypeError whose cause says what became of the connection; a body that breaks off fails so too.
 */
export async function sendRequest(url: string | URL, init: SendInit = {}): Promise<Response> {
  opened ??= open();
  const dispatcher = await opened;
  const failed = (message: string) => (cause: unknown) => {
    throw init.signal?.aborted ? cause : new TypeError(message, { cause });
  };
  const terminated = failed("terminated");
  const { statusCode, headers, body } = await dispatcher
    .request({
      ...placeOf(url),
      method: (init.method ?? "GET") as Dispatcher.HttpMethod,
      headers: init.headers instanceof Headers ? init.headers : new Headers(init.headers),
      body: init.body ?? null,
      signal: init.signal ?? null,
    })
    .catch(failed("fetch failed"));
  const given = pairsOf(headers);
  const values = valuesOf(given);
  const options = { status: statusCode, headers: given };
  if (withoutBody.has(statusCode)) {
    await body.dump();
    return new Response(null, options);
  }
  const decoder = decoders.get(values.get("content-encoding")?.trim().toLowerCase());
  const length = values.get("content-length");
  const readAtOnce = decoder === undefined && length !== undefined && Number(length) <= mostAtOnce;
  const decoded = decoder === undefined ? body : pipeline(body, decoder(), () => undefined);
  const stream = () => ReadableStream.from(piecesUntil(decoded, terminated));
  // A body that breaks off does so for its reader: the server was reached.
  const whole = readAtOnce ? await body.arrayBuffer().catch(stream) : stream();
  if (whole instanceof ArrayBuffer && statusCode < 300) return new WholeResponse(whole, options, values);
  return new Response(whole as BodyInit, options);
}

/** The place that was asked last: most calls of a run go to the same one. */
let last = { url: "", origin: "", path: "" };

function placeOf(url: string | URL): { readonly origin: string; readonly path: string } {
  if (last.url !== `${url}`) {
    const { origin, pathname, search } = new URL(url);
    last = { url: `${url}`, origin, path: `${pathname}${search}` };
  }
  return last;
}

const decoderOfText = new TextDecoder();

/** A response whose body was read already. It makes no stream of it, which costs more than all else of a response. */
class WholeResponse extends Response {
  readonly #bytes: ArrayBuffer;

  /** The headers by name, several values of one in a row. */
  readonly values: ReadonlyMap<string, string>;

  constructor(bytes: ArrayBuffer, options: ResponseInit, values: ReadonlyMap<string, string>) {
    super(null, options);
    this.#bytes = bytes;
    this.values = values;
  }

  override async arrayBuffer(): Promise<ArrayBuffer> {
    return this.#bytes;
  }

  override async text(): Promise<string> {
    return decoderOfText.decode(this.#bytes);
  }

  override async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }
}

function valuesOf(pairs: Iterable<[string, string]>): Map<string, string> {
  const values = new Map<string, string>();
  for (const [name, value] of pairs) {
    const before = values.get(name);
    values.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return values;
}

/** The headers of a response by name in small letters: dear to take out of a `Headers`, and known already of most responses. */
export function headerValues(response: Response): ReadonlyMap<string, string> {
  return response instanceof WholeResponse ? response.values : new Map(response.headers);
}

/** Answers that have no body, whatever was sent (the standard of `fetch`, "null body status"). */
const withoutBody: ReadonlySet<number> = new Set([204, 205, 304]);

/** Names and values, a name once for each of its values. */
function pairsOf(headers: Readonly<Record<string, string | string[] | undefined>>): [string, string][] {
  const pairs: [string, string][] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === "string") pairs.push([name, value]);
    else for (const each of value ?? []) pairs.push([name, each]);
  }
  return pairs;
}

async function* piecesUntil(pieces: AsyncIterable<Uint8Array>, failed: (cause: unknown) => never) {
  try {
    yield* pieces;
  } catch (cause) {
    failed(cause);
  }
}
