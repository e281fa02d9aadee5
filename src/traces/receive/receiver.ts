import { createHash, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, BlockList, isIP } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { EvalsError, messageOf } from "../../core/errors.ts";
import { type DurableLog, durableLog } from "./durable-log.ts";
import { requestSpans } from "./request-spans.ts";
import { type OtlpResponse, refused, taken } from "./responses.ts";

/** Options of a receiver. */
export interface TraceReceiverOptions {
  /** Folder that requests are written to; made where it is missing. */
  readonly folder: string;
  /** Time of the start, for the name of the file. */
  readonly now: Date;
  /** Address to listen on (default: 127.0.0.1). Another machine can reach any other than a loopback address: they need a token. */
  readonly host?: string;
  /** Port; 0 takes a free one (default: 4318, OTLP's own). */
  readonly port?: number;
  /** Clients must send it as `Authorization: Bearer …`. At least 16 characters. */
  readonly token?: string | undefined;
  /** Largest body as it is sent, in bytes. */
  readonly mostBodyBytes?: number;
  /** Largest body when it is unpacked, in bytes. */
  readonly mostUnpackedBytes?: number;
}

/** Counts of a receiver. */
export interface ReceiverCounts {
  /** Requests that were acknowledged. */
  requests: number;
  /** Spans in them that can be read. */
  spans: number;
  /** Spans in them that cannot. */
  rejectedSpans: number;
  /** Requests that were refused. */
  refused: number;
}

/** A receiver that listens. */
export interface TraceReceiver {
  /** Address to post to. */
  readonly url: string;
  /** File that requests are written to; `readTraceFacts` reads it. */
  readonly file: string;
  readonly counts: () => ReceiverCounts;
  /** Answers what is being received, then ends. */
  readonly close: () => Promise<void>;
}

const path = "/v1/traces";
const mebibyte = 1 << 20;
const shortestToken = 16;
/** Bodies that are held at a time, all connections together, in bytes. */
const mostHeldBytes = 256 * mebibyte;

/**
 * Starts a receiver of traces: OTLP over HTTP, JSON and protobuf, gzip or not. A request is acknowledged when it is on disk: killing the
 * process loses nothing that was acknowledged.
 *
 * @throws EvalsError USAGE for an address that others can reach without a token; OUTPUT_NOT_WRITABLE; USAGE for a port that is taken.
 */
export async function traceReceiver(options: TraceReceiverOptions): Promise<TraceReceiver> {
  const { host = "127.0.0.1", port = 4318, token } = options;
  requireSafe(host, token);
  const file = join(options.folder, `${options.now.toISOString().replace(/[:.]/g, "-")}-${process.pid}.otlp`);
  const log = await openLog(file);
  const counts: ReceiverCounts = { requests: 0, spans: 0, rejectedSpans: 0, refused: 0 };
  const context = { ...options, log, counts, count: requestSpans(), held: { bytes: 0 } };
  const server = createServer((request, response) => {
    void answer(request, context).then((answered) => {
      if (answered.status === 200) counts.requests++;
      else counts.refused++;
      send(response, answered);
    });
  });
  try {
    await listen(server, host, port);
  } catch (cause) {
    await log.close();
    const message = `cannot listen on ${host} port ${port} (${messageOf(cause)})`;
    throw new EvalsError("USAGE", message, "choose another one with --port", { cause });
  }
  const address = server.address() as AddressInfo;
  const shown = address.family === "IPv6" ? `[${address.address}]` : address.address;
  return {
    url: `http://${shown}:${address.port}${path}`,
    file,
    counts: () => ({ ...counts }),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      await closed;
      await log.close();
    },
  };
}

function requireSafe(host: string, token: string | undefined): void {
  if (token !== undefined && token.length < shortestToken) {
    const message = `the token has fewer than ${shortestToken} characters`;
    throw new EvalsError("USAGE", message, "take a random one, such as that of `openssl rand -hex 32`");
  }
  if (token !== undefined || isLoopback(host)) return;
  throw new EvalsError(
    "USAGE",
    `${host} can be reached from other machines, and there is no token`,
    "set EVALS_TRACES_TOKEN, or listen on 127.0.0.1",
  );
}

