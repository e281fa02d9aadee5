import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A span as OTLP JSON carries it, attributes as plain values. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: Record<string, unknown>;
  readonly status: { readonly code: number; readonly message?: string };
  readonly events: {
    readonly name: string;
    readonly timeUnixNano: string;
    readonly attributes: Record<string, unknown>;
  }[];
}

/** A request that a collector got. */
export interface ReceivedRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Answers a request; the first has the number 1. */
export type Reply = (response: ServerResponse, request: ReceivedRequest, number: number) => void;

/** A collector on the loopback interface. */
export interface Collector {
  readonly endpoint: string;
  readonly requests: ReceivedRequest[];
  /** Spans of the requests that were answered with success, and the resource of the last of them. */
  readonly spans: ReceivedSpan[];
  resource: Record<string, unknown>;
  /** Largest number of requests that were open at a time. */
  mostOpen: number;
  close(): Promise<void>;
}

interface Attribute {
  readonly key: string;
  readonly value: Record<string, unknown>;
}

/** Takes everything. */
export const accept: Reply = (response) => response.writeHead(200).end("{}");

/** Answers with a status. */
export const status =
  (code: number, text?: string): Reply =>
  (response) =>
    response.writeHead(code, text).end();

/** Starts a collector that answers by `reply`. */
export async function startCollector(reply: Reply = accept): Promise<Collector> {
  let open = 0;
  const server = createServer((incoming, response) => {
    open++;
    collector.mostOpen = Math.max(collector.mostOpen, open);
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    response.on("close", () => open--);
    incoming.on("end", () => {
      const request = { path: incoming.url!, headers: incoming.headers, body: Buffer.concat(chunks) };
      collector.requests.push(request);
      response.on("finish", () => {
        const isJson = request.headers["content-type"] === "application/json";
        if (response.statusCode === 200 && isJson) take(collector, request.body);
      });
      reply(response, request, collector.requests.length);
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  const collector: Collector = {
    endpoint: `http://127.0.0.1:${port}`,
    requests: [],
    spans: [],
    resource: {},
    mostOpen: 0,
    close: () =>
      new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
  return collector;
}

function take(collector: Collector, body: Buffer): void {
  const { resourceSpans } = JSON.parse(body.toString());
  for (const { resource, scopeSpans } of resourceSpans) {
    collector.resource = plain(resource.attributes);
    for (const { spans } of scopeSpans) {
      for (const span of spans) {
        const events = span.events.map((event: { attributes: Attribute[] }) => ({
          ...event,
          attributes: plain(event.attributes),
        }));
        collector.spans.push({ ...span, events, attributes: plain(span.attributes) });
      }
    }
  }
}

function plain(attributes: readonly Attribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plainValue(value)]));
}

function plainValue(value: Record<string, unknown>): unknown {
  const { arrayValue } = value as { arrayValue?: { values: Record<string, unknown>[] } };
  return arrayValue === undefined ? Object.values(value)[0] : arrayValue.values.map(plainValue);
}
