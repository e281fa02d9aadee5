import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { SpanStatusCode } from "@opentelemetry/api";
import { OTLPTraceExporter as JsonExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtobufExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BasicTracerProvider, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { afterEach, describe, expect, it } from "vitest";
import { encodeRequest } from "../../../../bench/traces-encode.ts";
import {
  type TraceReceiver,
  type TraceReceiverOptions,
  traceReceiver,
} from "../../../../src/traces/index.ts";
import { otlpSpan, read, request, traceIdOf } from "../read/builder.ts";

let receiver: TraceReceiver | undefined;
afterEach(async () => {
  await receiver?.close();
  receiver = undefined;
});

async function start(options: Partial<TraceReceiverOptions> = {}): Promise<TraceReceiver> {
  const folder = join(mkdtempSync(join(tmpdir(), "gatewright-receive-")), "received");
  receiver = await traceReceiver({ folder, now: new Date(), port: 0, ...options });
  return receiver;
}

const json = { "content-type": "application/json" };
const protobuf = { "content-type": "application/x-protobuf" };
const body = JSON.stringify(request([{ id: 1 }, { id: 2, parent: 1 }]));
const post = (url: string, content: string | Buffer, headers: Record<string, string>) =>
  fetch(url, { method: "POST", body: content as BodyInit, headers });

describe("a receiver of traces", () => {
  for (const [name, Exporter] of [
    ["JSON", JsonExporter],
    ["protobuf", ProtobufExporter],
  ] as const) {
    for (const compression of ["none", "gzip"] as const) {
      it(`takes what OpenTelemetry's own exporter posts as ${name}, compression ${compression}`, async () => {
        const { url, file, counts } = await start();
        const exporter = new Exporter({ url, compression: compression as never });
        const provider = new BasicTracerProvider({
          resource: resourceFromAttributes({ "service.version": "2026.09" }),
          spanProcessors: [new SimpleSpanProcessor(exporter)],
        });
        const span = provider.getTracer("agent", "1.2").startSpan("chat m-1");
        span.setAttributes({
          "gen_ai.operation.name": "chat",
          "gen_ai.usage.input_tokens": 12,
          "gen_ai.usage.output_tokens": 3,
        });
        span.setStatus({ code: SpanStatusCode.ERROR });
        span.end();
        await provider.shutdown();
        expect(counts()).toMatchObject({ requests: 1, spans: 1, rejectedSpans: 0, refused: 0 });
        const { trace, summary } = await read([file]);
        expect(summary.skipped).toEqual([]);
        expect(trace).toMatchObject({
          traceId: span.spanContext().traceId,
          inputTokens: 12,
          outputTokens: 3,
          hasError: true,
          release: "2026.09",
          scopes: ["agent@1.2"],
        });
      });
    }
  }

  it("answers a partial success where some spans cannot be read, in the language of the request", async () => {
    const { url, file } = await start();
    const spans = [otlpSpan({ id: 1 }), { ...otlpSpan({ id: 2 }), spanId: "" }];
    const message = { resourceSpans: [{ scopeSpans: [{ spans }] }] };
    const asJson = await post(url, JSON.stringify(message), json);
    expect(asJson.status).toBe(200);
    expect(await asJson.json()).toEqual({
      partialSuccess: { rejectedSpans: "1", errorMessage: "a span without a valid span identifier" },
    });
    // ExportTraceServiceResponse: field 1 is the partial success, in it field 1 the count and field 2 the message.
    const asProtobuf = await post(url, encodeRequest(message), protobuf);
    const bytes = Buffer.from(await asProtobuf.arrayBuffer());
    expect([...bytes.subarray(0, 5)]).toEqual([0x0a, bytes.length - 2, 0x08, 1, 0x12]);
    expect(bytes.toString()).toContain("a span without a valid span identifier");
    const { trace } = await read([file]);
    expect(trace).toMatchObject({ spans: 1, incomplete: true });
  });

  it("keeps requests of both kinds in one file", async () => {
    const { url, file } = await start();
    await post(url, ` \n${body}`, json);
    await post(url, encodeRequest(request([{ id: 3, parent: 1 }])), protobuf);
    await post(url, "{}", json);
    expect((await post(url, "", protobuf)).status).toBe(200);
    const { trace, summary } = await read([file]);
    expect(trace.spans).toBe(3);
    expect(summary.skipped).toEqual([]);
  });

  it.each([
    ["broken JSON", '{"resourceSpans":[', json, 400],
    ["JSON that is no request", '{"hello":1}', json, 400],
    ["broken protobuf", Buffer.from([0x0a, 0x7f, 1]), protobuf, 400],
    ["no gzip", Buffer.from("hello"), { ...json, "content-encoding": "gzip" }, 400],
    ["another encoding", body, { ...json, "content-encoding": "br" }, 415],
    ["another type", body, { "content-type": "text/plain" }, 415],
  ])("refuses %s and writes nothing", async (_, content, headers, status) => {
    const { url, file, counts } = await start();
    const response = await post(url, content, headers);
    expect(response.status).toBe(status);
    expect(readFileSync(file).length).toBe(0);
    expect(counts()).toMatchObject({ requests: 0, refused: 1 });
  });

  it("refuses bodies that are too large, as sent and unpacked", async () => {
    const { url, file } = await start({ mostBodyBytes: 100_000, mostUnpackedBytes: 1 << 20 });
    expect((await post(url, Buffer.alloc(200_000), json)).status).toBe(413);
    const bomb = gzipSync(Buffer.alloc(64 << 20));
    expect(bomb.length).toBeLessThan(100_000);
    expect((await post(url, bomb, { ...json, "content-encoding": "gzip" })).status).toBe(413);
    expect((await post(url, body, json)).status).toBe(200);
    expect((await read([file])).trace.traceId).toBe(traceIdOf(1));
  });

  it("answers other paths and methods as HTTP says", async () => {
    const { url } = await start();
    expect((await post(url.replace("traces", "metrics"), body, json)).status).toBe(404);
    expect((await fetch(url)).status).toBe(405);
  });

  it("asks for its token", async () => {
    const token = "0123456789abcdef";
    const { url } = await start({ token });
    expect((await post(url, body, json)).status).toBe(401);
    expect((await post(url, body, { ...json, authorization: "Bearer wrong" })).status).toBe(401);
    expect((await post(url, body, { ...json, authorization: `Bearer ${token}` })).status).toBe(200);
  });

  it.each(["0.0.0.0", "::", "192.0.2.1", "example.org"])(
    "does not listen on %s without a token",
    async (host) => {
      await expect(start({ host })).rejects.toMatchObject({ code: "USAGE" });
    },
  );

  it("takes no token that can be guessed", async () => {
    await expect(start({ token: "short" })).rejects.toMatchObject({ code: "USAGE" });
  });

  it("says that a port is taken", async () => {
    const { url } = await start();
    const first = receiver;
    await expect(start({ port: Number(new URL(url).port) })).rejects.toMatchObject({ code: "USAGE" });
    receiver = first;
  });

  it("acknowledges many clients at a time, each once", async () => {
    const { url, file, counts } = await start();
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, i) =>
        post(url, JSON.stringify(request([{ id: 1, trace: i + 1 }])), json),
      ),
    );
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(counts().requests).toBe(200);
    expect((await read([file])).summary.traces).toBe(200);
  });
});