function isLoopback(host: string): boolean {
  if (host === "localhost") return true;
  const family = isIP(host);
  if (family === 0) return false;
  const loopback = new BlockList();
  loopback.addSubnet("127.0.0.0", 8, "ipv4");
  loopback.addAddress("::1", "ipv6");
  return loopback.check(host, family === 4 ? "ipv4" : "ipv6");
}

async function openLog(file: string): Promise<DurableLog> {
  try {
    return await durableLog(file);
  } catch (cause) {
    const message = `${file}: traces cannot be written (${messageOf(cause)})`;
    throw new EvalsError("OUTPUT_NOT_WRITABLE", message, "choose another folder", { cause });
  }
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

interface Context extends TraceReceiverOptions {
  readonly log: DurableLog;
  readonly counts: ReceiverCounts;
  readonly count: ReturnType<typeof requestSpans>;
  readonly held: { bytes: number };
}

async function answer(request: IncomingMessage, context: Context): Promise<OtlpResponse> {
  const type = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  const isJson = type !== "application/x-protobuf";
  if (!isAuthorised(request, context.token)) {
    return refused(isJson, 401, "the token is missing or wrong", { "www-authenticate": "Bearer" });
  }
  if (request.url?.split("?")[0] !== path) return refused(isJson, 404, `post to ${path}`);
  if (request.method !== "POST") return refused(isJson, 405, "post to it", { allow: "POST" });
  if (type !== "application/json" && type !== "application/x-protobuf") {
    return refused(isJson, 415, "send application/json or application/x-protobuf");
  }
  const held = { bytes: 0 };
  try {
    const body = await bodyOf(request, context, held);
    if (!Buffer.isBuffer(body)) return refused(isJson, body.status, body.message, body.headers);
    return await keep(body, isJson, context);
  } catch {
    return refused(isJson, 400, "the request ended early");
  } finally {
    context.held.bytes -= held.bytes;
  }
}

function isAuthorised(request: IncomingMessage, token: string | undefined): boolean {
  if (token === undefined) return true;
  const given = request.headers.authorization?.match(/^Bearer (.+)$/i)?.[1] ?? "";
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}

interface Refusal {
  readonly status: number;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

async function bodyOf(
  request: IncomingMessage,
  context: Context,
  held: { bytes: number },
): Promise<Buffer | Refusal> {
  const { mostBodyBytes = 16 * mebibyte, mostUnpackedBytes = 64 * mebibyte } = context;
  const encoding = request.headers["content-encoding"]?.trim().toLowerCase() ?? "identity";
  if (encoding !== "identity" && encoding !== "gzip")
    return { status: 415, message: "send gzip or no encoding" };
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) {
    held.bytes += chunk.length;
    context.held.bytes += chunk.length;
    if (held.bytes > mostBodyBytes)
      return { status: 413, message: `the body has more than ${mostBodyBytes} bytes` };
    if (context.held.bytes > mostHeldBytes) {
      return { status: 503, message: "too many requests at a time", headers: { "retry-after": "1" } };
    }
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  if (encoding === "identity") return body;
  try {
    return await promisify(gunzip)(body, { maxOutputLength: mostUnpackedBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") {
      return { status: 413, message: `the body unpacks to more than ${mostUnpackedBytes} bytes` };
    }
    return { status: 400, message: "the body is no gzip" };
  }
}

async function keep(body: Buffer, isJson: boolean, { count, counts, log }: Context): Promise<OtlpResponse> {
  const { accepted, rejected, reason, fault } = count(body, isJson);
  if (fault !== null) return refused(isJson, 400, fault);
  try {
    if (body.length > 0) await log.append(isJson ? withoutSpace(body) : body);
  } catch (error) {
    const message = `the disk did not take the request (${messageOf(error)})`;
    return refused(isJson, 503, message, { "retry-after": "5" });
  }
  counts.spans += accepted;
  counts.rejectedSpans += rejected;
  return taken(isJson, rejected, reason);
}

/** A reader of the file tells JSON from protobuf by its first byte. */
function withoutSpace(body: Buffer): Buffer {
  return body.subarray(body.findIndex((byte) => byte > 32));
}

function send(response: ServerResponse, { status, contentType, body, headers }: OtlpResponse): void {
  // A body that was not read to its end would block the connection.
  if (status === 413 || status === 503) response.setHeader("connection", "close");
  response.writeHead(status, { "content-type": contentType, "content-length": body.length, ...headers });
  response.end(body);
}
